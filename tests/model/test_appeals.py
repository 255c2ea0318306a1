"""Appeals: exact on scripts of a few messages, rates against what they should be, and what a reversal undoes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.readers import expected_readers
from sim.model.world import World
from sim.scenario.schema import Scenario
from tests.model.script import COOL, HOT, Line, fates, played
from tests.model.small import PLAIN, merged, run, scenario

STOOD, NEVER = Outcome.STOOD, Outcome.NEVER_AROSE
SECOND: dict[str, Any] = {"roster": [{"reviewers": 1}], "service": {"fixed": "1 h"}}
ALWAYS: dict[str, Any] = {"desk": "second", "propensity_if_wrong": 1.0, "reversal_if_wrong": 1.0, "delay": {"fixed": "2 h"}}
EARLY: dict[str, Any] = {"detector": "sample", "share": 1.0, "end": "2 h", "notice": "author"}
"""Acts on everything that is said before 2 h; a message said at 1 h comes back at 4 h."""
SCRIPT = [Line(1), Line(3, 1, parent=0), Line(3.5), Line(4.5, 1, parent=0), Line(5, 2, parent=3), Line(7)]


def appealed(
    action: str = "remove",
    lines: list[Line] = SCRIPT,
    worlds: tuple[str, ...] = ("moderation",),
    *,
    rule: dict[str, Any] | None = None,
    appeals: dict[str, Any] | None = None,
    desks: dict[str, Any] | None = None,
    **changes: Any,
) -> World:
    """A script whose first message is acted on, and whose author always appeals where the action was an error."""
    chat = {
        "rules": {"early": {**EARLY, "action": action, **(rule or {})}},
        "desks": {"second": SECOND, **(desks or {})},
        "appeals": {**ALWAYS, **(appeals or {})},
    }
    return played(lines, worlds, platforms=merged({"chat": chat}, changes.pop("platforms", {})), **changes)


def marks(world: World, line: int = 0) -> Mark:
    return Mark(int(world.ledger.marks[line, 0])) & ~(Mark.SEEN | Mark.COUNTED)


@pytest.mark.parametrize("action", ["remove", "hide"])
def test_a_reinstated_message_can_be_seen_and_answered_again(action: str) -> None:
    """Gone from 1 h to 4 h: the reply at 3 h never arises, that at 4.5 h does, and so does the reply to it."""
    world = appealed(action)
    assert fates(world) == [STOOD, NEVER, STOOD, STOOD, STOOD, STOOD]
    assert (world.ledger.shown[0, 0], world.ledger.gone[0, 0], world.ledger.back[0, 0]) == (1, 1, 4)
    assert marks(world) == Mark.NOTIFIED | Mark.APPEALED | Mark.REVERSED | Mark.REINSTATED
    assert world.ledger.rule[0, 0] == -1
    assert world.ledger.marks[0, 0] & Mark.COUNTED, "at a later visit"


def test_a_block_that_is_reversed_publishes_the_message_then() -> None:
    world = appealed("block")
    assert fates(world) == [STOOD, NEVER, STOOD, STOOD, STOOD, STOOD]
    assert (world.ledger.shown[0, 0], world.ledger.gone[0, 0], world.ledger.back[0, 0]) == (4, np.inf, 4)
    assert world.ledger.marks[0, 0] & Mark.COUNTED


def test_so_does_the_reversal_of_what_a_desk_rejected() -> None:
    """Held at 1 h, rejected at 1.25 h, appealed at 3.25 h, released at 4.25 h."""
    office = {"office": {**SECOND, "service": {"fixed": "15 min"}, "threshold": 0.0, "error_rate": 0.0}}
    world = appealed("hold", rule={"desk": "office"}, desks=office)
    assert fates(world) == [STOOD, NEVER, STOOD, STOOD, STOOD, STOOD]
    assert world.ledger.shown[0, 0] == world.ledger.back[0, 0] == 4.25
    assert marks(world) == Mark.NOTIFIED | Mark.APPEALED | Mark.REVERSED | Mark.REINSTATED


def test_a_removal_by_a_desk_is_appealed_from_its_own_time() -> None:
    office = {"office": {**SECOND, "service": {"fixed": "15 min"}, "threshold": 0.0, "error_rate": 0.0}}
    world = appealed(rule={"desk": "office"}, desks=office)
    assert (world.ledger.gone[0, 0], world.ledger.back[0, 0]) == (1.25, 4.25)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"appeals": {"reinstates": False}}, Mark.NOTIFIED | Mark.APPEALED | Mark.REVERSED),
        ({"appeals": {"reversal_if_wrong": 0.0}}, Mark.NOTIFIED | Mark.APPEALED | Mark.DISMISSED),
        ({"appeals": {"propensity_if_wrong": 0.0}}, Mark.NOTIFIED),
        ({"appeals": {"delay": {"fixed": "47 h"}}}, Mark.NOTIFIED),
        ({"appeals": {"delay": {"fixed": "46.5 h"}}}, Mark.NOTIFIED | Mark.APPEALED),
        ({"rule": {"notice": "none"}}, Mark(0)),
        ({"desks": {"second": {**SECOND, "roster": [{"start": 9, "end": 10, "reviewers": 1}], "expiry": "1 h"}}}, None),
    ],
    ids=["not brought back", "dismissed", "no appeal", "too late", "undecided", "not told", "expired"],
)
def test_the_message_stays_gone_otherwise(changes: dict[str, Any], expected: Mark | None) -> None:
    world = appealed(**changes)
    assert fates(world) == [Outcome.REMOVED, NEVER, STOOD, NEVER, NEVER, STOOD]
    assert np.isinf(world.ledger.back).all()
    assert marks(world) == (Mark.NOTIFIED | Mark.APPEALED | Mark.DISMISSED if expected is None else expected)
    assert not world.ledger.marks[0, 0] & Mark.COUNTED


def test_an_action_that_was_called_for_is_no_error() -> None:
    """Heat from the rule's own threshold up, or from 0.5 where it has none."""
    never = {"propensity": 0.0}
    outcomes = [fates(appealed(lines=[Line(1, 0, heat)], appeals=never))[0] for heat in (0.49, 0.51)]
    assert outcomes == [STOOD, Outcome.REMOVED]
    classifier = {"detector": "classifier", "share": None, "threshold": 0.3, "recall": 1.0, "false_positive_rate": 1.0}
    rule = {key: value for key, value in {**EARLY, **classifier}.items() if value is not None}
    chat = {"rules": {"early": {**rule, "action": "remove"}}, "desks": {"second": SECOND}, "appeals": {**ALWAYS, **never}}
    outcomes = [fates(played([Line(1, 0, heat)], platforms={"chat": chat}))[0] for heat in (0.29, 0.31)]
    assert outcomes == [STOOD, Outcome.REMOVED]


