"""Measures that count people, on four of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.measures.persons import gini
from tests.model.handmade import measures
from tests.model.small import value


def test_people_heard() -> None:
    """Of four with wishes, person 1 alone has one that was sincerely said and counted: one of two."""
    found = measures()
    assert value(found, "people_heard") == 1 / 4
    assert value(found, "heard_per_person") == pytest.approx((0 + 1 / 2 + 0 + 0) / 4)
    assert [value(found, "people_heard", "group", group) for group in "ab"] == [1 / 2, 0]
    assert value(measures("free"), "people_heard") == 1
    assert value(measures("free"), "heard_per_person") == pytest.approx((1 + 1 + 1 / 2 + 1) / 4)


def test_people_identified_and_punished_count_once() -> None:
    found = measures()
    assert value(found, "identified_per_1000") == 250
    assert value(found, "reprisals_per_1000") == 250
    assert [value(found, "reprisals_per_1000", "group", group) for group in "ab"] == [500, 0]
    fearless = measures("access+moderation+surveillance")
    assert [value(fearless, "reprisals_per_1000", "group", group) for group in "ab"] == [0, 500]
    assert value(measures("free"), "reprisals_per_1000") == 0


def test_people_who_circumvent() -> None:
    assert value(measures(), "circumvention_share") == 1 / 4
    assert value(measures(), "circumvention_share", "group", "b") == 1 / 2


def test_burden_is_the_inequality_of_lost_shares() -> None:
    """Lost: person 0 two of three wishes, person 1 one of two, persons 2 and 3 all."""
    lost = np.array([2 / 3, 1 / 2, 1, 1])
    pairs = np.abs(lost[:, None] - lost).sum() / (2 * len(lost) ** 2 * lost.mean())
    assert value(measures(), "burden_gini") == pytest.approx(pairs)


@pytest.mark.parametrize(("shares", "expected"), [([0.3, 0.3, 0.3], 0.0), ([0, 0, 0, 1.0], 0.75), ([0.0, 1.0], 0.5)])
def test_gini(shares: list[float], expected: float) -> None:
    assert gini(np.array(shares)) == pytest.approx(expected)


def test_gini_of_equal_shares_is_not_below_0_by_rounding() -> None:
    assert all(gini(np.full(count, value)) >= 0 for count in range(1, 60) for value in (0.1, 1 / 3, 0.7, 59 / 60))


def test_gini_of_no_loss_is_missing() -> None:
    assert math.isnan(gini(np.zeros(5)))
    assert math.isnan(gini(np.zeros(0)))


def test_represents_leaves_shares_of_people_alone() -> None:
    for measure in ("people_heard", "identified_per_1000", "reprisals_per_1000", "burden_gini"):
        assert value(measures(represents=1000.0), measure) == value(measures(), measure)
