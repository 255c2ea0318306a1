"""Shares of published messages that carry a mark."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.scenario.schema import Scenario


def marks_possible(scenario: Scenario) -> dict[str, tuple[Mark, NDArray[np.bool_]]]:
    """The measures of marks that a scenario's platforms can give, by name: the mark, and (F,) the platforms that are reckoned with."""
    platforms = scenario.platforms.values()
    labels = any(rule.action == "label" for platform in platforms for rule in platform.rules.values())
    interprets = np.array([platform.interpretation is not None for platform in platforms])
    possible = {
        "labelled_rate": (Mark.LABELLED, np.full(len(platforms), labels)),
        "dropped_by_interpretation": (Mark.UNINTERPRETED, interprets),
    }
    return {name: (mark, where) for name, (mark, where) in possible.items() if where.any()}


def marked_shares(
    ledger: Ledger,
    world: int,
    marks: dict[str, tuple[Mark, NDArray[np.bool_]]],
    replication: NDArray[np.int32],
    level: NDArray[np.integer],
    shape: tuple[int, int],
) -> Iterator[Values]:
    """Of the messages published in a world on some platforms, the share with each mark, by (O,) level; shape is (replications, levels)."""
    everything = np.flatnonzero((ledger.outcome[:, world] > Outcome.WITHHELD) & (level >= 0))
    for name, (mark, where) in marks.items():
        rows = everything[where[ledger.venue[everything, world]]]
        cell = replication[rows].astype(np.int64) * shape[1] + level[rows]
        published = np.bincount(cell, minlength=shape[0] * shape[1])
        marked = np.bincount(cell[(ledger.marks[rows, world] & mark) > 0], minlength=shape[0] * shape[1])
        yield name, ratio(marked, published).reshape(shape)
