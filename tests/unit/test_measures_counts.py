"""Measures that count occasions, on ten of them written down by hand."""

from __future__ import annotations

import math

import pytest

from sim.measures.definitions import FUNNEL, MEASURES
from sim.measures.table import Measurer
from tests.model.handmade import ROWS, handmade, measures
from tests.model.small import value

FULL = {
    "wished": 9, "reachable": 7, "arose": 6, "said": 5, "said_sincerely": 3, "published": 2, "seen": 2, "counted": 1,
    "heard_share": 2 / 9, "counted_share": 1 / 9, "access_loss_share": 1 / 9, "barred_share": 1 / 9,
    "removal_rate": 1 / 5, "prior_restraint_rate": 1 / 6, "hidden_rate": 1 / 5,
    "self_censorship_rate": 1 / 6, "softening_rate": 1 / 6, "coding_rate": 1 / 6,
    "unsaid_per_removal": 1 / 3, "conversation_lost": 1 / 3, "chilling_effect": 1 - 4 / 8,
}  # fmt: skip
FREE = {
    "wished": 9, "reachable": 9, "arose": 9, "said": 9, "said_sincerely": 8, "published": 8, "seen": 8, "counted": 8,
    "heard_share": 8 / 9, "removal_rate": 0, "self_censorship_rate": 0, "softening_rate": 1 / 9, "conversation_lost": 0,
}  # fmt: skip


@pytest.mark.parametrize("measure", FULL)
def test_in_the_full_world(measure: str) -> None:
    assert value(measures(), measure) == pytest.approx(FULL[measure])


@pytest.mark.parametrize("measure", FREE)
def test_in_the_free_world(measure: str) -> None:
    assert value(measures("free"), measure) == pytest.approx(FREE[measure])


def test_by_group_topic_and_day() -> None:
    found = measures()
    assert [value(found, "wished", "group", level) for level in "ab"] == [5, 4]
    assert [value(found, "said", "group", level) for level in "ab"] == [3, 2]
    assert [value(found, "wished", "topic", level) for level in ("first", "second")] == [5, 4]
    assert [value(found, "self_censorship_rate", "topic", level) for level in ("first", "second")] == [0, 1 / 2]
    assert [value(found, "wished", "day", level) for level in "01"] == [6, 3]
    assert [value(found, "said", "day", level) for level in "01"] == [4, 1]


def test_by_platform_only_what_a_platform_carried() -> None:
    found = measures()
    assert [value(found, "said", "platform", level) for level in ("chat", "poll")] == [4, 1]
    assert value(found, "softening_rate", "platform", "poll") == 1
    assert value(found, "removal_rate", "platform", "chat") == 1 / 4
    assert math.isnan(value(found, "wished", "platform", "chat"))
    assert math.isnan(value(found, "heard_share", "platform", "chat"))


def test_counts_scale_with_the_people_that_a_participant_stands_for_and_shares_do_not() -> None:
    one, thousand = measures(), measures(represents=1000.0)
    for measure in FUNNEL:
        assert value(thousand, measure) == 1000 * value(one, measure)
    for measure in set(FULL) - set(FUNNEL):
        assert value(thousand, measure) == value(one, measure)
    assert value(thousand, "taken", "rule", "chat.late") == 1000


def test_messages_taken_by_each_rule() -> None:
    assert [value(measures(), "taken", "rule", f"chat.{rule}") for rule in ("stop", "late", "shadow")] == [1, 1, 1]
    assert math.isnan(value(measures("free"), "taken", "rule", "chat.late"))


def test_what_the_sample_cannot_support_is_missing_and_never_zero() -> None:
    """Nobody replied, nobody was afraid, nothing was taken: no rate of it."""
    silent = [row for row in ROWS if row[3] < 0][-2:]
    what, ledger = handmade(silent)

    found = Measurer(what, ledger).measure("full")
    assert value(found, "wished") == 1
    for measure in ("conversation_lost", "unsaid_per_removal", "self_censorship_rate", "time_to_removal_p50", "views_before_removal"):
        assert math.isnan(value(found, measure)), measure
    assert value(found, "removal_rate") == 0
    assert math.isnan(value(measures("free"), "unsaid_per_removal"))
    assert math.isnan(value(measures("free"), "chilling_effect"))


def test_a_wrong_figure_would_be_noticed() -> None:
    """Control: without the reply that went unsaid, self-censorship is another."""

    what, ledger = handmade([row for row in ROWS if row[0] != 5.0])
    assert value(Measurer(what, ledger).measure("full"), "self_censorship_rate") != pytest.approx(FULL["self_censorship_rate"])


def test_every_measure_that_is_reckoned_is_defined() -> None:
    reckoned = {piece.measure for world in ("free", "full") for piece in measures(world) if piece.split != "stance"}
    assert reckoned <= set(MEASURES)
