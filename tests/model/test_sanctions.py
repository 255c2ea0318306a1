"""The ladder of sanctions: exact on scripts of a few messages, and against a closed form where violations are Poisson."""

from __future__ import annotations

from functools import cache
from math import exp, factorial
from typing import Any

import numpy as np
import pytest

from sim.model.ledger import Ledger, Outcome
from sim.model.world import World
from tests.model.script import BASE, HOT, Line, fates, played
from tests.model.small import merged, run, scenario

BLOCKED, STOOD, BARRED, REMOVED = Outcome.BLOCKED, Outcome.STOOD, Outcome.BARRED, Outcome.REMOVED
STRICT = {"detector": "classifier", "threshold": 0.5, "recall": 1.0, "false_positive_rate": 0.0}
LADDER = [{"points": 2, "action": "mute", "lasts": "5 h"}, {"points": 3, "action": "ban"}]


def platform(rule: dict[str, Any], ladder: list[dict[str, Any]] = LADDER, **more: Any) -> dict[str, Any]:
    return {"chat": {"rules": {"strict": {**STRICT, **rule}}, "sanctions": {"window": "24 h", "ladder": ladder}, **more}}


def blocking(lines: list[Line], ladder: list[dict[str, Any]] = LADDER, **rule: Any) -> World:
    """Hot messages are blocked at once."""
    return played(lines, platforms=platform({"action": "block", **rule}, ladder))


def test_points_add_up_and_steps_are_taken_at_their_times() -> None:
    """Two strikes mute for 5 hours; the next is a second one in the window, for which the step has been taken; the one after bans."""
    lines = [Line(1, 0, HOT), Line(10, 0, HOT), Line(12), Line(14.9), Line(15.1), Line(26, 0, HOT), Line(27), Line(33, 0, HOT), Line(40)]
    world = blocking(lines)
    assert fates(world) == [BLOCKED, BLOCKED, BARRED, BARRED, STOOD, BLOCKED, STOOD, BLOCKED, BARRED]
    assert world.ledger.sanctioned == [(0, 0, 10.0, "mute"), (0, 0, 33.0, "ban")]


def test_strikes_expire() -> None:
    """More than 24 hours lie between the first and the second, less between the second and the third."""
    world = blocking([Line(1, 0, HOT), Line(25.5, 0, HOT), Line(26), Line(30, 0, HOT), Line(31), Line(35.5)])
    assert fates(world) == [BLOCKED, BLOCKED, STOOD, BLOCKED, BARRED, STOOD]
    assert world.ledger.sanctioned == [(0, 0, 30.0, "mute")]


def test_an_account_is_one_persons_on_one_platform() -> None:
    """Others are not barred, and who is barred does not speak elsewhere instead."""
    world = blocking([Line(1, 0, HOT), Line(2, 1, HOT), Line(3, 0, HOT), Line(4, 0), Line(4, 1), Line(4.5, 2)])
    assert fates(world) == [BLOCKED, BLOCKED, BLOCKED, BARRED, STOOD, STOOD]
    assert (world.ledger.venue == 0).all()


def test_a_sanction_bars_the_rest_of_its_window_and_what_that_would_have_led_to() -> None:
    """All within a quarter of an hour: the third message is not said, so it is no strike, and the reply to it never arises."""
    lines = [Line(1.01, 0, HOT), Line(1.02, 0, HOT), Line(1.03, 0, HOT), Line(1.04, 1, parent=2), Line(1.05, 1)]
    world = blocking(lines)
    assert fates(world) == [BLOCKED, BLOCKED, BARRED, Outcome.NEVER_AROSE, STOOD]
    assert world.ledger.sanctioned == [(0, 0, 1.02, "mute")]
    assert np.isinf(world.ledger.shown[2:4, 0]).all()


