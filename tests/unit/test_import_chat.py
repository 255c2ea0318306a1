"""Exported chats: who wrote when in answer to whom, what follows for a scenario, and what is not stored."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.importers import Imported, Options, UnusableFile
from sim.importers.activity import sigma_of
from sim.importers.chat import IMPORTER
from sim.importers.moments import read_moment, written_order
from sim.scenario import load
from sim.scenario.problems import Problem
from sim.scenario.traffic import Traffic, read_traffic
from tests.scenario_files import BASE
from tests.unit.chats import ANDROID, CHINESE, IOS, busy, discord, posted, said, telegram

DEFAULTS = {option.name: () if option.many else option.default for option in IMPORTER.options}


def imported(folder: Path, *texts: str, **own: object) -> Imported:
    paths = [folder / f"secret chat {number}.txt" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return IMPORTER.read(paths, Options(own={**DEFAULTS, **own}))


def trace(folder: Path, *texts: str, **own: object) -> list[dict[str, str]]:
    return list(csv.DictReader(imported(folder, *texts, trace=True, **own).outputs[1].text.splitlines(keepends=True)))


def kept(folder: Path, *texts: str, **own: object) -> list[tuple[str, str]]:
    """Authors and texts."""
    rows = trace(folder, *texts, keep_text=True, keep_names=True, **own)
    return [(row["author"], row.get("text", "")) for row in rows]


def piece(found: Imported) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(found.outputs[0].text)
    return data


def skipped(found: Imported) -> dict[str, int]:
    return {reason: skip.rows for reason, skip in found.report.skipped.items()}


# Formats


def test_telegram(tmp_path: Path) -> None:
    marked_up = ["see ", {"type": "link", "text": "here"}, "!"]
    odd = [
        {"id": 9, "type": "service", "date": "2020-04-30T10:00:00", "action": "pin_message"},
        "nonsense",
        {**said(8, 3, "ann"), "date": "?"},
    ]
    odd[2].pop("date_unixtime")  # type: ignore[union-attr]
    text = telegram([said(1, 0, "ann", marked_up), said(2, 0.5, "bob", "yes", reply_to=1), said(3, 1, "cat", "no", reply_to=77), *odd])
    found = imported(tmp_path, text, trace=True)
    assert kept(tmp_path, text) == [("ann", "see here!"), ("bob", "yes"), ("cat", "no")]
    rows = trace(tmp_path, text)
    assert [row["reply_to"] for row in rows] == ["", "1", ""]
    assert [float(row["time"]) for row in rows] == pytest.approx([49, 49.5, 50], abs=1e-3)
    assert skipped(found) == {"what the app itself says": 1, "no message at all": 1, "no time that can be read": 1}


def test_chats_of_a_telegram_account_are_rooms(tmp_path: Path) -> None:
    chats = [json.loads(telegram([said(1, n, "ann"), said(2, n + 0.5, "bob", reply_to=1)], name)) for n, name in enumerate(("a", "b", "a"))]
    rows = trace(tmp_path, json.dumps({"chats": {"about": "", "list": chats}}))
    assert [row["room"] for row in rows] == ["r1", "r1", "r2", "r2", "r3", "r3"]
    assert [row["reply_to"] for row in rows] == ["", "1", "", "3", "", "5"]


def test_discord(tmp_path: Path) -> None:
    text = discord(
        [
            posted(1, 0, "ann", "hi"),
            posted(2, 1, "bob", "yes", reply_to=1),
            posted(3, 2, "robot", author={"id": "3", "name": "robot", "isBot": True}),
            posted(4, 3, "ann", type="ChannelPinnedMessage"),
            posted(5, 4, "bob", timestamp="soon"),
        ]
    )
    assert kept(tmp_path, text) == [("Ann", "hi"), ("Bob", "yes")]
    rows = trace(tmp_path, text)
    assert [(row["reply_to"], float(row["time"])) for row in rows] == [("", 55), ("1", 56)]
    assert skipped(imported(tmp_path, text)) == {"written by a bot": 1, "what the app itself says": 1, "no time that can be read": 1}


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (ANDROID, [("Ann", "Hello: everybody\nand a second line"), ("'+44 7700 900123", ""), ("Bob", "'=1+1"), ("Ann", "happy new year")]),
        (IOS, [("Ann", "Hello\ntwo lines"), ("Bob", ""), ("Bob", "happy new year")]),
        (CHINESE, [("安", "你好"), ("波", "新年快乐")]),
        ("31.12.20, 21:16 - Ann: hallo\n", [("Ann", "hallo")]),
        ("12/31/20, 9:16 p. m. - Ann: hola\r\n", [("Ann", "hola")]),
    ],
)
def test_whatsapp(tmp_path: Path, text: str, messages: list[tuple[str, str]]) -> None:
    assert kept(tmp_path, text) == messages
    first, *_ = trace(tmp_path, text)
    assert float(first["time"]) == pytest.approx(3 * 24 + 21 + 16 / 60, abs=0.01)


def test_what_whatsapp_says_itself_is_skipped(tmp_path: Path) -> None:
    assert skipped(imported(tmp_path, ANDROID)) == {"what the app itself says": 3}
    assert skipped(imported(tmp_path, IOS)) == {"what the app itself says": 1}


def test_what_whatsapp_gives_no_author_is_skipped(tmp_path: Path) -> None:
    """A name of nothing but marks that cannot be seen."""
    nameless = ANDROID.replace("Bob: =1", "~\N{LEFT-TO-RIGHT MARK} : =1")
    assert skipped(imported(tmp_path, nameless)) == {"what the app itself says": 3, "no author": 1}


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["13/1/20, 9:00"], "day-first"),
        (["1/13/20, 9:00"], "month-first"),
        (["1/2/20, 9:00", "2/1/20, 9:00"], "month-first"),
        (["2/1/20, 9:00", "1/2/20, 9:00"], "day-first"),
        (["1/2/20, 9:00"], None),
        (["2020-01-02 09:00"], None),
    ],
)
def test_days_and_months_are_told_apart(dates: list[str], order: str | None) -> None:
    assert written_order(dates) == order


@pytest.mark.parametrize(
    ("text", "hours", "offset"),
    [
        ("2020-04-30T17:05:00+08:00", 17 + 5 / 60, 8),
        ("2020-04-30 17:05:00 UTC", 17 + 5 / 60, 0),
        ("2020-04-30T17:05:00.1230000Z", 17 + 5 / 60, 0),
        ("30/4/2020 17:05", 17 + 5 / 60, None),
        ("30.04.20, 5:05 pm", 17 + 5 / 60, None),
        ("1588266300", 17 + 5 / 60, 0),
        ("1588266300000", 17 + 5 / 60, 0),
        ("Thu Apr 30 17:05:00 +0000 2020", 17 + 5 / 60, 0),
        ("Thu, 30 Apr 2020 17:05:00 +0200", 17 + 5 / 60, 2),
    ],
)
def test_times_in_many_forms(text: str, hours: float, offset: float | None) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.wall - 18382 * 24 == pytest.approx(hours, abs=1e-4)
    assert moment.offset == offset


@pytest.mark.parametrize("text", ["", "noon", "31/31/2020 17:05", "0001-01-01", "9" * 16, "1e9", "nan", "2020-13-01", "x" * 100_000])
def test_what_is_no_time(text: str) -> None:
    assert read_moment(text) is None


def test_a_table(tmp_path: Path) -> None:
    text = "when,who,channel,text,parent\n2020-04-30 10:00,ann,x,hi,\n2020-04-30 10:30,bob,x,yes,1\n"
    assert kept(tmp_path, text, time_column="when") == [("ann", "hi"), ("bob", "yes")]
    with pytest.raises(UnusableFile, match="--time-column names it"):
        imported(tmp_path, text)


# What is not stored


def test_neither_texts_nor_names_are_stored_unless_asked_for(tmp_path: Path) -> None:
    for text in (
        telegram([said(1, 0, "ann", "let us march"), said(2, 1, "bob", "yes")], "Dialogue"),
        ANDROID,
        discord([posted(1, 0, "ann", "march")]),
    ):
        found = imported(tmp_path, text, trace=True)
        everything = "".join(output.text for output in found.outputs) + found.report.as_text()
        for word in ("march", "ann", "Ann", "bob", "Dialogue", "7700", "happy", "secret", "lobby"):
            assert word not in everything.replace("channel", "")
        assert "a1,r1" in found.outputs[1].text


def test_people_of_one_name_stay_apart(tmp_path: Path) -> None:
    twins = [said(1, 0, "one"), said(2, 1, "two")]
    for twin in twins:
        twin["from"] = "Ann"
    assert kept(tmp_path, telegram(twins)) == [("Ann (userone)", "hello"), ("Ann (usertwo)", "hello")]


# What follows for a scenario


def lively(**how: Any) -> str:
    rooms: dict[str, list[dict[str, Any]]] = {}
    for number, (hour, author, room, reply) in enumerate(busy(**how), 1):
        rooms.setdefault(room, []).append(said(number, hour - 9, author, reply_to=reply))
    return json.dumps({"chats": {"list": [{"name": room, "id": 1, "messages": some} for room, some in rooms.items()]}})


@pytest.mark.statistical
def test_estimates_are_those_of_what_was_drawn(tmp_path: Path) -> None:
    """Within 4 standard errors (1 in 16,000 each): 3,300 messages, 40 % of them replies with exponential delays, median 12 min.

    Control: half the replies, which is as far away as it should be.
    """
    found = piece(imported(tmp_path, lively()))
    replies = found["platforms"]["chat"]["replies"]
    messages = len(busy())
    assert replies["branching"] == pytest.approx(0.4, abs=4 * np.sqrt(0.4 / messages))
    median = float(replies["half_life"].removesuffix(" s")) / 60
    assert median == pytest.approx(12, abs=4 * 12 / np.log(2) / np.sqrt(0.4 * messages))
    assert found["groups"]["people"]["messages_per_day"] == pytest.approx(2000 / 40 / 10, rel=0.1)
    assert int(np.argmax(found["hour_profile"])) in range(12, 17)
    assert found["platforms"]["chat"]["rooms"]["per_person"] in (5, 6)
    fewer = piece(imported(tmp_path, lively(branching=0.2)))["platforms"]["chat"]["replies"]["branching"]
    assert abs(fewer - 0.4) > 4 * np.sqrt(0.4 / messages)


def test_inequality_is_that_of_the_most_active_tenth() -> None:
    """The published shares and the spreads of lognormal rates that the schema gives with them."""
    assert sigma_of(0.57) == pytest.approx(1.46, abs=0.01)
    assert sigma_of(0.74) == pytest.approx(1.92, abs=0.01)


def test_the_piece_is_a_scenario_over_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    found = imported(tmp_path, lively(), base="base.yaml", trace=True)
    (tmp_path / "piece.yaml").write_text(found.outputs[0].text, encoding="utf-8")
    (tmp_path / "t.csv").write_text(found.outputs[1].text, encoding="utf-8")
    scenario = load(tmp_path / "piece.yaml", [f"trace.file={tmp_path}/t.csv", "trace.platform=chat", "horizon=14 d"])
    assert scenario.platforms["chat"].replies.branching == pytest.approx(0.4, abs=0.05)
    assert (
        scenario.evidence["platforms.chat.replies.branching"].source
        == "an exported chat: 3,320 messages by 39 people in 6 rooms over 10 days"
    )


def test_what_cannot_be_estimated_is_left_out_and_said(tmp_path: Path) -> None:
    found = imported(tmp_path, ANDROID)
    assert piece(found)["platforms"] == {"chat": {"rooms": {"median_size": 3.0}}}
    assert "groups" not in piece(found)
    (left,) = (value for heading, value in found.report.facts.items() if heading.startswith("Left out"))
    assert isinstance(left, dict)
    assert left["replies.branching"] == "the format does not mark replies"
    assert set(left) == {"hour_profile", "messages_per_day", "activity_sigma", "rooms.size_sigma", "replies.branching", "replies.half_life"}


def test_hours_are_those_of_the_local_day(tmp_path: Path) -> None:
    text = "time,author\n" + "".join(f"2020-04-{day:02}T08:30:00Z,a{number}\n" for day in range(1, 11) for number in range(30))
    for offset, hour in ((None, 8), ("8", 16), ("-9.5", 23)):
        assert int(np.argmax(piece(imported(tmp_path, text, utc_offset=offset))["hour_profile"])) == hour
    with pytest.raises(UnusableFile, match="--utc-offset: hours from -12 to 14, and got 'east'"):
        imported(tmp_path, text, utc_offset="east")


def traffic(text: str) -> Traffic:
    found: list[Problem] = []
    read = read_traffic(text, "t.csv", found)
    assert not found
    assert read is not None
    return read


def test_a_trace_is_read_as_it_was_meant(tmp_path: Path) -> None:
    messages = busy(days=3)
    read = traffic(imported(tmp_path, lively(days=3), trace=True).outputs[1].text)
    assert len(read) == len(messages)
    assert read.orphans == 0
    assert read.parent.tolist() == [reply - 1 if reply else -1 for _, _, _, reply in messages]
    assert read.hours(None) - read.hours(None)[0] == pytest.approx(np.array([m[0] for m in messages]) - messages[0][0], abs=1e-3)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"messages": [', "secret chat 0.txt:1:15: JSON that can be read, and got: Expecting value; is it cut off?"),
        ('{"a": 1}', "secret chat 0.txt: an export of Telegram or of DiscordChatExporter, and got JSON of another kind"),
        (telegram([]), "no message is left of what was read"),
        (telegram([{"type": "service"}]), "no message is left of what was read; what the app itself says: 1"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(UnusableFile) as error:
        imported(tmp_path, text)
    assert [problem.replace(f"{tmp_path}/", "") for problem in error.value.problems] == [line]


def test_names_of_group_and_platform_are_checked(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="--group: a name of lower-case letters"):
        imported(tmp_path, ANDROID, group="All of them")
