"""Reinforcement: people learn from the answers that they get what speaking is worth to them.

Gaisbauer, Olbrich & Banisch 2020 (arXiv 1912.12631).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sim.model.luck import Floats, Purpose, luck
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.voice.aloud import Aloud, last_of_each
from sim.model.voice.situation import Choice, Flags, Situation, VoiceModel, sincere_or_silent
from sim.scenario.schema import Reinforcement, Scenario


class ReinforcementVoice(VoiceModel[Reinforcement]):
    """Who speaks is answered by somebody else in the room: aloud where they are heard, by silence where not.

    At first speaking is worth nothing. What is blocked or withheld is answered by nobody.
    """

    remembers = True

    def __init__(self, scenario: Scenario, people: People, rooms: Rooms, worlds: int) -> None:
        self._worlds = worlds
        self.worth = np.zeros(people.stance.size * worlds)
        self._aloud = Aloud(people, rooms, worlds)

    def choose(self, voice: Reinforcement, at: Situation) -> Choice:
        """Who speaks, from what they had learned before the window."""
        worth = self.worth[at.pair * self._worlds + np.arange(self._worlds)]
        return sincere_or_silent(at.speak_luck < speaks(worth, voice.exploitation), at)

    def learn(self, voice: Reinforcement, at: Situation, arose: Flags, heard: Flags) -> None:
        """Learn from the answers, one occasion of each person after the other, and take in who was heard."""
        reward = self._answers(at, heard) - voice.expression_cost
        rows, column = np.nonzero(arose & (self.choose(voice, at).manner > 0))
        while len(rows):
            who, latest = last_of_each((at.pair[rows, 0] * self._worlds + column)[::-1])
            first = len(rows) - 1 - latest
            self.worth[who] = learned(self.worth[who], reward[rows[first], column[first]], voice.learning_rate)
            rows, column = np.delete(rows, first), np.delete(column, first)
        self._aloud.follow(at, arose, heard)

    def _answers(self, at: Situation, heard: Flags) -> Floats:
        """(n, W) 1 where the one who answers agrees aloud, -1 where they disagree, 0 where they are silent."""
        allies, opponents = self._aloud.others(at)
        drawn = luck(Purpose.ANSWER, at.key)[:, None] * self._aloud.company(at)
        return heard * answer(drawn, allies, opponents)


def speaks(worth: Floats, exploitation: float) -> Floats:
    """Probability of speaking."""
    probability: Floats = expit(exploitation * worth)
    return probability


def answer(drawn: Floats, allies: NDArray[np.number], opponents: NDArray[np.number]) -> Floats:
    """What a random neighbour answers: the first `allies` of all agree aloud, the next `opponents` disagree, the others are silent."""
    return np.where(drawn < allies, 1.0, np.where(drawn < np.add(allies, opponents), -1.0, 0.0))


def learned(worth: Floats, reward: Floats, rate: float) -> Floats:
    """What speaking is worth after a reward."""
    return (1 - rate) * worth + rate * reward
