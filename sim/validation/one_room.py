"""Scenarios in which everybody meets everybody: one room, one topic, steady activity, nothing but the voice model at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.model.world import World
from sim.scenario.schema import Scenario


def scenario(voice: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]], **changes: Any) -> Scenario:
    """One room that seats all people of the groups, who are alike unless a group says otherwise."""
    people = {"registered_in": "here", "resides_in": "here", "messages_per_day": 50.0, "activity_sigma": 0.0}
    data: dict[str, Any] = {
        "name": "one-room",
        "horizon": "6 d",
        "topics": {"any": {}},
        "jurisdictions": {"here": {"sensitivity": {"any": 1.0}}},
        "groups": {name: people | dict(group) for name, group in groups.items()},
        "platforms": {
            "chat": {
                "kind": "group",
                "rooms": {"median_size": 5000.0, "size_sigma": 0.0, "limit": 5000, "mixing": 0.0},
                "replies": {"branching": 0.0},
            }
        },
        "hour_profile": [1.0] * 24,
        "convenor": {"collects": ["chat"]},
        "voice": dict(voice),
    }
    return Scenario.model_validate(data | changes)


def held(what: Scenario, replications: int = 1, world: str = "fear") -> World:
    """The world, once the scenario's time has passed."""
    result = World(what, range(replications), (world,))
    result.run()
    return result


CRITICS = {"median": -0.8, "spread": 0.0}
"""A stance that all critics share."""
FRIENDS = {"median": 0.8, "spread": 0.0}
