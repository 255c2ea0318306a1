"""Who reaches which platform: blocks, circumvention, closures, and surveys that take one answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.voice import Manner
from tests.model.small import PLAIN, RICH, merged, run, scenario

ACCESS = ("free", "access")
CROWD: dict[str, Any] = merged(PLAIN, {"groups": {"locals": {"size": 1500, "activity_sigma": 0.2}}, "horizon": "3 d", "window": "6 h"})


def blocked(share: float, **locals_: Any) -> Ledger:
    """A run in which a share of the crowd cannot reach its only platform."""
    return run(scenario(CROWD, jurisdictions={"home": {"blocks": {"chat": share}}}, groups={"locals": locals_}), worlds=ACCESS)


def spontaneous(ledger: Ledger, world: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Person, outcome and venue of spontaneous occasions."""
    rows, column = np.flatnonzero(ledger.occasions.parent < 0), ledger.worlds.index(world)
    return ledger.occasions.person[rows], ledger.outcome[rows, column], ledger.venue[rows, column]


def z_of_share(ledger: Ledger, share: float) -> float:
    """Standard scores by which the people who reach nothing differ from a share of those with an occasion."""
    person, outcome, _ = spontaneous(ledger, "access")
    shut = np.unique(person[outcome == Outcome.UNREACHABLE])
    everyone = len(np.unique(person))
    return float((len(shut) - share * everyone) / np.sqrt(everyone * share * (1 - share)))


@pytest.mark.statistical
def test_a_block_shuts_out_its_share_of_people() -> None:
    """4 binomial standard errors: a false alarm in 16,000. Control: another share is refused."""
    ledger = blocked(0.7)
    assert abs(z_of_share(ledger, 0.7)) < 4
    assert abs(z_of_share(ledger, 0.6)) > 4


def test_a_block_is_the_same_for_a_person_every_time() -> None:
    person, outcome, _ = spontaneous(blocked(0.7), "access")
    shut, open_ = np.unique(person[outcome == Outcome.UNREACHABLE]), np.unique(person[outcome != Outcome.UNREACHABLE])
    assert not np.intersect1d(shut, open_).size


def test_nobody_is_shut_out_of_the_free_world_nor_by_a_block_of_nobody() -> None:
    assert not (spontaneous(blocked(1.0), "free")[1] == Outcome.UNREACHABLE).any()
    assert not (spontaneous(blocked(0.0), "access")[1] == Outcome.UNREACHABLE).any()
    assert (spontaneous(blocked(1.0), "access")[1] == Outcome.UNREACHABLE).all()


@pytest.mark.statistical
def test_circumvention_is_a_trait_with_a_friction_on_each_occasion() -> None:
    """People within 4 binomial standard errors, occasions of those people likewise: a false alarm in 8,000. Control: another friction."""
    ledger = blocked(1.0, circumvention=0.4)
    person, outcome, _ = spontaneous(ledger, "access")
    passed = outcome != Outcome.UNREACHABLE
    able = np.flatnonzero(ledger.people.circumvention_luck < 0.4)
    assert np.isin(person[passed], able).all()
    assert abs(len(able) - 600) < 4 * np.sqrt(1500 * 0.4 * 0.6)
    tries, through = np.isin(person, able).sum(), passed.sum()
    z = lambda friction: (through - (1 - friction) * tries) / np.sqrt(tries * friction * (1 - friction))  # noqa: E731
    assert abs(z(0.5)) < 4 < abs(z(0.6))


def test_circumvention_is_marked_where_something_was_said() -> None:
    ledger = blocked(0.6, circumvention=0.5)
    column = ledger.worlds.index("access")
    marked = (ledger.marks[:, column] & Mark.CIRCUMVENTED) > 0
    assert marked.any()
    assert (ledger.outcome[marked, column] > Outcome.UNSAID).all()
    assert not ((ledger.marks[:, ledger.worlds.index("free")] & Mark.CIRCUMVENTED) > 0).any()


@pytest.mark.statistical
def test_a_sudden_block_recruits_and_a_long_standing_one_does_not() -> None:
    """4 binomial standard errors: a false alarm in 16,000. Control: the block that stood from the start."""
    event = {"at": "1 d", "block": {"platform": "chat", "jurisdiction": "home", "recruits": 0.5}}
    ledger = run(scenario(CROWD, timeline=[event], platforms={"chat": {"friction": 0.0}}), worlds=ACCESS)
    late = ledger.occasions.time >= 24
    got_through = np.unique(ledger.occasions.person[late & (ledger.outcome[:, 1] > Outcome.UNREACHABLE) & (ledger.occasions.parent < 0)])
    tried = np.unique(ledger.occasions.person[late & (ledger.occasions.parent < 0)])
    assert abs(len(got_through) - 0.5 * len(tried)) < 4 * np.sqrt(len(tried) * 0.25)
    long_standing = spontaneous(blocked(1.0), "access")[1]
    assert (long_standing == Outcome.UNREACHABLE).all()


