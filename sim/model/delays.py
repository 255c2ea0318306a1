"""Waiting times from luck: the inverse of each distribution."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.model.luck import Floats
from sim.scenario.schema import Delay


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
