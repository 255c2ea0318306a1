"""Occasions: rates, hours, topics, and the tree of replies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.model.access import rank_platforms
from sim.model.occasions import Occasions, draw_occasions
from sim.model.people import People, draw_people
from sim.model.rooms import Rooms, draw_rooms
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, RICH, merged, scenario

CROWD: dict[str, Any] = merged(PLAIN, {"groups": {"locals": {"size": 3000, "activity_sigma": 0.5}}, "horizon": "10 d"})


def drawn(what: Scenario, replications: tuple[int, ...] = (0,)) -> tuple[People, Rooms, Occasions]:
    people = draw_people(what, replications)
    ranking = rank_platforms(what, people)
    rooms = draw_rooms(what, people, ranking)
    return people, rooms, draw_occasions(what, people, rooms, ranking)


def roots(occasions: Occasions) -> np.ndarray:
    return np.flatnonzero(occasions.parent < 0)


@pytest.mark.statistical
def test_people_have_occasions_at_their_rate() -> None:
    """Sum of Pearson residuals over 3,000 people: 4 standard errors, 1 in 16,000. Control: a rate of 3 % more."""
    people, _, occasions = drawn(scenario(CROWD))
    count = np.bincount(occasions.person[roots(occasions)], minlength=len(people))

    def z(factor: float) -> float:
        expected = 10 * people.rate * factor
        return float((count.sum() - expected.sum()) / np.sqrt(expected.sum()))

    assert abs(z(1)) < 4 < abs(z(1.03))
    dispersion = ((count - 10 * people.rate) ** 2 / (10 * people.rate)).mean()
    assert dispersion == pytest.approx(1, abs=0.2)


@pytest.mark.statistical
def test_mean_rate_is_the_groups_and_the_most_active_write_most() -> None:
    """Mean of 40,000 lognormal rates within 5 standard errors. The top tenth writes 57 to 74 % by default, as in measured chats."""
    what = scenario(CROWD, groups={"locals": {"size": 40_000, "activity_sigma": 1.67, "messages_per_day": 0.5}})
    rate = draw_people(what, (0,)).rate
    error = 0.5 * np.sqrt((np.exp(1.67**2) - 1) / len(rate))
    assert abs(rate.mean() - 0.5) < 5 * error
    top = np.sort(rate)[-4000:].sum() / rate.sum()
    assert 0.57 < top < 0.74
    even = np.sort(draw_people(scenario(CROWD), (0,)).rate)
    assert even[-300:].sum() / even.sum() < 0.4


@pytest.mark.statistical
def test_hours_follow_the_profile_in_local_time() -> None:
    """Chi-square over 24 hours at 1e-4. Control: the same in universal time."""
    _, _, occasions = drawn(scenario(CROWD, jurisdictions={"home": {"utc_offset": 8}}))
    profile = np.array(scenario(CROWD).hour_profile)
    expected = profile / profile.sum()
    local = ((occasions.time[roots(occasions)] + 8) % 24).astype(int)
    counts = np.bincount(local, minlength=24)
    assert stats.chisquare(counts, expected * counts.sum()).pvalue > 1e-4
    assert stats.chisquare(np.roll(counts, -8), expected * counts.sum()).pvalue < 1e-4


@pytest.mark.statistical
def test_topics_follow_interests() -> None:
    """Chi-square at 1e-4. Control: equal interests."""
    _, _, occasions = drawn(
        scenario(merged(CROWD, {"topics": {"third": {}}}), groups={"locals": {"interests": {"climate": 3, "third": 0.5}}})
    )
    counts = np.bincount(occasions.topic[roots(occasions)], minlength=3)
    assert stats.chisquare(counts, np.array([3, 1, 0.5]) / 4.5 * counts.sum()).pvalue > 1e-4
    assert stats.chisquare(counts).pvalue < 1e-4


REPLIES = {
    "chat": {"replies": {"branching": 0.6, "half_life": "20 min", "offset": "1 min"}, "rooms": {"median_size": 40.0, "size_sigma": 0.0}}
}


@pytest.mark.statistical
def test_replies_branch_and_wait_as_the_kernel_says() -> None:
    """Replies within some times of early messages: 4 Poisson standard errors, 1 in 4,000 over four. Control: another half-life."""
    _, rooms, occasions = drawn(scenario(CROWD, platforms=REPLIES))
    early = (occasions.time < 6 * 24) & (rooms.size[occasions.room] > 1)
    reply = np.flatnonzero(occasions.parent >= 0)
    reply = reply[early[occasions.parent[reply]]]
    delay = occasions.time[reply] - occasions.time[occasions.parent[reply]]
    c = 1 / 60

    def z(hours: float, half_life: float) -> float:
        gamma = np.log(2) / np.log1p(half_life / c)
        expected = 0.6 * early.sum() * (1 - (c / (c + hours)) ** gamma)
        return float(((delay < hours).sum() - expected) / np.sqrt(expected))

    assert all(abs(z(hours, 1 / 3)) < 4 for hours in (0.05, 1 / 3, 3.0, 96.0))
    assert abs(z(1 / 3, 1 / 2)) > 4


def test_replies_belong_to_the_conversation_they_reply_to() -> None:
    _, rooms, occasions = drawn(scenario(), (0, 1))
    reply = np.flatnonzero(occasions.parent >= 0)
    parent = occasions.parent[reply]
    assert (parent < reply).all()
    assert (occasions.time[parent] <= occasions.time[reply]).all()
    for name in ("topic", "room", "home", "seat", "root"):
        assert np.array_equal(getattr(occasions, name)[reply], getattr(occasions, name)[parent]), name
    assert (occasions.person[reply] != occasions.person[parent]).all()
    sits_there = (rooms.of_person[occasions.home[reply], :, occasions.person[reply]] == occasions.room[reply, None]).any(axis=1)
    assert sits_there.all()
    first = roots(occasions)
    assert np.array_equal(occasions.root[first], first)


def test_nobody_replies_on_surveys_or_alone_in_a_room() -> None:
    _, rooms, occasions = drawn(scenario())
    reply = occasions.parent >= 0
    assert (rooms.size[occasions.room[reply]] > 1).all()
    assert (occasions.home[reply] != 2).all()
    assert (occasions.home[roots(occasions)] == 2).any()


def test_occasions_come_in_time_order_within_the_horizon_and_have_keys_of_their_own() -> None:
    what = scenario()
    _, _, occasions = drawn(what, (0, 1, 2))
    assert (np.diff(occasions.time) >= 0).all()
    assert occasions.time[0] >= 0
    assert occasions.time[-1] < what.horizon
    assert len(np.unique(occasions.key)) == len(occasions)


def test_occasions_depend_on_people_and_not_on_what_is_done_to_messages() -> None:
    """Rules, laws, fear, promises and voice leave them alone, to the bit."""
    mild = scenario()
    harsh = scenario(
        jurisdictions={"home": {"sensitivity": {"climate": 1.0}, "blocks": {"chat": 1.0}, "reprisal": {"hazard": 1.0}}},
        platforms={"chat": {"rules": {"all": {"detector": "sample", "share": 1.0, "action": "block"}}, "identity": 1.0}},
        groups={"locals": {"fear": 9.0, "benefit": 0.1}},
        voice={"cost": 3.0},
    )
    (_, _, one), (_, _, other) = drawn(mild), drawn(harsh)
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)


def test_people_are_the_same_whatever_else_the_scenario_holds() -> None:
    plain, more = (
        draw_people(scenario(), (3,)),
        draw_people(scenario(groups={"locals": {"size": 90}, "added": RICH["groups"]["others"]}), (3,)),
    )
    first, same = plain.group == 0, np.flatnonzero(more.group == 0)[:60]
    for name in ("key", "rate", "stance", "benefit", "fear", "circumvention_luck"):
        assert np.array_equal(getattr(plain, name)[first], getattr(more, name)[same]), name


@pytest.mark.statistical
def test_stances_have_their_median_spread_and_correlation() -> None:
    """Normal scores of 20,000 people: mean and correlation within 4 standard errors, 1 in 8,000. Control: independence."""
    group = {"size": 20_000, "stance": {"median": -0.4, "spread": 0.5}, "stance_correlation": 0.6}
    stance = draw_people(scenario(CROWD, groups={"locals": group}), (0,)).stance
    normal = (np.arctanh(stance) - np.arctanh(-0.4)) / 0.5
    assert np.abs(normal.mean(axis=0)).max() < 4 / np.sqrt(20_000)
    assert normal.std(axis=0) == pytest.approx([1, 1], abs=4 / np.sqrt(40_000))
    correlation = np.corrcoef(normal.T)[0, 1]
    error = (1 - 0.6**2) / np.sqrt(20_000)
    assert abs(correlation - 0.6) < 4 * error < abs(correlation)
