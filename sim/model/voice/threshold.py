"""Thresholds: people join once enough others have (Granovetter 1978; on public criticism, Kuran 1989)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from sim.model.luck import Floats, Purpose, luck
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.voice.aloud import CRITICAL, Aloud, camp
from sim.model.voice.situation import Choice, Flags, Situation, VoiceModel, sincere_or_silent
from sim.scenario.schema import Scenario, Threshold


class ThresholdVoice(VoiceModel[Threshold]):
    """A critic speaks if the share of the others in the room who are heard as critics reaches their threshold; others just speak."""

    remembers = True

    def __init__(self, scenario: Scenario, people: People, rooms: Rooms, worlds: int) -> None:
        self._groups = list(scenario.groups)
        self._group = people.group
        self._score = ndtri(luck(Purpose.THRESHOLD, people.key))
        self._aloud = Aloud(people, rooms, worlds)

    def thresholds(self, voice: Threshold) -> Floats:
        """(P,) everybody's threshold."""
        mean = np.array([voice.means.get(name, voice.mean) for name in self._groups])
        return mean[self._group] + voice.spread * self._score

    def choose(self, voice: Threshold, at: Situation) -> Choice:
        """Who speaks, from who was heard before the window."""
        critics, _ = self._aloud.others(at)
        joins = critics / self._aloud.company(at) >= self.thresholds(voice)[at.person]
        return sincere_or_silent(joins | (camp(at) != CRITICAL), at)

    def learn(self, voice: Threshold, at: Situation, arose: Flags, heard: Flags) -> None:
        """Take in who was heard."""
        self._aloud.follow(at, arose, heard)


def joined(thresholds: Floats) -> Flags:
    """(n,) who has joined in the end, starting from nobody: each joins once the share of the others who have reaches their threshold."""
    inside = np.zeros(len(thresholds), np.bool_)
    while True:
        share = (inside.sum() - inside) / (len(thresholds) - 1)
        now = share >= thresholds
        if (now == inside).all():
            return inside
        inside = now
