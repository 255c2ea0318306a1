"""Measures over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.measures.table import Piece
from sim.measures.voice import ratio
from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.ledger import Ledger, Outcome
from sim.model.luck import Floats
from sim.model.moderation.desks import SAMPLE_EVERY


def series(ledger: Ledger, world: str, represents: float) -> list[Piece]:
    """Counts and mean perceived risks by bins of `SAMPLE_EVERY` hours; levels are the hours at which bins begin."""
    column, free = ledger.column(world), ledger.column("free")
    bins = int(np.ceil(ledger.horizon / SAMPLE_EVERY))
    hours = [f"{SAMPLE_EVERY * b:g}" for b in range(bins)]
    protected = ~ledger.occasions.is_abuse()
    outcome, wished = ledger.outcome[:, column], ledger.outcome[:, free] > Outcome.UNSAID
    counts = {
        "wished": wished,
        "said": protected & (outcome > Outcome.UNSAID),
        "unsaid": wished & (outcome == Outcome.UNSAID),
        "never_arose": wished & (outcome == Outcome.NEVER_AROSE),
        "out_of_reach": wished & (outcome <= Outcome.BARRED),
        "stopped": protected & ((outcome == Outcome.BLOCKED) | (outcome == Outcome.WITHHELD)),
    }
    cell = _cells(ledger, np.arange(len(outcome)), ledger.occasions.time, bins)
    found = {name: _counted(ledger, cell[which], bins) for name, which in counts.items()}
    went, deleted = protected & (ledger.gone[:, column] < ledger.horizon), outcome == Outcome.SELF_DELETED
    for name, which in {"removed": went & ~deleted, "self_deleted": deleted}.items():
        rows = np.flatnonzero(which)
        found[name] = _counted(ledger, _cells(ledger, rows, ledger.gone[rows, column], bins), bins)
    pieces = [Piece(name, "hour", hours, represents * values) for name, values in found.items()]
    return [*pieces, *_risks(ledger, column, cell, bins, hours), *_sampled(ledger, column, bins)]


def _risks(ledger: Ledger, column: int, cell: Ints, bins: int, hours: list[str]) -> list[Piece]:
    """Mean perceived risks over the occasions of a bin that some platform takes, in worlds with fear."""
    if column not in ledger.afraid:
        return []
    at = ledger.afraid.index(column)
    taken = (ledger.venue[:, column] >= 0) & ~ledger.occasions.is_abuse()
    cell = cell[taken]
    there = _counted(ledger, cell, bins)
    risks = {"perceived_removal": ledger.removal_risk[taken, at], "perceived_reprisal": ledger.reprisal_risk[taken, at]}
    return [Piece(name, "hour", hours, ratio(_counted(ledger, cell, bins, risk), there)) for name, risk in risks.items()]


def _cells(ledger: Ledger, rows: Indices, times: Floats, bins: int) -> Ints:
    """Replication x bins + bin of some occasions at the given times."""
    replication = ledger.people.replication[ledger.occasions.person[rows]]
    return replication * np.int32(bins) + np.minimum(times // SAMPLE_EVERY, bins - 1).astype(np.int32)


def _counted(ledger: Ledger, cell: Ints, bins: int, weights: NDArray[np.floating] | None = None) -> Floats:
    """(replications, bins) numbers, or sums of weights."""
    replications = len(ledger.people.replication_key)
    return np.bincount(cell, weights, minlength=replications * bins).reshape(replications, bins).astype(np.float64)


def _sampled(ledger: Ledger, column: int, bins: int) -> list[Piece]:
    replications = len(ledger.people.replication_key)
    values: dict[str, Floats] = {}
    for hour, world, replication, measure, value in ledger.samples:
        if world == column:
            grid = values.setdefault(measure, np.full((replications, bins), np.nan))
            grid[replication, min(int(hour // SAMPLE_EVERY), bins - 1)] = value
    hours = [f"{SAMPLE_EVERY * b:g}" for b in range(bins)]
    return [Piece(name, "hour", hours, grid) for name, grid in values.items()]
