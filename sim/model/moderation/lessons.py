"""What people learn from actions on messages: by notice, by discovery, or by seeing it happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.model.counter import Indices
from sim.model.ledger import room_of
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.submissions import Submissions

if TYPE_CHECKING:
    from sim.model.world import World


@dataclass(frozen=True)
class Lessons:
    """Actions on messages, at the times at which they happen; all arrays have the same length."""

    time: Floats
    occasion: Indices
    world: Indices
    rule: Indices
    heat: Floats

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def of(cls, messages: Submissions, rows: Indices, rule: Indices, time: Floats) -> Lessons:
        """Actions on some messages; `rule` and `time` belong to all of them."""
        return cls(time[rows], messages.occasion[rows], messages.world[rows], rule[rows], messages.heat[rows])

    def take(self, rows: Indices) -> Lessons:
        """Some of the actions."""
        return Lessons(self.time[rows], self.occasion[rows], self.world[rows], self.rule[rows], self.heat[rows])


def joined(lessons: list[Lessons]) -> Lessons:
    """All actions of a non-empty list."""
    names = ("time", "occasion", "world", "rule", "heat")
    return Lessons(*(np.concatenate([getattr(part, name) for part in lessons]) for name in names))


class Teacher:
    """Holds actions to come, and teaches those that have happened."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ahead: list[Lessons] = []

    def plan(self, lessons: Lessons) -> None:
        """Actions that happen at their times, unless something else takes the message first."""
        if len(lessons):
            self._ahead.append(lessons)

    def teach(self, now: float) -> None:
        """Teach what has happened by now, as of the time at which it happened."""
        if not self._ahead:
            return
        ahead = joined(self._ahead)
        ahead = ahead.take(np.argsort(ahead.time, kind="stable"))
        due = ahead.time <= now
        later, happened = ahead.take(np.flatnonzero(~due)), ahead.take(np.flatnonzero(due))
        self._ahead = [later] if len(later) else []
        gone = self._world.ledger.gone[happened.occasion, happened.world]
        self._teach(happened.take(np.flatnonzero(np.isinf(gone) | (gone == happened.time))))

    def _teach(self, lessons: Lessons) -> None:
        if not len(lessons):
            return
        world, occasions = self._world, self._world.occasions
        notice = np.array([rule.spec.notice for rule in world.pipeline.rules])[lessons.rule]
        discovers = luck(Purpose.DISCOVERY, occasions.key[lessons.occasion]) < world.policy.scenario.beliefs.discovery
        known = lessons.take(np.flatnonzero((notice != "none") | discovers))
        person, topic = occasions.person[known.occasion], occasions.topic[known.occasion]
        pair = person * np.int64(world.people.topics) + topic
        world.beliefs.record_action(person, pair, known.world, known.heat, known.time)
        self._teach_rooms(lessons.take(np.flatnonzero(notice == "public")))

    def _teach_rooms(self, public: Lessons) -> None:
        world, occasions = self._world, self._world.occasions
        venue = world.ledger.venue[public.occasion, public.world]
        room = room_of(world.rooms, occasions, public.occasion, venue[:, None])[:, 0]
        inside = np.flatnonzero(room > 0)
        public, room = public.take(inside), room[inside]
        pair = room * np.int64(world.people.topics) + occasions.topic[public.occasion]
        world.beliefs.record_public_action(room, pair, public.world, public.heat, public.time)
