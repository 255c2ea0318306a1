"""The convenor's picture in each world, and the brief that is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sim.measures.opinion import BINS, Opinions, counted, opinion_measures, said, stance_shares
from sim.measures.voice import ratio
from sim.measures.weights import meant, messages_by_group, people_shares, post_stratified, representation, unheard
from sim.model.ledger import Ledger
from sim.model.luck import Floats
from sim.model.surveys import DIRECT, Lists
from sim.scenario.schema import Scenario

Found = tuple[str, str, Sequence[str], Floats]
"""Measure, split, levels, and values (replications, levels)."""

TOTAL = ["all"]
FEWEST_MESSAGES, FEWEST_PEOPLE = 20, 10
"""Behind a figure of the brief, in one replication."""


class Picture:
    """What the convenor sees of what people think: of whom it means to hear, weighted if it weights."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario = scenario
        self._ledger = ledger
        self._replications = len(ledger.people.replication_key)
        self._opinions = Opinions(ledger, self._replications, meant(scenario))
        self._people = people_shares(ledger, meant(scenario), self._replications)
        self._group = ledger.people.group[ledger.occasions.person]
        self._lists = Lists(scenario)
        self._weighted = scenario.convenor.weights == "groups"
        self._shown: dict[int, NDArray[np.bool_]] = {}
        self._private: dict[str, Floats] = {}
        self._counted: dict[tuple[int, str], Floats] = {}

    def measures(self, column: int, free: int) -> Iterator[Found]:
        """Of one world, against the free one."""
        for split, levels in (("total", TOTAL), ("group", list(self._scenario.groups)), ("topic", list(self._scenario.topics))):
            private = self._thought(split, len(levels))
            heard, freely = self._heard(column, split, len(levels)), self._heard(free, split, len(levels))
            for name, values in opinion_measures(private, heard, freely):
                yield name, split, levels, values
        yield from self._representation(column)
        yield from self._stances(column)

    def brief(self, column: int) -> Iterator[Found]:
        """What the convenor can tell of each group on each topic, `TOPIC/GROUP`, either of them also `all`."""
        topics, groups = list(self._scenario.topics), list(self._scenario.groups)
        levels = [f"{topic}/{group}" for topic, group in product([*TOTAL, *topics], [*TOTAL, *groups])]
        cells = self._ledger.occasions.topic.astype(np.int64) * len(groups) + self._group
        people = self._ledger.people
        own = np.arange(people.topics) * len(groups) + people.group[:, None]
        thought = self._shape(self._opinions.private(own, len(topics) * len(groups)))
        shown, weights = self._in_picture(column), self._weights(column)
        messages = _margins(self._shape(self._opinions.voiced(column, shown, cells, len(topics) * len(groups))).sum(axis=3))
        seen = self._shape(self._opinions.voiced(column, shown, cells, len(topics) * len(groups), weights))
        heard = self._people_heard(column)
        enough = (messages >= FEWEST_MESSAGES) & (heard >= FEWEST_PEOPLE)
        critical, private = np.where(enough, _critical(seen), np.nan), _critical(thought)
        supported = np.isfinite(critical) & np.isfinite(private)
        figures = {
            "brief_private": private,
            "brief_seen": critical,
            "brief_difference": 100 * (critical - private),
            "brief_messages": messages * self._scenario.represents,
            "brief_people": heard * self._scenario.represents,
        }
        for name, values in figures.items():
            yield name, "brief", levels, np.where(supported, values, np.nan).reshape(self._replications, -1)

    def _shape(self, histogram: Floats) -> Floats:
        """(replications, topics, groups, BINS)"""
        return histogram.reshape(self._replications, len(self._scenario.topics), len(self._scenario.groups), BINS)

    def _people_heard(self, column: int) -> Floats:
        """(replications, 1 + topics, 1 + groups) people with a message in the picture."""
        ledger, rows = self._ledger, np.flatnonzero(self._in_picture(column))
        spoke = np.zeros((len(ledger.people), ledger.people.topics), np.bool_)
        spoke[ledger.occasions.person[rows], ledger.occasions.topic[rows]] = True
        spoke = np.concatenate([spoke.any(axis=1, keepdims=True), spoke], axis=1)
        counts = np.zeros((self._replications, spoke.shape[1], len(self._scenario.groups)))
        person, topic = np.nonzero(spoke)
        np.add.at(counts, (ledger.people.replication[person], topic, ledger.people.group[person]), 1)
        return np.concatenate([counts.sum(axis=2, keepdims=True), counts], axis=2)

    def _in_picture(self, column: int) -> NDArray[np.bool_]:
        """(O,) counted messages that show a stance: an answer to a list shows none."""
        if column not in self._shown:
            ledger, which = self._ledger, counted(self._ledger, column)
            rows = np.flatnonzero(which) if self._lists.platforms.any() else np.zeros(0, np.int64)
            person, topic = ledger.occasions.person[rows], ledger.occasions.topic[rows].astype(np.int64)
            which[rows] = self._lists.arms(ledger.people.key[person], topic, ledger.venue[rows, column]) <= DIRECT
            self._shown[column] = which
        return self._shown[column]

    def _messages(self, column: int) -> Floats:
        """(replications, groups)"""
        return messages_by_group(self._ledger, self._in_picture(column), self._people.shape)

    def _weights(self, column: int) -> Floats | None:
        """(replications, groups) weight of a message."""
        return post_stratified(self._people, self._messages(column)) if self._weighted else None

    def _representation(self, column: int) -> Iterator[Found]:
        weights, messages = self._weights(column), self._messages(column)
        for name, values in representation(self._people, messages if weights is None else messages * weights):
            yield name, "group", list(self._scenario.groups), values
        name, values = unheard(self._people, messages)
        yield name, "total", TOTAL, values

    def _thought(self, split: str, levels: int) -> Floats:
        """Private stances by the levels of a split."""
        if split not in self._private:
            people = self._ledger.people
            group, topic = people.group[:, None], np.arange(people.topics)
            level: dict[str, NDArray[np.integer]] = {"total": np.zeros_like(topic), "group": group, "topic": topic}
            self._private[split] = self._opinions.private(np.broadcast_to(level[split], people.stance.shape), levels)
        return self._private[split]

    def _heard(self, column: int, split: str, levels: int) -> Floats:
        """Stances that the convenor counted in a world, by the levels of a split."""
        if (column, split) not in self._counted:
            topic = self._ledger.occasions.topic
            level: dict[str, NDArray[np.integer]] = {"total": np.zeros_like(topic), "group": self._group, "topic": topic}
            found = self._opinions.voiced(column, self._in_picture(column), level[split], levels, self._weights(column))
            self._counted[column, split] = found
        return self._counted[column, split]

    def _stances(self, column: int) -> Iterator[Found]:
        nowhere = np.zeros(len(self._ledger.occasions), np.int8)
        histograms = {
            "stance_private": self._thought("total", 1),
            "stance_said": self._opinions.voiced(column, said(self._ledger, column), nowhere, 1),
            "stance_counted": self._heard(column, "total", 1),
        }
        for measure, histogram in histograms.items():
            for name, level, values in stance_shares(measure, histogram):
                yield name, "stance", [level], values[:, None]


def _margins(cells: Floats) -> Floats:
    """(replications, 1 + topics, 1 + groups, ...) with sums over all topics and all groups before them."""
    cells = np.concatenate([cells.sum(axis=1, keepdims=True), cells], axis=1)
    return np.concatenate([cells.sum(axis=2, keepdims=True), cells], axis=2)


def _critical(histogram: Floats) -> Floats:
    """(replications, 1 + topics, 1 + groups) critical share of (replications, topics, groups, BINS) stances."""
    cells = _margins(histogram)
    critical, other = cells[..., : BINS // 2].sum(axis=-1), cells[..., BINS // 2 :].sum(axis=-1)
    return ratio(critical, critical + other)
