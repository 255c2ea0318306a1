"""What a scenario says without effect: no error, but perhaps not what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.problems import hint
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path

Note = tuple[Path, str]
"""A path in the scenario, and what to know about it."""


def notes(scenario: Scenario) -> list[Note]:
    """Blocks of platforms that the scenario does not have (another file may add them), and rules that cover nobody."""
    return [*_idle_blocks(scenario), *_idle_rules(scenario)]


def _idle_blocks(scenario: Scenario) -> Iterator[Note]:
    for place, law in scenario.jurisdictions.items():
        for name in law.blocks:
            if name not in scenario.platforms:
                text = f"blocks nothing here, since it is no platform of this scenario ({hint(name, scenario.platforms)})"
                yield ("jurisdictions", place, "blocks", name), text


def _idle_rules(scenario: Scenario) -> Iterator[Note]:
    for platform, spec in scenario.platforms.items():
        for name, rule in spec.rules.items():
            for key in ("registered_in", "resides_in"):
                if getattr(rule, key) == []:
                    yield ("platforms", platform, "rules", name, key), "names no jurisdiction of this scenario, so the rule covers nobody"
