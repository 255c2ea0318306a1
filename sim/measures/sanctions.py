"""Measures of what follows an action on a message: sanctions on accounts, and appeals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from sim.measures.moderation import FEWEST_REMOVALS
from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Floats
from sim.scenario.schema.sanctions import Sanction

Flags = NDArray[np.bool_]
_NAMES = {"warn": "warned", "mute": "muted", "suspend": "suspended", "ban": "banned"}


def sanction_measures(ledger: Ledger, world: int, level: NDArray[np.integer], shape: tuple[int, int]) -> Iterator[Values]:
    """People who met with each sanction, by a (P,) level of each; shape is (replications, levels)."""
    cell, cells = ledger.people.replication * shape[1] + level, shape[0] * shape[1]
    everyone = np.bincount(cell, minlength=cells)
    for action in get_args(Sanction):
        people = list({person for person, where, _, taken in ledger.sanctioned if (where, taken) == (world, action)})
        met = np.bincount(cell[people], minlength=cells)
        yield f"{_NAMES[action]}_per_1000", 1000 * ratio(met, everyone).reshape(shape)


def appeal_measures(
    ledger: Ledger, world: int, appealable: Flags, replication: NDArray[np.int32], level: NDArray[np.integer], shape: tuple[int, int]
) -> Iterator[Values]:
    """Of actions on the platforms at which authors may appeal, (F,), by (O,) level; shape is (replications, levels)."""
    said = np.flatnonzero(ledger.outcome[:, world] > Outcome.UNSAID)
    rows = said[appealable[ledger.venue[said, world]]]
    marks, cell = ledger.marks[rows, world], replication[rows].astype(np.int64) * shape[1] + level[rows]
    taken = (ledger.outcome[rows, world] < Outcome.STOOD) | ((marks & Mark.REINSTATED) > 0)

    def share(part: Flags, whole: Flags) -> Floats:
        some, all_ = (np.bincount(cell[which], minlength=shape[0] * shape[1]).reshape(shape) for which in (part, whole))
        return np.where(all_ >= FEWEST_REMOVALS, ratio(some, all_), np.nan)

    appealed, reversed_ = (marks & Mark.APPEALED) > 0, (marks & Mark.REVERSED) > 0
    yield "appeal_rate", share(appealed, (marks & Mark.NOTIFIED) > 0)
    yield "reversal_rate", share(reversed_, (marks & (Mark.REVERSED | Mark.DISMISSED)) > 0)
    yield "reinstated_share", share((marks & Mark.REINSTATED) > 0, taken)
