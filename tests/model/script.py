"""A few occasions written down by hand, lived through by the engine: everybody speaks, sincerely, with the heat that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

import sim.model.world as world_module
from sim.model.occasions import Occasions
from sim.model.world import World
from sim.scenario import variants
from tests.model.small import scenario

BASE: dict[str, Any] = {
    "name": "script",
    "horizon": "48 h",
    "importance_sigma": 0.0,
    "topics": {"any": {}},
    "jurisdictions": {"home": {"sensitivity": {"any": 1.0}}},
    "groups": {
        "people": {
            "size": 4, "registered_in": "home", "resides_in": "home", "benefit": 100.0, "benefit_sigma": 0.0, "conformity": 0.0,
            "reactance": 0.0,
        }
    },
    "platforms": {
        "chat": {"kind": "group", "rooms": {"median_size": 4.0, "size_sigma": 0.0, "mixing": 1.0}, "reading": {"share": 0.5}},
        "feed": {"kind": "feed", "habit": 1e-9},
    },
    "convenor": {"collects": ["chat"], "every": "2 h"},
    "voice": {"softened_value": 0.0},
    "beliefs": {"discovery": 0.0},
}  # fmt: skip
"""Four people in one room of the first platform; another platform is within reach, and is what nobody prefers."""

HOT, COOL = 0.9, 0.2


class Line(NamedTuple):
    """Who has an occasion when, the heat of what they say, and the line that it replies to."""

    time: float
    person: int = 0
    heat: float = COOL
    parent: int = -1


def played(lines: Sequence[Line], worlds: Sequence[str] = ("moderation",), base: Mapping[str, Any] = BASE, **changes: Any) -> World:
    """The world after the lines, which are in order of time, have been lived through."""
    what = scenario(base, **changes)
    with mock.patch.object(world_module, "draw_occasions", return_value=_occasions(lines)):
        world = World(what, (0,), worlds, variants(what))
    room = world.rooms.of_person[0, 0]
    assert (room == room[0]).all()
    world.occasions.room[:] = room[0]
    world.run()
    return world


def fates(world: World, column: int = 0) -> list[int]:
    """Outcome of each line."""
    outcomes: list[int] = world.ledger.outcome[:, column].tolist()
    return outcomes


def _occasions(lines: Sequence[Line]) -> Occasions:
    time, person, heat, parent = (np.array(column) for column in zip(*lines, strict=True))
    assert (np.diff(time) >= 0).all()
    count = len(lines)
    root = np.arange(count, dtype=np.int32)
    for i in np.flatnonzero(parent >= 0):
        root[i] = root[parent[i]]
    nothing, small = np.zeros(count, np.int32), np.zeros(count, np.int8)
    return Occasions(
        key=np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15),
        time=time.astype(np.float64),
        person=person.astype(np.int32),
        topic=small,
        home=small,
        room=nothing,
        seat=small,
        parent=parent.astype(np.int32),
        root=root,
        stance=1 - 2 * heat.astype(np.float64),
    )
