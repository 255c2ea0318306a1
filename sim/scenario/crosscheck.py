"""Names in one part of a scenario that must exist in another, and events that must fall into its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING

from sim.measures.definitions import MEASURES
from sim.scenario.edges import in_contacts
from sim.scenario.keywordcheck import in_keyword_rules
from sim.scenario.presets import shipped
from sim.scenario.problems import MOST, hint
from sim.scenario.tracecheck import in_trace
from sim.scenario.tree import Path
from sim.scenario.units import format_duration

if TYPE_CHECKING:
    from sim.scenario.schema import Event, Scenario
    from sim.scenario.schema.platform import Platform

DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that no file or folder can have where results may be taken to."""

Clash = tuple[Path, str, object]
"""A path in the scenario, the rule that is broken, and the value got."""


def clashes(scenario: Scenario) -> list[Clash]:
    """References to topics, places, groups, platforms and desks that do not exist, events beyond the horizon, and a name of no folder."""
    parts = (
        _in_name,
        _in_groups,
        _in_jurisdictions,
        _in_convenor,
        _in_platforms,
        _in_presets,
        in_keyword_rules,
        _in_voice,
        _in_timeline,
        _late,
        _no_weight,
        _short_half_lives,
        _in_precision,
        in_trace,
        in_contacts,
    )
    return list(islice(chain.from_iterable(part(scenario) for part in parts), MOST + 1))


def _keys(kind: str, names: Iterable[str], known: Mapping[str, object], here: Path) -> Iterator[Clash]:
    """Names used as keys of a mapping."""
    for name in names:
        if name not in known:
            yield (*here, name), _rule(kind, name, known), name


def _values(kind: str, names: Sequence[str] | None, known: Mapping[str, object], here: Path) -> Iterator[Clash]:
    """Names used as values of a list."""
    for index, name in enumerate(names or ()):
        if name not in known:
            yield (*here, index), _rule(kind, name, known), name


def _value(kind: str, name: str | None, known: Mapping[str, object], here: Path) -> Iterator[Clash]:
    if name is not None and name not in known:
        yield here, _rule(kind, name, known), name


def _rule(kind: str, name: str, known: Mapping[str, object]) -> str:
    return f"{kind} ({hint(name, known)})"


def _in_name(scenario: Scenario) -> Iterator[Clash]:
    if scenario.name in DEVICES:
        yield ("name",), "a name that is no device of Windows, as the result folder carries it", scenario.name


def _in_groups(scenario: Scenario) -> Iterator[Clash]:
    for name, group in scenario.groups.items():
        here = ("groups", name)
        yield from _value("a jurisdiction of this scenario", group.registered_in, scenario.jurisdictions, (*here, "registered_in"))
        yield from _value("a jurisdiction of this scenario", group.resides_in, scenario.jurisdictions, (*here, "resides_in"))
        yield from _keys("a topic of this scenario", group.interests, scenario.topics, (*here, "interests"))
        yield from _keys("a topic of this scenario", group.stances, scenario.topics, (*here, "stances"))


def _in_precision(scenario: Scenario) -> Iterator[Clash]:
    yield from _keys("a measure", scenario.precision, MEASURES, ("precision",))
    if scenario.precision and scenario.experiment is not None:
        yield ("precision",), "not with an experiment, whose points are paired and so have the same replications", scenario.precision


def _in_jurisdictions(scenario: Scenario) -> Iterator[Clash]:
    for name, place in scenario.jurisdictions.items():
        yield from _keys("a topic of this scenario", place.sensitivity, scenario.topics, ("jurisdictions", name, "sensitivity"))


def _in_convenor(scenario: Scenario) -> Iterator[Clash]:
    yield from _values("a platform of this scenario", scenario.convenor.collects, scenario.platforms, ("convenor", "collects"))
    yield from _values("a group of this scenario", scenario.convenor.hears, scenario.groups, ("convenor", "hears"))


def _in_platforms(scenario: Scenario) -> Iterator[Clash]:
    for name, platform in scenario.platforms.items():
        here = ("platforms", name)
        yield from _keys("a group of this scenario", platform.habits, scenario.groups, (*here, "habits"))
        yield from _keys("a jurisdiction of this scenario", platform.shares_with, scenario.jurisdictions, (*here, "shares_with"))
        yield from _keys(
            "a jurisdiction of this scenario", platform.perceived_exposure, scenario.jurisdictions, (*here, "perceived_exposure")
        )
        yield from _keys(
            "a jurisdiction of this scenario", platform.perceived_removal, scenario.jurisdictions, (*here, "perceived_removal")
        )
        yield from _in_rules(scenario, platform, (*here, "rules"))
        yield from _in_desks(platform, here)


def _in_rules(scenario: Scenario, platform: Platform, here: Path) -> Iterator[Clash]:
    for name, rule in platform.rules.items():
        there = (*here, name)
        yield from _values("a jurisdiction of this scenario", rule.registered_in, scenario.jurisdictions, (*there, "registered_in"))
        yield from _values("a jurisdiction of this scenario", rule.resides_in, scenario.jurisdictions, (*there, "resides_in"))
        yield from _values("a topic of this scenario", rule.topics, scenario.topics, (*there, "topics"))
        yield from _value("a desk of this platform", rule.desk, platform.desks, (*there, "desk"))
        yield from _keys("a group of this scenario", getattr(rule, "by_group", ()), scenario.groups, (*there, "by_group"))
        yield from _value("a file of score curves (.csv)", getattr(rule, "scores", None), scenario.inputs, (*there, "scores"))
        brigade = getattr(rule, "brigade", None)
        yield from _values("a group of this scenario", getattr(brigade, "groups", None), scenario.groups, (*there, "brigade", "groups"))
        yield from _values("a topic of this scenario", getattr(brigade, "topics", None), scenario.topics, (*there, "brigade", "topics"))


