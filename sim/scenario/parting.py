"""Scenarios with a past in common: they differ in their timelines alone, and in these from some hour on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import takewhile
from typing import Any

from sim.scenario.schema import Event, Scenario

_NOT_LIVED: dict[str, Any] = {"name": "past", "title": "", "description": "", "evidence": {}, "experiment": None}
"""What makes no difference to what happens."""


@dataclass(frozen=True)
class Parting:
    """A past, and what may follow it.

    Attributes:
        past: the scenario with the events before `hour`, and those of all time that act on what is drawn beforehand (surges and bursts).
        hour: when they part; after time begins and before the horizon.
        futures: the scenarios.
    """

    past: Scenario
    hour: float
    futures: tuple[Scenario, ...]

    def events(self, future: Scenario) -> list[Event]:
        """The events of a future from the hour on, but those that are in the past already, in order of time."""
        return [event for event in in_order(future) if event.at >= self.hour and not acts_beforehand(event)]


def in_order(scenario: Scenario) -> list[Event]:
    """The events of a timeline as they happen."""
    return sorted(scenario.timeline, key=lambda event: event.at)


def acts_beforehand(event: Event) -> bool:
    """Whether an event acts on people's occasions, or on the lists of rules, before it happens."""
    return event.surge is not None or event.burst is not None


def kindred(scenario: Scenario) -> str:
    """What scenarios with a past in common share: all that happens in them, but for events that act when they happen."""
    drawn = [event for event in in_order(scenario) if acts_beforehand(event)]
    files = sorted((name, blake2b(content).hexdigest()) for name, content in scenario.inputs.items())
    return f"{scenario.model_copy(update={**_NOT_LIVED, 'timeline': drawn}).model_dump_json()} {files}"


def parting(scenarios: Sequence[Scenario]) -> Parting | None:
    """Where some kindred scenarios part; None where they have no past in common or no futures that differ."""
    timelines = [[event for event in in_order(scenario) if not acts_beforehand(event)] for scenario in scenarios]
    together = len(list(takewhile(lambda events: all(event == events[0] for event in events), zip(*timelines, strict=False))))
    own = [timeline[together].at for timeline in timelines if len(timeline) > together]
    first = scenarios[0]
    if len(scenarios) < 2 or not own or not first.begins < min(own) < first.horizon:
        return None
    past = [event for event in in_order(first) if event.at < min(own) or acts_beforehand(event)]
    return Parting(first.model_copy(update={"timeline": past}), min(own), tuple(scenarios))
