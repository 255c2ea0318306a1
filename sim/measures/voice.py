"""Measures that count occasions: the voice funnel, and rates of censorship and chill."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.crosstab import STATE, Flags
from sim.model.ledger import Ledger, Outcome
from sim.model.luck import Floats
from sim.model.voice import Manner

_S = STATE
_REACHED = _S.wished & (_S.outcome > Outcome.BARRED)
_AROSE = _S.wished & (_S.outcome > Outcome.NEVER_AROSE)
_SINCERE = _S.wished & _S.said & (_S.voice == Manner.SINCERE)
_PUBLISHED = _SINCERE & _S.published

_COUNTS: dict[str, Flags] = {
    "wished": _S.wished,
    "reachable": _REACHED,
    "arose": _AROSE,
    "said": _S.wished & _S.said,
    "said_sincerely": _SINCERE,
    "published": _PUBLISHED,
    "seen": _PUBLISHED & _S.seen,
    "counted": _PUBLISHED & _S.seen & _S.counted,
}

_SHARES: dict[str, tuple[Flags, Flags]] = {
    "heard_share": (_COUNTS["seen"], _S.wished),
    "counted_share": (_COUNTS["counted"], _S.wished),
    "access_loss_share": (_S.wished & (_S.outcome <= Outcome.UNREACHABLE), _S.wished),
    "left_share": (_S.wished & (_S.outcome == Outcome.LEFT), _S.wished),
    "barred_share": (_S.wished & (_S.outcome == Outcome.BARRED), _S.wished),
    "removal_rate": (_S.outcome == Outcome.REMOVED, _S.published),
    "prior_restraint_rate": ((_S.outcome == Outcome.BLOCKED) | (_S.outcome == Outcome.WITHHELD), _S.said),
    "hidden_rate": (_S.outcome == Outcome.HIDDEN, _S.published),
    "self_deleted_rate": (_S.outcome == Outcome.SELF_DELETED, _S.published),
    "self_censorship_rate": (_AROSE & ~_S.said, _AROSE),
    "softening_rate": (_S.said & (_S.voice == Manner.SOFTENED), _S.said),
    "coding_rate": (_S.said & (_S.voice == Manner.CODED), _S.said),
    "unsaid_per_removal": (_S.silenced, _S.taken),
    "conversation_lost": (_REACHED & _S.reply & (_S.outcome == Outcome.NEVER_AROSE), _REACHED & _S.reply),
}

ON_ONE_PLATFORM = (
    *("said", "said_sincerely", "published", "seen", "counted"),
    *("removal_rate", "prior_restraint_rate", "hidden_rate", "self_deleted_rate", "softening_rate", "coding_rate"),
)
"""Measures that make sense by the platform that carried the message; wishes that no platform carried belong to none."""

_ANY_SINCERE = _S.said & (_S.voice == Manner.SINCERE)

Values = tuple[str, Floats]
"""A measure's name and its values, (replications, levels); NaN where the sample does not support one."""


def count_measures(table: NDArray[np.int64], represents: float) -> Iterator[Values]:
    """The measures that one world's crosstab supports."""
    for name, states in _COUNTS.items():
        yield name, table[:, :, states].sum(axis=2) * represents
    for name, (part, whole) in _SHARES.items():
        yield name, ratio(table[:, :, part].sum(axis=2), table[:, :, whole].sum(axis=2))


def offered_share(ledger: Ledger, free: int, replication: NDArray[np.int32], level: NDArray[np.integer], shape: tuple[int, int]) -> Values:
    """Occasions, other than replies, that some platform takes in the free world / all, by (O,) level; shape is (replications, levels)."""
    rows = np.flatnonzero(ledger.occasions.parent == -1)
    cell = replication[rows].astype(np.int64) * shape[1] + level[rows]
    offered, occasions = (
        np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape) for cells in (cell[ledger.venue[rows, free] >= 0], cell)
    )
    return "offered_share", ratio(offered, occasions)


def chilling_effect(table: NDArray[np.int64], fearless: NDArray[np.int64]) -> Values:
    """1 - sincere messages in a world / those in the same world without fear."""
    return "chilling_effect", 1 - ratio(sincere(table), sincere(fearless))


def sincere(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """(replications, levels) messages said sincerely, wished or not."""
    count: NDArray[np.int64] = table[:, :, _ANY_SINCERE].sum(axis=2)
    return count


def ratio(part: NDArray[np.number], whole: NDArray[np.number]) -> Floats:
    """part / whole, NaN where the whole is 0."""
    result = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result
