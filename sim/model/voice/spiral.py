"""Spiral of silence: confidence gathers from the opinions that one's neighbours voice.

Ross et al. 2019 (European Journal of Information Systems 28). The paper's printed formulas omit the -1 of the confidence and invert the
test of who speaks; these are the ones that yield its worked case and its figures.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.voice.aloud import Aloud, last_of_each
from sim.model.voice.situation import Choice, Flags, Situation, VoiceModel, sincere_or_silent
from sim.scenario.schema import Scenario, Spiral


class SpiralVoice(VoiceModel[Spiral]):
    """Neighbours are the others in the room, camps the sides of stance 0; every occasion is a tick for its author."""

    remembers = True

    def __init__(self, scenario: Scenario, people: People, rooms: Rooms, worlds: int) -> None:
        self._worlds = worlds
        self._threshold = luck(Purpose.SHYNESS, people.key)
        topics = [luck(Purpose.CONFIDENCE, people.key, name_key("topic", topic)) for topic in scenario.topics]
        self._raw = np.repeat(np.stack(topics, axis=1).ravel(), worlds)
        self._aloud = Aloud(people, rooms, worlds)

    def choose(self, voice: Spiral, at: Situation) -> Choice:
        """Who speaks, from who was heard before the window."""
        speaks = confidence(self._gathered(voice, at)) > voice.highest_threshold * self._threshold[at.person]
        return sincere_or_silent(speaks, at)

    def learn(self, voice: Spiral, at: Situation, arose: Flags, heard: Flags) -> None:
        """Keep the confidence with which people took their occasions, and take in who was heard."""
        rows, column = np.nonzero(arose)
        who, latest = last_of_each(at.pair[rows, 0] * self._worlds + column)
        self._raw[who] = self._gathered(voice, at)[rows[latest], column[latest]]
        self._aloud.follow(at, arose, heard)

    def _gathered(self, voice: Spiral, at: Situation) -> Floats:
        raw = self._raw[at.pair * self._worlds + np.arange(self._worlds)]
        return gathered(raw, voice.sensitivity * delta(*self._aloud.others(at)))


def delta(supporters: NDArray[np.number], opponents: NDArray[np.number]) -> Floats:
    """The balance of the opinions heard, from -1 to 1; 0 where nobody is heard."""
    balance: Floats = np.subtract(supporters, opponents) / np.maximum(np.add(supporters, opponents), 1)
    return balance


def gathered(raw: Floats, balance: Floats) -> Floats:
    """Raw confidence after a tick."""
    return np.maximum(raw + balance, 0.0)


def confidence(raw: Floats) -> Floats:
    """Confidence, from 0 to 1."""
    return 2 / (1 + np.exp(-raw)) - 1
