"""Measures that count people: who is heard, who bears the loss, who is identified and punished."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Floats
from sim.model.voice import Manner


def people_measures(ledger: Ledger, world: int, free: int, level: NDArray[np.integer], shape: tuple[int, int]) -> Iterator[Values]:
    """Shares of people, by a (P,) level of each; shape is (replications, levels)."""

    def count(people: NDArray[np.bool_], weights: Floats | None = None) -> Floats:
        cell = ledger.people.replication * shape[1] + level
        weight = None if weights is None else weights[people]
        return np.bincount(cell[people], weight, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    everyone = count(np.ones(len(ledger.people), np.bool_))
    wished, heard = _wishes(ledger, world, free)
    yield "heard_per_person", ratio(count(wished > 0, heard / np.maximum(wished, 1)), count(wished > 0))
    yield "people_heard", ratio(count((wished > 0) & (heard > 0)), count(wished > 0))
    yield "identified_per_1000", 1000 * ratio(count(_marked(ledger, world, Mark.IDENTIFIED)), everyone)
    punished = np.zeros(len(ledger.people), np.bool_)
    punished[[person for person, where, _ in ledger.punished if where == world]] = True
    yield "reprisals_per_1000", 1000 * ratio(count(punished), everyone)
    yield "circumvention_share", ratio(count(_marked(ledger, world, Mark.CIRCUMVENTED)), everyone)


def burden_gini(ledger: Ledger, world: int, free: int, replications: int) -> Values:
    """Gini coefficient of the share of their wishes that people lost, over those with a wish."""
    wished, _ = _wishes(ledger, world, free)
    seen = _per_person(ledger, _sincere(ledger, world, Mark.SEEN) & _wished(ledger, free))
    values = np.full((replications, 1), np.nan)
    for r in range(replications):
        here = (ledger.people.replication == r) & (wished > 0)
        values[r, 0] = gini(1 - seen[here] / wished[here])
    return "burden_gini", values


def gini(shares: Floats) -> float:
    """Gini coefficient of non-negative numbers; NaN where they are none or all 0."""
    total = shares.sum()
    if not total > 0:
        return float("nan")
    ranks = np.arange(1, len(shares) + 1)
    return max(0.0, float((2 * ranks - len(shares) - 1) @ np.sort(shares) / (len(shares) * total)))


def _wished(ledger: Ledger, free: int) -> NDArray[np.bool_]:
    wished: NDArray[np.bool_] = ledger.outcome[:, free] > Outcome.UNSAID
    return wished


def _sincere(ledger: Ledger, world: int, mark: Mark) -> NDArray[np.bool_]:
    sincere: NDArray[np.bool_] = (ledger.voice[:, world] == Manner.SINCERE) & ((ledger.marks[:, world] & mark) > 0)
    return sincere


def _per_person(ledger: Ledger, occasions: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.bincount(ledger.occasions.person[occasions], minlength=len(ledger.people))


def _wishes(ledger: Ledger, world: int, free: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(P,) wishes of each person, and those that were sincerely said and counted."""
    wished = _wished(ledger, free)
    return _per_person(ledger, wished), _per_person(ledger, wished & _sincere(ledger, world, Mark.COUNTED))


def _marked(ledger: Ledger, world: int, mark: Mark) -> NDArray[np.bool_]:
    return _per_person(ledger, (ledger.marks[:, world] & mark) > 0) > 0
