"""A keyword list over a phrasebook: which texts it stops, when, for whom, and how severely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, child_keys, name_key
from sim.model.moderation.items import Item
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.spells import Spells
from sim.model.ragged import Ragged
from sim.scenario.rule_list import SCOPES
from sim.scenario.schema import Scenario
from sim.scenario.schema.rules import Turnover

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Look:
    """What a list needs to know of m messages: arrays of m.

    Attributes:
        phrase: index of the text; -1 where there is none.
        time: hours.
        replication: position in the stack.
        direct: whether it is said to one other person alone.
        registered: the author's jurisdiction of registration.
    """

    phrase: Indices
    time: Floats
    replication: Indices
    direct: Flags
    registered: Indices


class Listing:
    """Pairs of a text and an item that occurs in it, for look-up while time runs; what occurs nowhere costs nothing."""

    def __init__(
        self, items: Sequence[Item], phrasebook: Phrasebook, scenario: Scenario, turnover: Turnover | None, replications: Keys
    ) -> None:
        phrase, item = phrasebook.pairs(item.entry.parts for item in items)
        used, item = np.unique(item, return_inverse=True)
        self._table = _Table([items[at] for at in used.tolist()], scenario, turnover, replications)
        self._phrases = len(phrasebook.texts) + 1
        blocking, allowing = np.flatnonzero(~self._table.allow[item]), np.flatnonzero(self._table.allow[item])
        self._item = item[blocking]
        general, single = self._table.exceptions(phrase[blocking], self._item, phrase[allowing], item[allowing])
        self._allows = Ragged(*general, self._phrases)
        self._exceptions = Ragged(*single, len(blocking))
        needed = self._needed(phrase[blocking], single[0])
        self._blocks = Ragged(phrase[blocking][needed], needed, self._phrases)
        self._touched = self._blocks.count(np.arange(self._phrases)) > 0

    def touches(self, phrase: Indices) -> Flags:
        """(m,) whether anything that the list may stop, at any time and for anybody, occurs in a text."""
        touched: Flags = self._touched[phrase]
        return touched

    def severity(self, look: Look) -> Floats:
        """(m,) the highest severity among what is in force and occurs in the text; 0 where nothing is."""
        row, pair = self._blocks.of(look.phrase % self._phrases)
        on = self._table.in_force(self._item[pair], look, row)
        row, pair = row[on], pair[on]
        severity = self._table.severity[self._item[pair]]
        if not self._exceptions.empty:
            at, exception = self._exceptions.of(pair)
            severity[at[self._table.in_force(exception, look, row[at])]] = 0.0
        result = np.zeros(len(look.phrase))
        np.maximum.at(result, row, severity)
        return result

    def allows(self, look: Look) -> Flags:
        """(m,) whether something is in force that switches the whole list off for the text."""
        result = np.zeros(len(look.phrase), np.bool_)
        if self._allows.empty:
            return result
        row, item = self._allows.of(look.phrase % self._phrases)
        result[row[self._table.in_force(item, look, row)]] = True
        return result

    def _needed(self, phrase: Indices, excepted: Indices) -> Indices:
        """Positions of the pairs that can make a difference: one that always holds leaves no room for lesser ones on its phrase."""
        severity, every = self._table.severity[self._item], np.arange(len(phrase))
        always = self._table.always[self._item] & ~np.isin(every, excepted)
        highest = np.zeros(self._phrases)
        np.maximum.at(highest, phrase[always], severity[always])
        standing = every[always & (severity == highest[phrase])]
        first = standing[np.unique(phrase[standing], return_index=True)[1]]
        needed: Indices = np.union1d(every[severity > highest[phrase]], first)
        return needed


class _Table:
    """Items as columns."""

    def __init__(self, items: Sequence[Item], scenario: Scenario, turnover: Turnover | None, replications: Keys) -> None:
        self._entries = [item.entry for item in items]
        self._start, self._end = np.array([item.start for item in items]), np.array([item.end for item in items])
        self._scope = np.array([SCOPES.index(entry.scope) for entry in self._entries], np.int64)
        places = list(scenario.jurisdictions)
        self._registered = np.array([places.index(e.registered_in) if e.registered_in else -1 for e in self._entries], np.int64)
        self.severity = np.array([entry.severity for entry in self._entries])
        self.allow = np.array([entry.allow for entry in self._entries], np.bool_)
        self.always = np.array([item.always(scenario.horizon) for item in items], np.bool_)
        names = [repr(item.entry.parts) if item.turns_over else "" for item in items]
        turning = sorted(set(names) - {""})
        self._spell = np.array([turning.index(name) if name else -1 for name in names], np.int64)
        keys = child_keys(replications[None, :], np.array([name_key(name) for name in turning], np.uint64)[:, None])
        self._spells = Spells(turnover, keys, scenario.horizon) if turnover is not None else None

    def in_force(self, item: Indices, look: Look, row: Indices) -> Flags:
        """(n,) whether items are in force for the messages at `row`; in a warm-up, those in force at hour 0."""
        time, scope, place = np.maximum(look.time[row], 0.0), self._scope[item], self._registered[item]
        on = (self._start[item] <= time) & (time < self._end[item])
        on &= (scope == 0) | ((scope == SCOPES.index("direct")) == look.direct[row])
        on &= (place < 0) | (place == look.registered[row])
        if self._spells is not None:
            turning = np.flatnonzero(on & (self._spell[item] >= 0))
            on[turning] = self._spells.listed(self._spell[item[turning]], look.replication[row[turning]], time[turning])
        return on

    def exceptions(
        self, blocked: Indices, blocking: Indices, allowed: Indices, allowing: Indices
    ) -> tuple[tuple[Indices, Indices], tuple[Indices, Indices]]:
        """What switches off a whole list, as phrases and items; and what switches off one combination, as positions of pairs and items.

        Args:
            blocked, blocking: pairs of a phrase and an item that stops it.
            allowed, allowing: pairs of a phrase and an item that switches others off for it.
        """
        general = np.array([self._entries[item].of is None for item in allowing.tolist()], np.bool_)
        pairs = defaultdict(list)
        if not general.all():
            for position, (phrase, item) in enumerate(zip(blocked.tolist(), blocking.tolist(), strict=True)):
                pairs[phrase, self._entries[item].parts].append(position)
        some = zip(allowed[~general].tolist(), allowing[~general].tolist(), strict=True)
        single = sorted((at, item) for phrase, item in some for at in pairs.get((phrase, self._entries[item].of or ()), ()))
        positions = np.array(single, np.int64).reshape(-1, 2)
        return (allowed[general], allowing[general]), (positions[:, 0], positions[:, 1])
