"""How long sincere speech takes to come back after a shock."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, sincere
from sim.model.luck import Floats
from sim.scenario.schema import Scenario

STANDARD_ERRORS = 4.0
"""A loss below so many of them is noise: 1 in 16,000 for a day, and for the deepest of a month 1 in 500."""


def shock_of(scenario: Scenario) -> float | None:
    """Hour of the first news of reprisals in the timeline; None where there is none."""
    return min((event.at for event in scenario.timeline if event.reprisal_news is not None), default=None)


def recovery_half_life(table: NDArray[np.int64], fearless: NDArray[np.int64], shock: float) -> Values:
    """Hours from the deepest day after a shock to the first of two days in a row on which half of the loss is regained.

    Tables are by day. What is lost is lost of the sincere messages of the same day without fear, against the days before the shock. NaN
    where no full day lies before it, where the loss is within noise, and where speech does not recover within the horizon.
    """
    before, after = int(shock // 24), int(np.ceil(shock / 24))
    hours = [_of_one(*days, before, after) for days in zip(sincere(table), sincere(fearless), strict=True)]
    return "recovery_half_life", np.array(hours)[:, None]


def _of_one(spoken: Floats, unafraid: Floats, before: int, after: int) -> float:
    """The same for one replication, from (days,) counts."""
    if before < 1 or not unafraid[:before].any() or (unafraid[after:] == 0).all():
        return float("nan")
    usual, share = spoken[:before].sum() / unafraid[:before].sum(), np.full(len(spoken), np.nan)
    np.divide(spoken, unafraid, out=share, where=unafraid > 0)
    deepest = after + int(np.nanargmin(share[after:]))
    loss = usual - share[deepest]
    if loss < STANDARD_ERRORS * np.hypot(_error(usual, unafraid[:before].sum()), _error(usual, unafraid[deepest])):
        return float("nan")
    regained = share >= usual - loss / 2
    days = np.flatnonzero(regained[deepest:-1] & regained[deepest + 1 :])
    return 24.0 * float(days[0]) if len(days) else float("nan")


def _error(share: float, count: float) -> float:
    """Standard error of a share of a count."""
    return float(np.sqrt(max(share * (1 - share), 0.0) / count))
