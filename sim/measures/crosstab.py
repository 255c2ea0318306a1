"""Counts of occasions by all that the count measures ask about, made once a world and split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.voice import Manner

Flags = NDArray[np.bool_]
_FEATURES = {"outcome": len(Outcome), "voice": len(Manner), "wished": 2, "seen": 2, "counted": 2, "reply": 2, "silenced": 2}
STATES = int(np.prod(list(_FEATURES.values())))


@dataclass(frozen=True)
class States:
    """What each of the distinguishable states of an occasion means; all arrays have `STATES` entries."""

    outcome: NDArray[np.int64]
    voice: NDArray[np.int64]
    wished: Flags
    seen: Flags
    counted: Flags
    reply: Flags
    silenced: Flags

    @property
    def said(self) -> Flags:
        """Voiced, in whatever manner."""
        return self.outcome > Outcome.UNSAID

    @property
    def published(self) -> Flags:
        """Voiced, and neither blocked nor withheld."""
        return self.outcome > Outcome.WITHHELD

    @property
    def taken(self) -> Flags:
        """Blocked, withheld, hidden or removed."""
        return self.said & (self.outcome < Outcome.STOOD)


def _states() -> States:
    codes = np.unravel_index(np.arange(STATES), tuple(_FEATURES.values()))
    named = dict(zip(_FEATURES, codes, strict=True))
    flags = {name: column.astype(np.bool_) for name, column in named.items() if name not in ("outcome", "voice")}
    return States(outcome=named["outcome"], voice=named["voice"], **flags)


STATE = _states()
"""The features of each state."""


def state_codes(ledger: Ledger, world: int, free: int, fearless: int) -> NDArray[np.int16]:
    """(O,) state of each occasion in a world, given the columns of the free world and of this world without fear."""
    outcome, marks = ledger.outcome[:, world], ledger.marks[:, world]
    wished = ledger.outcome[:, free] > Outcome.UNSAID
    silenced = wished & (outcome == Outcome.UNSAID) & (ledger.outcome[:, fearless] > Outcome.UNSAID)
    seen, counted = (marks & Mark.SEEN) > 0, (marks & Mark.COUNTED) > 0
    features = (outcome, ledger.voice[:, world], wished, seen, counted, ledger.occasions.parent != -1, silenced)
    code = np.zeros(len(outcome), np.int16)
    for feature, size in zip(features, _FEATURES.values(), strict=True):
        code *= np.int16(size)
        code += feature
    return code


def crosstab(
    states: NDArray[np.int16], replication: NDArray[np.int32], level: NDArray[np.integer], shape: tuple[int, int]
) -> NDArray[np.int64]:
    """(replications, levels, STATES) counts; occasions whose level is negative are left out."""
    replications, levels = shape
    cell = (replication.astype(np.int64) * levels + level) * STATES + states
    counts = np.bincount(cell[level >= 0], minlength=replications * levels * STATES)
    return counts.reshape(replications, levels, STATES)
