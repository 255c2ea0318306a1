"""What people learn from actions on messages: by notice, by discovery, or by seeing it happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.ledger import room_of
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.submissions import Submissions

if TYPE_CHECKING:
    from sim.model.world import World


Lessons = NDArray[np.void]
"""Actions on messages, at the times at which they happen."""

_FIELDS = [("time", np.float64), ("occasion", np.int64), ("world", np.int64), ("rule", np.int64), ("heat", np.float64)]


def lessons(time: Floats, occasion: Indices, world: Indices, rule: Indices, heat: Floats) -> Lessons:
    """Lessons from columns of the same length."""
    result = np.empty(len(time), _FIELDS)
    for (name, _), column in zip(_FIELDS, (time, occasion, world, rule, heat), strict=True):
        result[name] = column
    return result


def lessons_of(messages: Submissions, rows: Indices, rule: Indices, time: Floats) -> Lessons:
    """Actions on some messages; `rule` and `time` belong to all of them."""
    return lessons(time[rows], messages.occasion[rows], messages.world[rows], rule[rows], messages.heat[rows])


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
        ahead = np.concatenate(self._ahead)
        ahead = ahead[np.argsort(ahead["time"], kind="stable")]
        due = int(np.searchsorted(ahead["time"], now, side="right"))
        self._ahead = [ahead[due:]] if due < len(ahead) else []
        self._teach(ahead[:due])

    def _teach(self, happened: Lessons) -> None:
        if not len(happened):
            return
        world, occasions = self._world, self._world.occasions
        gone = world.ledger.gone[happened["occasion"], happened["world"]]
        happened = happened[np.isinf(gone) | (gone == happened["time"])]
        discovers = luck(Purpose.DISCOVERY, occasions.key[happened["occasion"]]) < world.policy.scenario.beliefs.discovery
        known = happened[world.pipeline.notified[happened["rule"]] | discovers]
        person, topic = occasions.person[known["occasion"]], occasions.topic[known["occasion"]]
        pair = person * np.int64(world.people.topics) + topic
        world.beliefs.record_action(person, pair, known["world"], known["heat"], known["time"], world.pipeline.explained[known["rule"]])
        self._teach_rooms(happened[world.pipeline.public[happened["rule"]]])

    def _teach_rooms(self, public: Lessons) -> None:
        if not len(public):
            return
        world, occasions = self._world, self._world.occasions
        venue = world.ledger.venue[public["occasion"], public["world"]]
        room = room_of(world.rooms, occasions, public["occasion"], venue[:, None])[:, 0]
        public, room = public[room > 0], room[room > 0]
        pair = room * np.int64(world.people.topics) + occasions.topic[public["occasion"]]
        world.beliefs.record_public_action(room, pair, public["world"], public["heat"], public["time"], world.pipeline.explained[public["rule"]])