def test_a_reinstated_message_meets_no_further_rule() -> None:
    """A second review, which would remove it, ends after it has come back."""
    slow = {"slow": {**SECOND, "service": {"fixed": "9 h"}, "threshold": 0.0, "error_rate": 0.0}}
    again = {"again": {"detector": "sample", "share": 1.0, "end": "2 h", "action": "remove", "desk": "slow"}}
    world = appealed(desks=slow, platforms={"chat": {"rules": again}})
    assert fates(world)[0] == STOOD
    assert len(world.ledger.desks[0, 0, "chat.slow"].waits) == 1


def test_an_appeal_against_what_something_else_took_first_is_not_filed() -> None:
    """A desk removes the message, without a word, before the rule would have."""
    office = {"office": {**SECOND, "service": {"fixed": "15 min"}, "threshold": 0.0, "error_rate": 0.0}}
    first = {"first": {"detector": "sample", "share": 1.0, "end": "2 h", "action": "remove", "desk": "office"}}
    world = appealed(rule={"delay": {"fixed": "1 h"}}, desks=office, platforms={"chat": {"rules": first}})
    assert fates(world)[0] == Outcome.REMOVED
    assert world.ledger.gone[0, 0] == 1.25
    assert marks(world) == Mark(0)


@pytest.mark.parametrize(("action", "since", "until"), [("remove", 3.0, 47.0), ("block", 0.0, 44.0)])
def test_readers_read_while_it_can_be_seen(action: str, since: float, until: float) -> None:
    """Three others, half of whom would read it; those who would have read it meanwhile do not."""
    world = appealed(action, lines=SCRIPT[:1])
    half_life = world.scenario.platforms["chat"].reading.half_life
    expected = 3 * 0.5 * (0.5 ** (since / half_life) - 0.5 ** (until / half_life))
    assert expected_readers(world.policy, world.ledger, np.array([0]), 0) == pytest.approx(expected)


