"""Abuse: what hostile people would answer to targets, and which of it these meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.counter import Counters, Indices
from sim.model.ledger import Mark, room_of
from sim.model.luck import Floats, Purpose, luck

if TYPE_CHECKING:
    from sim.model.world import World


class Abuse:
    """Abuse that was published, until its target has read it or it is gone, and what people have met of it by topic.

    Who has met abuse knows it from their own counter; other targets in the room count what happened there by the weight of a witness.
    """

    def __init__(self, world: World) -> None:
        people, worlds, half_life = world.people, len(world.switches), world.scenario.abuse.half_life
        self._world = world
        self._own = Counters(1, len(people) * people.topics, worlds, half_life, world.scenario.begins)
        self._room = Counters(1, len(world.rooms.size) * people.topics, worlds, half_life, world.scenario.begins)
        self._half_life = np.array([platform.reading.half_life for platform in world.scenario.platforms.values()])
        self._ahead: list[tuple[Floats, Indices, Indices]] = []

    def met(self, person: Indices, pair: Indices, room_pair: Indices, worlds: Indices, now: float) -> Floats:
        """A, (n, w): abuse met on the topic, for (n, 1) persons and pairs of persons, (n, w) pairs of rooms and (w,) worlds."""
        witnessed = self._room.at(room_pair, worlds, now)[0] * self._world.people.targeted[person]
        met: Floats = self._own.at(pair, worlds, now)[0] + self._world.policy.scenario.beliefs.witness_weight * witnessed
        return met

    def expect(self, occasion: Indices, column: Indices, shown: Floats) -> None:
        """Abusive messages have been published; their targets will read them, in meetings at once."""
        world = self._world
        venue, key = world.ledger.venue[occasion, column], world.occasions.key[occasion]
        wait = -self._half_life[venue] * np.log2(luck(Purpose.ABUSE_READ, key))
        self._ahead.append((shown + np.where(world.policy.meetings.live[venue], 0.0, wait), occasion, column))

    def meet(self, now: float) -> None:
        """Targets have read by now what they read before it went."""
        if not self._ahead:
            return
        time, occasion, column = (np.concatenate(parts) for parts in zip(*self._ahead, strict=True))
        due = time <= now
        self._ahead = [(time[~due], occasion[~due], column[~due])] if not due.all() else []
        order = np.flatnonzero(due)[np.argsort(time[due], kind="stable")]
        self._read(time[order], occasion[order], column[order])

    def _read(self, time: Floats, occasion: Indices, column: Indices) -> None:
        world, ledger, occasions = self._world, self._world.ledger, self._world.occasions
        venue, target = ledger.venue[occasion, column], occasions.person[occasions.parent[occasion]]
        there = (ledger.gone[occasion, column] > time) & (ledger.shown[occasion, column] < world.policy.meetings.end(venue, time))
        there &= ~world.access.has_left(venue, target, column)
        language = world.people.language
        there &= ((ledger.marks[occasion, column] & Mark.UNINTERPRETED) == 0) | (language[target] == language[occasions.person[occasion]])
        time, occasion, column, venue, target = time[there], occasion[there], column[there], venue[there], target[there]
        topic = occasions.topic[occasion].astype(np.int64)
        room = room_of(world.rooms, occasions, occasion, venue[:, None])[:, 0]
        ledger.marks[occasion, column] |= np.uint16(Mark.MET)
        self._own.add(target * np.int64(world.people.topics) + topic, column, (1.0,), time)
        self._room.add(room * np.int64(world.people.topics) + topic, column, (1.0,), time)
        if world.exits is not None:
            world.exits.suffer_abuse(target, venue, column, time)
