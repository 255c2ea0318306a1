"""What a trace must have in common with the scenario that replays it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.scenario.inputs import traffic
from sim.scenario.problems import hint
from sim.scenario.reading import Unreadable
from sim.scenario.traffic import Traffic
from sim.scenario.units import format_duration

if TYPE_CHECKING:
    from sim.scenario.crosscheck import Clash
    from sim.scenario.schema import Scenario

_FILE = ("trace", "file")


def in_trace(scenario: Scenario) -> Iterator[Clash]:
    """What of a trace does not fit; nothing for a file that is itself at fault."""
    trace = scenario.trace
    if trace is None:
        return
    yield from _on_platform(scenario, trace.platform)
    if scenario.warm_up > 0:
        yield ("warm_up",), "no warm-up, as the messages are those of a trace", format_duration(scenario.warm_up)
    for index, event in enumerate(scenario.timeline):
        if event.surge is not None:
            yield ("timeline", index, "surge"), "no surge, as the messages are those of a trace", event.surge.topic
    for name, group in scenario.groups.items():
        if group.hostile > 0:
            yield ("groups", name, "hostile"), "nobody hostile, as the messages are those of a trace", group.hostile
    if trace.file not in scenario.inputs:
        yield _FILE, "a file that was read with the scenario (load it from its own file)", trace.file
        return
    try:
        found = traffic(trace.file, scenario.inputs)
    except Unreadable:
        return
    yield from _names(scenario, found)
    yield from _people(scenario, found)
    hours = found.hours(scenario.date)
    if not ((hours >= 0) & (hours < scenario.horizon)).any():
        yield (
            _FILE,
            f"some message within the horizon of {format_duration(scenario.horizon)}",
            f"hours {hours.min():.6g} to {hours.max():.6g}",
        )


def _on_platform(scenario: Scenario, name: str) -> Iterator[Clash]:
    if name not in scenario.platforms:
        yield ("trace", "platform"), f"a platform of this scenario ({hint(name, scenario.platforms)})", name
    elif scenario.platforms[name].kind == "survey":
        yield ("trace", "platform"), "a platform with rooms", f"{name}, a survey"


def _names(scenario: Scenario, found: Traffic) -> Iterator[Clash]:
    """Topics and groups that the scenario does not have."""
    for topic, line in zip(found.topics, found.topic_lines, strict=True):
        if topic not in scenario.topics:
            yield _FILE, f"a topic of this scenario on line {line} of the file ({hint(topic, scenario.topics)})", topic
    lines: dict[str, int] = {}
    for group, line in zip(found.groups, found.group_lines, strict=True):
        lines.setdefault(group, line)
    for group, line in lines.items():
        if group and group not in scenario.groups:
            yield _FILE, f"a group of this scenario on line {line} of the file ({hint(group, scenario.groups)})", group


def _people(scenario: Scenario, found: Traffic) -> Iterator[Clash]:
    """Groups with fewer people than authors, and authors in too many rooms."""
    from sim.model.trace import MOST_SEATS, authors_by_group, seats_of

    for name, authors in authors_by_group(scenario, found).items():
        if len(authors) > scenario.groups[name].size:
            yield (
                ("groups", name, "size"),
                f"at least {len(authors):,}, as many of the trace's authors are in it",
                scenario.groups[name].size,
            )
    if (seats := seats_of(found)) > MOST_SEATS:
        yield _FILE, f"authors who write in at most {MOST_SEATS} rooms each", seats
