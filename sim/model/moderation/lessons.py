"""What people learn from actions on messages: by notice, by discovery, by a sanction, or by seeing it happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.ledger import room_of
from sim.model.luck import Floats, Purpose, luck

if TYPE_CHECKING:
    from sim.model.world import World


Lessons = NDArray[np.void]
"""Actions on messages, and reversals of such actions, at the times at which they happen.

Fields: `time`; `occasion`, `world` and `rule`, indices; `heat` of the message; `points` towards sanctions; `acted`, the time of the action
itself, which is earlier than `time` for a reversal; `sign`, 1 for an action and -1 for its reversal.
"""

_FIELDS = [
    *(("time", np.float64), ("occasion", np.int64), ("world", np.int64), ("rule", np.int64)),
    *(("heat", np.float64), ("points", np.float64), ("acted", np.float64), ("sign", np.int64)),
]


def lessons(time: Floats, occasion: Indices, world: Indices, rule: Indices, heat: Floats, points: Floats) -> Lessons:
    """Actions from columns of the same length."""
    result = np.empty(len(time), _FIELDS)
    for (name, _), column in zip(_FIELDS, (time, occasion, world, rule, heat, points, time, 1), strict=True):
        result[name] = column
    return result


def one_lesson(
    time: float, occasion: int, world: int, rule: int, heat: float, points: float, acted: float | None = None, sign: int = 1
) -> Lessons:
    """An action, or a reversal of one."""
    return np.array([(time, occasion, world, rule, heat, points, time if acted is None else acted, sign)], _FIELDS)


class Teacher:
    """Holds actions to come, and teaches those that have happened."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ahead: list[Lessons] = []

    def plan(self, lessons: Lessons) -> None:
        """Actions that happen at their times, unless something else takes the message first."""
        if len(lessons):
            self._ahead.append(lessons)

    def ahead(self, until: float) -> Lessons:
        """Actions that are planned to happen by then, as far as it is known today."""
        planned = np.concatenate([some[some["time"] <= until] for some in self._ahead] or [np.empty(0, _FIELDS)])
        return planned[self._happens(planned)]

    def teach(self, now: float) -> None:
        """Teach what has happened by now, as of the time at which it happened."""
        if not self._ahead:
            return
        ahead = np.concatenate(self._ahead)
        ahead = ahead[np.argsort(ahead["time"], kind="stable")]
        due = int(np.searchsorted(ahead["time"], now, side="right"))
        self._ahead = [ahead[due:]] if due < len(ahead) else []
        if due:
            self._teach(ahead[:due])

    def _happens(self, lessons: Lessons) -> NDArray[np.bool_]:
        """(m,) whether nothing else has taken the message first; what is labelled may go later."""
        happens: NDArray[np.bool_] = self._world.ledger.gone[lessons["occasion"], lessons["world"]] >= lessons["acted"]
        return happens

    def _teach(self, happened: Lessons) -> None:
        world, occasions = self._world, self._world.occasions
        happened = happened[self._happens(happened)]
        sanctions = world.actions.sanctions.count(happened)
        discovers = luck(Purpose.DISCOVERY, occasions.key[happened["occasion"]]) < world.policy.scenario.beliefs.discovery
        knows = world.pipeline.notified[happened["rule"]] | discovers | (sanctions > 0) | (happened["sign"] < 0)
        known, sanctions = happened[knows], sanctions[knows]
        person, topic = occasions.person[known["occasion"]], occasions.topic[known["occasion"]]
        pair = person * np.int64(world.people.topics) + topic
        explained = world.pipeline.explained[known["rule"]]
        weight = known["sign"] * world.pipeline.weight[known["rule"]]
        heat = weight * known["heat"]
        world.beliefs.record_action(person, pair, known["world"], heat, known["acted"], explained, weight, sanctions)
        if world.exits is not None:
            venue = world.ledger.venue[known["occasion"], known["world"]]
            world.exits.suffer_action(person, venue, known["world"], known["acted"], weight, sanctions)
        self._teach_rooms(happened[world.pipeline.public[happened["rule"]]])

    def _teach_rooms(self, public: Lessons) -> None:
        if not len(public):
            return
        world, occasions = self._world, self._world.occasions
        venue = world.ledger.venue[public["occasion"], public["world"]]
        room = room_of(world.rooms, occasions, public["occasion"], venue[:, None])[:, 0]
        public, room = public[room > 0], room[room > 0]
        pair = room * np.int64(world.people.topics) + occasions.topic[public["occasion"]]
        explained, weight = world.pipeline.explained[public["rule"]], public["sign"] * world.pipeline.weight[public["rule"]]
        world.beliefs.record_public_action(room, pair, public["world"], weight * public["heat"], public["acted"], explained, weight)
