"""What people see and learn: perceived removal R, perceived reprisal S, climate C and noticed censorship N.

People and rooms keep decayed counters. A person's evidence is their own counter plus what their room has seen: the decayed sum of
everything witnessed in a room is the room's counter itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Counter
from sim.model.luck import Floats, Purpose, luck
from sim.model.occasions import Ints
from sim.model.people import People
from sim.model.policy import Policy

Columns = NDArray[np.int64]
"""Indices of worlds."""


class Beliefs:
    """Counters of everybody and every room, and how they read as R, S, C and N."""

    def __init__(self, people: People, rooms: int, policy: Policy, worlds: int) -> None:
        self._people = people
        self._worlds = worlds
        spec = policy.scenario.beliefs
        pairs, room_pairs = len(people) * people.topics, rooms * people.topics
        self._own_heat = Counter(pairs, worlds, spec.removal_half_life)
        self._own_acted = Counter(pairs, worlds, spec.removal_half_life)
        self._room_heat = Counter(room_pairs, worlds, spec.removal_half_life)
        self._room_acted = Counter(room_pairs, worlds, spec.removal_half_life)
        self._room_said = Counter(room_pairs, worlds, spec.climate_half_life)
        self._room_stance = Counter(room_pairs, worlds, spec.climate_half_life)
        self._own_noticed = Counter(len(people), worlds, spec.noticed_half_life)
        self._room_noticed = Counter(rooms, worlds, spec.noticed_half_life)
        self._news = Counter(len(people), worlds, spec.reprisal_half_life)
        self._room_news = Counter(rooms, worlds, spec.reprisal_half_life)
        platforms = len(policy.survey)
        self._told_removal = np.full((platforms, len(people)), np.nan)
        self._told_reprisal = np.full((platforms, len(people)), np.nan)
        self._believer_luck = luck(Purpose.BELIEVES_SAFEGUARDS, people.key)
        self.set_policy(policy, 0.0)

    def set_policy(self, policy: Policy, now: float) -> None:
        """Adopt new tables."""
        self._policy = policy
        self._spec = spec = policy.scenario.beliefs
        for counter in (self._own_heat, self._own_acted, self._room_heat, self._room_acted):
            counter.set_half_life(spec.removal_half_life, now)
        for counter in (self._room_said, self._room_stance):
            counter.set_half_life(spec.climate_half_life, now)
        for counter in (self._own_noticed, self._room_noticed):
            counter.set_half_life(spec.noticed_half_life, now)
        for counter in (self._news, self._room_news):
            counter.set_half_life(spec.reprisal_half_life, now)

    def tell(self, platform: int, belief: str, value: float, who: NDArray[np.bool_]) -> None:
        """From now on, `who` (P,) start from this perceived risk on the platform."""
        told = self._told_removal if belief == "removal" else self._told_reprisal
        told[platform, who] = value

    def perceived_removal(self, person: Ints, topic: Ints, room: Ints, platform: Ints, worlds: Columns, now: float) -> Floats:
        """R, (n, w): a Beta belief whose evidence is own and witnessed messages, weighted by heat.

        person and topic are (n,); room and platform (n, w), for the w worlds asked about.
        """
        spec, people, told = self._spec, self._people, self._told_removal[platform, person[:, None]]
        own, seen = (person.astype(np.int64) * people.topics + topic)[:, None], self._room_pair(room, topic)
        prior = self._policy.perceived_removal[platform, people.registered[person][:, None], self._believes(person, platform)]
        prior = np.where(np.isnan(told), prior, told)
        heat = self._own_heat.at(own, worlds, now) + spec.witness_weight * self._room_heat.at(seen, worlds, now)
        acted = self._own_acted.at(own, worlds, now) + spec.witness_weight * self._room_acted.at(seen, worlds, now)
        perceived: Floats = np.minimum((spec.removal_strength * prior + acted) / (spec.removal_strength + heat), 1.0)
        return perceived

    def perceived_reprisal(self, person: Ints, room: Ints, platform: Ints, worlds: Columns, now: float) -> Floats:
        """S, (n, w): what the law at home or abroad is thought to do, times the exposure on the platform, raised by news."""
        policy, people, told = self._policy, self._people, self._told_reprisal[platform, person[:, None]]
        believes = self._believes(person, platform)
        registered, resident = people.registered[person][:, None], people.resident[person][:, None]
        identity = policy.identity[platform, believes]
        distance = np.where(registered == resident, 1.0, policy.abroad[registered])
        at_home = identity * policy.passed_on[platform, resident, believes]
        from_afar = identity * policy.passed_on[platform, registered, believes] * distance
        prior = np.maximum(at_home * policy.perceived_reprisal[resident], from_afar * policy.perceived_reprisal[registered])
        prior = np.where(np.isnan(told), prior, told)
        news = self._news.at(person[:, None], worlds, now) + self._room_news.at(room, worlds, now)
        perceived: Floats = 1 - (1 - prior) * np.exp(-news * np.maximum(at_home, from_afar))
        return perceived

    def climate(self, topic: Ints, room: Ints, worlds: Columns, now: float) -> Floats:
        """C, (n, w): mean stance of what was seen said on the topic, shrunk to 0 where little was."""
        pair = self._room_pair(room, topic)
        said = self._room_said.at(pair, worlds, now)
        climate: Floats = self._room_stance.at(pair, worlds, now) / (said + self._spec.climate_strength)
        return climate

    def noticed(self, person: Ints, room: Ints, worlds: Columns, now: float) -> Floats:
        """N, (n, w): how much censorship was noticed, from 0 to 1."""
        seen = self._room_noticed.at(room, worlds, now)
        actions = self._own_noticed.at(person[:, None], worlds, now) + self._spec.witness_weight * seen
        noticed: Floats = -np.expm1(-actions / self._spec.noticed_scale)
        return noticed

    def record_submitted(self, person: Ints, topic: Ints, worlds: Ints, heat: Floats, times: Floats) -> None:
        """Own messages, as far as their author knows: evidence that nothing has happened, until something does."""
        self._own_heat.add(person.astype(np.int64) * self._people.topics + topic, worlds, heat, times)

    def record_published(self, room: Ints, topic: Ints, worlds: Ints, heat: Floats, stance: Floats, times: Floats) -> None:
        """Messages that a room saw."""
        pair = room.astype(np.int64) * self._people.topics + topic
        self._room_heat.add(pair, worlds, heat, times)
        self._room_said.add(pair, worlds, 1.0, times)
        self._room_stance.add(pair, worlds, stance, times)

    def record_action(self, person: Ints, topic: Ints, worlds: Ints, heat: Floats, times: Floats) -> None:
        """Actions that the author learned of."""
        self._own_acted.add(person.astype(np.int64) * self._people.topics + topic, worlds, heat, times)
        self._own_noticed.add(person, worlds, 1.0, times)

    def record_public_action(self, room: Ints, topic: Ints, worlds: Ints, heat: Floats, times: Floats) -> None:
        """Actions that everybody in the room saw."""
        self._room_acted.add(room.astype(np.int64) * self._people.topics + topic, worlds, heat, times)
        self._room_noticed.add(room, worlds, 1.0, times)

    def record_reprisal(self, person: int, rooms: Ints, world: int, now: float) -> None:
        """A person is acted against, and those who share a room with them hear of it."""
        here = np.array([person]), np.array([world])
        self._news.add(*here, self._spec.reprisal_own, now)
        self._room_news.add(rooms, np.full(len(rooms), world), self._spec.reprisal_witness, now)

    def record_news(self, who: NDArray[np.int64], weight: float, now: float) -> None:
        """News of reprisals reaches some people in every world."""
        people, worlds = np.repeat(who, self._worlds), np.tile(np.arange(self._worlds), len(who))
        self._news.add(people, worlds, weight, now)

    def _believes(self, person: Ints, platform: Ints) -> NDArray[np.int64]:
        believes: NDArray[np.int64] = (self._believer_luck[person][:, None] < self._policy.believed[platform]).astype(np.int64)
        return believes

    def _room_pair(self, room: Ints, topic: Ints) -> NDArray[np.int64]:
        return room.astype(np.int64) * self._people.topics + topic[:, None]
