"""Authors who delete what they said: what goes, when, for whom, and in which accounts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.measures.series import series
from sim.model.ledger import Mark, Outcome
from sim.model.world import World
from tests.model.script import BASE, Line, fates, played
from tests.model.small import merged

NEWS = {"at": "5 h", "reprisal_news": {"jurisdiction": "home", "reach": 1.0, "weight": 1.0}}
AFRAID: dict[str, Any] = merged(
    BASE,
    {
        "jurisdictions": {"home": {"perceived_reprisal": 0.1}},
        "platforms": {"chat": {"identity": 1.0, "shares_with": {"home": 1.0}}},
        "beliefs": {"self_deletion": 100.0, "self_deletion_delay": {"fixed": "2 h"}},
        "timeline": [NEWS],
    },
)
HOT, TIMID, LATE = Line(1.0, heat=0.9), Line(1.0, person=1, heat=0.0), Line(6.0, person=1, heat=0.9)
STOOD, GONE = Outcome.STOOD, Outcome.SELF_DELETED


def fearful(*lines: Line, worlds: tuple[str, ...] = ("fear",), **changes: Any) -> World:
    return played(lines, worlds, AFRAID, **changes)


def test_what_is_hot_goes_after_the_delay_and_what_crosses_no_line_stays() -> None:
    world = fearful(HOT, TIMID)
    assert fates(world) == [GONE, STOOD]
    assert world.ledger.gone[:, 0].tolist() == [7.0, np.inf]
    assert world.ledger.rule[0, 0] == -1


def test_what_was_said_after_the_news_stays() -> None:
    """Its author knew the risk. Control: the same before the news goes."""
    assert fates(fearful(HOT, LATE)) == [GONE, STOOD]


@pytest.mark.parametrize(
    "changes",
    [
        {"beliefs": {"self_deletion": 0.0}},
        {"groups": {"people": {"fear": 0.0}}},
        {"timeline": []},
        {"platforms": {"chat": {"shares_with": {"home": 0.0}}}},
        {"beliefs": {"self_deletion_delay": {"fixed": "44 h"}}},
    ],
    ids=["off", "fearless people", "no news", "nobody learns of it", "after the end"],
)
def test_nothing_goes(changes: dict[str, Any]) -> None:
    assert fates(fearful(HOT, TIMID, **changes)) == [STOOD, STOOD]


def test_nothing_goes_in_worlds_without_fear() -> None:
    world = fearful(HOT, TIMID, worlds=("free", "moderation", "fear"))
    assert [fates(world, column) for column in range(3)] == [[STOOD, STOOD], [STOOD, STOOD], [GONE, STOOD]]


def test_nobody_replies_to_it_from_then_on() -> None:
    world = fearful(HOT, Line(2.0, person=1, heat=0.0, parent=0), Line(9.0, person=2, heat=0.0, parent=0))
    assert fates(world) == [GONE, STOOD, Outcome.NEVER_AROSE]


@pytest.mark.parametrize(("every", "counted"), [("2 h", True), ("8 h", False)])
def test_the_convenor_counts_what_it_collected_before(every: str, counted: bool) -> None:
    world = fearful(HOT, convenor={"every": every})
    assert bool(world.ledger.marks[0, 0] & Mark.COUNTED) == counted


REMOVAL = {"detector": "classifier", "threshold": 0.5, "recall": 1.0, "action": "remove", "notice": "author"}


@pytest.mark.parametrize(("delay", "outcome", "told"), [("2 h", Outcome.REMOVED, True), ("8 h", GONE, False)])
def test_a_rule_takes_it_only_if_it_comes_first(delay: str, outcome: Outcome, told: bool) -> None:
    """What its author has deleted is no removal: no rule has it, nobody is told, and nothing is learned of removal."""
    rules = {"late": {**REMOVAL, "delay": {"fixed": delay}}}
    world = fearful(HOT, Line(20.0, heat=0.0), worlds=("moderation+fear", "free"), platforms={"chat": {"rules": rules}})
    quiet = fearful(HOT, Line(20.0, heat=0.0), worlds=("moderation+fear",))
    assert fates(world) == [outcome, STOOD]
    assert bool(world.ledger.marks[0, 0] & Mark.NOTIFIED) == told
    assert (world.ledger.rule[0, 0] >= 0) == told
    assert (world.ledger.removal_risk[1, 0] > quiet.ledger.removal_risk[1, 0]) == told
    counted = {p.measure: p.values.sum() for p in series(world.ledger, "moderation+fear", 1.0) if p.measure in ("removed", "self_deleted")}
    assert counted == {"removed": float(told), "self_deleted": float(not told)}


def test_a_reprisal_moves_those_who_share_a_room_with_the_target() -> None:
    """Person 0 is punished for a hot message an hour later; person 1 then deletes what was said before. Control: nobody is punished."""
    early = Line(0.5, person=1, heat=0.9)
    step = {"beliefs": {"reprisal_witness": 1.0}, "timeline": []}
    for hazard, expected in ((1.0, GONE), (0.0, STOOD)):
        home = {"reprisal": {"hazard": hazard, "delay": {"fixed": "1 h"}}}
        world = fearful(early, Line(1.0, heat=1.0), worlds=("surveillance+fear",), jurisdictions={"home": home}, **step)
        assert bool(world.ledger.punished) == (hazard > 0)
        assert fates(world)[0] == expected


def test_news_heard_twice_moves_no_more_than_news_heard_once() -> None:
    """A message goes at the rise that it does not survive; of many, some stay, and news that adds nothing takes none of them."""
    lines = [Line(1.0 + i / 1000, person=i % 4, heat=0.5) for i in range(400)]
    again = {"at": "5.5 h", "reprisal_news": {"jurisdiction": "home", "reach": 1.0, "weight": 0.0}}
    once, twice = (fates(fearful(*lines, beliefs={"self_deletion": 1.0}, timeline=events)) for events in ([NEWS], [NEWS, again]))
    assert 0 < once.count(GONE) < len(lines)
    assert twice == once


@pytest.mark.statistical
def test_the_share_deleted_follows_the_formula() -> None:
    """1 - exp(-readiness x fear x heat x rise) of 4,000, within 4 binomial standard errors: 1 in 16,000. Control: half the readiness."""
    lines = [Line(1.0 + i / 10_000, person=i % 4, heat=0.5) for i in range(4000)]
    world = fearful(*lines, beliefs={"self_deletion": 2.0}, groups={"people": {"fear_sigma": 0.0}})
    rise = (1 - 0.9 * np.exp(-1.0)) - 0.1
    share = np.mean(np.array(fates(world)) == GONE)
    expected, other = (1 - np.exp(-readiness * 0.5 * rise) for readiness in (2.0, 1.0))
    error = 4 * np.sqrt(expected * (1 - expected) / len(lines))
    assert abs(share - expected) < error
    assert abs(share - other) > error
