"""Machine interpretation: what it leaves out, for whom, and what follows."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.measures.definitions import FUNNEL
from sim.measures.table import Measurer
from sim.model.interpretation import Interpretation
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.texts import texts_of
from sim.model.people import draw_people, languages
from sim.model.voice import Manner, expressed_stance
from sim.model.world import World
from sim.scenario import load
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, merged, rows_of, run, same, scenario, value

PARTS = [("climate", "police"), ("rights",), ("人权", "不"), ("气候",)]
ROOMS = {"median_size": 20.0, "mixing": 1.0}
BASE: dict[str, Any] = merged(
    PLAIN,
    {
        "horizon": "8 d",
        "jurisdictions": {"away": {}},
        "groups": {
            "locals": {"size": 50, "language": "zh"},
            "others": {
                "size": 40, "registered_in": "away", "resides_in": "away", "language": "en", "messages_per_day": 2.0, "activity_sigma": 1.0,
            },
        },
        "platforms": {
            "chat": {
                "rooms": ROOMS,
                "replies": {"branching": 0.7},
                "reading": {"share": 1.0},
                "interpretation": {"combinations": ["+".join(parts) for parts in PARTS]},
            },
            "plain": {"kind": "group", "rooms": ROOMS, "habit": 0.5},
        },
        "convenor": {"collects": ["chat", "plain"], "languages": ["en"], "comprehends_coded": 1.0},
    },
)  # fmt: skip
WORLD = "moderation"


@cache
def ran(**convenor: Any) -> tuple[Scenario, Ledger]:
    what = scenario(BASE, convenor=convenor)
    return what, run(what, (0, 1), (WORLD, "full"))


def published(ledger: Ledger, world: str = WORLD) -> tuple[np.ndarray, int]:
    column = ledger.worlds.index(world)
    return np.flatnonzero(ledger.outcome[:, column] > Outcome.WITHHELD), column


def dropped(ledger: Ledger, rows: np.ndarray, column: int) -> np.ndarray:
    return np.asarray((ledger.marks[rows, column] & Mark.UNINTERPRETED) > 0)


def texts(what: Scenario, ledger: Ledger, rows: np.ndarray, column: int) -> list[str]:
    """The words of some messages."""
    book = Phrasebook(what.phrasebook, list(what.topics), languages(what), what.inputs)
    person, topic, manner = ledger.occasions.person[rows], ledger.occasions.topic[rows], ledger.voice[rows, column]
    stance = expressed_stance(what.voice.softening, ledger.people.stance[person, topic], manner)
    phrase = book.phrases(ledger.occasions.key[rows], ledger.people.language[person], topic, stance, manner)
    return [book.texts[at] if at >= 0 else "" for at in phrase.tolist()]


def speaks(ledger: Ledger, rows: np.ndarray) -> np.ndarray:
    return np.asarray(ledger.people.language[ledger.occasions.person[rows]])


ENGLISH, CHINESE = 0, 1


def test_exactly_the_matching_texts_are_dropped() -> None:
    what, ledger = ran()
    rows, column = published(ledger)
    words = texts(what, ledger, rows, column)
    matches = np.array([any(all(part in text.casefold() for part in parts) for parts in PARTS) for text in words])
    interprets = ledger.venue[rows, column] == 0
    assert np.array_equal(dropped(ledger, rows, column), matches & interprets)
    for parts in (("rights",), ("气候",)):
        assert any(all(part in text.casefold() for part in parts) for text in words)
    assert (matches & ~interprets).any()
    assert 0.02 < (matches & interprets).mean() < 0.5


def test_it_is_no_removal_and_leaves_no_trace_in_worlds_without_moderation() -> None:
    _, ledger = ran()
    rows, column = published(ledger)
    assert set(ledger.outcome[rows, column].tolist()) == {Outcome.STOOD}
    assert not dropped(ledger, *published(ledger, "free")).any()
    assert dropped(ledger, *published(ledger, "full")).any()
    none = run(scenario(BASE, platforms={"chat": {"interpretation": None}}), (0, 1), (WORLD,))
    idle = run(scenario(BASE, platforms={"chat": {"interpretation": {"combinations": ["nobody says this"]}}}), (0, 1), (WORLD,))
    assert same(columns(none, WORLD), columns(idle, WORLD))
    assert same(columns(none, "free"), columns(ledger, "free"))
    assert not same(columns(none, WORLD), columns(ledger, WORLD))


def test_only_who_speaks_the_authors_language_hears_what_is_dropped() -> None:
    _, ledger = ran()
    rows, column = published(ledger)
    lost = dropped(ledger, rows, column)
    rooms, language = ledger.rooms, ledger.people.language
    for row in rows[lost & (ledger.occasions.home[rows] == 0)][:200].tolist():
        room = ledger.occasions.room[row]
        members = rooms.member[rooms.start[room] : rooms.start[room + 1]]
        alike = (language[members] == language[ledger.occasions.person[row]]).sum() - 1
        assert ledger.audience[row, column] == alike < len(members) - 1
    assert (ledger.audience[rows[~lost], column] == rooms.size[ledger.occasions.room[rows[~lost]]] - 1).all()


def test_who_cannot_reach_the_platform_is_not_among_those_who_hear_it_in_their_language() -> None:
    """Everybody at home is cut off, but some of their language live elsewhere."""
    abroad = {**BASE["groups"]["others"], "language": "zh", "size": 30}
    ledger = run(
        scenario(BASE, groups={"abroad": abroad}, jurisdictions={"home": {"blocks": {"chat": 1.0}}}), worlds=("access+moderation",)
    )
    rows, column = published(ledger, "access+moderation")
    rows = rows[dropped(ledger, rows, column) & (ledger.occasions.home[rows] == 0)]
    rooms, people = ledger.rooms, ledger.people
    for row in rows.tolist():
        room = ledger.occasions.room[row]
        members = rooms.member[rooms.start[room] : rooms.start[room + 1]]
        alike = members[people.language[members] == people.language[ledger.occasions.person[row]]]
        assert ledger.audience[row, column] == (people.group[alike] > 0).sum() - 1
    assert (people.group[ledger.occasions.person[rows]] == 2).any()


def test_replies_by_people_of_another_language_do_not_arise() -> None:
    _, ledger = ran()
    column, occasions = ledger.worlds.index(WORLD), ledger.occasions
    replies = np.flatnonzero(occasions.parent >= 0)
    replies = replies[ledger.outcome[occasions.parent[replies], column] == Outcome.STOOD]
    parent = occasions.parent[replies]
    foreign = speaks(ledger, replies) != speaks(ledger, parent)
    arose = ledger.outcome[replies, column] != Outcome.NEVER_AROSE
    assert np.array_equal(arose, ~(dropped(ledger, parent, column) & foreign))
    within = np.floor(occasions.time[replies]) == np.floor(occasions.time[parent])
    for window in (within, ~within):
        assert (~arose & window).any()
    marked = (ledger.marks[:, column] & Mark.UNINTERPRETED) > 0
    assert (ledger.outcome[marked, column] == Outcome.STOOD).all(), "no mark on what was never said"


def test_a_convenor_counts_what_it_reads_itself_and_what_is_interpreted() -> None:
    for known in ((ENGLISH,), (CHINESE,), (ENGLISH, CHINESE), None):
        names = None if known is None else [("en", "zh")[code] for code in known]
        what = scenario(BASE, convenor={"languages": names} if names else {"languages": None})
        ledger = run(what, worlds=(WORLD,))
        rows, column = published(ledger)
        reads = np.isin(speaks(ledger, rows), known or (ENGLISH, CHINESE))
        counted = (ledger.marks[rows, column] & Mark.COUNTED) > 0
        assert np.array_equal(counted, reads | ~dropped(ledger, rows, column)), names


def test_the_convenor_still_understands_only_some_coded_speech() -> None:
    what = scenario(BASE, convenor={"comprehends_coded": 0.0}, groups={"others": {"code_fluency": 1.0}}, voice={"coded_cost": 0.0})
    ledger = run(what, worlds=(WORLD,))
    rows, column = published(ledger)
    coded = ledger.voice[rows, column] == Manner.CODED
    assert coded.any()
    assert not ((ledger.marks[rows[coded], column] & Mark.COUNTED) > 0).any()


def test_the_measure_is_the_share_on_platforms_with_interpretation() -> None:
    what, ledger = ran()
    pieces = Measurer(what, ledger).measure(WORLD)
    rows, column = published(ledger)
    replication = ledger.people.replication[ledger.occasions.person[rows]]
    group, topic = ledger.people.group[ledger.occasions.person[rows]], ledger.occasions.topic[rows]
    lost, here = dropped(ledger, rows, column), (ledger.venue[rows, column] == 0) & (replication == 0)
    assert value(pieces, "dropped_by_interpretation") == pytest.approx(lost[here].mean())
    for split, level, names in (("group", group, ("locals", "others")), ("topic", topic, ("climate", "human-rights"))):
        for code, name in enumerate(names):
            share = value(pieces, "dropped_by_interpretation", split, name)
            assert share == pytest.approx(lost[here & (level == code)].mean())
            assert share > 0
    assert np.isnan(value(pieces, "dropped_by_interpretation", "platform", "plain"))
    assert np.isnan(value(Measurer(what, ledger).measure("free"), "dropped_by_interpretation"))
    assert value(pieces, "removal_rate") == value(pieces, "hidden_rate") == value(pieces, "prior_restraint_rate") == 0


def test_the_funnel_narrows_and_interpretation_costs_what_is_counted() -> None:
    what, ledger = ran()
    measurer = Measurer(what, ledger)
    pieces, free = measurer.measure(WORLD), measurer.measure("free")
    steps = [value(pieces, name) for name in FUNNEL]
    assert steps == sorted(steps, reverse=True)
    lost = {
        name: value(free, "counted_share", "group", name) - value(pieces, "counted_share", "group", name) for name in ("locals", "others")
    }
    assert lost["locals"] > lost["others"] > 0, "those whose language the convenor reads lose only replies that did not arise"
    assert value(pieces, "conversation_lost") > 0
    assert value(pieces, "opinion_distance") != value(free, "opinion_distance")


@pytest.mark.statistical
def test_recall_is_the_share_of_matching_texts_that_is_dropped() -> None:
    """Four binomial standard errors: 1 in 16,000. Control: a recall of 0.5."""
    what = scenario(BASE, platforms={"chat": {"interpretation": {"combinations": ["e", "的"], "recall": 0.7}}})
    ledger = run(what, (0, 1), (WORLD,))
    rows, column = published(ledger)
    rows = rows[ledger.venue[rows, column] == 0]
    matches = np.array([("e" in text.casefold()) or ("的" in text) for text in texts(what, ledger, rows, column)])
    lost = dropped(ledger, rows, column)
    assert not lost[~matches].any()
    share, error = lost[matches].mean(), np.sqrt(0.7 * 0.3 / matches.sum())
    assert abs(share - 0.7) < 4 * error < abs(share - 0.5)


def test_what_is_dropped_weighs_in_a_room_as_the_share_that_hears_it() -> None:
    world = World(scenario(BASE), (0,), (WORLD,))
    language, rooms = world.people.language, world.rooms
    person = np.arange(len(world.people))
    room, nowhere = rooms.of_person[0, 0, person], np.zeros(len(person), np.int64)
    share = world.conversation._reached(person, room, nowhere, np.ones(len(person), np.bool_))
    for who in person.tolist():
        members = rooms.member[rooms.start[room[who]] : rooms.start[room[who] + 1]]
        assert share[who] == pytest.approx((language[members] == language[who]).mean())
    assert share.min() < 0.5
    assert (world.conversation._reached(person, room, nowhere, np.zeros(len(person), np.bool_)) == 1).all()
    pair, zero = room[:1].astype(np.int64) * world.people.topics, np.zeros(1, np.int64)
    world.beliefs.record_published(pair, zero, np.array([-0.8]), np.zeros(1), np.array([0.25]))
    climate = world.beliefs.climate(pair[:, None], zero, 0.0)
    assert climate == pytest.approx(-0.8 * 0.25 / (0.25 + world.scenario.beliefs.climate_strength))


def test_meetings_and_surveys_are_interpreted_too() -> None:
    interpretation = BASE["platforms"]["chat"]["interpretation"]
    meeting = {
        "kind": "meeting",
        "hours": [{"start": 8, "end": 20}],
        "rooms": ROOMS,
        "reading": {"share": 1.0},
        "interpretation": interpretation,
    }
    poll = {"kind": "survey", "interpretation": interpretation}
    base = merged(
        BASE, {"platforms": {"chat": None, "plain": None, "meeting": meeting, "poll": poll}, "convenor": {"collects": ["meeting", "poll"]}}
    )
    ledger = run(scenario(base), (0, 1), (WORLD,))
    rows, column = published(ledger)
    lost, counted = dropped(ledger, rows, column), (ledger.marks[rows, column] & Mark.COUNTED) > 0
    for platform in (0, 1):
        here = ledger.venue[rows, column] == platform
        assert (lost & here).any()
        assert np.array_equal(counted[here], ((speaks(ledger, rows) == ENGLISH) | ~lost)[here])


def test_a_platform_that_drops_and_one_that_does_not() -> None:
    """Every text of the phrasebook, on each of two platforms."""
    what = scenario(BASE, platforms={"plain": {"interpretation": {"combinations": ["rights"], "recall": 0.0}}})
    texts = texts_of(what, draw_people(what, (0,)), 1)
    found, words = Interpretation(what, texts), texts.phrasebook.texts
    fields: dict[str, Any] = dict.fromkeys(Submissions.__dataclass_fields__, np.zeros(len(words) + 1, np.int64))
    fields |= {"phrase": np.arange(-1, len(words)), "key": np.arange(len(words) + 1, dtype=np.uint64)}
    expected = [False, *(any(all(part in text.casefold() for part in parts) for parts in PARTS) for text in words)]
    assert found.drops(Submissions(**fields)).tolist() == expected
    assert not found.drops(Submissions(**fields | {"platform": np.ones(len(words) + 1, np.int64)})).any()
    assert found.anywhere
    assert not Interpretation(scenario(PLAIN), None).anywhere


def test_a_list_of_its_own_is_in_force_by_its_dates_and_lets_pass_what_it_allows(tmp_path: Path) -> None:
    """Of what a list has for these texts, one entry is gone before the start, and one switches the other off for some."""
    table = (
        "combination,kind,born,died\nrights,block,,\nrights+police,allow,,\nclimate,block,2019-01-01,2020-01-01\n气候,block,2020-01-05,\n"
    )
    (tmp_path / "list.csv").write_text(table, encoding="utf-8")
    document = merged(
        BASE, {"date": "2020-01-01", "platforms": {"chat": {"interpretation": {"combinations": None, "rule_list": "list.csv"}}}}
    )
    (tmp_path / "dated.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    what = load(str(tmp_path / "dated.yaml"))
    ledger = run(what, worlds=(WORLD,))
    rows, column = published(ledger)
    rows = rows[ledger.venue[rows, column] == 0]
    words = [text.casefold() for text in texts(what, ledger, rows, column)]
    born = ledger.occasions.time[rows] >= 4 * 24
    expected = [
        ("rights" in text and "police" not in text) or ("气候" in text and on) for text, on in zip(words, born.tolist(), strict=True)
    ]
    assert dropped(ledger, rows, column).tolist() == expected
    assert any("气候" in text and not on for text, on in zip(words, born.tolist(), strict=True))
    assert any("climate" in text for text in words)


def test_a_held_message_that_is_released_is_dropped_too() -> None:
    rules = {"wait": {"detector": "sample", "share": 1.0, "action": "hold", "desk": "office"}}
    desk = {"roster": [{"reviewers": 9}], "error_rate": 0.0, "threshold": 1.0}
    ledger = run(scenario(BASE, platforms={"chat": {"rules": rules, "desks": {"office": desk}}}), worlds=(WORLD,))
    rows, column = published(ledger)
    lost = dropped(ledger, rows, column)
    released = ledger.shown[rows, column] > ledger.occasions.time[rows]
    counted = (ledger.marks[rows, column] & Mark.COUNTED) > 0
    assert (lost & released).any()
    assert not counted[lost & (speaks(ledger, rows) == CHINESE)].any()


def test_interpretation_does_not_depend_on_the_stack() -> None:
    what, stacked = ran()
    single = run(what, (1,), (WORLD,))
    assert same(columns(stacked, WORLD, rows_of(stacked, 1)), columns(single, WORLD))


LIST = Path(__file__).parents[3] / "shared" / "data" / "tencent-translate" / "translator_tencent.txt"


@pytest.mark.skipif(not LIST.exists(), reason="the published list is not at ../shared/data")
def test_a_meeting_pointed_at_a_published_list_drops_exactly_what_it_holds(tmp_path: Path) -> None:
    """Texts are put together from every fortieth entry: all of its parts, or the first of several alone."""
    listed = [[part.strip() for part in line.split("+")] for line in LIST.read_text(encoding="utf-8").splitlines() if line.strip()]
    whole = [f"我觉得{'，也说'.join(parts)}是这样" for parts in listed[::40]]
    halves = [f"我们谈谈{parts[0]}吧" for parts in listed if len(parts) > 1][::20]
    book = {"topics": {topic: {"zh": dict.fromkeys(("critical", "neutral", "supportive"), whole + halves)} for topic in PLAIN["topics"]}}
    (tmp_path / "book.yaml").write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "combinations", str(LIST), "--out", str(tmp_path / "list.csv")])
    assert result.exit_code == 0, result.output
    meeting = {"kind": "meeting", "hours": [{"start": 6, "end": 22}], "rooms": ROOMS, "interpretation": {"rule_list": "list.csv"}}
    document = merged(
        BASE, {"phrasebook": "book.yaml", "platforms": {"chat": None, "meeting": meeting}, "convenor": {"collects": ["meeting"]}}
    )
    (tmp_path / "meeting.yaml").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    what = load(str(tmp_path / "meeting.yaml"))
    ledger = run(what, (0, 1), worlds=(WORLD,))
    rows, column = published(ledger)
    rows = rows[(ledger.venue[rows, column] == list(what.platforms).index("meeting")) & (ledger.voice[rows, column] != Manner.CODED)]
    said = [unicodedata.normalize("NFKC", text).casefold() for text in texts(what, ledger, rows, column)]
    wanted = [[unicodedata.normalize("NFKC", part).casefold() for part in parts] for parts in listed]
    expected = {text: any(all(part in text for part in parts) for parts in wanted) for text in set(said)}
    assert dropped(ledger, rows, column).tolist() == [expected[text] for text in said]
    assert min(sum(expected.values()), len(expected) - sum(expected.values())) > 5
    chinese = speaks(ledger, rows) == CHINESE
    assert np.array_equal((ledger.marks[rows, column] & Mark.COUNTED) > 0, ~(dropped(ledger, rows, column) & chinese))
