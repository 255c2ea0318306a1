"""Surveys with closed questions: who is asked what, what the answer gives away, and what list experiments count.

A respondent to a closed question answers as the voice model has them speak: sincerely, softened (which is to report support: there is
nothing between yes and no), or not at all, which is item non-response. Nobody answers in code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.voice import AnyVoiceModel, Choice, Manner, Situation
from sim.scenario.schema import Logit, Scenario, Voice

if TYPE_CHECKING:
    from sim.model.people import People
    from sim.model.stretch import Stretch

OPEN, DIRECT, CONTROL, TREATMENT = range(4)
"""What is asked: an open question, or none of these; the direct question; a list without, and with, the sensitive item."""

Flags = NDArray[np.bool_]
Arms = NDArray[np.int8]


class Lists:
    """The closed questions of a scenario's surveys. Answers are given as keys, topics and venues: arrays of one length."""

    def __init__(self, scenario: Scenario) -> None:
        specs = [(name, platform.survey) for name, platform in scenario.platforms.items()]
        self._specs = [(f, name, spec) for f, (name, spec) in enumerate(specs) if spec is not None and spec.instrument != "open"]
        self.platforms = np.isin(np.arange(len(specs)), [f for f, _, _ in self._specs])

    def ask(self, venue: NDArray[np.integer]) -> Flags:
        """Which venues, of any shape and perhaps negative, are surveys with closed questions."""
        asks: Flags = (venue >= 0) & self.platforms[np.maximum(venue, 0)]
        return asks

    def arms(self, key: Keys, topic: Indices, venue: Indices) -> Arms:
        """What each person, of this luck key, is asked on a topic there; venues may be negative."""
        result = np.full(len(venue), OPEN, np.int8)
        for f, name, spec in self._specs:
            here = np.flatnonzero(venue == f)
            drawn = luck(Purpose.SURVEY_ARM, child_keys(key[here], topic[here]), name_key(name))
            direct = 1.0 if spec.instrument == "direct" else spec.asked_directly
            result[here] = np.where(drawn < direct, DIRECT, np.where(drawn < (1 + direct) / 2, CONTROL, TREATMENT))
        return result

    def ordinary(self, key: Keys, topic: Indices, venue: Indices) -> Indices:
        """How many of the list's other statements are true of each person."""
        result = np.zeros(len(venue), np.int64)
        for f, name, spec in self._specs:
            here = np.flatnonzero(venue == f)
            for number, share in enumerate(spec.list_items):
                result[here] += luck(Purpose.LIST_ITEM, child_keys(key[here], topic[here]), name_key(name, number)) < share
        return result

    def tells(self, key: Keys, topic: Indices, venue: Indices, supports: Flags) -> Flags:
        """Whether a sincere answer gives away dissent: a direct no, or a count of 0 where the sensitive item was on the list."""
        arm = self.arms(key, topic, venue)
        nothing = (arm == TREATMENT) & (self.ordinary(key, topic, venue) == 0)
        tells: Flags = (arm == OPEN) | (((arm == DIRECT) | nothing) & ~supports)
        return tells

    def counts(self, key: Keys, topic: Indices, venue: Indices, supports: Flags, softens: Flags) -> tuple[Arms, Indices]:
        """What each was asked, and the count that each gives if it was a list; a direct answer counts 1 where it reports support."""
        arm, ordinary = self.arms(key, topic, venue), self.ordinary(key, topic, venue)
        count = ordinary + (supports & (arm == TREATMENT))
        shades = np.zeros(len(venue), np.int64)
        for f, name, spec in self._specs:
            here = np.flatnonzero((venue == f) & (arm == TREATMENT))
            lowest, highest = (count[here] == 0) & softens[here], count[here] == len(spec.list_items) + 1
            chance = lowest * spec.floor_shading + highest * spec.ceiling_shading
            shaded = luck(Purpose.LIST_SHADING, child_keys(key[here], topic[here]), name_key(name)) < chance
            shades[here] = shaded * np.where(lowest, 1, -1)
        return arm, np.where(arm == DIRECT, supports | softens, count + shades)


class Surveys:
    """What the people of a simulation do with the questions of surveys."""

    def __init__(self, scenario: Scenario, people: People) -> None:
        self._key = people.key
        self._lists = Lists(scenario)
        self._nonresponse = np.array([0.0 if p.survey is None else p.survey.nonresponse for p in scenario.platforms.values()])
        self.closed = bool(self._lists.platforms.any())

    def choose(self, model: AnyVoiceModel, voice: Voice, at: Situation, window: Stretch) -> Choice:
        """What the authors of a window do, by a voice model and its parameters; false answers to closed questions soften all the way."""
        choice = self._choose(model, voice, at, window) if self.closed else model.choose(voice, at)
        if self._nonresponse.any():
            rate = np.where(window.venue >= 0, self._nonresponse[np.maximum(window.venue, 0)], 0.0)
            passes = luck(Purpose.NONRESPONSE, window.key)[:, None] < rate
            choice = replace(choice, manner=np.where(passes, np.uint8(Manner.SILENT), choice.manner))
        return choice

    def telling(self, window: Stretch, row: Indices, column: Indices) -> Floats | float:
        """How much of the heat of what they think is in what some authors of a window would say: all, or none."""
        if not self.closed:
            return 1.0
        return self._tells(window)[row, column].astype(np.float64)

    def _choose(self, model: AnyVoiceModel, voice: Voice, at: Situation, window: Stretch) -> Choice:
        closed = self._lists.ask(window.venue)
        openly = model.choose(voice, at)
        softening = voice.softening if openly.softening is None else openly.softening
        if not closed.any():
            return replace(openly, softening=np.broadcast_to(softening, closed.shape))
        asked = replace(at, heat=at.heat * self._tells(window), fluent=at.fluent & ~closed)
        answer = model.choose(_all_the_way(voice), asked)
        return Choice(np.where(closed, answer.manner, openly.manner), np.where(closed, 1.0, softening))

    def _tells(self, window: Stretch) -> Flags:
        """(n, W)"""
        row, column = np.nonzero(self._lists.ask(window.venue))
        key, stance = self._key[window.authors.person[row]], window.authors.stance[row]
        tells = np.ones(window.venue.shape, np.bool_)
        tells[row, column] = self._lists.tells(key, window.topic[row], window.venue[row, column], stance > 0)
        return tells


def _all_the_way(voice: Voice) -> Voice:
    """The parameters of a voice model, with softening that leaves nothing of what people think; as they are where there is none."""
    return voice.model_copy(update={"softening": 1.0}) if isinstance(voice, Logit) else voice
