"""Direct chats and meetings: who sits where, what is taken when, and what is heard of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.measures.table import Measurer
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.meetings import Meetings, compile_meetings
from sim.model.rooms import DIRECT, ROOM_KINDS
from sim.model.voice import Manner
from sim.scenario import variants
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, merged, rows_of, run, same, scenario, value

PEOPLE: dict[str, Any] = {
    "jurisdictions": {"home": {"utc_offset": 8}, "away": {"utc_offset": -6}},
    "groups": {
        "locals": {"size": 61},
        "others": {"size": 40, "registered_in": "away", "resides_in": "away", "messages_per_day": 2.0, "activity_sigma": 1.0},
    },
}
BASE = merged(PLAIN, PEOPLE)
FORUM: dict[str, Any] = {"kind": "group", "rooms": {"median_size": 10.0, "mixing": 0.5}, "replies": {"branching": 0.7}}
MEETING: dict[str, Any] = {
    **FORUM,
    "kind": "meeting",
    "hours": [{"days": "weekdays", "start": 18, "end": 20}, {"days": "saturday", "start": 20, "end": 2}],
    "utc_offset": 8,
    "reading": {"share": 0.9},
}
ALL = {"detector": "sample", "share": 1.0}


def on(base: dict[str, Any] = BASE, **platforms: Any) -> Scenario:
    """A scenario with just these platforms, from all of which the convenor collects."""
    return scenario(base, platforms={"chat": None, **platforms}, convenor={"collects": list(platforms)})


def at(ledger: Ledger, world: str = "full") -> int:
    return ledger.column(world)


def said(ledger: Ledger, world: str = "full") -> np.ndarray:
    return np.flatnonzero(ledger.outcome[:, at(ledger, world)] > Outcome.UNSAID)


def kinds(ledger: Ledger) -> np.ndarray:
    """Kind of the room in which each occasion is at home."""
    return ledger.rooms.kind[ledger.occasions.room]


# Direct chats


@cache
def direct_run() -> tuple[Scenario, Ledger]:
    rules = {"in-rooms": {**ALL, "action": "hide", "rooms": ["group"]}, "one-to-one": {**ALL, "action": "remove", "rooms": ["direct"]}}
    what = on(chat={**FORUM, "rooms": {**FORUM["rooms"], "direct": 0.3, "per_person": 2}, "rules": rules}, mail={"kind": "direct"})
    return what, run(what, (0, 1))


def test_direct_chats_are_pairs_and_threes_where_the_number_is_odd() -> None:
    _, ledger = direct_run()
    rooms, people = ledger.rooms, ledger.people
    for platform in (0, 1):
        sizes = rooms.size[(rooms.platform == platform) & (rooms.kind == DIRECT)]
        assert sizes.sum() == len(people)
        assert set(sizes.tolist()) == {2, 3}
        assert (sizes == 3).sum() <= 3 * 2, "one for each community and the mixed pool, in two replications"
    assert set(rooms.kind[rooms.platform == 1].tolist()) == {DIRECT}
    assert ROOM_KINDS[rooms.kind[0]] == "survey"


def test_everybody_has_a_seat_in_a_direct_chat_beside_their_rooms() -> None:
    _, ledger = direct_run()
    rooms = ledger.rooms
    assert rooms.of_person.shape[1] == 3
    assert (rooms.kind[rooms.of_person[0, :2]] == ROOM_KINDS.index("group")).all()
    assert (rooms.kind[rooms.of_person[0, 2]] == DIRECT).all()
    for room in np.flatnonzero(rooms.kind == DIRECT):
        members = rooms.member[rooms.start[room] : rooms.start[room + 1]]
        assert len(set(members.tolist())) == rooms.size[room]


@pytest.mark.statistical
def test_the_share_of_what_is_begun_goes_to_direct_chats() -> None:
    """Four binomial standard errors: 1 in 16,000. Control: a share of one quarter."""
    _, ledger = direct_run()
    begun = (ledger.occasions.parent < 0) & (ledger.occasions.home == 0)
    share, error = (kinds(ledger)[begun] == DIRECT).mean(), np.sqrt(0.3 * 0.7 / begun.sum())
    assert abs(share - 0.3) < 4 * error < abs(share - 0.25)


def test_replies_stay_in_their_direct_chat_and_come_from_its_members() -> None:
    _, ledger = direct_run()
    occasions, rooms = ledger.occasions, ledger.rooms
    replies = np.flatnonzero((occasions.parent >= 0) & (kinds(ledger) == DIRECT))
    assert len(replies) > 100
    assert (occasions.room[replies] == occasions.room[occasions.parent[replies]]).all()
    assert (rooms.of_person[occasions.home[replies], :, occasions.person[replies]] == occasions.room[replies, None]).any(axis=1).all()
    assert (ledger.audience[said(ledger)][:, at(ledger)] <= np.where(kinds(ledger)[said(ledger)] == DIRECT, 2, 1000)).all()


def test_rules_tell_direct_chats_from_rooms() -> None:
    _, ledger = direct_run()
    rows = said(ledger)
    rows = rows[ledger.venue[rows, at(ledger)] == 0]
    expected = np.where(kinds(ledger)[rows] == DIRECT, Outcome.REMOVED, Outcome.HIDDEN)
    assert np.array_equal(ledger.outcome[rows, at(ledger)], expected)
    assert len(set(expected.tolist())) == 2


def test_a_conversation_that_a_block_moves_goes_to_a_direct_chat_by_the_share_of_where_it_goes() -> None:
    blocked = {"home": {"blocks": {"site": 1.0}}, "away": {"blocks": {"site": 1.0}}}
    base = merged(BASE, {"jurisdictions": blocked})
    site, forum = {**FORUM, "habit": 1e6}, {**FORUM, "habit": 1e-3, "rooms": {**FORUM["rooms"], "direct": 1.0}}
    ledger = run(on(base, site=site, forum=forum), worlds=("access",))
    moved = np.flatnonzero(ledger.venue[:, at(ledger, "access")] == 1)
    assert (kinds(ledger)[moved] != DIRECT).all()
    assert (ledger.audience[moved][ledger.outcome[moved, at(ledger, "access")] > Outcome.UNSAID, at(ledger, "access")] <= 2).all()


def test_authorities_do_not_read_direct_chats_in_public_and_people_know() -> None:
    """Only public feeds are watched here, by an authority that identifies whom it likes."""
    law = {"home": {"watches_public": 1.0, "perceived_reprisal": 0.5, "sensitivity": {"human-rights": 1.0, "climate": 1.0}}}
    rooms = {**FORUM["rooms"], "direct": 0.5}
    ledger = run(on(merged(BASE, {"jurisdictions": law}), feed={**FORUM, "kind": "feed", "identity": 1.0, "rooms": rooms}))
    rows = said(ledger, "access+moderation+surveillance")
    column = at(ledger, "access+moderation+surveillance")
    identified = (ledger.marks[rows, column] & Mark.IDENTIFIED) > 0
    private = kinds(ledger)[rows] == DIRECT
    assert not identified[private].any()
    assert identified[~private].any()
    afraid = (ledger.people.registered[ledger.occasions.person] == 0) & (ledger.venue[:, at(ledger)] >= 0)
    assert not ledger.reprisal_risk[afraid & (kinds(ledger) == DIRECT)].any()
    assert ledger.reprisal_risk[afraid & (kinds(ledger) != DIRECT)].all()


# Hours of meetings


def held(time: np.ndarray) -> np.ndarray:
    """The hours of `MEETING`, said again: 18 to 20 on weekdays and 20 to 2 from Saturday to Sunday, at eight hours from universal time."""
    local = (time + 8) % 168
    day, hour = local // 24, local % 24
    return ((day < 5) & (hour >= 18) & (hour < 20)) | ((local >= 140) & (local < 146))


def meetings() -> Meetings:
    return compile_meetings(on(meeting=MEETING, poll={"kind": "survey"}))


def test_a_meeting_takes_what_falls_into_its_hours() -> None:
    time = np.linspace(0, 400, 4001)[:-1] + 0.01
    assert np.array_equal(meetings().take(np.zeros(4000, int), time), held(time))
    assert meetings().take(np.ones(4000, int), time).all()
    assert meetings().live.tolist() == [True, False]


@pytest.mark.parametrize(("time", "end"), [(10.0, 12.0), (11.99, 12.0), (132.5, 138.0), (137.2, 138.0), (178.5, 180.0)])
def test_sessions_end(time: float, end: float) -> None:
    assert meetings().end(np.array([0]), np.array([time])) == end
    assert meetings().end(np.array([1]), np.array([time])) == np.inf


def test_adjoining_hours_are_one_session_also_over_the_end_of_the_week() -> None:
    hours = [{"days": "sunday", "start": 22, "end": 0}, {"days": "monday", "start": 0, "end": 3}, {"days": "monday", "start": 3, "end": 4}]
    found = compile_meetings(on(meeting={**MEETING, "hours": hours, "utc_offset": 0}))
    assert found.end(np.zeros(3, int), np.array([1.5, 167.5, 170.2])).tolist() == [4.0, 172.0, 172.0]
    always = compile_meetings(on(meeting={**MEETING, "hours": [{}]}))
    assert always.end(np.array([0]), np.array([5.0])) == np.inf


@cache
def meeting_run() -> tuple[Scenario, Ledger]:
    late = {**ALL, "share": 0.5, "action": "remove", "delay": {"fixed": "20 min"}, "notice": "public"}
    rules = {"stop": {**ALL, "share": 0.2, "action": "block"}, "late": late}
    what = on(meeting={**MEETING, "rules": rules}, poll={"kind": "survey"}, forum={**FORUM, "habits": {"others": 0.0}, "rules": rules})
    return what, run(what, (0, 1))


def test_what_falls_outside_goes_to_the_next_platform_or_nowhere() -> None:
    _, ledger = meeting_run()
    occasions, free = ledger.occasions, at(ledger, "free")
    roots = np.flatnonzero(occasions.parent < 0)
    venue, open_ = ledger.venue[roots, free], held(occasions.time[roots])
    assert np.array_equal(venue, occasions.home[roots]), "with nothing in the way, occasions are where they are at home"
    assert open_[venue == 0].all()
    assert set(venue[~open_].tolist()) == {-1, 1, 2}
    others = ledger.people.group[occasions.person[roots]] == 1
    assert (venue[others & ~open_] != 2).all()
    assert (ledger.outcome[roots[venue < 0]] == Outcome.NOT_OFFERED).all()
    answers = occasions.person[roots[venue == 1]] * 10 + occasions.topic[roots[venue == 1]]
    assert len(set(answers.tolist())) == len(answers), "one answer a person and topic, whatever the meeting takes before"
    unanswered = set((occasions.person[roots] * 10 + occasions.topic[roots]).tolist()) - set(answers.tolist())
    nowhere = occasions.person[roots[venue < 0]] * 10 + occasions.topic[roots[venue < 0]]
    assert not unanswered & set(nowhere.tolist()), "nothing is turned away by a survey that waits for an answer"


def test_replies_come_in_the_same_session() -> None:
    _, ledger = meeting_run()
    occasions = ledger.occasions
    replies = np.flatnonzero((occasions.parent >= 0) & (occasions.home == 0))
    asked = occasions.time[occasions.parent[replies]]
    assert len(replies) > 30
    assert held(occasions.time[replies]).all()
    assert (occasions.time[replies] - asked < 6).all()
    assert (occasions.time[replies] < meetings().end(np.zeros(len(replies), int), asked)).all()


def test_offered_share_is_that_of_spontaneous_occasions_some_platform_takes() -> None:
    what = on(meeting=MEETING)
    ledger = run(what, worlds=("access",))
    pieces = Measurer(what, ledger).measure("access")
    roots = ledger.occasions.parent < 0
    group = ledger.people.group[ledger.occasions.person]
    open_ = held(ledger.occasions.time)
    assert value(pieces, "offered_share") == pytest.approx(open_[roots].mean())
    for index, name in enumerate(("locals", "others")):
        assert value(pieces, "offered_share", "group", name) == pytest.approx(open_[roots & (group == index)].mean())
    assert value(pieces, "offered_share", "group", "locals") > 2 * value(pieces, "offered_share", "group", "others"), (
        "night is day elsewhere"
    )


@pytest.mark.parametrize("key", ["hours", "utc_offset"])
def test_hours_cannot_be_set_while_time_runs(key: str) -> None:
    what = on(merged(BASE, {"timeline": [{"at": "1 d", "set": {f"platforms.meeting.{key}": MEETING[key]}}]}), meeting=MEETING)
    with pytest.raises(ValueError, match=f"{key} shapes people and occasions, which are drawn before"):
        variants(what)


# What is heard in meetings


def test_what_is_removed_later_has_been_heard() -> None:
    """The convenor takes notes; on a forum, it comes too late for nearly all of it."""
    _, ledger = meeting_run()
    column = at(ledger, "access+moderation")
    removed = np.flatnonzero(ledger.outcome[:, column] == Outcome.REMOVED)
    venue, marks = ledger.venue[removed, column], ledger.marks[removed, column]
    counted, plain = (marks & Mark.COUNTED) > 0, ledger.voice[removed, column] != Manner.CODED
    assert counted[(venue == 0) & plain].all()
    assert (venue == 0).sum() > 20
    assert counted[venue != 0].mean() < 0.1
    blocked = ledger.outcome[:, column] == Outcome.BLOCKED
    assert not (ledger.marks[blocked, column] & (Mark.COUNTED | Mark.SEEN)).any()


def test_speech_that_is_cut_at_once_is_heard_by_nobody() -> None:
    rules = {"cut": {**ALL, "action": "remove"}}
    ledger = run(on(meeting={**MEETING, "rules": rules}), worlds=("moderation",))
    rows = said(ledger, "moderation")
    assert not (ledger.marks[rows, at(ledger, "moderation")] & (Mark.COUNTED | Mark.SEEN)).any()
    assert (ledger.marks[said(ledger, "free"), at(ledger, "free")] & Mark.COUNTED).any()


def lost_replies(kind: dict[str, Any]) -> tuple[int, int]:
    """Replies that did not arise and those that did, where everything is removed after two minutes."""
    rules = {"late": {**ALL, "action": "remove", "delay": {"fixed": "2 min"}}}
    ledger = run(on(place={**kind, "rules": rules}), worlds=("moderation",))
    outcome = ledger.outcome[ledger.occasions.parent >= 0, at(ledger, "moderation")]
    wished = ledger.outcome[ledger.occasions.parent >= 0, at(ledger, "free")] > Outcome.UNSAID
    return int((outcome[wished] == Outcome.NEVER_AROSE).sum()), int((outcome[wished] > Outcome.UNSAID).sum())


def test_replies_to_what_was_heard_arise_though_the_record_is_gone() -> None:
    assert lost_replies(MEETING)[0] == 0
    assert lost_replies(MEETING)[1] > 20
    assert lost_replies(FORUM)[0] > 100


def test_what_is_released_after_the_session_is_heard_by_nobody() -> None:
    desk = {"roster": [{"start": 0, "end": 24, "reviewers": 50}], "service": {"fixed": "90 min"}, "error_rate": 0.0, "threshold": 1.0}
    rules = {"wait": {**ALL, "action": "hold", "desk": "office"}}
    ledger = run(on(meeting={**MEETING, "rules": rules, "desks": {"office": desk}}), worlds=("moderation",))
    column = at(ledger, "moderation")
    rows = said(ledger, "moderation")
    rows = rows[ledger.shown[rows, column] < np.inf]
    end = meetings().end(np.zeros(len(rows), int), ledger.occasions.time[rows])
    late, counted = ledger.shown[rows, column] >= end, (ledger.marks[rows, column] & Mark.COUNTED) > 0
    plain = ledger.voice[rows, column] != Manner.CODED
    assert late.any()
    assert not (ledger.marks[rows[late], column] & (Mark.COUNTED | Mark.SEEN)).any()
    assert counted[~late & plain].all()
    assert (~late & plain).any()


def test_replies_to_a_conversation_that_moved_into_a_meeting_end_with_the_session() -> None:
    base = merged(BASE, {"jurisdictions": {place: {"blocks": {"site": 1.0}} for place in ("home", "away")}})
    ledger = run(on(base, site={**FORUM, "habit": 1e6}, meeting={**MEETING, "habit": 1e-3}), worlds=("access",))
    occasions, column = ledger.occasions, at(ledger, "access")
    replies = np.flatnonzero((occasions.parent >= 0) & (ledger.venue[:, column] == 1))
    asked = occasions.time[occasions.parent[replies]]
    over = occasions.time[replies] >= meetings().end(np.zeros(len(replies), int), asked)
    assert over.any()
    assert (ledger.outcome[replies[over], column] == Outcome.NEVER_AROSE).all()
    assert (ledger.outcome[replies[~over], column] > Outcome.UNSAID).any()


# Sameness


def test_direct_chats_and_meetings_do_not_depend_on_the_stack() -> None:
    for what, stacked in (direct_run(), meeting_run()):
        alone = run(what, (1,), ("access+moderation", "full"))
        for world in ("free", "access+moderation", "full"):
            assert same(columns(stacked, world, rows_of(stacked, 1)), columns(alone, world))
