"""Measures of surveys: who does not answer, and what direct questions and list experiments say of support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.measures.opinion import counted
from sim.measures.voice import ratio
from sim.measures.weights import meant, messages_by_group, people_shares, post_stratified
from sim.model.counter import Indices
from sim.model.ledger import Ledger, Outcome
from sim.model.luck import Floats
from sim.model.surveys import CONTROL, DIRECT, TREATMENT, Arms, Lists
from sim.model.voice import Manner
from sim.scenario.schema import Scenario

Found = tuple[str, str, Sequence[str], Floats]
"""Measure, split, levels, and values (replications, levels)."""

FEWEST_DIRECT, FEWEST_IN_ARM = 30, 50
"""Answers on one topic below which there is no figure: to the direct question, and to each of the two lists."""


def survey_measures(scenario: Scenario, ledger: Ledger, world: int) -> Iterator[Found]:
    """All of them, as far as the scenario's surveys allow."""
    if any(platform.kind == "survey" for platform in scenario.platforms.values()):
        yield from _nonresponse(scenario, ledger, world)
    if Lists(scenario).platforms.any():
        yield from _support(scenario, ledger, world)


def _nonresponse(scenario: Scenario, ledger: Ledger, world: int) -> Iterator[Found]:
    """Questions that were put and left unanswered / questions put."""
    survey = np.array([platform.kind == "survey" for platform in scenario.platforms.values()])
    venue = ledger.venue[:, world]
    put = np.flatnonzero((ledger.outcome[:, world] >= Outcome.UNSAID) & (venue >= 0) & survey[np.maximum(venue, 0)])
    unanswered = ledger.outcome[put, world] == Outcome.UNSAID
    person, topic = ledger.occasions.person[put], ledger.occasions.topic[put]
    nowhere = np.zeros(len(put), np.int64)
    splits: dict[str, tuple[list[str], NDArray[np.integer]]] = {
        "total": (["all"], nowhere), "group": (list(scenario.groups), ledger.people.group[person]),
        "topic": (list(scenario.topics), topic), "platform": (list(scenario.platforms), venue[put]),
    }  # fmt: skip
    for split, (levels, level) in splits.items():
        shape = (len(ledger.people.replication_key), len(levels))
        cell = ledger.people.replication[person].astype(np.int64) * shape[1] + level
        asked, silent = (np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape) for weights in (None, unanswered))
        yield "nonresponse_rate", split, levels, ratio(silent, asked)


@dataclass(frozen=True)
class Sums:
    """Answers to one kind of question by cell: their number, the sum of their weights, their mean, and the variance of that; NaN where
    there are too few for it."""

    n: Floats
    weight: Floats
    mean: Floats
    variance_of_mean: Floats


def sums(arm: Arms, answer: NDArray[np.integer], which: int, cell: Indices, shape: tuple[int, ...], weight: Floats | None = None) -> Sums:
    """The answers of one arm, each by its weight; cells number the entries of the shape.

    The variance is the linearised one of a weighted mean, n / (n - 1) x sum of (weight x residual)^2 / (sum of weights)^2: the sample
    variance / n where all weigh the same.
    """
    rows = np.flatnonzero(arm == which)
    here, x, w = cell[rows], answer[rows].astype(np.float64), np.ones(len(rows)) if weight is None else weight[rows]

    def total(values: Floats) -> Floats:
        return np.bincount(here, values, minlength=int(np.prod(shape))).astype(np.float64)

    n, whole = total(np.ones(len(rows))), total(w)
    mean = ratio(total(w * x), whole)
    variance = ratio(n, n - 1) * ratio(total((w * (x - mean[here])) ** 2), whole**2)
    return Sums(*(values.reshape(shape) for values in (n, whole, mean, variance)))


def difference_in_means(control: Sums, treatment: Sums) -> tuple[Floats, Floats]:
    """The estimate of a list experiment, the share of whom the sensitive item is true, and the square of its standard error.

    Both are NaN where an arm is too small.
    """
    enough = np.minimum(control.n, treatment.n) >= FEWEST_IN_ARM
    estimate = np.where(enough, treatment.mean - control.mean, np.nan)
    return estimate, np.where(enough, treatment.variance_of_mean + control.variance_of_mean, np.nan)


@dataclass(frozen=True)
class Answers:
    """Counted answers to closed questions, n of each array.

    Attributes:
        replication, person, topic, platform: of each.
        arm: what was asked.
        answer: the count, or for the direct question 1 where it reports support.
        weight: of each, as the convenor weights; 1 where it does not.
    """

    replication: Indices
    person: Indices
    topic: Indices
    platform: Indices
    arm: Arms
    answer: Indices
    weight: Floats


def answers_of(scenario: Scenario, ledger: Ledger, world: int) -> Answers:
    """What the convenor counted of answers to closed questions; where it weights, of people whom it means to hear."""
    lists, venue = Lists(scenario), ledger.venue[:, world]
    which = counted(ledger, world) & lists.ask(venue)
    rows, weight = np.flatnonzero(which), np.ones(np.count_nonzero(which))
    if scenario.convenor.weights == "groups":
        weight = _weights(scenario, ledger, which)
        rows, weight = rows[weight > 0], weight[weight > 0]
    person, topic = ledger.occasions.person[rows].astype(np.int64), ledger.occasions.topic[rows].astype(np.int64)
    supports = ledger.occasions.private_stance(ledger.people, rows) > 0
    softens = ledger.voice[rows, world] == Manner.SOFTENED
    arm, answer = lists.counts(ledger.people.key[person], topic, venue[rows], supports, softens)
    return Answers(ledger.people.replication[person].astype(np.int64), person, topic, venue[rows].astype(np.int64), arm, answer, weight)


