"""Names in one part of a scenario that must exist in another."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

Problem = tuple[tuple[str | int, ...], str, object]
"""A path in the scenario, the rule that is broken, and the value got."""


def _unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    known = list(known)
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known[:8]) or 'none'}"
            yield name, f"{kind} that the scenario names; {hint}"


def dangling_names(scenario: Scenario) -> list[Problem]:
    """Every reference to a topic, place, group, platform or desk that does not exist."""
    return [*_in_groups(scenario), *_in_jurisdictions(scenario), *_in_platforms(scenario), *_in_timeline(scenario)]


def _in_groups(scenario: Scenario) -> Iterator[Problem]:
    for name, group in scenario.groups.items():
        here = ("groups", name)
        for key in ("registered_in", "resides_in"):
            for bad, rule in _unknown("a jurisdiction", [getattr(group, key)], scenario.jurisdictions):
                yield (*here, key), rule, bad
        for key in ("interests", "stances"):
            for bad, rule in _unknown("a topic", getattr(group, key), scenario.topics):
                yield (*here, key, bad), rule, bad


def _in_jurisdictions(scenario: Scenario) -> Iterator[Problem]:
    for name, place in scenario.jurisdictions.items():
        for bad, rule in _unknown("a topic", place.sensitivity, scenario.topics):
            yield ("jurisdictions", name, "sensitivity", bad), rule, bad


def _in_platforms(scenario: Scenario) -> Iterator[Problem]:
    for bad, rule in _unknown("a platform", scenario.convenor.collects, scenario.platforms):
        yield ("convenor", "collects", scenario.convenor.collects.index(bad)), rule, bad
    for name, platform in scenario.platforms.items():
        here = ("platforms", name)
        for bad, rule in _unknown("a group", platform.habits, scenario.groups):
            yield (*here, "habits", bad), rule, bad
        for key in ("shares_with", "perceived_removal"):
            for bad, rule in _unknown("a jurisdiction", getattr(platform, key), scenario.jurisdictions):
                yield (*here, key, bad), rule, bad
        for rule_name, moderation_rule in platform.rules.items():
            there = (*here, "rules", rule_name)
            for bad, rule in _unknown("a jurisdiction", moderation_rule.registered_in or [], scenario.jurisdictions):
                yield (*there, "registered_in"), rule, bad
            for bad, rule in _unknown("a topic", moderation_rule.topics or [], scenario.topics):
                yield (*there, "topics"), rule, bad
            for bad, rule in _unknown("a desk", [moderation_rule.desk] if moderation_rule.desk else [], platform.desks):
                yield (*there, "desk"), rule, bad


def _in_timeline(scenario: Scenario) -> Iterator[Problem]:
    known = {
        "platform": scenario.platforms, "jurisdiction": scenario.jurisdictions, "topic": scenario.topics, "groups": scenario.groups,
    }
    for index, event in enumerate(scenario.timeline):
        if event.withdraw is not None:
            for bad, rule in _unknown("a platform", [event.withdraw], scenario.platforms):
                yield ("timeline", index, "withdraw"), rule, bad
        for kind in ("surge", "announce", "reprisal_news", "block", "unblock"):
            body = getattr(event, kind)
            for key, names in known.items():
                value = getattr(body, key, None)
                wanted = [] if value is None else [value] if isinstance(value, str) else value
                for bad, rule in _unknown(f"a {key.removesuffix('s')}", wanted, names):
                    yield ("timeline", index, kind, key), rule, bad
