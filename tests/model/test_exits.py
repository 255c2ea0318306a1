"""People who leave a platform: over what, where they go, and what goes with them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.measures.table import Measurer
from sim.model.access import LEFT
from sim.model.ledger import Ledger, Outcome
from sim.scenario.schema import Scenario
from tests.model.script import COOL, Line, played
from tests.model.small import PLAIN, RICH, columns, differing, merged, rows_of, run, same, scenario, value
from tests.model.test_abuse import HOSTILE
from tests.model.test_accounting import check_ledger

NOTHING = {"removal": 0.0, "sanction": 0.0, "abuse": 0.0, "fear": 0.0}
AT_ONCE = {"removal": 1000.0}
REMOVING: dict[str, Any] = {
    "platforms": {"chat": {"rules": {"all": {"detector": "sample", "share": 1.0, "action": "block", "notice": "author"}}}},
    "exit": NOTHING | AT_ONCE,
}
"""Everything is blocked on the first platform, and whoever notices it leaves at the end of the day."""


@cache
def lived() -> tuple[Scenario, Ledger]:
    """The rich scenario, in which people leave for all reasons but abuse."""
    what = scenario(merged(RICH, {"exit": {"removal": 0.05, "sanction": 0.2, "fear": 0.3}}))
    return what, run(what, (0, 1), ("moderation", "fear", "full"))


def test_without_exit_or_at_no_hazard_nobody_leaves() -> None:
    without, at_none = (run(scenario(RICH, **changes), worlds=("full",)) for changes in ({}, {"exit": NOTHING}))
    assert not without.left
    assert not at_none.left
    assert all(same(columns(without, world), columns(at_none, world)) for world in without.worlds)


def test_ledger_with_exits_adds_up() -> None:
    _, ledger = lived()
    check_ledger(ledger)
    assert (ledger.outcome == Outcome.LEFT).any()
    free = ledger.column("free")
    assert not any(world == free for _, world, _, _ in ledger.left)
    assert {ledger.worlds[world] for _, world, _, _ in ledger.left} >= {"moderation", "full"}
    assert len({entry[:2] + entry[3:] for entry in ledger.left}) == len(ledger.left), "nobody leaves a platform twice"


def test_who_has_left_says_nothing_there_any_more() -> None:
    _, ledger = lived()
    time, person = ledger.occasions.time, ledger.occasions.person
    window = 1.0
    for who, world, at, platform in ledger.left:
        later = (person == who) & (time >= at + window)
        assert not ((ledger.venue[later, world] == platform) & (ledger.outcome[later, world] > Outcome.LEFT)).any()


def test_outcome_left_is_for_those_who_left_alone() -> None:
    _, ledger = lived()
    for world in range(len(ledger.worlds)):
        rows = np.flatnonzero(ledger.outcome[:, world] == Outcome.LEFT)
        leavers = {who: at for who, column, at, _ in reversed(ledger.left) if column == world}
        assert all(
            leavers.get(who, np.inf) <= at
            for who, at in zip(ledger.occasions.person[rows].tolist(), ledger.occasions.time[rows], strict=True)
        )
        spontaneous = rows[ledger.occasions.parent[rows] < 0]
        assert (ledger.venue[spontaneous, world] == LEFT).all()


def test_who_leaves_goes_to_the_next_platform_in_their_order() -> None:
    """Exact: the first message is blocked on the chat; from the next day on, this person is on the feed, and the others stay."""
    lines = [Line(2.0, 0), Line(3.0, 1), Line(20.0, 0), Line(30.0, 0), Line(40.0, 1)]
    rule = {"topics": ["any"], "detector": "classifier", "threshold": 0.5, "recall": 1.0, "false_positive_rate": 0.0, "action": "block"}
    chat = {"rules": {"hot": {**rule, "notice": "author"}}}
    lines[0] = Line(2.0, 0, 0.9)
    world = played(lines, platforms={"chat": chat}, exit=NOTHING | AT_ONCE)
    assert world.ledger.venue[:, 0].tolist() == [0, 0, 0, 1, 0]
    assert world.ledger.outcome[:, 0].tolist() == [Outcome.BLOCKED, *[Outcome.STOOD] * 4]
    assert world.ledger.left == [(0, 0, 24.0, 0)]


def test_who_has_nowhere_to_go_falls_silent_and_is_not_answered() -> None:
    """Exact: what is replied to those who left never arises, and they do not reply where they have left."""
    lines = [
        Line(2.0, 0, 0.9), Line(25.0, 0), Line(25.1, 1, COOL, 1), Line(26.0, 1), Line(26.1, 0, COOL, 3), Line(26.2, 1, COOL, 4),
    ]  # fmt: skip
    rule = {"detector": "classifier", "threshold": 0.5, "recall": 1.0, "false_positive_rate": 0.0, "action": "block", "notice": "author"}
    world = played(lines, platforms={"chat": {"rules": {"hot": rule}}, "feed": {"habit": 0.0}}, exit=NOTHING | AT_ONCE)
    left, never, stood = Outcome.LEFT, Outcome.NEVER_AROSE, Outcome.STOOD
    assert world.ledger.outcome[:, 0].tolist() == [Outcome.BLOCKED, left, never, stood, left, never]
    assert world.ledger.audience[3, 0] == 2, "one of the other three is gone"


def test_exit_takes_what_a_block_elsewhere_would_not_have_taken() -> None:
    """Whoever left a platform within reach has lost their voice to leaving, also where the next platform is blocked."""
    blocked = merged(REMOVING, {"jurisdictions": {"home": {"blocks": {"feed": 1.0}}}})
    world = played([Line(2.0), Line(30.0)], ("access+moderation",), **blocked)
    assert world.ledger.outcome[:, 0].tolist() == [Outcome.BLOCKED, Outcome.LEFT]


@pytest.mark.parametrize("cause", ["removal", "sanction", "abuse", "fear"])
def test_each_cause_drives_people_away_and_can_be_switched_off(cause: str) -> None:
    base = merged(HOSTILE, CAUSES[cause])
    driven = run(scenario(merged(base, {"exit": NOTHING | {cause: 1.0}})), worlds=("full",))
    at = driven.column("full")
    assert any(world == at for _, world, _, _ in driven.left)
    assert not run(scenario(merged(base, {"exit": NOTHING})), worlds=("full",)).left
    others = dict.fromkeys(NOTHING, 1.0) | {cause: 0.0}
    assert len(driven.left) != len(run(scenario(merged(base, {"exit": others})), worlds=("full",)).left)


RULES = {"platforms": {"chat": {"rules": {"filter": {"false_positive_rate": 0.1}}}}}
CAUSES: dict[str, dict[str, Any]] = {
    "removal": RULES,
    "sanction": merged(RULES, {"platforms": {"chat": {"sanctions": {"ladder": [{"points": 1, "action": "warn"}]}}}}),
    "abuse": {},
    "fear": {
        "jurisdictions": {"home": {"perceived_reprisal": 0.1}},
        "timeline": [{"at": "2 d", "reprisal_news": {"jurisdiction": "home", "reach": 1.0}}],
    },
}


ALARMS: dict[str, list[dict[str, Any]]] = {
    "announced": [{"at": "2 d", "announce": {"platform": "chat", "belief": "reprisal", "value": 0.9, "believed": 1.0}}],
    "set": [{"at": "2 d", "set": {"jurisdictions.home.perceived_reprisal": 1.0}}],
    "known at the start": [{"at": "0 d", "announce": {"platform": "chat", "belief": "reprisal", "value": 0.9, "believed": 1.0}}],
    "nothing": [],
}


@pytest.mark.parametrize(("alarm", "leave"), [("announced", True), ("set", True), ("known at the start", False), ("nothing", False)])
def test_fear_drives_away_by_its_rise_since_the_start_wherever_that_comes_from(alarm: str, leave: bool) -> None:
    what = scenario(PLAIN, exit=NOTHING | {"fear": 1000.0}, timeline=ALARMS[alarm])
    assert bool(run(what, worlds=("full",)).left) == leave


@pytest.mark.statistical
def test_hazard_is_that_of_a_day() -> None:
    """A hazard of 1 a day, kept for long, from one noticed action each: people leave at 1 - 1/e a day. Four standard errors."""
    what = scenario(
        PLAIN,
        horizon="4 d",
        groups={"locals": {"size": 1500, "messages_per_day": 5.0, "activity_sigma": 0.0}},
        platforms={"chat": REMOVING["platforms"]["chat"] | {"replies": {"branching": 0.0}}},
        beliefs={"noticed_half_life": "90 d"},
        exit=NOTHING | {"removal": 0.02, "half_life": "3600 d"},
    )
    ledger = run(what, worlds=("moderation",))
    at = ledger.column("moderation")
    first = [who for who, world, time, _ in ledger.left if world == at and time == 24.0]
    blocked = np.bincount(ledger.occasions.person[ledger.occasions.time < 24], minlength=1500)
    expected = -np.expm1(-0.02 * blocked)
    assert abs(len(first) - expected.sum()) < 4 * np.sqrt((expected * (1 - expected)).sum())
    assert abs(len(first) - 1.5 * expected.sum()) > 4 * np.sqrt((expected * (1 - expected)).sum()), "control"


def test_what_is_stacked_with_what_changes_no_exit() -> None:
    what, ledger = lived()
    alone = run(what, (1,), ("full", "access+fear"))
    for world in ("free", "full"):
        assert not differing(columns(ledger, world, rows_of(ledger, 1)), columns(alone, world)), world
    first = int(np.searchsorted(ledger.people.replication, 1))
    there, here = ledger.column("full"), alone.column("full")
    assert [(who - first, time, f) for who, world, time, f in ledger.left if world == there and who >= first] == [
        (who, time, f) for who, world, time, f in alone.left if world == here
    ]


def test_measures_of_exit() -> None:
    what, ledger = lived()
    pieces, at = Measurer(what, ledger).measure("full"), ledger.column("full")
    people = ledger.people.replication == 0
    gone = {who for who, world, _, _ in ledger.left if world == at and people[who]}
    assert value(pieces, "exit_rate") == pytest.approx(len(gone) / people.sum())
    here = rows_of(ledger, 0)
    wished = ledger.outcome[here, ledger.column("free")] > Outcome.UNSAID
    left = wished & (ledger.outcome[here, at] == Outcome.LEFT)
    assert value(pieces, "left_share") == pytest.approx(left.sum() / wished.sum())
    assert left.any()
    reachable = wished & (ledger.outcome[here, at] > Outcome.BARRED)
    assert value(pieces, "reachable") == reachable.sum()
    arose = wished & (ledger.outcome[here, at] > Outcome.NEVER_AROSE)
    silent = wished & (ledger.outcome[here, at] == Outcome.UNSAID)
    assert value(pieces, "self_censorship_rate") == pytest.approx(silent.sum() / arose.sum())
    stays = Measurer(scenario(RICH), run(scenario(RICH), worlds=("full",))).measure("full")
    assert np.isnan(value(stays, "exit_rate"))
    assert np.isnan(value(stays, "left_share"))
