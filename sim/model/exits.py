"""Exit: people who leave a platform for good, over what happened to them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import URGENT, Event

from sim.model.counter import Counters, Indices
from sim.model.luck import Floats, Purpose, child_keys, luck, name_key

if TYPE_CHECKING:
    from sim.model.world import World
    from sim.scenario.schema.abuse import Exit

DAY = 24.0
Flags = NDArray[np.bool_]


class Exits:
    """Asks everybody at the end of each day whether they leave a platform; nobody leaves a survey.

    The hazard is held in decayed counters by platform and person; the rise in perceived reprisal since the start adds to it on the platform
    that a person would turn to now. What is announced or set at the start is known by then.
    """

    def __init__(self, world: World, spec: Exit) -> None:
        platforms = world.scenario.platforms
        self._world = world
        self._spec = spec
        self._salts = [name_key(name) for name in platforms]
        self._leavable = np.array([platform.kind != "survey" for platform in platforms.values()])
        self._hazard = Counters(1, len(platforms) * len(world.people), len(world.switches), spec.half_life, world.scenario.begins)
        self._afraid = np.flatnonzero(world.switches.fear)
        world.env.process(self._days())

    def suffer_action(self, person: Indices, venue: Indices, column: Indices, time: Floats, actions: Floats, sanctions: Indices) -> None:
        """People have noticed actions on their messages by weight (below 0: reversals), and sanctions that came with them."""
        hazard = self._spec.removal * actions + self._spec.sanction * sanctions
        self._add(person, venue, column, time, hazard)

    def suffer_abuse(self, person: Indices, venue: Indices, column: Indices, time: Floats) -> None:
        """People have met an abusive message each."""
        self._add(person, venue, column, time, np.full(len(person), self._spec.abuse))

    def _add(self, person: Indices, venue: Indices, column: Indices, time: Floats, hazard: Floats) -> None:
        self._hazard.add(venue * np.int64(len(self._world.people)) + person, column, (hazard,), time)

    def _days(self) -> simpy.events.ProcessGenerator:
        """Before anything else that happens at the same time, so that nothing depends on what else is simulated."""
        env = self._world.env
        day = int(env.now // DAY)
        yield env.timeout(0.0)
        self._known = self._reprisal_of_all()
        while True:
            event = Event(env)
            event._ok, event._value = True, None
            env.schedule(event, URGENT, DAY * (day + 1) - env.now)
            yield event
            self._world.actions.teach(env.now)
            self._world.abuse.meet(env.now)
            self._decide(day)
            day += 1

    def _reprisal_of_all(self) -> Floats:
        """(F, P) perceived reprisal before anything happens."""
        people, platforms = np.arange(len(self._world.people)), np.arange(len(self._salts))
        return self._world.beliefs.priors(people, platforms[:, None]).reprisal

    def _decide(self, day: int) -> None:
        world = self._world
        drawn = np.stack([luck(Purpose.LEAVES, child_keys(world.people.key, day), salt) for salt in self._salts])
        leaves = drawn[:, :, None] < -np.expm1(-np.maximum(self._hazards(), 0.0))
        leaves &= self._leavable[:, None, None] & ~world.access.left
        if leaves.any():
            platform, person, column = np.nonzero(leaves)
            world.ledger.left += [
                (who, where, world.env.now, what)
                for who, where, what in zip(person.tolist(), column.tolist(), platform.tolist(), strict=True)
            ]
            world.access.leave(leaves)
            world.conversation.unsettle()

    def _hazards(self) -> Floats:
        """(F, P, W) hazards a day."""
        world, worlds = self._world, np.arange(len(self._world.switches))
        shape = (len(self._salts), len(world.people), len(worlds))
        hazard: Floats = self._hazard.at(np.arange(shape[0] * shape[1])[:, None], worlds, world.env.now)[0].reshape(shape)
        if self._spec.fear > 0 and len(self._afraid):
            platform, person, column, rise = self._fears()
            hazard[platform, person, column] += self._spec.fear * rise
        return hazard

    def _fears(self) -> tuple[Indices, Indices, Indices, Floats]:
        """Platforms that people would turn to now, and by how much perceived reprisal has risen there, times the heat of their stances."""
        world, there, now = self._world, self._afraid, self._world.env.now
        current = world.access.current(self._leavable)[:, there]
        person = np.arange(len(current))[:, None]
        where = np.maximum(current, 0)
        priors = world.beliefs.priors(person, where)
        room = world.rooms.of_person[where, 0, person]
        rise = world.beliefs.perceived_reprisal(priors, person, room, there, now) - self._known[where, person]
        rise = np.where(current >= 0, np.maximum(rise, 0.0), 0.0) * self._heat()[:, None]
        rows, column = np.nonzero(rise)
        return current[rows, column], rows, there[column], rise[rows, column]

    def _heat(self) -> Floats:
        """(P,) mean heat of what people think, by their interest in the topics, under the stricter of the laws over them."""
        people, sensitivity = self._world.people, self._world.policy.sensitivity
        interest = np.diff(people.topic_cdf, axis=1, prepend=0.0)[people.group]
        heat = np.maximum(sensitivity[people.resident], sensitivity[people.registered]) * (1 - people.stance) / 2
        mean: Floats = (interest * heat).sum(axis=1)
        return mean