# What people learn


def risks(world: World) -> np.ndarray:
    return world.ledger.removal_risk[:, 0].astype(np.float64)


WATCHED = [Line(1, 0, 0.4), Line(3.5, 0, 0.4), Line(3.6, 1, 0.4), Line(6, 0, 0.4), Line(6.1, 1, 0.4)]


@pytest.mark.parametrize("notice", ["author", "public"])
def test_a_reversal_takes_the_lesson_back(notice: str) -> None:
    """After the removal the author fears more, and the room too if it saw it; after the reversal all is as if nothing had happened."""
    reversed_, kept, untouched = (
        appealed(lines=WATCHED, worlds=("full",), rule={"notice": notice, **rule}, appeals=appeals)
        for rule, appeals in (({}, {}), ({}, {"reversal_if_wrong": 0.0}), ({"share": 0.0}, {}))
    )
    assert risks(reversed_)[1] > risks(untouched)[1] + 0.01
    assert (risks(reversed_)[2] > risks(untouched)[2] + 0.001) == (notice == "public")
    assert risks(reversed_)[3:] == pytest.approx(risks(untouched)[3:], rel=1e-6)
    assert risks(kept)[3] > risks(untouched)[3] + 0.01
    noticed = [world.beliefs.noticed(np.array([[0]]), world.rooms.of_person[:1, :1, 0], np.array([0]), 48.0) for world in (reversed_, kept)]
    assert noticed[0] == pytest.approx(0, abs=1e-12)
    assert noticed[1] > 0.1


def test_the_lesson_is_taken_back_in_full_where_people_have_come_to_forget_more_slowly() -> None:
    slower = {"at": "3 h", "set": {"beliefs.removal_half_life": "90 d", "beliefs.noticed_half_life": "90 d"}}
    quick: dict[str, Any] = {"beliefs": {"removal_half_life": "1 h", "noticed_half_life": "1 h"}, "timeline": [slower]}
    reversed_, untouched = (appealed(lines=WATCHED, worlds=("full",), rule={"share": share}, **quick) for share in (1.0, 0.0))
    assert risks(reversed_)[3:] == pytest.approx(risks(untouched)[3:], rel=1e-6)
    noticed = reversed_.beliefs.noticed(np.array([[0]]), np.array([[0]]), np.array([0]), 48.0)
    assert noticed == pytest.approx(0, abs=1e-12)


def test_a_block_that_is_reversed_is_heard_by_the_room_when_it_comes_back() -> None:
    """The climate is that of the message."""
    world = appealed("block", lines=[Line(1)])
    heard = world.beliefs.climate(world.rooms.of_person[:1, :1, 0], np.array([0]), 48.0)
    weight = 0.5 ** ((48 - 4) / world.scenario.beliefs.climate_half_life)
    assert heard == pytest.approx(weight * (1 - 2 * COOL) / (weight + world.scenario.beliefs.climate_strength))


