"""Measures of removals, readers and desks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.measures.series import series
from sim.measures.table import Measurer, Piece
from sim.model.ledger import Outcome
from sim.model.moderation.desk import DeskRecord
from sim.model.policy import compile_policy
from sim.model.readers import expected_readers
from tests.model.handmade import FREE, SAID, Fate, handmade
from tests.model.small import value

HOURS = [0.25 * (i + 1) for i in range(21)]


def removals(count: int) -> list[Piece]:
    """So many messages, the n-th removed n quarters of an hour after it was said."""
    rows = [(float(i), 0, 0, -1, (FREE, Fate(Outcome.REMOVED, SAID, 0, 1, gone=i + HOURS[i]), FREE)) for i in range(count)]
    what, ledger = handmade(rows)
    return Measurer(what, ledger).measure("full")


def test_time_to_removal_from_twenty_removals_up() -> None:
    found = removals(21)
    assert value(found, "time_to_removal_p50") == pytest.approx(HOURS[10])
    assert value(found, "time_to_removal_p10") == pytest.approx(HOURS[2])
    assert value(found, "time_to_removal_p90") == pytest.approx(HOURS[18])
    few = removals(19)
    assert all(math.isnan(value(few, measure)) for measure in ("time_to_removal_p10", "time_to_removal_p50", "views_before_removal"))
    assert value(few, "removal_rate") == 1


def test_shares_removed_within_published_times() -> None:
    """Of 21 removals, one each quarter of an hour: none within 8 minutes, two within 30, eight within 2 hours."""
    found = removals(21)
    assert [value(found, "removed_within", "within", time) for time in ("8 min", "30 min", "2 h", "24 h")] == [0, 2 / 21, 8 / 21, 1]
    assert math.isnan(value(removals(19), "removed_within", "within", "24 h"))


def test_views_before_removal() -> None:
    """Three others in the room, half of whom read in the end, half of those within 2 hours."""
    expected = np.mean([3 * 0.5 * (1 - 0.5 ** (hours / 2)) for hours in HOURS])
    assert value(removals(21), "views_before_removal") == pytest.approx(expected)


def test_expected_readers_of_each_message() -> None:
    what, ledger = handmade()
    first, policy = np.array([0]), compile_policy(what)
    assert expected_readers(policy, ledger, first, 0) == pytest.approx(1.5 * (1 - 0.5 ** (47 / 2)))
    assert expected_readers(policy, ledger, first, 1) == pytest.approx(1.5 * (1 - 0.5 ** (3 / 2)))


def desks(**more: DeskRecord) -> list[Piece]:
    what, ledger = handmade()
    ledger.desks.update({(1, 0, name): record for name, record in more.items()})
    return Measurer(what, ledger).measure("full")


def test_desks_add_up() -> None:
    one = DeskRecord(waits=[0.5] * 60, arrived=70, expired=10, busy_hours=6.0, duty_hours=10.0, backlog_hours=48.0)
    two = DeskRecord(waits=[1.0, 2.0] * 20, arrived=50, expired=2, busy_hours=3.0, duty_hours=5.0, backlog_hours=24.0)
    found = desks(one=one, two=two)
    assert value(found, "reviewer_utilisation") == pytest.approx(9 / 15)
    assert value(found, "review_wait_p50") == 0.5
    assert value(found, "review_wait_p95") == pytest.approx(np.quantile([0.5] * 60 + [1.0] * 20 + [2.0] * 20, 0.95))
    assert value(found, "reviews_expired") == pytest.approx(12 / 120)
    assert value(found, "backlog_mean") == pytest.approx(72 / 48)


def test_each_desk_has_a_row_of_its_own() -> None:
    one = DeskRecord(waits=[0.5] * 60, arrived=70, expired=10, busy_hours=6.0, duty_hours=10.0, backlog_hours=48.0)
    two = DeskRecord(waits=[2.0] * 40, arrived=50, expired=2, busy_hours=3.0, duty_hours=5.0, backlog_hours=24.0)
    found = desks(**{"chat.one": one, "chat.two": two})
    assert [value(found, "reviewer_utilisation", "desk", f"chat.{name}") for name in ("one", "two")] == [0.6, 0.6]
    assert [value(found, "review_wait_p50", "desk", f"chat.{name}") for name in ("one", "two")] == [0.5, 2.0]
    assert math.isnan(value(found, "review_wait_p95", "desk", "chat.two"))
    assert [value(found, "backlog_mean", "desk", f"chat.{name}") for name in ("one", "two")] == [1.0, 0.5]
    assert value(found, "reviews_expired", "desk", "chat.two") == pytest.approx(2 / 50)


def test_idle_desks_have_no_waits_and_no_share_of_expired_cases() -> None:
    found = desks(idle=DeskRecord(duty_hours=48.0))
    assert value(found, "reviewer_utilisation") == 0
    assert value(found, "backlog_mean") == 0
    for measure in ("review_wait_p50", "review_wait_p95", "reviews_expired"):
        assert math.isnan(value(found, measure)), measure
    some = desks(some=DeskRecord(waits=[1.0] * 99, arrived=99, busy_hours=1.0, duty_hours=48.0))
    assert value(some, "review_wait_p50") == 1
    assert math.isnan(value(some, "review_wait_p95"))
    assert math.isnan(value(desks(), "reviewer_utilisation"))


SERIES = {
    "wished": [4, 1, 0, 1, 1, 1, 1, 0],
    "said": [3, 1, 0, 0, 1, 1, 0, 0],
    "unsaid": [1, 0, 0, 0, 0, 0, 0, 0],
    "never_arose": [0, 0, 0, 0, 0, 1, 0, 0],
    "out_of_reach": [0, 0, 0, 1, 0, 0, 1, 0],
    "stopped": [0, 1, 0, 0, 0, 0, 0, 0],
    "removed": [1, 0, 0, 0, 1, 0, 0, 0],
}


@pytest.mark.parametrize("measure", SERIES)
def test_series_count_by_six_hours(measure: str) -> None:
    """A removal counts when it happens."""
    _, ledger = handmade()
    piece = next(piece for piece in series(ledger, "full", 10.0) if piece.measure == measure)
    assert piece.levels == ["0", "6", "12", "18", "24", "30", "36", "42"]
    assert piece.values[0].tolist() == [10 * count for count in SERIES[measure]]


def test_series_of_risks_are_means_over_occasions_that_a_platform_takes() -> None:
    _, ledger = handmade()
    risk = next(piece for piece in series(ledger, "full", 1.0) if piece.measure == "perceived_removal").values[0]
    assert risk[0] == pytest.approx((0 + 0.1 + 0.2 + 0.3) / 4)
    assert risk[1] == pytest.approx(0.4)
    assert math.isnan(risk[2])
    assert math.isnan(risk[3])
    assert not [piece for piece in series(ledger, "free", 1.0) if piece.measure == "perceived_removal"]
