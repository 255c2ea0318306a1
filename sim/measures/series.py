"""Measures over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.table import Piece
from sim.measures.voice import ratio
from sim.model.ledger import Ledger, Outcome
from sim.model.luck import Floats
from sim.model.moderation.actions import SAMPLE_EVERY


def series(ledger: Ledger, world: str, represents: float) -> list[Piece]:
    """Counts and mean perceived risks by bins of `SAMPLE_EVERY` hours; levels are the hours at which bins begin."""
    column, free = ledger.worlds.index(world), ledger.worlds.index("free")
    bins = int(np.ceil(ledger.horizon / SAMPLE_EVERY))
    hours = [f"{SAMPLE_EVERY * b:g}" for b in range(bins)]
    outcome, times = ledger.outcome[:, column], ledger.occasions.time
    wished = ledger.outcome[:, free] > Outcome.UNSAID
    said = outcome > Outcome.UNSAID
    counts = {
        "wished": (wished, times),
        "said": (said, times),
        "unsaid": (wished & (outcome == Outcome.UNSAID), times),
        "never_arose": (wished & (outcome == Outcome.NEVER_AROSE), times),
        "out_of_reach": (wished & (outcome <= Outcome.BARRED), times),
        "stopped": ((outcome == Outcome.BLOCKED) | (outcome == Outcome.WITHHELD), times),
        "removed": ((outcome == Outcome.REMOVED) | (outcome == Outcome.HIDDEN), ledger.gone[:, column]),
    }
    pieces = [Piece(name, "hour", hours, represents * _by_bin(ledger, which, at, bins)) for name, (which, at) in counts.items()]
    return [*pieces, *_risks(ledger, column, bins, hours), *_sampled(ledger, column, bins)]


def _risks(ledger: Ledger, column: int, bins: int, hours: list[str]) -> list[Piece]:
    """Mean perceived risks over the occasions of a bin that some platform takes, in worlds with fear."""
    if column not in ledger.afraid:
        return []
    at = ledger.afraid.index(column)
    taken: NDArray[np.bool_] = ledger.venue[:, column] >= 0
    there = _by_bin(ledger, taken, ledger.occasions.time, bins)
    risks = {"perceived_removal": ledger.removal_risk[:, at], "perceived_reprisal": ledger.reprisal_risk[:, at]}
    return [
        Piece(name, "hour", hours, ratio(_by_bin(ledger, taken, ledger.occasions.time, bins, risk.astype(np.float64)), there))
        for name, risk in risks.items()
    ]


def _by_bin(ledger: Ledger, which: NDArray[np.bool_], times: Floats, bins: int, weights: Floats | None = None) -> Floats:
    rows = np.flatnonzero(which)
    replication = ledger.people.replication[ledger.occasions.person[rows]]
    cell = replication * bins + np.minimum(times[rows] // SAMPLE_EVERY, bins - 1).astype(np.int64)
    replications = len(ledger.people.replication_key)
    weight = None if weights is None else weights[rows]
    return np.bincount(cell, weight, minlength=replications * bins).reshape(replications, bins).astype(np.float64)


def _sampled(ledger: Ledger, column: int, bins: int) -> list[Piece]:
    replications = len(ledger.people.replication_key)
    values: dict[str, Floats] = {}
    for hour, world, replication, measure, value in ledger.samples:
        if world == column:
            grid = values.setdefault(measure, np.full((replications, bins), np.nan))
            grid[replication, min(int(hour // SAMPLE_EVERY), bins - 1)] = value
    hours = [f"{SAMPLE_EVERY * b:g}" for b in range(bins)]
    return [Piece(name, "hour", hours, grid) for name, grid in values.items()]
