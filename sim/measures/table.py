"""From a ledger to the rows of the result tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from sim.measures.abuse import abuse_exposure, abuse_met, exit_rate, standard_measures
from sim.measures.crosstab import crosstab, state_codes
from sim.measures.marks import marked_shares, marks_possible
from sim.measures.moderation import WITHIN, desk_measures, removal_measures, removed_within, taken_by_rule
from sim.measures.persons import burden_gini, people_measures, persons_of
from sim.measures.picture import Picture
from sim.measures.recovery import recovery_half_life, shock_of
from sim.measures.sanctions import appeal_measures, sanction_measures
from sim.measures.surveys import survey_measures
from sim.measures.voice import ON_ONE_PLATFORM, chilling_effect, count_measures, offered_share
from sim.model.ledger import Ledger
from sim.model.luck import Floats
from sim.model.moderation.pipeline import rule_labels
from sim.model.policy import compile_policy
from sim.model.worlds import mechanisms_of, world_name
from sim.scenario.schema import Scenario

TOTAL = ["all"]


@dataclass(frozen=True)
class Piece:
    """Values of one measure over the levels of one split: (replications, levels), NaN where there is none."""

    measure: str
    split: str
    levels: Sequence[str]
    values: Floats


def distinct_worlds(scenario: Scenario, worlds: Sequence[str]) -> tuple[str, ...]:
    """The worlds that differ in a scenario: where nobody is hostile, those with and without `abuse` are the same, and the first stands."""
    if any(group.hostile > 0 for group in scenario.groups.values()) and any(group.targeted > 0 for group in scenario.groups.values()):
        return tuple(worlds)
    first: dict[frozenset[str], str] = {}
    for world in worlds:
        first.setdefault(mechanisms_of(world) - {"abuse"}, world)
    return tuple(first.values())


def needed_worlds(worlds: Sequence[str]) -> tuple[str, ...]:
    """The worlds that measures of the given ones are reckoned from: themselves, the free world, and each without fear."""
    fearless = [world_name(mechanisms_of(world) - {"fear"}) for world in worlds]
    return tuple(dict.fromkeys(["free", *worlds, *fearless]))


class Measurer:
    """Reads measures off a ledger whose worlds are those of `needed_worlds`."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario = scenario
        self._ledger = ledger
        self._replications = len(ledger.people.replication_key)
        self._replication = ledger.people.replication[ledger.occasions.person]
        self._group = ledger.people.group[ledger.occasions.person]
        self._policy = compile_policy(scenario)
        self._picture = Picture(scenario, ledger)
        self._tables: dict[tuple[int, str], NDArray[np.int64]] = {}
        self._states: dict[int, NDArray[np.int16]] = {}

    def measure(self, world: str) -> list[Piece]:
        """Every measure of one world."""
        column = self._ledger.column(world)
        return [
            *self._count_measures(column),
            *self._people_measures(column),
            *self._opinion_measures(column),
            *self._moderation_measures(column),
            *self._abuse_measures(column),
        ]

    def _column(self, world: str) -> int:
        return self._ledger.column(world)

    def _fearless(self, column: int) -> int:
        return self._column(world_name(mechanisms_of(self._ledger.worlds[column]) - {"fear"}))

    def _splits(self, column: int) -> Iterator[tuple[str, Sequence[str], NDArray[np.integer]]]:
        """The splits of occasions to speak; abuse, which is no voice, belongs to none."""
        abusive = self._ledger.occasions.abusive
        for split, levels, level in self._splits_of_all(column):
            yield split, levels, level if abusive is None else np.where(abusive, np.int32(-1), level)

    def _splits_of_all(self, column: int) -> Iterator[tuple[str, Sequence[str], NDArray[np.integer]]]:
        """Name, levels and (O,) level of each split of occasions; negative where an occasion belongs to none."""
        scenario, ledger = self._scenario, self._ledger
        occasions = ledger.occasions
        days = int(np.ceil(scenario.horizon / 24))
        yield "total", TOTAL, np.zeros(len(occasions), np.int8)
        yield "group", list(scenario.groups), self._group
        yield "topic", list(scenario.topics), occasions.topic
        yield "platform", list(scenario.platforms), ledger.venue[:, column]
        yield "day", [str(day) for day in range(days)], (occasions.time // 24).astype(np.int32)

    def _table(self, column: int, split: str, level: NDArray[np.integer], levels: int) -> NDArray[np.int64]:
        if (column, split) not in self._tables:
            self._tables[column, split] = crosstab(self._states_in(column), self._replication, level, (self._replications, levels))
        return self._tables[column, split]

    def _states_in(self, column: int) -> NDArray[np.int16]:
        if column not in self._states:
            self._states[column] = state_codes(self._ledger, column, self._column("free"), self._fearless(column))
        return self._states[column]

    def _count_measures(self, column: int) -> Iterator[Piece]:
        fearless = self._fearless(column)
        for split, levels, level in self._splits(column):
            table = self._table(column, split, level, len(levels))
            for name, values in count_measures(table, self._scenario.represents):
                if (split != "platform" or name in ON_ONE_PLATFORM) and (name != "left_share" or self._scenario.exit is not None):
                    yield Piece(name, split, levels, values)
            if split != "platform":
                name, values = offered_share(
                    self._ledger, self._column("free"), self._replication, level, (self._replications, len(levels))
                )
                yield Piece(name, split, levels, values)
            if fearless != column and split != "platform":
                unafraid = self._table(fearless, split, level, len(levels))
                name, values = chilling_effect(table, unafraid)
                yield Piece(name, split, levels, values)
                if split == "day" and (shock := shock_of(self._scenario)) is not None:
                    name, values = recovery_half_life(table, unafraid, shock)
                    yield Piece(name, "total", TOTAL, values)

    def _people_measures(self, column: int) -> Iterator[Piece]:
        ledger, groups = self._ledger, list(self._scenario.groups)
        persons, group = persons_of(ledger, column, self._column("free")), ledger.people.group
        for split, levels, level in (("total", TOTAL, np.zeros_like(group)), ("group", groups, group)):
            for name, values in people_measures(ledger, persons, level, (self._replications, len(levels))):
                yield Piece(name, split, levels, values)
            if self._scenario.exit is not None:
                name, values = exit_rate(ledger, column, level, (self._replications, len(levels)))
                yield Piece(name, split, levels, values)
        name, values = burden_gini(ledger, persons, self._replications)
        yield Piece(name, "total", TOTAL, values)

    def _opinion_measures(self, column: int) -> Iterator[Piece]:
        scenario, ledger = self._scenario, self._ledger
        found = [self._picture.measures(column, self._column("free")), self._picture.brief(column)]
        for name, split, levels, values in chain(*found, survey_measures(scenario, ledger, column)):
            yield Piece(name, split, levels, values)

    def _moderation_measures(self, column: int) -> Iterator[Piece]:
        ledger, scenario = self._ledger, self._scenario
        for name, values in removal_measures(ledger, column, self._policy, self._replication, self._replications):
            yield Piece(name, "total", TOTAL, values)
        name, values = removed_within(ledger, column, self._replication, self._replications)
        yield Piece(name, "within", list(WITHIN), values)
        yield from self._mark_measures(column)
        labels = rule_labels(scenario)
        if labels and "moderation" in mechanisms_of(ledger.worlds[column]):
            name, values = taken_by_rule(ledger, column, self._replication, (self._replications, len(labels)))
            yield Piece(name, "rule", labels, values * scenario.represents)
        yield from self._desk_measures(column)
        yield from self._sanction_measures(column)

    def _desk_measures(self, column: int) -> Iterator[Piece]:
        """Of all desks together, and of each by itself."""
        desks = {key[1:]: record for key, record in self._ledger.desks.items() if key[0] == column}
        labels = list(dict.fromkeys(label for _, label in desks))
        for split, level, some in [("total", "all", labels), *(("desk", label, [label]) for label in labels)]:
            records = [[desks[r, label] for label in some if (r, label) in desks] for r in range(self._replications)]
            if any(records):
                for name, values in desk_measures(records, self._scenario.horizon):
                    yield Piece(name, split, [level], values)

    def _sanction_measures(self, column: int) -> Iterator[Piece]:
        ledger, groups, platforms = self._ledger, list(self._scenario.groups), self._scenario.platforms.values()
        if "moderation" not in mechanisms_of(ledger.worlds[column]):
            return
        appealable = np.array([platform.appeals is not None for platform in platforms])
        group = ledger.people.group
        for split, levels, person in (("total", TOTAL, np.zeros_like(group)), ("group", groups, group)):
            shape, occasion = (self._replications, len(levels)), person[ledger.occasions.person]
            if any(platform.sanctions is not None for platform in platforms):
                for name, values in sanction_measures(ledger, column, person, shape):
                    yield Piece(name, split, levels, values)
            if appealable.any():
                for name, values in appeal_measures(ledger, column, appealable, self._replication, occasion, shape):
                    yield Piece(name, split, levels, values)

    def _abuse_measures(self, column: int) -> Iterator[Piece]:
        """What is met of abuse, where there is any, and how rules do against the standard that abuse is harm and the rest is protected."""
        ledger, on, group = self._ledger, mechanisms_of(self._ledger.worlds[column]), self._ledger.people.group
        abuse = "abuse" in on and ledger.occasions.abusive is not None
        for split, levels, level in self._splits_of_all(column):
            shape = (self._replications, len(levels))
            if "moderation" in on and rule_labels(self._scenario) and split in ("total", "group", "platform"):
                for name, values in standard_measures(ledger, column, self._replication, level, shape):
                    yield Piece(name, split, levels, values)
            if abuse and split in ("total", "platform"):
                name, values = abuse_exposure(ledger, column, self._policy, self._replication, level, shape)
                yield Piece(name, split, levels, values)
        for split, levels, person in (("total", TOTAL, np.zeros_like(group)), ("group", list(self._scenario.groups), group)):
            if abuse:
                name, values = abuse_met(ledger, column, person, (self._replications, len(levels)))
                yield Piece(name, split, levels, values)

    def _mark_measures(self, column: int) -> Iterator[Piece]:
        marks = marks_possible(self._scenario)
        if not marks or "moderation" not in mechanisms_of(self._ledger.worlds[column]):
            return
        for split, levels, level in self._splits(column):
            for name, values in marked_shares(self._ledger, column, marks, self._replication, level, (self._replications, len(levels))):
                yield Piece(name, split, levels, values)