def test_a_block_begins_and_ends_at_its_times() -> None:
    reach = {"platform": "chat", "jurisdiction": "home", "recruits": 0.0}
    timeline = [{"at": "24 h", "block": reach}, {"at": "48 h", "unblock": reach}]
    ledger = run(scenario(CROWD, timeline=timeline), worlds=ACCESS)
    day = ledger.occasions.time // 24
    shut = ledger.outcome[:, 1] == Outcome.UNREACHABLE
    roots = ledger.occasions.parent < 0
    assert shut[roots & (day == 1)].all()
    assert not shut[roots & (day != 1)].any()


def test_who_cannot_reach_the_preferred_platform_takes_the_next() -> None:
    two = scenario(
        CROWD,
        jurisdictions={"home": {"blocks": {"chat": 1.0}}},
        platforms={"chat": {"habit": 5.0}, "other": {"kind": "group", "habit": 1.0}, "unused": {"kind": "group", "habit": 0.0}},
    )
    ledger = run(two, worlds=ACCESS)
    _, outcome, venue = spontaneous(ledger, "access")
    assert (venue == 1).all()
    assert not (outcome == Outcome.UNREACHABLE).any()
    _, _, venue = spontaneous(ledger, "free")
    assert set(venue) == {0, 1}


BUSY_POLL: dict[str, Any] = merged(
    RICH, {"groups": {group: {"messages_per_day": 8.0} for group in RICH["groups"]}, "horizon": "6 d", "window": "3 h", "timeline": []}
)
"""People who often have two wishes on one topic in one window."""


def test_a_survey_takes_one_answer_a_person_and_topic() -> None:
    ledger = run(scenario(BUSY_POLL), worlds=("free", "full"))
    roots = ledger.occasions.parent < 0
    pair = ledger.occasions.person * np.int64(ledger.people.topics) + ledger.occasions.topic
    for column in range(len(ledger.worlds)):
        answers = pair[roots & (ledger.venue[:, column] == 2)]
        assert len(answers) == len(np.unique(answers)) > 0


def test_a_survey_takes_the_first_of_a_persons_wishes_on_a_topic() -> None:
    only = scenario(CROWD, platforms={"chat": None, "poll": {"kind": "survey"}}, convenor={"collects": ["poll"]}, horizon="6 d")
    ledger = run(only, worlds=("free",))
    pair = ledger.occasions.person * np.int64(ledger.people.topics) + ledger.occasions.topic
    _, first = np.unique(pair, return_index=True)
    taken = np.flatnonzero(ledger.venue[:, 0] == 0)
    assert np.array_equal(np.sort(first), taken)
    late = np.setdiff1d(np.arange(len(pair)), first)
    assert (ledger.outcome[late, 0] == Outcome.NOT_OFFERED).all()
    assert late.size


def test_nobody_replies_to_an_answer_in_a_survey() -> None:
    """Also where a block has moved a conversation from rooms to a survey."""
    ledger = run(scenario(BUSY_POLL, jurisdictions={"home": {"blocks": {"chat": 0.8}}}), worlds=("free", "full"))
    moved = ledger.venue[ledger.occasions.root, 1] == 2
    replies = ledger.occasions.parent >= 0
    assert (moved & replies).any()
    for column in range(len(ledger.worlds)):
        on_survey = replies & (ledger.venue[ledger.occasions.root, column] == 2)
        assert not (ledger.outcome[on_survey, column] > Outcome.NEVER_AROSE).any()


def test_withdrawal_closes_the_platform_where_access_is_hindered_and_nowhere_else() -> None:
    ledger = run(scenario(CROWD, timeline=[{"at": "36 h", "withdraw": "chat"}]), worlds=ACCESS)
    before, after = ledger.occasions.time < 36, ledger.occasions.time >= 36
    counted = (ledger.marks & Mark.COUNTED) > 0
    assert (ledger.outcome[after, 1] <= Outcome.NEVER_AROSE).all()
    assert not (ledger.outcome[before, 1] == Outcome.UNREACHABLE).any()
    said_before = before & (ledger.voice[:, 1] == Manner.SINCERE)
    assert counted[said_before, 1].all()
    assert (ledger.outcome[after, 0] == Outcome.STOOD).any()
    assert counted[after, 0].any()
