"""Measures that count people: who is heard, who bears the loss, who is identified and punished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Floats
from sim.model.voice import Manner

Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Persons:
    """What happened to each person in one world; all arrays have P entries.

    Attributes:
        wished: wishes.
        heard, seen: wishes that were said sincerely and counted, and seen.
        identified, circumvented, punished: whether it happened.
    """

    wished: Counts
    heard: Counts
    seen: Counts
    identified: Flags
    circumvented: Flags
    punished: Flags


def persons_of(ledger: Ledger, world: int, free: int) -> Persons:
    """The persons of a world."""
    marks = ledger.marks[:, world]
    wished = ledger.outcome[:, free] > Outcome.UNSAID
    sincere = wished & (ledger.voice[:, world] == Manner.SINCERE)

    def per_person(occasions: Flags) -> Counts:
        return np.bincount(ledger.occasions.person[occasions], minlength=len(ledger.people))

    punished = np.zeros(len(ledger.people), np.bool_)
    punished[[person for person, where, _ in ledger.punished if where == world]] = True
    return Persons(
        wished=per_person(wished),
        heard=per_person(sincere & ((marks & Mark.COUNTED) > 0)),
        seen=per_person(sincere & ((marks & Mark.SEEN) > 0)),
        identified=per_person((marks & Mark.IDENTIFIED) > 0) > 0,
        circumvented=per_person(((marks & Mark.CIRCUMVENTED) > 0) & ~ledger.occasions.is_abuse()) > 0,
        punished=punished,
    )


def people_measures(ledger: Ledger, persons: Persons, level: NDArray[np.integer], shape: tuple[int, int]) -> Iterator[Values]:
    """Shares of people, by a (P,) level of each; shape is (replications, levels)."""

    def count(people: Flags, weights: Floats | None = None) -> Floats:
        cell = ledger.people.replication * shape[1] + level
        weight = None if weights is None else weights[people]
        return np.bincount(cell[people], weight, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    everyone = count(np.ones(len(ledger.people), np.bool_))
    wished, heard = persons.wished, persons.heard
    yield "heard_per_person", ratio(count(wished > 0, heard / np.maximum(wished, 1)), count(wished > 0))
    yield "people_heard", ratio(count((wished > 0) & (heard > 0)), count(wished > 0))
    yield "identified_per_1000", 1000 * ratio(count(persons.identified), everyone)
    yield "reprisals_per_1000", 1000 * ratio(count(persons.punished), everyone)
    yield "circumvention_share", ratio(count(persons.circumvented), everyone)


def burden_gini(ledger: Ledger, persons: Persons, replications: int) -> Values:
    """Gini coefficient of the share of their wishes that people lost, over those with a wish."""
    values = np.full((replications, 1), np.nan)
    for r in range(replications):
        here = (ledger.people.replication == r) & (persons.wished > 0)
        values[r, 0] = gini(1 - persons.seen[here] / persons.wished[here])
    return "burden_gini", values


def gini(shares: Floats) -> float:
    """Gini coefficient of non-negative numbers; NaN where they are none or all 0."""
    total = shares.sum()
    if not total > 0:
        return float("nan")
    ranks = np.arange(1, len(shares) + 1)
    return max(0.0, float((2 * ranks - len(shares) - 1) @ np.sort(shares) / (len(shares) * total)))
