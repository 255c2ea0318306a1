"""Measures of the picture that the convenor gets, against what the people it meant to hear think."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Floats
from sim.model.voice import Manner, expressed_stance

BINS = 40
"""Equal bins of the stance scale, from -1 to 1, on which distributions are compared."""

_WIDTH = 2 / BINS


class Opinions:
    """Private stances of a stack of replications, weighted by people's interest in each topic, and those that messages show."""

    def __init__(self, ledger: Ledger, replications: int, meant: NDArray[np.bool_] | None = None) -> None:
        """`meant`, (G,): groups whose private stances count; all if not given."""
        self._ledger = ledger
        self._replications = replications
        people, occasions = ledger.people, ledger.occasions
        interest = np.diff(people.topic_cdf, axis=1, prepend=0.0)
        self._interest = (interest if meant is None else interest * meant[:, None])[people.group]
        self._stance = occasions.private_stance(people)
        self._bin = _bins(self._stance)

    def private(self, level: NDArray[np.integer], levels: int) -> Floats:
        """(replications, levels, BINS) weight of private stances; level is (P, K)."""
        people = self._ledger.people
        cell = (people.replication[:, None] * levels + level) * BINS + _bins(people.stance)
        return self._histogram(cell.ravel().astype(np.int64), levels, self._interest.ravel())

    def voiced(
        self, world: int, which: NDArray[np.bool_], level: NDArray[np.integer], levels: int, weights: Floats | None = None
    ) -> Floats:
        """(replications, levels, BINS) stances shown by some of the messages; level is (O,), weights are (replications, groups)."""
        ledger, rows = self._ledger, np.flatnonzero(which)
        shown, manner = self._bin[rows].astype(np.int64), ledger.voice[rows, world]
        softened = np.flatnonzero(manner == Manner.SOFTENED)
        soft = rows[softened]
        shown[softened] = _bins(expressed_stance(ledger.softening[soft, world], self._stance[soft], manner[softened]))
        person = ledger.occasions.person[rows]
        replication = ledger.people.replication[person].astype(np.int64)
        weight = None if weights is None else weights[replication, ledger.people.group[person]]
        return self._histogram((replication * levels + level[rows]) * BINS + shown, levels, weight)

    def _histogram(self, cell: NDArray[np.int64], levels: int, weight: Floats | None = None) -> Floats:
        counts = np.bincount(cell, weight, minlength=self._replications * levels * BINS)
        return counts.astype(np.float64).reshape(self._replications, levels, BINS)


def _bins(stance: Floats) -> NDArray[np.int8]:
    return np.clip((stance + 1) / _WIDTH, 0, BINS - 1).astype(np.int8)


def counted(ledger: Ledger, world: int) -> NDArray[np.bool_]:
    """(O,) messages that the convenor counted, in whatever manner they were said, but abuse."""
    which: NDArray[np.bool_] = ((ledger.marks[:, world] & Mark.COUNTED) > 0) & ~ledger.occasions.is_abuse()
    return which


def said(ledger: Ledger, world: int) -> NDArray[np.bool_]:
    """(O,) messages said, in whatever manner, but abuse."""
    which: NDArray[np.bool_] = (ledger.outcome[:, world] > Outcome.UNSAID) & ~ledger.occasions.is_abuse()
    return which


def opinion_measures(private: Floats, collected: Floats, freely: Floats) -> Iterator[Values]:
    """Differences in the critical share (percentage points) from private stances and from what the free world has counted, and
    Wasserstein-1 distance on the bins."""
    thought, heard, free = _normalised(private), _normalised(collected), _normalised(freely)
    critical = slice(0, BINS // 2)
    yield "opinion_gap", 100 * (heard[:, :, critical].sum(axis=2) - thought[:, :, critical].sum(axis=2))
    yield "opinion_shift", 100 * (heard[:, :, critical].sum(axis=2) - free[:, :, critical].sum(axis=2))
    yield "opinion_distance", np.abs(np.cumsum(heard - thought, axis=2)).sum(axis=2) * _WIDTH


def stance_shares(name: str, histogram: Floats) -> Iterator[tuple[str, str, Floats]]:
    """(measure, level, (replications,) share) of each tenth of the scale, for figures."""
    shares = _normalised(histogram[:, 0].reshape(histogram.shape[0], 1, BINS // 2, 2).sum(axis=3))[:, 0]
    for b in range(BINS // 2):
        yield name, f"{-1 + 2 * _WIDTH * (b + 0.5):.2f}", shares[:, b]


def _normalised(histogram: Floats) -> Floats:
    return ratio(histogram, histogram.sum(axis=2, keepdims=True))
