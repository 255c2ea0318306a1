"""Rooms: who sits where, and who is drawn to reply."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from sim.model.access import rank_platforms
from sim.model.people import People, draw_people
from sim.model.rooms import Rooms, draw_rooms
from sim.scenario.schema import Scenario
from tests.model.small import RICH, scenario

BIG = {"groups": {group: {"size": 400} for group in RICH["groups"]}}


def drawn(what: Scenario, replications: tuple[int, ...] = (0,)) -> tuple[People, Rooms]:
    people = draw_people(what, replications)
    return people, draw_rooms(what, people, rank_platforms(what, people))


def members(rooms: Rooms, room: int) -> list[int]:
    return rooms.member[rooms.start[room] : rooms.start[room + 1]].tolist()


def test_seats_and_members_say_the_same() -> None:
    people, rooms = drawn(scenario(**BIG), (0, 1))
    assert rooms.start[-1] == len(rooms.member)
    assert np.array_equal(np.diff(rooms.start), rooms.size)
    for room in range(1, len(rooms.size)):
        platform = rooms.platform[room]
        seated = np.flatnonzero((rooms.of_person[platform] == room).any(axis=0))
        assert sorted(members(rooms, room)) == seated.tolist()
        assert len(np.unique(people.replication[seated])) == 1


def test_nobody_sits_twice_in_a_room_and_surveys_have_no_rooms() -> None:
    _, rooms = drawn(scenario(**BIG))
    chat, feed, poll = rooms.of_person
    assert (chat[0] != chat[1]).all()
    assert (feed[0] == feed[1]).all()
    assert not poll.any()
    assert rooms.size[0] == 0
    assert rooms.platform[0] == -1


def test_rooms_are_no_larger_than_the_platform_allows() -> None:
    _, rooms = drawn(scenario(**BIG, platforms={"chat": {"rooms": {"median_size": 10.0, "size_sigma": 1.5, "limit": 14}}}))
    sizes = rooms.size[rooms.platform == 0]
    assert sizes.min() >= 1
    assert sizes.max() == 14


@pytest.mark.parametrize("mixing", [0.0, 1.0])
def test_mixing_says_who_sits_with_whom(mixing: float) -> None:
    people, rooms = drawn(scenario(**BIG, platforms={"chat": {"rooms": {"mixing": mixing}}}))
    communities = [len(set(people.community[members(rooms, room)])) for room in np.flatnonzero(rooms.platform == 0)]
    assert (max(communities) == 1) == (mixing == 0.0)


def test_who_would_not_use_a_platform_has_no_seat_there() -> None:
    people, rooms = drawn(scenario(platforms={"chat": {"habits": {"others": 0.0}}}))
    others = people.group == 2
    assert not rooms.of_person[0][:, others].any()
    assert rooms.of_person[0][:, ~others].all()


def test_rooms_of_a_replication_do_not_depend_on_the_stack() -> None:
    """Members of corresponding seats are the same people, in the same order."""
    what = scenario(**BIG)
    (some, alone), (all_, stacked) = drawn(what, (2,)), drawn(what, (0, 1, 2))
    mine = {rooms_key(some, alone, room) for room in range(1, len(alone.size))}
    theirs = {rooms_key(all_, stacked, room) for room in range(1, len(stacked.size))}
    assert mine < theirs


def rooms_key(people: People, rooms: Rooms, room: int) -> tuple[int, ...]:
    return (int(rooms.platform[room]), *people.key[members(rooms, room)].tolist())


def test_repliers_do_not_depend_on_the_stack_even_at_the_edges_between_two_members() -> None:
    """Activity is counted in whole numbers: sums of floats would round differently in other company."""
    what = scenario(**BIG)
    (some, alone), (all_, stacked) = drawn(what, (2,)), drawn(what, (0, 1, 2))
    offset = len(some) * 2
    room = int(alone.of_person[0, 0, 5])
    same_room = int(stacked.of_person[0, 0, 5 + offset])
    start, stop = alone.start[room], alone.start[room + 1]
    low = alone.activity[start - 1]
    edges = (alone.activity[start:stop] - low) / (alone.activity[stop - 1] - low)
    uniform = np.concatenate([edges[:-1], np.nextafter(edges, 0), np.nextafter(edges[:-1], 1), np.linspace(1e-9, 1 - 1e-9, 999)])
    nobody = np.full(len(uniform), -1, np.int32)
    one = alone.draw_member(np.full(len(uniform), room, np.int32), uniform, nobody)
    other = stacked.draw_member(np.full(len(uniform), same_room, np.int32), uniform, nobody)
    assert np.array_equal(some.key[one], all_.key[other])


def test_the_author_never_replies_to_their_own_message() -> None:
    _, rooms = drawn(scenario(**BIG))
    for room in (1, 7, int(rooms.of_person[1, 0, 3])):
        author = members(rooms, room)[0]
        uniform = np.linspace(1e-6, 1 - 1e-6, 2001)
        drawn_members = rooms.draw_member(np.full(2001, room, np.int32), uniform, np.full(2001, author, np.int32))
        assert author not in drawn_members
        assert set(drawn_members) <= set(members(rooms, room))


@pytest.mark.statistical
def test_repliers_are_drawn_by_activity() -> None:
    """Chi-square at 1e-4. Control: members drawn alike."""
    what = scenario(
        groups={"locals": {"size": 12}, "abroad": {"size": 4}, "others": {"size": 4}},
        platforms={"feed": {"rooms": {"median_size": 200.0, "mixing": 1.0}}},
    )
    people, rooms = drawn(what)
    rate = np.linspace(0.2, 3.0, len(people))
    people = replace(people, rate=rate)
    rooms = draw_rooms(what, people, rank_platforms(what, people))
    room = int(rooms.of_person[1, 0, 0])
    inside = members(rooms, room)
    uniform = (np.random.default_rng(8).random(50_000) * (2**53 - 1) + 0.5) / 2**53
    found = rooms.draw_member(np.full(len(uniform), room, np.int32), uniform, np.full(len(uniform), -1, np.int32))
    counts = np.bincount(found, minlength=len(people))[inside]
    expected = rate[inside] / rate[inside].sum() * len(uniform)
    assert stats.chisquare(counts, expected).pvalue > 1e-4
    assert stats.chisquare(counts).pvalue < 1e-4


@pytest.mark.statistical
def test_room_sizes_have_the_median_of_the_platform() -> None:
    """Share of rooms above the median within 4 binomial standard errors of one half: 1 in 16,000. Control: another median."""
    what = scenario(
        groups={group: {"size": 8000} for group in RICH["groups"]},
        platforms={"chat": {"rooms": {"median_size": 20.0, "mixing": 1.0, "per_person": 1}}},
    )
    _, rooms = drawn(what)
    sizes = rooms.size[rooms.platform == 0][:-1]

    def z(median: float) -> float:
        larger = (sizes > median).sum() + (sizes == median).sum() / 2
        return float((larger - len(sizes) / 2) / np.sqrt(len(sizes) / 4))

    assert abs(z(20)) < 4 < abs(z(25))
