"""What a keyword rule looks for, from its own combinations, its list and the bursts of the timeline, with hours for dates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sim.scenario.combination import parse
from sim.scenario.inputs import rule_list
from sim.scenario.rule_list import Entry
from sim.scenario.schema import KeywordRule, Scenario


@dataclass(frozen=True)
class Item:
    """An entry with the hours from and until which it is in force, and whether it comes and goes in between."""

    entry: Entry
    start: float = float("-inf")
    end: float = float("inf")
    turns_over: bool = False

    def always(self, horizon: float) -> bool:
        """Whether it is in force for everybody, at any time."""
        return self.start <= 0 and self.end >= horizon and not (self.turns_over or self.entry.scope or self.entry.registered_in)


def entries_of(scenario: Scenario, combinations: Sequence[str], allow: Sequence[str], name: str | None) -> list[Entry]:
    """What stops texts and what lets them pass, given in the scenario, and the entries of the named list."""
    own = [*(Entry(parse(text)) for text in combinations), *(Entry(parse(text), allow=True) for text in allow)]
    return own + (rule_list(name, scenario.inputs) if name is not None else [])


def items_of(scenario: Scenario, platform: str, name: str, rule: KeywordRule) -> list[Item]:
    """Everything that a rule looks for at any time within the horizon."""
    entries = entries_of(scenario, rule.combinations, rule.allow, rule.rule_list)
    items = [*(item_of(scenario, rule, entry) for entry in entries), *_bursts(scenario, platform, name)]
    return [item for item in items if item.start < scenario.horizon and item.end > 0]


def item_of(scenario: Scenario, rule: KeywordRule, entry: Entry) -> Item:
    """An entry of a rule or of its list, with hours instead of dates."""
    if entry.dated and scenario.date is not None:
        born, died = (None if day is None else _hour(day, scenario.date) for day in (entry.born, entry.died))
        return Item(entry, float("-inf") if born is None else born, float("inf") if died is None else died)
    return Item(entry, turns_over=rule.turnover is not None and not (entry.dated or entry.allow))


def _hour(day: date, first: str) -> float:
    return (day - date.fromisoformat(first)).days * 24.0


def _bursts(scenario: Scenario, platform: str, name: str) -> Iterator[Item]:
    for event in scenario.timeline:
        burst = event.burst
        if burst is not None and (burst.platform, burst.rule) == (platform, name):
            end = float("inf") if burst.lasts is None else event.at + burst.lasts
            yield from (Item(Entry(parse(combination)), event.at, end) for combination in burst.combinations)
