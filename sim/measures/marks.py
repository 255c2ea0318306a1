"""Shares of published messages that carry a mark."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Mark, Outcome
from sim.scenario.schema import Scenario


def marks_possible(scenario: Scenario) -> dict[str, Mark]:
    """The measures of marks that a scenario's platforms can give, by name."""
    labels = any(rule.action == "label" for platform in scenario.platforms.values() for rule in platform.rules.values())
    return {"labelled_rate": Mark.LABELLED} if labels else {}


def marked_shares(
    ledger: Ledger,
    world: int,
    marks: dict[str, Mark],
    replication: NDArray[np.int32],
    level: NDArray[np.integer],
    shape: tuple[int, int],
) -> Iterator[Values]:
    """Of the messages published in a world, the share with each mark, by (O,) level; shape is (replications, levels)."""
    rows = np.flatnonzero((ledger.outcome[:, world] > Outcome.WITHHELD) & (level >= 0))
    cell = replication[rows].astype(np.int64) * shape[1] + level[rows]
    published = np.bincount(cell, minlength=shape[0] * shape[1])
    for name, mark in marks.items():
        marked = np.bincount(cell[(ledger.marks[rows, world] & mark) > 0], minlength=shape[0] * shape[1])
        yield name, ratio(marked, published).reshape(shape)