def test_a_reversed_action_counts_no_more_towards_sanctions() -> None:
    """The strike of 1 h is taken back at 4 h: that of 5 h is then the first, and that of 5.5 h the second."""
    ladder = {"ladder": [{"points": 2, "action": "ban"}]}
    strict = {"detector": "classifier", "threshold": 0.5, "recall": 1.0, "false_positive_rate": 0.0, "action": "block"}
    platforms = {"chat": {"sanctions": ladder, "rules": {"strict": strict}}}
    lines = [Line(1), Line(5, 0, HOT), Line(5.2), Line(5.5, 0, HOT), Line(6)]
    assert appealed(lines=lines, platforms=platforms).ledger.sanctioned == [(0, 0, 5.5, "ban")]
    dismissed = appealed(lines=lines, platforms=platforms, appeals={"reversal_if_wrong": 0.0})
    assert dismissed.ledger.sanctioned == [(0, 0, 5.0, "ban")]
    assert fates(dismissed)[2:] == [Outcome.BARRED] * 3


def test_a_step_that_was_taken_stands() -> None:
    ladder = {"ladder": [{"points": 1, "action": "mute", "lasts": "6 h"}]}
    world = appealed(lines=[Line(1), Line(6.9), Line(7.1)], platforms={"chat": {"sanctions": ladder}})
    assert world.ledger.back[0, 0] == 4
    assert fates(world) == [STOOD, Outcome.BARRED, STOOD]


# Rates


@cache
def many() -> tuple[Scenario, Ledger]:
    """All messages are removed at once, and their authors told; appeals are decided by as many as it takes."""
    chat = {
        "rules": {"all": {"detector": "sample", "share": 1.0, "action": "remove", "notice": "author"}},
        "desks": {"second": {"roster": [{"reviewers": 9}], "service": {"fixed": "1 min"}}},
        "appeals": {
            "desk": "second", "propensity": 0.3, "propensity_if_wrong": 0.6, "reversal": 0.2, "reversal_if_wrong": 0.7,
            "delay": {"exponential": "1 h"},
        },
    }  # fmt: skip
    crowd = {"locals": {"size": 400, "fear": 0.0}}
    sensitive = {"home": {"sensitivity": {"climate": 1.0, "human-rights": 1.0}}}
    what = scenario(merged(PLAIN, {"platforms": {"chat": chat}, "groups": crowd, "jurisdictions": sensitive}))
    return what, run(what, worlds=("moderation",))


@pytest.mark.statistical
@pytest.mark.parametrize(("wrong", "propensity", "reversal"), [(False, 0.3, 0.2), (True, 0.6, 0.7)], ids=["called for", "error"])
def test_appeals_are_made_and_succeed_at_their_rates(wrong: bool, propensity: float, reversal: float) -> None:
    """4 binomial standard errors, four times: one false alarm in 4,000. Control: the rates of the other kind of action."""
    what, ledger = many()
    at = ledger.worlds.index("moderation")
    rows = np.flatnonzero((ledger.outcome[:, at] > Outcome.UNSAID) & (ledger.occasions.time < what.horizon - 24))
    stance = ledger.people.stance[ledger.occasions.person[rows], ledger.occasions.topic[rows]]
    softened = np.where(ledger.voice[rows, at] == 2, stance + what.voice.softening * (1 - stance), stance)
    rows = rows[((1 - softened) / 2 < 0.5) == wrong]
    found = {mark: (ledger.marks[rows, at] & mark) > 0 for mark in Mark}
    tries = {propensity: found[Mark.APPEALED], reversal: found[Mark.REVERSED][found[Mark.APPEALED]]}
    for (rate, hits), other in zip(tries.items(), (0.9 - propensity, 0.9 - reversal), strict=True):
        z = [(hits.sum() - p * len(hits)) / np.sqrt(len(hits) * p * (1 - p)) for p in (rate, other)]
        assert abs(z[0]) < 4 < abs(z[1])
    assert np.array_equal(found[Mark.REINSTATED], found[Mark.REVERSED])
    assert np.array_equal(found[Mark.APPEALED], found[Mark.REVERSED] | found[Mark.DISMISSED])