def test_a_reply_that_never_arises_leads_to_no_sanction() -> None:
    """Within one window: person 1 is barred, so the hot reply of person 0 to them is not prompted, and person 0 may go on."""
    lines = [
        *(Line(1.01, 0, HOT), Line(1.02, 1, HOT), Line(1.03, 1, HOT), Line(1.04, 1), Line(1.05, 0, HOT, parent=3)),
        *(Line(1.06, 0), Line(1.07, 1)),
    ]
    world = blocking(lines)
    assert fates(world) == [BLOCKED, BLOCKED, BLOCKED, BARRED, Outcome.NEVER_AROSE, STOOD, BARRED]


def test_a_removal_is_a_strike_when_it_comes() -> None:
    """Messages are removed 3 hours after they are said: the second at 6 h."""
    lines = [Line(1, 0, HOT), Line(3, 0, HOT), Line(5.9), Line(6.1), Line(10.9), Line(11.1)]
    world = played(lines, platforms=platform({"action": "remove", "delay": {"fixed": "3 h"}}))
    assert fates(world) == [REMOVED, REMOVED, STOOD, BARRED, BARRED, STOOD]
    assert world.ledger.sanctioned == [(0, 0, 6.0, "mute")]


@pytest.mark.parametrize(("severity", "expected"), [(0.5, []), (2.0, ["mute"]), (3.0, ["mute", "ban"]), (0.0, [])])
def test_severity_is_what_an_action_adds(severity: float, expected: list[str]) -> None:
    world = blocking([Line(1, 0, HOT), Line(2), Line(8)], severity=severity)
    assert [action for *_, action in world.ledger.sanctioned] == expected
    assert fates(world)[1:] == {"": [STOOD, STOOD], "mute": [BARRED, STOOD], "ban": [BARRED, BARRED]}[expected[-1] if expected else ""]


def test_a_held_message_is_a_strike_when_it_is_upheld_and_none_when_it_expires_or_is_released() -> None:
    office: dict[str, Any] = {"roster": [{"reviewers": 1}], "service": {"fixed": "1 h"}, "error_rate": 0.0}
    ladder = [{"points": 1, "action": "ban"}]
    rule = {"action": "hold", "desk": "office", "false_positive_rate": 1.0}

    def ending(**desk: Any) -> World:
        lines = [Line(1, 0, HOT), Line(1.9, 0), Line(2.5, 0)]
        return played(lines, platforms=platform(rule, ladder, desks={"office": {**office, **desk}}))

    upheld, released, expired = ending(), ending(threshold=1.0), ending(roster=[{"start": 9, "end": 10, "reviewers": 1}], expiry="1 h")
    assert upheld.ledger.sanctioned == [(0, 0, 2.0, "ban")]
    assert fates(upheld) == [Outcome.WITHHELD, Outcome.STOOD, BARRED]
    assert fates(released) == [STOOD, STOOD, STOOD]
    assert fates(expired) == [Outcome.WITHHELD] * 3
    assert not released.ledger.sanctioned + expired.ledger.sanctioned


def test_labels_are_no_strikes_and_worlds_without_moderation_have_no_sanctions() -> None:
    lines = [Line(1, 0, HOT), Line(2, 0, HOT), Line(3)]
    assert not played(lines, platforms=platform({"action": "label"})).ledger.sanctioned
    both = played(lines, ("free", "moderation"), platforms=platform({"action": "block"}))
    assert fates(both) == [STOOD] * 3
    assert both.ledger.sanctioned == [(0, 1, 2.0, "mute")]


def test_a_warning_only_tells() -> None:
    """Nobody is told of the blocks; the warning tells its author of the one that led to it, and is noticed besides."""
    lines = [Line(1, 0, HOT), Line(2, 0, HOT), Line(3), Line(4)]
    warned, unwarned = (
        played(lines, ("full",), platforms=platform({"action": "block"}, [{"points": points, "action": "warn"}])) for points in (2, 9)
    )
    assert fates(warned) == [BLOCKED, BLOCKED, STOOD, STOOD]
    assert warned.ledger.sanctioned == [(0, 0, 2.0, "warn")]
    risks = [world.ledger.removal_risk[:, 0] for world in (warned, unwarned)]
    assert np.array_equal(risks[0][:2], risks[1][:2])
    assert (risks[0][2:] > risks[1][2:] + 0.01).all()
    beliefs = warned.scenario.beliefs
    actions = 2 * 0.5 ** (46 / beliefs.noticed_half_life)
    assert noticed(warned) == pytest.approx(1 - np.exp(-actions / beliefs.noticed_scale))
    assert noticed(unwarned) == 0


