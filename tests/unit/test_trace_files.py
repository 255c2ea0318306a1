"""Trace files: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.scenario.problems import Problem
from sim.scenario.traffic import Traffic, read_traffic
from tests.scenario_files import BASE, LINES, loaded, problems

TRACE = BASE + "trace: {file: t.csv, platform: chat}\n"


def read(text: str) -> Traffic:
    found: list[Problem] = []
    traffic = read_traffic(text, "t.csv", found)
    assert not found
    assert traffic is not None
    return traffic


def faults(text: str) -> list[str]:
    found: list[Problem] = []
    assert read_traffic(text, "t.csv", found) is None
    return list(map(str, found))


def test_columns_may_come_in_any_order_and_be_missing() -> None:
    traffic = read("author,time\nann,1\nbob,2.5\n")
    assert traffic.time.tolist() == [1, 2.5]
    assert traffic.authors == ("ann", "bob")
    assert (traffic.parent == -1).all()
    assert (traffic.topic == -1).all()
    assert np.isnan(traffic.stance).all()
    assert traffic.rooms == 1


def test_replies_are_named_by_id_or_by_number() -> None:
    by_number = read("time,author,reply_to\n1,a,\n2,b,1\n3,c,2\n")
    by_id = read("time,author,reply_to,id\n3,c,y,z\n2,b,x,y\n1,a,,x\n")
    assert by_number.parent.tolist() == [-1, 0, 1]
    assert by_id.parent.tolist() == [1, 2, -1]


@pytest.mark.parametrize(
    "text",
    [
        "time,author,reply_to\n1,a,2\n2,b,\n",
        "time,author,reply_to\n1,a,1\n",
        "time,author,reply_to\n1,a,9\n",
        "time,author,reply_to\n1,a,x\n",
        "time,author,reply_to\n1,a,-1\n",
        "time,author,room,reply_to\n1,a,r,\n2,b,s,1\n",
        "time,author,reply_to,id\n1,a,1,x\n",
    ],
)
def test_a_reply_to_no_earlier_message_of_its_room_is_spontaneous(text: str) -> None:
    traffic = read(text)
    assert (traffic.parent == -1).all()
    assert traffic.orphans == 1


def test_messages_of_one_moment_answer_one_another_in_the_order_of_the_file() -> None:
    assert read("time,author,reply_to\n1,a,\n1,b,1\n1,c,4\n1,d,3\n").parent.tolist() == [-1, 0, -1, 2]


def test_texts_may_hold_line_ends_and_commas() -> None:
    traffic = read('time,author,text\n1,a,"one, two\nthree"\n2,b,"one, two\nthree"\n')
    assert traffic.texts == ("one, two\nthree",)
    assert traffic.text.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("author,text\na,b\n", "t.csv:1: time: a column that is required, and got none"),
        ("time,author,txt\n1,a,b\n", "t.csv:1: no such column; did you mean 'text'?, and got 'txt'"),
        ("time,author\n", "t.csv:1: at least one message, and got none"),
        ("time,author\n1,\n", "t.csv:2: author: the name of an author, and got none"),
        ("time,author\n1,a\n,b\n", "t.csv:3: time: hours since the start, as on the first row, from -87,840 to 87,840, and got none"),
        ("time,author\n1,a\nnan,b\n", "t.csv:3: time: hours since the start, as on the first row, from -87,840 to 87,840, and got 'nan'"),
        (
            "time,author\nnoon,a\n",
            "t.csv:2: time: a date and time such as 2020-04-30T17:05:00 (or hours since the start, on every row), and got 'noon'",
        ),
        ('time,author,text\n1,a,"x\ny"\n2,b,z,z\n', "t.csv:4: a row of at most 3 columns, and got 4"),
        ("time,author,stance\n1,a,-1.5\n", "t.csv:2: stance: a stance from -1 to 1, or nothing, and got '-1.5'"),
        ("time,author,stance\n1,a,nan\n", "t.csv:2: stance: a stance from -1 to 1, or nothing, and got 'nan'"),
        ("time,author,id\n1,a,7\n2,b,7\n", "t.csv:3: id: an id of one message only, and got again '7'"),
        (
            "time,author,group\n1,a,g\n2,a,\n3,a,h\n",
            "t.csv:4: group: one group for each author, who on line 2 is of 'g', and got 'h'",
        ),
        ('time,author\n1,"a\n', "t.csv:2: a table in CSV, and got: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, line: str) -> None:
    assert faults(text) == [line]


def test_problems_of_a_trace_are_bounded() -> None:
    assert len(faults("time,author\n" + "x,a\n" * 10_000)) < 110


def in_scenario(folder: Path, trace: str | bytes, text: str = TRACE) -> list[str]:
    (folder / "t.csv").write_bytes(trace if isinstance(trace, bytes) else trace.encode())
    return problems(folder, text)


def test_what_does_not_fit_the_scenario_is_refused(tmp_path: Path) -> None:
    where = f"s.yaml:{LINES + 1}:9: trace.file: "
    assert in_scenario(tmp_path, "time,author,topic,group\n1,a,climat,\n2,b,rights,peple\n3,c,climat,\n") == [
        f"{where}a topic of this scenario on line 2 of the file (did you mean 'climate'?), and got 'climat'",
        f"{where}a group of this scenario on line 3 of the file (did you mean 'people'?), and got 'peple'",
    ]
    crowd = "time,author\n" + "".join(f"1,a{n}\n" for n in range(101))
    assert in_scenario(tmp_path, crowd) == [
        "s.yaml:12:12: groups.people.size: at least 101, as many of the trace's authors are in it, and got 100"
    ]
    assert in_scenario(tmp_path, "time,author\n900,a\n") == [f"{where}some message within the horizon of 10 d, and got 'hours 900 to 900'"]
    seats = "time,author,room\n" + "".join(f"1,a,r{n}\n" for n in range(121))
    assert in_scenario(tmp_path, seats) == [f"{where}authors who write in at most 120 rooms each, and got 121"]


def test_platforms_without_rooms_and_surges_are_refused(tmp_path: Path) -> None:
    survey = BASE.replace("  chat:\n", "  poll: {kind: survey}\n  chat:\n")
    trace = "time,author,topic\n1,a,climate\n"
    (line,) = in_scenario(tmp_path, trace, survey + "trace: {file: t.csv, platform: poll}\n")
    assert line.endswith("trace.platform: a platform with rooms, and got 'poll, a survey'")
    (line,) = in_scenario(tmp_path, trace, BASE + "trace: {file: t.csv, platform: chats}\n")
    assert line.endswith("trace.platform: a platform of this scenario (did you mean 'chat'?), and got 'chats'")
    surge = "timeline:\n  - {at: 1 d, surge: {topic: rights, factor: 2, lasts: 1 d}}\n"
    (line,) = in_scenario(tmp_path, trace, TRACE + surge)
    assert line.endswith("timeline.0.surge: no surge, as the messages are those of a trace, and got 'rights'")


def test_faults_of_the_file_are_placed_in_it(tmp_path: Path) -> None:
    assert in_scenario(tmp_path, "time,author\n1,a\n2,\n") == ["t.csv:3: author: the name of an author, and got none"]
    assert in_scenario(tmp_path, b"time,author\n1,\xff\n") == ["t.csv:2:3: a text file in UTF-8, and got the byte 0xff"]


def test_check_says_what_is_taken_up(tmp_path: Path) -> None:
    text = "time,author,room,reply_to,topic,text\n1,ann,x,,rights,march\n2,bob,x,1,,yes\n3,cat,,9,climate,\n500,cat,,,climate,hm\n"
    (tmp_path / "t.csv").write_text(text)
    loaded(tmp_path, TRACE)
    output = CliRunner().invoke(main, ["check", str(tmp_path / "s.yaml")]).output
    assert "trace: 3 messages, 3 authors, 2 rooms; 1 in reply to another\n" in output
    assert "1 count as spontaneous, as what they answer is no earlier message of their room\n" in output
    assert "1 outside of the horizon, and left out\n" in output
    assert "1 without a topic" in output
    assert "2 with the text that keyword rules see\n" in output
