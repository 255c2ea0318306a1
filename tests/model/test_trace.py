"""Runs on traces: who speaks when and where, what replies hang on, which words rules see."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from sim.experiment.forecast import forecast
from sim.experiment.task import run_task
from sim.measures.definitions import LADDER
from sim.model.ledger import Ledger, Outcome
from sim.model.trace import compile_trace
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, RICH, columns, differing, merged, rows_of, run

SIX = """\
time,author,room,reply_to,topic,text,group,stance
1,ann,lobby,,human-rights,let us march,locals,-0.8
1.5,bob,lobby,1,human-rights,the march is tomorrow,locals,
2,cat,lobby,2,human-rights,I will come,locals,0.5
3,ann,garden,,climate,,locals,
4,dan,lobby,,climate,the weather,locals,
5,bob,lobby,5,,sunny,locals,
"""
"""In the lobby a chain of three, and a message with one reply; in the garden ann alone."""

ANN, BOB, CAT, DAN = range(4)
LOUD: dict[str, Any] = {
    "groups": {"locals": {"benefit": 50.0, "benefit_sigma": 0.0, "fear": 0.0}},
    "importance_sigma": 0.0,
    "horizon": "8 h",
}
"""Nobody falls silent."""


def traced(text: str, base: dict[str, Any] = PLAIN, **changes: Any) -> Scenario:
    data = merged(merged(base, {"trace": {"file": "inputs/t.csv", "platform": "chat"}}), changes)
    return Scenario.model_validate(data, context={"inputs": {"inputs/t.csv": text.encode()}})


def words(rule: dict[str, Any]) -> dict[str, Any]:
    return {"chat": {"rules": {"words": {"detector": "keywords", "action": "block", **rule}}}}


def outcomes(ledger: Ledger, world: str = "full") -> list[str]:
    return [Outcome(value).name.lower() for value in ledger.outcome[:, ledger.column(world)]]


def test_the_messages_are_those_of_the_file() -> None:
    ledger = run(traced(SIX, **LOUD))
    occasions = ledger.occasions
    assert occasions.time.tolist() == [1, 1.5, 2, 3, 4, 5]
    assert occasions.person.tolist() == [ANN, BOB, CAT, ANN, DAN, BOB]
    assert occasions.topic.tolist() == [1, 1, 1, 0, 0, 0]
    assert occasions.parent.tolist() == [-1, 0, 1, -1, -1, 4]
    assert occasions.root.tolist() == [0, 0, 0, 3, 4, 4]
    assert outcomes(ledger) == ["stood"] * 6
    assert len(np.unique(occasions.key)) == 6


def test_rooms_are_those_of_the_file() -> None:
    ledger = run(traced(SIX, **LOUD))
    rooms, room = ledger.rooms, ledger.occasions.room
    assert rooms.size[room].tolist() == [4, 4, 4, 1, 4, 4]
    lobby = rooms.member[rooms.start[room[0]] : rooms.start[room[0] + 1]]
    assert sorted(lobby.tolist()) == [ANN, BOB, CAT, DAN]
    assert ledger.audience[:, 0].tolist() == [3, 3, 3, 0, 3, 3]
    assert not rooms.of_person[0][:, 4:].any()


def test_stances_of_the_file_go_before_those_of_the_people() -> None:
    what = traced(SIX, **LOUD)
    ledger = run(what)
    own = ledger.people.stance[ledger.occasions.person, ledger.occasions.topic]
    told = ledger.occasions.private_stance(ledger.people)
    assert told[[0, 2]].tolist() == [-0.8, 0.5]
    assert told[[1, 3, 4, 5]].tolist() == own[[1, 3, 4, 5]].tolist()
    (kept,) = (result.ledger for result in run_task(what, (0,), ("free",), keep_ledger=True))
    assert kept is not None
    assert kept["stance"].to_list() == told.tolist()


def test_replies_never_arise_where_what_they_answer_is_blocked() -> None:
    ledger = run(traced(SIX, **LOUD, platforms=words({"combinations": ["let us march"]})))
    assert outcomes(ledger) == ["blocked", "never_arose", "never_arose", "stood", "stood", "stood"]
    assert outcomes(ledger, "free") == ["stood"] * 6


def test_replies_that_come_before_a_removal_stand() -> None:
    removed = {"combinations": ["march"], "action": "remove", "delay": {"fixed": "40 min"}}
    ledger = run(traced(SIX, **LOUD, platforms=words(removed)))
    assert outcomes(ledger) == ["removed", "removed", "stood", "stood", "stood", "stood"]
    later = {**removed, "combinations": ["tomorrow"], "delay": {"fixed": "20 min"}}
    ledger = run(traced(SIX, **LOUD, platforms=words(later)))
    assert outcomes(ledger) == ["stood", "removed", "never_arose", "stood", "stood", "stood"]


@pytest.mark.parametrize(("combination", "hit"), [("MARCH+tomorrow", [1]), ("weather", [4]), ("sunny", [5]), ("camps", [])])
def test_keyword_rules_see_the_texts_of_the_file(combination: str, hit: list[int]) -> None:
    """Also topics of which the phrasebook that ships would have had other words."""
    ledger = run(traced(SIX, **LOUD, platforms=words({"combinations": [combination], "action": "hide"})))
    assert [row for row, outcome in enumerate(outcomes(ledger)) if outcome == "hidden"] == hit


def test_without_texts_the_phrasebook_speaks() -> None:
    silent = "time,author,topic\n" + "".join(f"{hour / 10},a{hour % 7},climate\n" for hour in range(60))
    ledger = run(traced(silent, **LOUD, platforms=words({"combinations": ["climate"]})))
    assert 0 < outcomes(ledger).count("blocked") < 60


def test_authors_are_dealt_out_over_groups_by_name() -> None:
    text = "time,author,topic,group\n" + "".join(f"{n / 100},author{n},climate,{'others' if n < 5 else ''}\n" for n in range(60))
    sizes = {"groups": {"locals": {"size": 200}, "abroad": {"size": 100}, "others": {"size": 100}}, "timeline": []}
    what = traced(text, RICH, **sizes)
    trace = compile_trace(what)
    assert trace.participant[:5].tolist() == [300, 301, 302, 303, 304]
    assert len(set(trace.participant.tolist())) == 60
    groups = np.searchsorted([200, 300, 400], trace.participant, side="right")
    assert 15 < (groups == 0).sum() < 40
    shorter = compile_trace(traced("".join(text.splitlines(keepends=True)[:31]), RICH, **sizes))
    assert np.array_equal(np.searchsorted([200, 300, 400], shorter.participant, side="right"), groups[:30])


def test_each_replication_has_other_people_and_the_same_messages() -> None:
    ledger = run(traced(SIX, **LOUD), (0, 1, 2))
    people, occasions = ledger.people, ledger.occasions
    assert occasions.time.tolist() == np.repeat([1, 1.5, 2, 3, 4, 5], 3).tolist()
    rows = [rows_of(ledger, place) for place in range(3)]
    for place in (1, 2):
        assert np.array_equal(occasions.person[rows[place]] - 60 * place, occasions.person[rows[0]])
        assert np.array_equal(occasions.topic[rows[place]], occasions.topic[rows[0]])
        assert not np.intersect1d(occasions.key[rows[place]], occasions.key[rows[0]]).size
    assert len(np.unique(people.stance[:, 0])) == len(people)
    assert np.array_equal(people.replication[occasions.person[occasions.root]], people.replication[occasions.person])


def busy(rooms: int = 5) -> str:
    """400 messages of 30 authors in several rooms, half of them replies, some without a topic."""
    luck = np.random.default_rng(3)
    lines = ["time,author,room,reply_to,topic,text"]
    for number in range(400):
        room = luck.integers(rooms)
        parents = [n for n in range(1, number + 1) if lines[n].split(",")[2] == f"r{room}"]
        parent = luck.choice(parents) if parents and luck.random() < 0.5 else ""
        topic = luck.choice(["climate", "human-rights", "health-covid", ""])
        text = luck.choice(["the camps", "a virus and a lock", "fine weather", ""])
        lines.append(f"{number * 0.5:.2f},p{luck.integers(30)},r{room},{parent},{topic},{text}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def replayed() -> tuple[Scenario, Ledger]:
    what = traced(busy(), RICH, timeline=[event for event in RICH["timeline"] if "surge" not in event])
    return what, run(what, (0, 1, 2))


def test_a_replication_is_the_same_alone_and_in_company(replayed: tuple[Scenario, Ledger]) -> None:
    what, stacked = replayed
    alone = run(what, (2,))
    for world in LADDER:
        assert not differing(columns(stacked, world, rows_of(stacked, 2)), columns(alone, world)), world
    assert not np.array_equal(columns(stacked, "full", rows_of(stacked, 1))["voice"], columns(alone, "full")["voice"])


def test_luck_is_that_of_the_message_whatever_else_is_in_the_file(replayed: tuple[Scenario, Ledger]) -> None:
    """What a newcomer writes in between changes nothing about the luck of the others."""
    _, stacked = replayed
    more = run(traced(f"{busy()}\n9.1,newcomer,r0,,climate,", RICH, timeline=[]), (0,), ("free",))
    mine, theirs = stacked.occasions.key[rows_of(stacked, 0)], more.occasions.key
    assert len(theirs) == len(mine) + 1
    assert np.isin(mine, theirs).all()


def test_other_platforms_seat_people_as_usual(replayed: tuple[Scenario, Ledger]) -> None:
    what, ledger = replayed
    venue = ledger.venue[:, ledger.column("full")]
    assert {0, 1, 2} <= set(venue.tolist())
    feed = list(what.platforms).index("feed")
    assert (ledger.rooms.of_person[feed][0] > 0).mean() == 1
    chat = np.flatnonzero(ledger.rooms.platform == 0)
    assert len(chat) == 3 * 5


def test_conversations_that_move_to_the_platform_of_the_trace_keep_their_rooms() -> None:
    """Those at home on a feed that is closed to them meet in the rooms of the file."""
    text = "time,author,room,topic\n" + "".join(f"{n / 10},p{n % 20},r{n % 3},climate\n" for n in range(70))
    changes: dict[str, Any] = merged(
        LOUD,
        {
            "platforms": {"feed": {"kind": "feed", "habit": 50.0}},
            "jurisdictions": {"home": {"blocks": {"feed": 1.0}}},
            "convenor": {"collects": ["chat", "feed"]},
        },
    )
    ledger = run(traced(text, **changes))
    access = ledger.column("access")
    moved = np.flatnonzero((ledger.occasions.home == 1) & (ledger.venue[:, access] == 0))
    assert len(moved) > 40
    size = ledger.audience[moved, access] + 1
    in_file = [len({f"p{m % 20}" for m in range(70) if m % 3 == n % 3}) for n in moved]
    assert size.tolist() == in_file


def test_times_beyond_the_horizon_and_answers_to_nothing_are_counted() -> None:
    text = (
        "time,author,reply_to,topic\n1,ann,2,climate\n2,bob,1,climate\n3,bob,7,climate\n-1,bob,,climate\n4,ann,4,climate\n9,ann,,climate\n"
    )
    trace = compile_trace(traced(text, **LOUD))
    assert trace.time.tolist() == [1, 2, 3, 4]
    assert trace.parent.tolist() == [-1, 0, -1, -1]
    assert (trace.orphans, trace.beyond) == (3, 2)
    assert forecast(traced(text, **LOUD)).occasions == 4


def test_dates_are_counted_from_the_date_of_the_scenario() -> None:
    text = "time,author,topic\n2020-04-30T17:00:00+08:00,ann,climate\n2020-05-01 00:30:00,bob,climate\n"
    assert compile_trace(traced(text)).time.tolist() == pytest.approx([9, 24.5])
    assert compile_trace(traced(text, date="2020-04-29")).time.tolist() == pytest.approx([33, 48.5])
    assert compile_trace(traced(text, date="2020-05-01")).time.tolist() == pytest.approx([0.5])


def test_a_reply_without_a_topic_has_that_of_what_it_answers() -> None:
    text = "time,author,reply_to,topic\n1,ann,,\n2,bob,1,\n3,cat,2,human-rights\n4,ann,3,\n5,bob,,\n"
    topics = np.array([run(traced(text, seed=seed, **LOUD), worlds=("free",)).occasions.topic for seed in range(20)])
    assert (topics[:, 1] == topics[:, 0]).all()
    assert (topics[:, 2:4] == 1).all()
    assert 0 < topics[:, 0].mean() < 1
    assert 0 < topics[:, 4].mean() < 1


def test_a_worker_replays_the_same(replayed: tuple[Scenario, Ledger]) -> None:
    """Workers get the scenario, and the file in it, pickled."""
    what, stacked = replayed
    received = pickle.loads(pickle.dumps(what))
    assert not differing(columns(stacked, "full", rows_of(stacked, 0)), columns(run(received, (0,)), "full"))