def noticed(world: World) -> float:
    """N of the first person at the end."""
    nowhere = np.zeros((1, 1), np.int64)
    return float(world.beliefs.noticed(nowhere, nowhere, np.array([0]), 48.0)[0, 0])


def test_a_ladder_may_change_while_time_runs() -> None:
    stricter = {"at": "6 h", "set": {"platforms.chat.sanctions.ladder": [{"points": 1, "action": "ban"}]}}
    lines = [Line(1, 0, HOT), Line(5), Line(7), Line(8, 0, HOT), Line(9)]
    world = played(lines, platforms=platform({"action": "block"}), timeline=[stricter])
    assert fates(world) == [BLOCKED, STOOD, STOOD, BLOCKED, BARRED]


# Poisson violations

RATE, WINDOW, DAYS, PEOPLE = 1 / 24, 15.0, 6, 4000


@cache
def warned() -> Ledger:
    """Everybody speaks once a day in the mean, at any hour, and every message is a strike; the second in 15 hours leads to a warning."""
    crowd = {"size": PEOPLE, "messages_per_day": 1.0, "activity_sigma": 0.0}
    chat = {
        "rules": {"all": {"detector": "sample", "share": 1.0, "action": "remove"}},
        "sanctions": {"window": f"{WINDOW} h", "ladder": [{"points": 2, "action": "warn"}]},
        "replies": {"branching": 0.0},
    }
    base = merged(BASE, {"groups": {"people": crowd}, "horizon": f"{DAYS} d", "hour_profile": [1.0] * 24, "window": "6 h"})
    return run(scenario(base, platforms={"chat": chat}), worlds=("moderation",))


def never(window: float) -> float:
    """Chance that no two strikes lie within the window of one another: the sum over n of (rate (T - (n - 1) w))^n / n! exp(-rate T)."""
    total = 24.0 * DAYS
    gaps = ((n, total - max(n - 1, 0) * window) for n in range(200))
    return sum((RATE * left) ** n / factorial(n) for n, left in gaps if left > 0) * exp(-RATE * total)


@pytest.mark.statistical
def test_poisson_strikes_within_a_window_come_as_often_as_the_closed_form_says() -> None:
    """4 binomial standard errors: one false alarm in 16,000. Controls: a window that is ignored, and one half as long."""
    ledger = warned()
    at = ledger.worlds.index("moderation")
    people = len({person for person, column, _, _ in ledger.sanctioned if column == at})

    def z(window: float) -> float:
        chance = 1 - never(window)
        return float((people - PEOPLE * chance) / np.sqrt(PEOPLE * chance * (1 - chance)))

    assert abs(z(WINDOW)) < 4
    assert z(24.0 * DAYS) < -8
    assert z(WINDOW / 2) > 8


@pytest.mark.statistical
def test_every_second_strike_within_a_window_is_found_by_looking_at_all_of_them() -> None:
    """Exactly: replayed person by person from the times of removal."""
    ledger = warned()
    at = ledger.worlds.index("moderation")
    expected = []
    for person in range(PEOPLE):
        last, steps = -np.inf, -np.inf
        for time in np.sort(ledger.gone[(ledger.occasions.person == person) & np.isfinite(ledger.gone[:, at]), at]):
            if time - last < WINDOW and time - steps >= WINDOW:
                expected.append((time, person))
                steps = time
            last = time
    assert sorted((time, person) for person, column, time, _ in ledger.sanctioned if column == at) == sorted(expected)
