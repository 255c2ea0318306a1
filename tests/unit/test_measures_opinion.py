"""The convenor's picture against private stances, on four people and what they said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from sim.measures.opinion import BINS
from sim.measures.table import Measurer
from tests.model.handmade import ROWS, STANCES, handmade, measures
from tests.model.small import value

COUNTED = [-0.3, -0.7 + 0.6 * 1.7, 0.9]
"""Stances shown in the full world: person 1's, person 2's softened, person 3's."""
WEIGHTS = [0.75, 0.25, 0.75, 0.25, 0.5, 0.5, 0.5, 0.5]
"""Interests of persons 0 to 3 in the two topics."""


def binned(stances: np.ndarray | list[float]) -> np.ndarray:
    return np.floor((np.asarray(stances) + 1) / (2 / BINS)) * (2 / BINS) - 1


def test_gap_is_the_difference_in_critical_shares() -> None:
    """One of three counted is critical; half of the private stances are, weighted by interest."""
    assert value(measures(), "opinion_gap") == pytest.approx(100 * (1 / 3 - 2 / 4))
    assert value(measures(), "opinion_gap", "topic", "first") == pytest.approx(100 * (1 - 1.5 / 2.5))
    assert value(measures(), "opinion_gap", "group", "b") == pytest.approx(100 * (0 - 0.5 / 2))


def test_shift_is_the_difference_from_what_the_free_world_has_counted() -> None:
    """There, 4 of 9: persons 0 (twice), 1 and 2 critically."""
    assert value(measures(), "opinion_shift") == pytest.approx(100 * (1 / 3 - 4 / 9))
    assert value(measures("free"), "opinion_shift") == 0


def test_distance_is_wasserstein_1_on_bins() -> None:
    expected = wasserstein_distance(binned(STANCES.ravel()), binned(COUNTED), WEIGHTS)
    assert value(measures(), "opinion_distance") == pytest.approx(expected)


def test_shares_of_stances_sum_to_one() -> None:
    """Tenths of the scale by their middle; a softened message is where it shows."""
    found = measures()
    levels = [f"{middle:.2f}" for middle in np.arange(-0.95, 1, 0.1)]
    for measure in ("stance_private", "stance_said", "stance_counted"):
        assert sum(value(found, measure, "stance", level) for level in levels) == pytest.approx(1)
    assert value(found, "stance_counted", "stance", "0.35") == pytest.approx(1 / 3)
    assert value(found, "stance_said", "stance", "-0.85") + value(found, "stance_said", "stance", "-0.95") == pytest.approx(2 / 6)


def test_representation_is_the_share_of_what_is_counted_over_the_share_of_people() -> None:
    found = measures()
    assert [value(found, "representation_ratio", "group", group) for group in "ab"] == pytest.approx([(1 / 3) / (1 / 2), (2 / 3) / (1 / 2)])


def test_without_anything_counted_there_is_no_picture() -> None:
    what, ledger = handmade([row for row in ROWS if row[0] in (20.0, 40.0)])
    found = Measurer(what, ledger).measure("full")
    for measure in ("opinion_gap", "opinion_shift", "opinion_distance"):
        assert math.isnan(value(found, measure)), measure
    assert math.isnan(value(found, "representation_ratio", "group", "a"))


def test_a_picture_that_forgets_softening_would_be_noticed() -> None:
    """Control: with private stances in place of those shown, the gap is another."""
    private = [-0.3, -0.7, 0.9]
    critical = np.mean(np.array(private) < 0)
    assert value(measures(), "opinion_gap") != pytest.approx(100 * (critical - 1 / 2))
