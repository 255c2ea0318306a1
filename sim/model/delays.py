"""Waiting times from luck: the inverse of each distribution."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtri

from sim.model.luck import Floats
from sim.scenario.schema import Delay
from sim.scenario.schema.delay import Lognormal


def waits(delay: Delay, uniform: Floats) -> Floats:
    """Waits in hours, one a uniform number in (0, 1)."""
    if delay.fixed is not None:
        return np.full(uniform.shape, delay.fixed)
    if delay.exponential is not None:
        return -delay.exponential * np.log1p(-uniform)
    if delay.lognormal is not None:
        return _lognormal(delay.lognormal.median, delay.lognormal.sigma, uniform)
    parts = delay.mixture or []
    result = np.empty(uniform.shape)
    low = 0.0
    for index, part in enumerate(parts):
        high = 1.0 if index == len(parts) - 1 else low + part.weight
        chosen = (uniform >= low) & (uniform < high)
        within = np.clip((uniform[chosen] - low) / (high - low), 2.0**-53, 1 - 2.0**-53)
        result[chosen] = _lognormal(part.median, part.sigma, within)
        low = high
    return result


def _lognormal(median: float, sigma: float, uniform: Floats) -> Floats:
    draws: Floats = median * np.exp(sigma * ndtri(uniform))
    return draws


def mean_wait(delay: Delay) -> float:
    """Mean wait in hours."""
    if delay.lognormal is not None:
        return mean_of(delay.lognormal)
    if delay.mixture is not None:
        return sum(part.weight * mean_of(part) for part in delay.mixture)
    return delay.fixed if delay.fixed is not None else float(delay.exponential or 0)


def mean_of(lognormal: Lognormal) -> float:
    """Mean of a lognormal distribution."""
    return lognormal.median * math.exp(lognormal.sigma**2 / 2)
