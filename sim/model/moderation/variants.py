"""Coded variants: who used one first, and when the list comes to know it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.moderation.phrasebook import Phrasebook
from sim.scenario.schema.rules import Learning


class FirstUses:
    """When each coded text was first said.

    Attributes:
        texts: the coded texts, V of them.
        number: (phrases + 1,) index of a phrase among them, -1 for others.
        hours: (F, V, W, R) hours by platform, text, world and replication; inf where it has not been said.
    """

    def __init__(self, phrasebook: Phrasebook, platforms: int, worlds: int, replications: int) -> None:
        phrases = np.flatnonzero(phrasebook.coded)
        self.texts = [phrasebook.texts[phrase] for phrase in phrases.tolist()]
        self.number = np.full(len(phrasebook.coded), -1)
        self.number[phrases] = np.arange(len(phrases))
        self.hours = np.full((platforms, len(phrases), worlds, replications), np.inf)

    def note(self, platform: Indices, phrase: Indices, world: Indices, replication: Indices, time: Floats) -> None:
        """Take note of messages that were said."""
        coded = np.flatnonzero(self.number[phrase] >= 0)
        where = platform[coded], self.number[phrase[coded]], world[coded], replication[coded]
        np.minimum.at(self.hours, where, time[coded])


class Learner:
    """When a rule knows which variants: some time after their first use, if ever; the times are the same in all worlds."""

    def __init__(self, learning: Learning, uses: FirstUses, platform: int, replications: Keys, salt: int) -> None:
        """(R,) luck keys of the replications."""
        self._uses = uses
        self._platform = platform
        names = np.array([name_key(text) for text in uses.texts], np.uint64)
        keys = child_keys(replications[None, :], names[:, None])
        self._lag = waits(learning.lag, luck(Purpose.VARIANT_LAG, keys, salt))
        self._lag[luck(Purpose.VARIANT_LISTED, keys, salt) >= learning.share] = np.inf

    def may_know(self, phrase: Indices) -> NDArray[np.bool_]:
        """(m,) whether texts are coded variants."""
        coded: NDArray[np.bool_] = self._uses.number[phrase] >= 0
        return coded

    def knows(self, phrase: Indices, world: Indices, replication: Indices, time: Floats) -> NDArray[np.bool_]:
        """(m,) whether the texts of messages are coded variants that the list has learned by their times."""
        result = np.zeros(len(phrase), np.bool_)
        coded = np.flatnonzero(self.may_know(phrase))
        number, r = self._uses.number[phrase[coded]], replication[coded]
        result[coded] = self._uses.hours[self._platform, number, world[coded], r] + self._lag[number, r] <= time[coded]
        return result
