"""From a ledger to the rows of the result tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.crosstab import crosstab, state_codes
from sim.measures.moderation import desk_measures, removal_measures, taken_by_rule
from sim.measures.opinion import Opinions, counted, opinion_measures, representation, said, stance_shares
from sim.measures.persons import burden_gini, people_measures
from sim.measures.voice import ON_ONE_PLATFORM, chilling_effect, count_measures
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
        self._policy = compile_policy(scenario)
        self._opinions = Opinions(ledger, scenario.voice.softening, self._replications)
        self._tables: dict[tuple[int, str], NDArray[np.int64]] = {}

    def measure(self, world: str) -> list[Piece]:
        """Every measure of one world."""
        column = self._ledger.worlds.index(world)
        return [
            *self._count_measures(column),
            *self._people_measures(column),
            *self._opinion_measures(column),
            *self._moderation_measures(column),
        ]

    def _column(self, world: str) -> int:
        return self._ledger.worlds.index(world)

    def _fearless(self, column: int) -> int:
        return self._column(world_name(mechanisms_of(self._ledger.worlds[column]) - {"fear"}))

    def _splits(self, column: int) -> Iterator[tuple[str, Sequence[str], NDArray[np.integer]]]:
        """Name, levels and (O,) level of each split of occasions; negative where an occasion belongs to none."""
        scenario, ledger = self._scenario, self._ledger
        occasions = ledger.occasions
        days = int(np.ceil(scenario.horizon / 24))
        yield "total", TOTAL, np.zeros(len(occasions), np.int8)
        yield "group", list(scenario.groups), ledger.people.group[occasions.person]
        yield "topic", list(scenario.topics), occasions.topic
        yield "platform", list(scenario.platforms), ledger.venue[:, column]
        yield "day", [str(day) for day in range(days)], (occasions.time // 24).astype(np.int32)

    def _table(self, column: int, split: str, level: NDArray[np.integer], levels: int) -> NDArray[np.int64]:
        if (column, split) not in self._tables:
            states = state_codes(self._ledger, column, self._column("free"), self._fearless(column))
            self._tables[column, split] = crosstab(states, self._replication, level, (self._replications, levels))
        return self._tables[column, split]

    def _count_measures(self, column: int) -> Iterator[Piece]:
        fearless = self._fearless(column)
        for split, levels, level in self._splits(column):
            table = self._table(column, split, level, len(levels))
            for name, values in count_measures(table, self._scenario.represents):
                if split != "platform" or name in ON_ONE_PLATFORM:
                    yield Piece(name, split, levels, values)
            if fearless != column and split != "platform":
                name, values = chilling_effect(table, self._table(fearless, split, level, len(levels)))
                yield Piece(name, split, levels, values)

    def _people_measures(self, column: int) -> Iterator[Piece]:
        people, free = self._ledger.people, self._column("free")
        groups = list(self._scenario.groups)
        for split, levels, level in (("total", TOTAL, np.zeros_like(people.group)), ("group", groups, people.group)):
            for name, values in people_measures(self._ledger, column, free, level, (self._replications, len(levels))):
                yield Piece(name, split, levels, values)
        name, values = burden_gini(self._ledger, column, free, self._replications)
        yield Piece(name, "total", TOTAL, values)

    def _opinion_measures(self, column: int) -> Iterator[Piece]:
        ledger, scenario = self._ledger, self._scenario
        people, which, free = ledger.people, counted(ledger, column), self._column("free")
        topics = np.broadcast_to(np.arange(people.topics), people.stance.shape)
        groups = np.broadcast_to(people.group[:, None], people.stance.shape)
        splits = (
            ("total", TOTAL, np.zeros_like(topics), np.zeros(len(which), np.int8)),
            ("group", list(scenario.groups), groups, people.group[ledger.occasions.person]),
            ("topic", list(scenario.topics), topics, ledger.occasions.topic),
        )
        for split, levels, of_person, of_occasion in splits:
            private = self._opinions.private(of_person, len(levels))
            collected = self._opinions.voiced(column, which, of_occasion, len(levels))
            freely = self._opinions.voiced(free, counted(ledger, free), of_occasion, len(levels))
            for name, values in opinion_measures(private, collected, freely):
                yield Piece(name, split, levels, values)
        name, values = representation(ledger, column, (self._replications, len(scenario.groups)))
        yield Piece(name, "group", list(scenario.groups), values)
        yield from self._stances(column, which)

    def _stances(self, column: int, which: NDArray[np.bool_]) -> Iterator[Piece]:
        nowhere = np.zeros(len(which), np.int8)
        histograms = {
            "stance_private": self._opinions.private(np.zeros(self._ledger.people.stance.shape, np.int8), 1),
            "stance_said": self._opinions.voiced(column, said(self._ledger, column), nowhere, 1),
            "stance_counted": self._opinions.voiced(column, which, nowhere, 1),
        }
        for measure, histogram in histograms.items():
            for name, level, values in stance_shares(measure, histogram):
                yield Piece(name, "stance", [level], values[:, None])

    def _moderation_measures(self, column: int) -> Iterator[Piece]:
        ledger, scenario = self._ledger, self._scenario
        for name, values in removal_measures(ledger, column, self._policy, self._replication, self._replications):
            yield Piece(name, "total", TOTAL, values)
        labels = rule_labels(scenario)
        if labels and "moderation" in mechanisms_of(ledger.worlds[column]):
            name, values = taken_by_rule(ledger, column, self._replication, (self._replications, len(labels)))
            yield Piece(name, "rule", labels, values * scenario.represents)
        records = [[record for (w, r, _), record in ledger.desks.items() if (w, r) == (column, k)] for k in range(self._replications)]
        if any(records):
            for name, values in desk_measures(records, scenario.horizon):
                yield Piece(name, "total", TOTAL, values)