def _weights(scenario: Scenario, ledger: Ledger, which: NDArray[np.bool_]) -> Floats:
    """Post-stratification of some answers, (O,), among themselves: the weight of each."""
    people = people_shares(ledger, meant(scenario), len(ledger.people.replication_key))
    by_group = post_stratified(people, messages_by_group(ledger, which, people.shape))
    person = ledger.occasions.person[which]
    weight: Floats = by_group[ledger.people.replication[person], ledger.people.group[person]]
    return weight


def _support(scenario: Scenario, ledger: Ledger, world: int) -> Iterator[Found]:
    answers, people = answers_of(scenario, ledger, world), ledger.people
    group = people.group
    splits: dict[str, tuple[list[str], Indices, Indices | None]] = {
        "total": (["all"], np.zeros_like(answers.topic), np.zeros_like(group)),
        "group": (list(scenario.groups), group[answers.person], group),
        "platform": (list(scenario.platforms), answers.platform, None),
    }
    for split, (levels, level, of_person) in splits.items():
        shape = (len(people.replication_key), len(levels), people.topics)
        private = None if of_person is None else _private(scenario, ledger, of_person, shape)
        cells = estimates(answers, level, shape, private)
        for name, values in cells.items():
            yield name, split, levels, list_error(answers, level, shape) if name == "list_se" else _over_topics(values)
            if split == "total":
                yield name, "topic", list(scenario.topics), values[:, 0]


def estimates(answers: Answers, level: Indices, shape: tuple[int, int, int], private: Floats | None) -> dict[str, Floats]:
    """Figures by (replications, levels, topics), NaN where too few have answered."""
    direct, control, treatment = (_sums_of(answers, arm, _cell(answers, level, shape), shape) for arm in (DIRECT, CONTROL, TREATMENT))
    asked = np.where(direct.n >= FEWEST_DIRECT, direct.mean, np.nan)
    listed, variance = difference_in_means(control, treatment)
    found = {
        "support_direct": asked,
        "support_list": listed,
        "list_se": 100 * np.sqrt(variance),
        "falsification_gap": 100 * (asked - listed),
    }
    if private is not None:
        found |= {"support_private": private, "list_bias": 100 * (listed - private)}
    return found


def _private(scenario: Scenario, ledger: Ledger, level: Indices, shape: tuple[int, int, int]) -> Floats:
    """Share of the people meant to be heard whose private stance is above 0."""
    people = ledger.people
    counts = np.zeros((2, *shape))
    among = np.flatnonzero(meant(scenario)[people.group])
    for part, weights in zip(counts, (np.ones_like(people.stance), people.stance > 0), strict=True):
        np.add.at(part, (people.replication[among], level[among]), weights[among])
    return ratio(counts[1], counts[0])


def _over_topics(cells: Floats) -> Floats:
    """(replications, levels) mean over the topics that have a figure, each topic counting the same; NaN where none has."""
    return ratio(np.nansum(cells, axis=2), np.isfinite(cells).sum(axis=2))


def list_error(answers: Answers, level: Indices, shape: tuple[int, int, int]) -> Floats:
    """(replications, levels) standard error, in points, of the mean over topics of the list's estimates; NaN where none has one.

    One person's answers on several topics go together, in both arms: the error is the root of the sum over people of their squared
    influence, which for one topic is that of `difference_in_means` (linearisation with clusters: Binder 1983, International Statistical
    Review 51:279).
    """
    cell = _cell(answers, level, shape)
    control, treatment = (_sums_of(answers, arm, cell, shape) for arm in (CONTROL, TREATMENT))
    there = np.isfinite(difference_in_means(control, treatment)[1])
    influence = np.zeros(len(answers.arm))
    for arm, sign, of_arm in ((CONTROL, -1.0, control), (TREATMENT, 1.0, treatment)):
        rows = np.flatnonzero((answers.arm == arm) & there.ravel()[cell])
        n, whole, mean = (values.ravel()[cell[rows]] for values in (of_arm.n, of_arm.weight, of_arm.mean))
        influence[rows] = sign * np.sqrt(n / (n - 1)) * answers.weight[rows] * (answers.answer[rows] - mean) / whole
    persons, index = np.unique(answers.person * shape[1] + level, return_inverse=True)
    of_person = np.zeros(len(persons), np.int64)
    of_person[index] = cell // shape[2]
    squares = np.bincount(of_person, np.bincount(index, influence, len(persons)) ** 2, minlength=shape[0] * shape[1])
    return 100 * ratio(np.sqrt(squares).reshape(shape[:2]), there.sum(axis=2))


def _cell(answers: Answers, level: Indices, shape: tuple[int, int, int]) -> Indices:
    return (answers.replication * shape[1] + level) * shape[2] + answers.topic


def _sums_of(answers: Answers, arm: int, cell: Indices, shape: tuple[int, ...]) -> Sums:
    return sums(answers.arm, answers.answer, arm, cell, shape, answers.weight)
