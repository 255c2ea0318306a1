"""Combinations that come and go: a birth-and-death process of spells on the list, and gaps between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.delays import mean_of, mean_wait, waits
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck
from sim.scenario.schema import Delay
from sim.scenario.schema.delay import Lognormal
from sim.scenario.schema.rules import Turnover

_L = TypeVar("_L", bound=Lognormal)


class Spells:
    """Alternating renewal processes that are stationary from hour 0: lifetimes on the list, and exponential gaps off it."""

    def __init__(self, turnover: Turnover, keys: Keys, horizon: float) -> None:
        """(C, R) keys of combinations in replications."""
        self.at_start = luck(Purpose.LISTED, keys) < turnover.listed
        self.switches = np.stack(list(_switches(turnover, keys, self.at_start, horizon)), axis=-1)

    def listed(self, combination: Indices, replication: Indices, time: Floats) -> NDArray[np.bool_]:
        """(m,) whether combinations are on the list."""
        switched = (self.switches[combination, replication] <= time[:, None]).sum(axis=1)
        listed: NDArray[np.bool_] = self.at_start[combination, replication] ^ (switched % 2 == 1)
        return listed


def _switches(turnover: Turnover, keys: Keys, listed: NDArray[np.bool_], horizon: float) -> Iterator[Floats]:
    """(C, R) hours of the first change, of the second, and so on, until all lie beyond the horizon."""
    gap = mean_wait(turnover.lifetime) * (1 - turnover.listed) / turnover.listed
    time, number = np.zeros(keys.shape), 0
    while number == 0 or (time < horizon).any():
        uniform = luck(Purpose.SPELL, child_keys(keys, number))
        lifetime = waits(turnover.lifetime, uniform) if number else rest(turnover.lifetime, uniform, luck(Purpose.SPELL_REST, keys))
        time = time + np.where(listed, lifetime, -gap * np.log1p(-uniform))
        yield time
        listed, number = ~listed, number + 1


def rest(lifetime: Delay, uniform: Floats, share: Floats) -> Floats:
    """What is left, at a random moment, of lifetimes under way: a share of one that is drawn in proportion to its length."""
    if lifetime.exponential is not None:
        return waits(lifetime, uniform)
    if lifetime.lognormal is not None:
        return waits(lifetime.model_copy(update={"lognormal": _by_length(lifetime.lognormal)}), uniform) * share
    if lifetime.mixture is None:
        return waits(lifetime, uniform) * share
    total = mean_wait(lifetime)
    parts = [_by_length(part).model_copy(update={"weight": part.weight * mean_of(part) / total}) for part in lifetime.mixture]
    return waits(lifetime.model_copy(update={"mixture": parts}), uniform) * share


def _by_length(lognormal: _L) -> _L:
    """A lognormal lifetime drawn in proportion to its length."""
    return lognormal.model_copy(update={"median": lognormal.median * math.exp(lognormal.sigma**2)})
