"""Tables of messages: columns, what is skipped and why, and the trace that is written."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.importers import Imported, Options, UnusableFile
from sim.importers.trace import IMPORTER
from tests.scenario_files import BASE

DEFAULTS = {option.name: () if option.many else option.default for option in IMPORTER.options}
TABLE = """\
Created At\tUser Name\tChannel\tTweet ID\tIn reply to\tBody\tTopic\tCommunity\tStance
2020-05-02T10:00:00Z\tann\tx\t11\t\tmarch\tHuman rights\tUs\t-0.5
2020-05-02T11:00:00Z\tbob\tx\t12\t11\t"=A1, ""b""\tTab"\tHuman rights\tThem\t2
2020-05-02T09:00:00Z\tcat\ty\t13\t11\t\tClimate\t\t
soon\tcat\ty\t14\t\t\tClimate\t\t
2020-05-02T12:00:00Z\t\ty\t15\t\t\tClimate\t\t
2020-05-02T12:30:00Z\tann\tx\t16\t99\t\tClimate\tThem\t
"""


def imported(folder: Path, text: str, **own: object) -> Imported:
    (folder / "m.tsv").write_text(text, encoding="utf-8")
    return IMPORTER.read((folder / "m.tsv",), Options(own={**DEFAULTS, **own}))


def rows(found: Imported) -> list[dict[str, str]]:
    return list(csv.DictReader(found.outputs[0].text.splitlines(keepends=True)))


def test_columns_are_known_by_many_names(tmp_path: Path) -> None:
    found = rows(imported(tmp_path, TABLE, keep_text=True, keep_names=True))
    assert [row["author"] for row in found] == ["cat", "ann", "bob", "ann"]
    assert [row["time"] for row in found] == ["129.0000", "130.0000", "131.0000", "132.5000"]
    assert [row["room"] for row in found] == ["y", "x", "x", "x"]
    assert [row["reply_to"] for row in found] == ["", "", "2", ""]
    assert [row["topic"] for row in found] == ["climate", "human-rights", "human-rights", "climate"]
    assert [row["group"] for row in found] == ["", "us", "them", ""]
    assert [row["stance"] for row in found] == ["", "-0.5", "", ""]
    assert [row["text"] for row in found] == ["", "march", '\'=A1, "b"\tTab', ""]


def test_what_is_skipped_is_said(tmp_path: Path) -> None:
    report = imported(tmp_path, TABLE).report
    assert {reason: skip.first for reason, skip in report.skipped.items()} == {
        "no stance from -1 to 1 (the message is kept, without one)": ["line 3"],
        "no time that can be read": ["line 5: 'soon'"],
        "no author": ["line 6"],
        "another group than the author had before (the message is kept, in the first)": ["line 7"],
    }
    (orphans,) = (value for heading, value in report.facts.items() if heading.startswith("Replies to what is not"))
    assert orphans == 2


def test_texts_and_names_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    text = imported(tmp_path, TABLE).outputs[0].text
    assert text.splitlines()[0] == "time,author,room,reply_to,topic,group,stance"
    assert not any(word in text for word in ("ann", "march", "x,"))


def test_hours_stay_hours(tmp_path: Path) -> None:
    found = imported(tmp_path, "time\tauthor\n3.5\ta\n1\tb\n")
    assert [row["time"] for row in rows(found)] == ["1.0000", "3.5000"]
    with pytest.raises(UnusableFile, match="all dates, or all hours"):
        imported(tmp_path, "time\tauthor\n3.5\ta\n2020-01-01\tb\n")


def test_replies_without_ids_are_by_number_whatever_the_order(tmp_path: Path) -> None:
    found = imported(tmp_path, "time\tauthor\treply_to\n2\ta\t2\n1\tb\t\n3\tc\t1\n")
    assert [(row["author"], row["reply_to"]) for row in rows(found)] == [("a1", ""), ("a2", "1"), ("a3", "2")]


def test_a_scenario_replays_what_was_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.tsv").write_text(TABLE, encoding="utf-8")
    renamed = ["--rename", "Human rights=rights", "--rename", "Us=people", "--rename", "Them=people"]
    output = CliRunner().invoke(main, ["import", "trace", "m.tsv", "--out", "t.csv", "--keep-text", *renamed])
    assert output.exit_code == 0, output.output
    assert "trace: {file: t.csv, platform: NAME}" in output.output
    Path("s.yaml").write_text(BASE + "trace: {file: t.csv, platform: chat}\n", encoding="utf-8")
    checked = CliRunner().invoke(main, ["check", "s.yaml"])
    assert checked.exit_code == 0, checked.output
    assert "trace: 4 messages, 3 authors, 2 rooms; 1 in reply to another" in checked.output


def test_what_cannot_be_used_is_refused_in_a_line(tmp_path: Path) -> None:
    for text, end in (
        ("time\ttext\n1\ta\n", "--author-column names it"),
        ("author\ttext\na\tb\n", "--time-column names it"),
        ("time\tauthor\nsoon\ta\n", "no message is left of what was read; no time that can be read: 1"),
    ):
        with pytest.raises(UnusableFile) as error:
            imported(tmp_path, text)
        (line,) = error.value.problems
        assert line.endswith(end)
