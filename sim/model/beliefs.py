"""What people see and learn: perceived removal R, perceived reprisal S, climate C and noticed censorship N.

People and rooms keep decayed counters. A person's evidence is their own counter plus what their room has seen: the decayed sum of
everything witnessed in a room is the room's counter itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Counters, Indices
from sim.model.luck import Floats, Purpose, luck
from sim.model.people import People
from sim.model.policy import Policy

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Priors:
    """Risks as they are perceived before anything happens; arrays of one shape.

    Attributes:
        removal: perceived removal.
        reprisal: perceived reprisal.
        exposure: what people take to be the chance that an authority learns who said it, which news of reprisals acts upon.
    """

    removal: Floats
    reprisal: Floats
    exposure: Floats

    def part(self, rows: slice) -> Priors:
        """The priors of some occasions, as views."""
        return Priors(self.removal[rows], self.reprisal[rows], self.exposure[rows])


class Beliefs:
    """Counters of everybody and every room, and how they read as R, S, C and N.

    Pairs are person x topics + topic, or room x topics + topic. Readings take (n, 1) persons and pairs of persons, (n, w) rooms and
    pairs of rooms, and (w,) indices of the worlds asked about.
    """

    def __init__(self, people: People, rooms: int, policy: Policy, worlds: int) -> None:
        self._people = people
        self._worlds = worlds
        spec, begins = policy.scenario.beliefs, policy.scenario.begins
        pairs, room_pairs = len(people) * people.topics, rooms * people.topics
        self._own_messages = Counters(2, pairs, worlds, spec.removal_half_life, begins)
        self._room_messages = Counters(2, room_pairs, worlds, spec.removal_half_life, begins)
        self._room_climate = Counters(2, room_pairs, worlds, spec.climate_half_life, begins)
        self._own_noticed = Counters(1, len(people), worlds, spec.noticed_half_life, begins)
        self._room_noticed = Counters(1, rooms, worlds, spec.noticed_half_life, begins)
        self._news = Counters(1, len(people), worlds, spec.reprisal_half_life, begins)
        self._room_news = Counters(1, rooms, worlds, spec.reprisal_half_life, begins)
        platforms = len(policy.survey)
        self._told_removal = np.full((platforms, len(people)), np.nan)
        self._told_reprisal = np.full((platforms, len(people)), np.nan)
        self._believer_luck = luck(Purpose.BELIEVES_SAFEGUARDS, people.key)
        self.set_policy(policy, begins)

    def set_policy(self, policy: Policy, now: float) -> None:
        """Adopt new tables."""
        self._policy = policy
        self._spec = spec = policy.scenario.beliefs
        for counters, half_life in (
            (self._own_messages, spec.removal_half_life),
            (self._room_messages, spec.removal_half_life),
            (self._room_climate, spec.climate_half_life),
            (self._own_noticed, spec.noticed_half_life),
            (self._room_noticed, spec.noticed_half_life),
            (self._news, spec.reprisal_half_life),
            (self._room_news, spec.reprisal_half_life),
        ):
            counters.set_half_life(half_life, now)
        self._priors = self._person_priors()

    def tell(self, platform: int, belief: str, value: float, who: NDArray[np.bool_]) -> None:
        """From now on, `who` (P,) start from this perceived risk on the platform."""
        told = self._told_removal if belief == "removal" else self._told_reprisal
        told[platform, who] = value
        self._priors = self._person_priors()

    def priors(self, person: Indices, platform: Indices, direct: NDArray[np.bool_] | bool = False) -> Priors:
        """Prior risks of (n, 1) persons on (n, w) platforms, in rooms or in direct chats."""
        where, table = platform * len(self._people) + person, self._priors
        there = where + direct * table.removal.size
        return Priors(table.removal.take(where), table.reprisal.take(there), table.exposure.take(there))

    def perceived_removal(self, priors: Priors, pair: Indices, room_pair: Indices, worlds: Indices, now: float) -> Floats:
        """R, (n, w), as it acts: the mean of a Beta belief and, above it, as much of its spread as people are averse to ambiguity.

        Its evidence is own and witnessed messages, weighted by heat.
        """
        spec = self._spec
        own, seen = self._own_messages.at(pair, worlds, now), self._room_messages.at(room_pair, worlds, now)
        heat, acted = own + spec.witness_weight * seen
        weight = spec.removal_strength + heat
        mean: Floats = np.minimum((spec.removal_strength * priors.removal + acted) / weight, 1.0)
        if not spec.ambiguity_aversion:
            return mean
        spread = np.sqrt(np.maximum(mean * (1 - mean), 0.0) / (weight + 1))
        feared: Floats = np.minimum(mean + spec.ambiguity_aversion * spread, 1.0)
        return feared

    def perceived_reprisal(self, priors: Priors, person: Indices, room: Indices, worlds: Indices, now: float) -> Floats:
        """S, (n, w): the prior, raised by news as far as people feel exposed."""
        if self._news.empty and self._room_news.empty:
            return 1 - (1 - priors.reprisal)
        news = self._news.at(person, worlds, now)[0] + self._room_news.at(room, worlds, now)[0]
        perceived: Floats = 1 - (1 - priors.reprisal) * np.exp(-news * priors.exposure)
        return perceived

    def climate(self, room_pair: Indices, worlds: Indices, now: float) -> Floats:
        """C, (n, w): mean stance of what was seen said on the topic, shrunk to 0 where little was."""
        said, stance = self._room_climate.at(room_pair, worlds, now)
        climate: Floats = stance / (said + self._spec.climate_strength)
        return climate

    def noticed(self, person: Indices, room: Indices, worlds: Indices, now: float) -> Floats:
        """N, (n, w): how much censorship was noticed, from 0 to 1."""
        seen = self._room_noticed.at(room, worlds, now)[0]
        actions = self._own_noticed.at(person, worlds, now)[0] + self._spec.witness_weight * seen
        noticed: Floats = -np.expm1(-actions / self._spec.noticed_scale)
        return noticed

    def record_submitted(self, pair: Indices, worlds: Indices, heat: Floats, times: Floats) -> None:
        """Own messages, as far as their authors know: evidence that nothing has happened, until something does."""
        self._own_messages.add(pair, worlds, (heat, 0.0), times)

    def record_published(self, room_pair: Indices, worlds: Indices, stance: Floats, times: Floats, reached: Floats | float = 1.0) -> None:
        """Messages that rooms saw, or that some share of each room was reached by."""
        self._room_climate.add(room_pair, worlds, (reached, stance * reached), times)

    def record_witnessed(self, room_pair: Indices, worlds: Indices, heat: Floats, times: Floats) -> None:
        """Messages that rooms saw, as evidence that nothing has happened, until something does."""
        self._room_messages.add(room_pair, worlds, (heat, 0.0), times)

    def record_action(
        self,
        person: Indices,
        pair: Indices,
        worlds: Indices,
        heat: Floats,
        times: Floats,
        explained: Flags,
        weight: Floats | float = 1.0,
        sanctions: Indices | int = 0,
    ) -> None:
        """Actions that authors learned of, in order of time; those that are not explained teach them about other topics as well.

        A `weight` below 0 (and heat below 0) takes an action back that had been recorded as of that time. `sanctions` that came with an
        action are noticed like further actions.
        """
        topics = self._people.topics
        topic = pair % topics
        spilt = np.where(explained, 0.0, self._spec.spillover)[:, None]
        share = np.where(np.arange(topics) == topic[:, None], 1.0, spilt).reshape(-1)
        pairs = ((pair - topic)[:, None] + np.arange(topics)).reshape(-1)
        some = np.flatnonzero(share)
        at = some // topics
        self._own_messages.add(pairs[some], worlds[at], (0.0, share[some] * heat[at]), times[at])
        self._own_noticed.add(person, worlds, (self._notice(explained) * weight + sanctions,), times)

    def record_public_action(
        self,
        room: Indices,
        room_pair: Indices,
        worlds: Indices,
        heat: Floats,
        times: Floats,
        explained: Flags,
        weight: Floats | float = 1.0,
    ) -> None:
        """Actions that everybody in a room saw, in order of time; see `record_action`."""
        self._room_messages.add(room_pair, worlds, (0.0, heat), times)
        self._room_noticed.add(room, worlds, (self._notice(explained) * weight,), times)

    def _notice(self, explained: Flags) -> Floats:
        weight: Floats = np.where(explained, self._spec.explained_weight, 1.0)
        return weight

    def record_reprisal(self, person: int, rooms: Indices, world: int, now: float) -> None:
        """A person is acted against, and those who share a room with them hear of it."""
        self._news.add(np.array([person]), np.array([world]), (self._spec.reprisal_own,), now)
        self._room_news.add(rooms, np.full(len(rooms), world), (self._spec.reprisal_witness,), now)

    def record_told(self, who: Indices, world: int, now: float) -> None:
        """People hear of a reprisal from a contact, and know of it wherever they speak."""
        self._news.add(who, np.full(len(who), world), (self._spec.reprisal_witness,), now)

    def record_emboldening(self, followers: Indices, world: int, now: float) -> None:
        """A reprisal that angers some people counts with them as so many noticed actions."""
        self._own_noticed.add(followers, np.full(len(followers), world), (self._spec.emboldening,), now)

    def record_news(self, who: Indices, weight: float, now: float) -> None:
        """News of reprisals reaches some people, in every world."""
        people, worlds = np.repeat(who, self._worlds), np.tile(np.arange(self._worlds), len(who))
        self._news.add(people, worlds, (weight,), now)

    def _person_priors(self) -> Priors:
        """Risks as everybody sees them before anything happens: what the laws at home and abroad are thought to do, or was told.

        Removal is (F, P); reprisal and exposure are (2, F, P), in rooms and in direct chats.
        """
        policy, people = self._policy, self._people
        platform = np.arange(len(policy.survey))[:, None]
        believes = (self._believer_luck < policy.believed[:, None]).astype(np.int8)
        at_home = policy.exposure[:, platform, people.resident, believes]
        distance = np.where(people.registered == people.resident, 1.0, policy.abroad[people.registered])
        from_afar = policy.exposure[:, platform, people.registered, believes] * distance
        law = policy.perceived_reprisal
        reprisal = np.maximum(at_home * law[people.resident], from_afar * law[people.registered])
        removal = policy.perceived_removal[platform, people.registered, believes]
        return Priors(
            removal=np.where(np.isnan(self._told_removal), removal, self._told_removal),
            reprisal=np.where(np.isnan(self._told_reprisal), reprisal, self._told_reprisal),
            exposure=np.maximum(at_home, from_afar),
        )
