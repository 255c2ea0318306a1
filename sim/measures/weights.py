"""Whom the convenor means to hear, whom it hears, and the weights that make up for the difference."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger
from sim.model.luck import Floats
from sim.scenario.schema import Scenario


def meant(scenario: Scenario) -> NDArray[np.bool_]:
    """(G,) groups whom the convenor means to hear."""
    hears = scenario.convenor.hears
    return np.array([hears is None or name in hears for name in scenario.groups])


def people_shares(ledger: Ledger, meant: NDArray[np.bool_], replications: int) -> Floats:
    """(replications, groups) shares of groups in the people meant to be heard; 0 for others."""
    there = _by_group(ledger, np.arange(len(ledger.people)), (replications, len(meant))) * meant
    return ratio(there, there.sum(axis=1, keepdims=True))


def messages_by_group(ledger: Ledger, which: NDArray[np.bool_], shape: tuple[int, int]) -> Floats:
    """(replications, groups) numbers of some messages, (O,)."""
    return _by_group(ledger, ledger.occasions.person[which], shape)


def post_stratified(people: Floats, messages: Floats) -> Floats:
    """(replications, groups) weight of each message, so that groups have the shares of the people meant to be heard.

    A group without any message cannot be weighted up: it stays out, and the others share what is left as they do among the people.
    """
    there = messages > 0
    share = people * there / np.maximum((people * there).sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return np.nan_to_num(ratio(share * messages.sum(axis=1, keepdims=True), messages))


def representation(people: Floats, messages: Floats) -> Iterator[Values]:
    """From (replications, groups) shares of the people and, weighted, of what is counted."""
    share = ratio(messages, messages.sum(axis=1, keepdims=True))
    yield "representation_ratio", ratio(share, people)


def unheard(people: Floats, messages: Floats) -> Values:
    """The part of the people whose group is not in the picture at all."""
    return "unheard_share", (people * (messages == 0)).sum(axis=1, keepdims=True)


def _by_group(ledger: Ledger, person: NDArray[np.integer], shape: tuple[int, int]) -> Floats:
    cell = ledger.people.replication[person] * shape[1] + ledger.people.group[person]
    return np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
