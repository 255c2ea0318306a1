"""Measures of abuse, of rules against the protected-speech standard (abuse is harm, the rest is protected), and of who leaves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import Floats
from sim.model.policy import Policy
from sim.model.readers import expected_readers

Flags = NDArray[np.bool_]


def standard_measures(
    ledger: Ledger, world: int, replication: NDArray[np.int32], level: NDArray[np.integer], shape: tuple[int, int]
) -> Iterator[Values]:
    """What rules took against the protected-speech standard, by (O,) level; shape is (replications, levels)."""
    outcome, abusive = ledger.outcome[:, world], ledger.occasions.is_abuse()
    said = outcome > Outcome.UNSAID
    taken = said & (outcome < Outcome.STOOD)
    cell = replication.astype(np.int64) * shape[1] + level

    def count(which: Flags) -> Floats:
        return np.bincount(cell[which & (level >= 0)], minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    harm, caught = count(said & abusive), count(taken & abusive)
    recall = ratio(caught, harm)
    yield "over_removal", ratio(count(taken & ~abusive), count(said & ~abusive))
    yield "missed_harm", 1 - recall
    yield "precision", np.where(harm > 0, ratio(caught, count(taken)), np.nan)
    yield "recall", recall


def abuse_exposure(
    ledger: Ledger, world: int, policy: Policy, replication: NDArray[np.int32], level: NDArray[np.integer], shape: tuple[int, int]
) -> Values:
    """Abusive share of the expected views of what was published, by (O,) level."""
    rows = np.flatnonzero((ledger.shown[:, world] < ledger.horizon) & (level >= 0))
    views, cell = expected_readers(policy, ledger, rows, world), replication[rows].astype(np.int64) * shape[1] + level[rows]
    hurtful = np.where(ledger.occasions.is_abuse(rows), views, 0.0)
    part, whole = (np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape) for weights in (hurtful, views))
    return "abuse_exposure", ratio(part, whole)


def abuse_met(ledger: Ledger, world: int, level: NDArray[np.integer], shape: tuple[int, int]) -> Values:
    """Abusive messages that targets read in answer to their own / targets, by (P,) level."""
    people, occasions, cells = ledger.people, ledger.occasions, shape[0] * shape[1]
    cell = people.replication * np.int64(shape[1]) + level
    target = occasions.prompter(np.flatnonzero(ledger.marks[:, world] & Mark.MET))
    met, targets = (np.bincount(cell[who], minlength=cells).reshape(shape) for who in (target, np.flatnonzero(people.targeted)))
    return "abuse_met_per_target", ratio(met, targets)


def exit_rate(ledger: Ledger, world: int, level: NDArray[np.integer], shape: tuple[int, int]) -> Values:
    """People who left a platform / people, by (P,) level."""
    cell, cells = ledger.people.replication * np.int64(shape[1]) + level, shape[0] * shape[1]
    gone = np.array(sorted({person for person, where, _, _ in ledger.left if where == world}), np.int64)
    left, everyone = (np.bincount(some, minlength=cells).reshape(shape) for some in (cell[gone], cell))
    return "exit_rate", ratio(left, everyone)
