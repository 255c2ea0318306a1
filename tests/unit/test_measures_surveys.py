"""Difference in means and post-stratification, on numbers reckoned by hand."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from sim.measures.surveys import FEWEST_DIRECT, FEWEST_IN_ARM, Answers, difference_in_means, estimates, list_error, sums
from sim.measures.weights import post_stratified, representation, unheard
from sim.model.surveys import CONTROL, DIRECT, TREATMENT

COUNTS = {CONTROL: np.arange(60) % 4, TREATMENT: np.arange(80) % 5, DIRECT: (np.arange(40) % 4 > 0).astype(int)}


def answers(counts: dict[int, np.ndarray], topic: int = 0, weight: np.ndarray | None = None) -> Answers:
    arm = np.concatenate([np.full(len(found), which, np.int8) for which, found in counts.items()])
    nowhere = np.zeros(len(arm), np.int64)
    weights = np.ones(len(arm)) if weight is None else weight
    return Answers(nowhere, np.arange(len(arm)), nowhere + topic, nowhere, arm, np.concatenate(list(counts.values())), weights)


def figures(counts: dict[int, np.ndarray], weight: np.ndarray | None = None) -> dict[str, float]:
    some = answers(counts, weight=weight)
    found = estimates(some, np.zeros(len(some.arm), np.int64), (1, 1, 1), np.full((1, 1, 1), 0.4))
    return {name: float(values[0, 0, 0]) for name, values in found.items()}


def test_figures_are_those_of_the_textbook() -> None:
    found = figures(COUNTS)
    listed = COUNTS[TREATMENT].mean() - COUNTS[CONTROL].mean()
    assert found["support_direct"] == 0.75
    assert found["support_list"] == pytest.approx(listed)
    assert found["list_se"] == pytest.approx(100 * math.sqrt(COUNTS[TREATMENT].var(ddof=1) / 80 + COUNTS[CONTROL].var(ddof=1) / 60))
    assert found["falsification_gap"] == pytest.approx(100 * (0.75 - listed))
    assert found["list_bias"] == pytest.approx(100 * (listed - 0.4))


def test_answers_count_by_their_weight() -> None:
    """Whose answer weighs twice might as well have answered twice, but for the standard error. Control: weights that are all the same."""
    twice = np.concatenate([np.where(found == 0, 2.0, 1.0) for found in COUNTS.values()])
    found = figures(COUNTS, twice)
    again = {arm: np.concatenate([counts, counts[counts == 0]]) for arm, counts in COUNTS.items()}
    assert [found[name] for name in ("support_direct", "support_list")] == pytest.approx(
        [30 / 50, again[TREATMENT].mean() - again[CONTROL].mean()]
    )
    error = 0.0
    for arm in (CONTROL, TREATMENT):
        x, w = COUNTS[arm], np.where(COUNTS[arm] == 0, 2.0, 1.0)
        error += len(x) / (len(x) - 1) * ((w * (x - again[arm].mean())) ** 2).sum() / w.sum() ** 2
    assert found["list_se"] == pytest.approx(100 * math.sqrt(error))
    assert figures(COUNTS, np.full(len(twice), 7.0)) == pytest.approx(figures(COUNTS))


def test_the_error_over_topics_counts_each_person_once() -> None:
    """Who gives the same answers on three topics tells no more than one does; of strangers, the error falls by the root of three."""
    one = answers(COUNTS)
    level, shape = np.zeros(3 * len(one.arm), np.int64), (1, 1, 3)
    single = list_error(one, one.topic, (1, 1, 1))
    thrice = {name: np.tile(getattr(one, name), 3) for name in ("replication", "person", "platform", "arm", "answer", "weight")}
    same = Answers(topic=np.repeat(np.arange(3), len(one.arm)), **thrice)
    strangers = replace(same, person=np.arange(len(same.arm)))
    assert single == pytest.approx(figures(COUNTS)["list_se"])
    assert list_error(same, level, shape) == pytest.approx(single)
    assert list_error(strangers, level, shape) == pytest.approx(single / math.sqrt(3))


def test_the_error_over_topics_leaves_out_topics_without_a_figure() -> None:
    one, few = answers(COUNTS), answers({**COUNTS, CONTROL: COUNTS[CONTROL][: FEWEST_IN_ARM - 1]}, topic=1)
    both = Answers(*(np.concatenate([getattr(one, each.name), getattr(few, each.name)]) for each in fields(Answers)))
    level = np.zeros(len(both.arm), np.int64)
    assert list_error(both, level, (1, 1, 2)) == pytest.approx(list_error(one, one.topic, (1, 1, 1)))
    assert np.isnan(list_error(few, few.platform, (1, 1, 2))).all()


def test_too_few_answers_give_no_figure() -> None:
    short = {**COUNTS, CONTROL: COUNTS[CONTROL][: FEWEST_IN_ARM - 1]}
    assert math.isnan(figures(short)["support_list"])
    assert math.isnan(figures(short)["falsification_gap"])
    assert figures(short)["support_direct"] == 0.75
    assert math.isnan(figures({**COUNTS, DIRECT: COUNTS[DIRECT][: FEWEST_DIRECT - 1]})["support_direct"])


def test_arms_are_told_apart_by_cell() -> None:
    some = answers(COUNTS, topic=1)
    cell = some.topic
    control = sums(some.arm, some.answer, CONTROL, cell, (2,))
    assert control.n.tolist() == [0, 60]
    assert np.isnan(difference_in_means(control, sums(some.arm, some.answer, TREATMENT, cell, (2,)))[0]).tolist() == [True, False]


PEOPLE = np.array([[0.5, 0.3, 0.2], [0.5, 0.5, 0.0]])
MESSAGES = np.array([[30.0, 60.0, 10.0], [20.0, 0.0, 20.0]])


def test_groups_are_weighted_to_their_shares() -> None:
    """First: 100 messages, of which 50, 30 and 20 are due. Second: the middle group is silent, and nobody means to hear the last."""
    weights = post_stratified(PEOPLE, MESSAGES)
    assert weights[0] == pytest.approx([50 / 30, 30 / 60, 20 / 10])
    assert weights[1] == pytest.approx([40 / 20, 0, 0])
    assert (weights * MESSAGES).sum(axis=1) == pytest.approx(MESSAGES.sum(axis=1))


def test_a_silent_group_stays_out_and_is_reported() -> None:
    (_, ratios), = representation(PEOPLE, MESSAGES * post_stratified(PEOPLE, MESSAGES))  # fmt: skip
    assert ratios[0] == pytest.approx([1, 1, 1])
    assert ratios[1, :2] == pytest.approx([2, 0])
    assert np.isnan(ratios[1, 2])
    assert unheard(PEOPLE, MESSAGES)[1].ravel() == pytest.approx([0, 0.5])


def test_without_weights_talkative_groups_count_more() -> None:
    """Control."""
    (_, ratios), = representation(PEOPLE, MESSAGES)  # fmt: skip
    assert ratios[0] == pytest.approx([0.3 / 0.5, 0.6 / 0.3, 0.1 / 0.2])


def test_nothing_counted_is_no_picture() -> None:
    nothing = np.zeros_like(MESSAGES)
    assert (post_stratified(PEOPLE, nothing) == 0).all()
    assert unheard(PEOPLE, nothing)[1].ravel() == pytest.approx([1, 1])