def _in_desks(platform: Platform, here: Path) -> Iterator[Clash]:
    for name, desk in platform.desks.items():
        yield from _keys("a rule of this platform", desk.services, platform.rules, (*here, "desks", name, "services"))
    if platform.appeals is not None:
        yield from _value("a desk of this platform", platform.appeals.desk, platform.desks, (*here, "appeals", "desk"))


def _in_voice(scenario: Scenario) -> Iterator[Clash]:
    yield from _keys("a group of this scenario", getattr(scenario.voice, "means", ()), scenario.groups, ("voice", "means"))


def _in_presets(scenario: Scenario) -> Iterator[Clash]:
    yield from _shipped(scenario, "a phrasebook", "phrasebooks", scenario.phrasebook, ("phrasebook",))
    for place, law in scenario.jurisdictions.items():
        yield from _shipped(scenario, "a blocklist", "domain-blocks", law.blocklist, ("jurisdictions", place, "blocklist"))
    for platform, spec in scenario.platforms.items():
        named: dict[Path, str | None] = {
            ("rules", name, "rule_list"): getattr(rule, "rule_list", None) for name, rule in spec.rules.items()
        }
        named["interpretation", "rule_list"] = getattr(spec.interpretation, "rule_list", None)
        for path, name in named.items():
            yield from _shipped(scenario, "a rule list", "rule-lists", name, ("platforms", platform, *path))


def _shipped(scenario: Scenario, what: str, kind: str, name: str | None, here: Path) -> Iterator[Clash]:
    """The name of something that ships; files have been read, if they could be."""
    if name not in scenario.inputs:
        yield from _value(f"{what} that ships", name, dict.fromkeys(shipped(kind)), here)


def _in_timeline(scenario: Scenario) -> Iterator[Clash]:
    known: dict[str, Mapping[str, object]] = {
        "platform": scenario.platforms, "jurisdiction": scenario.jurisdictions, "topic": scenario.topics,
    }  # fmt: skip
    for index, event in enumerate(scenario.timeline):
        yield from _value("a platform of this scenario", event.withdraw, scenario.platforms, ("timeline", index, "withdraw"))
        yield from _in_bodies(scenario, event, ("timeline", index))
        for kind in ("surge", "announce", "reprisal_news", "block", "unblock", "burst", "outage"):
            here, body = ("timeline", index, kind), getattr(event, kind)
            yield from _values("a group of this scenario", getattr(body, "groups", None), scenario.groups, (*here, "groups"))
            for key, names in known.items():
                yield from _value(f"a {key} of this scenario", getattr(body, key, None), names, (*here, key))


def _in_bodies(scenario: Scenario, event: Event, here: Path) -> Iterator[Clash]:
    """Rules and desks of the platform that an event is about."""
    if event.burst is not None and event.burst.platform in scenario.platforms:
        rules = scenario.platforms[event.burst.platform].rules
        keywords = {name: rule for name, rule in rules.items() if rule.detector == "keywords"}
        yield from _value("a keyword rule of that platform", event.burst.rule, keywords, (*here, "burst", "rule"))
    if event.outage is not None and event.outage.platform in scenario.platforms:
        desks = scenario.platforms[event.outage.platform].desks
        yield from _value("a desk of that platform", event.outage.desk, desks, (*here, "outage", "desk"))


def _late(scenario: Scenario) -> Iterator[Clash]:
    for index, event in enumerate(scenario.timeline):
        if event.at > scenario.horizon:
            rule = f"a time within the horizon of {format_duration(scenario.horizon)}"
            yield ("timeline", index, "at"), rule, format_duration(event.at)


def _no_weight(scenario: Scenario) -> Iterator[Clash]:
    """Weights among which something is chosen, and which are all 0."""
    for name, group in scenario.groups.items():
        if not any(group.interests.get(topic, 1.0) for topic in scenario.topics):
            yield ("groups", name, "interests"), "some topic with a weight above 0", "0 for every topic"
    if not any(scenario.hour_profile):
        yield ("hour_profile",), "some hour with a weight above 0", "0 for every hour"


def _short_half_lives(scenario: Scenario) -> Iterator[Clash]:
    shortest = (scenario.horizon + scenario.warm_up) / 900
    for key in ("removal_half_life", "reprisal_half_life", "climate_half_life", "noticed_half_life"):
        yield from _short(("beliefs", key), getattr(scenario.beliefs, key), shortest)
    yield from _short(("abuse", "half_life"), scenario.abuse.half_life, shortest)
    if scenario.exit is not None:
        yield from _short(("exit", "half_life"), scenario.exit.half_life, shortest)


def _short(here: Path, half_life: float, shortest: float) -> Iterator[Clash]:
    if half_life < shortest:
        rule = f"a half-life of at least a nine-hundredth of the simulated time ({format_duration(shortest)})"
        yield here, rule, format_duration(half_life)
