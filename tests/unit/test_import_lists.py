"""Parts of the importers of lists: dates, encodings, columns, combinations, spells, lifetimes, filters, kinds of other packages."""

from __future__ import annotations

from datetime import date, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.importers import Importer, Options, Report, UnusableFile, masked, registry
from sim.importers.changes import Change, gone_after, history, quantile
from sim.importers.dates import order_of, read_date, read_moment
from sim.importers.files import Text, read_text
from sim.importers.filters import Filter, read_filter
from sim.importers.lists import read_list, scope_of
from sim.importers.rules import RuleList, Unfit, combination, written_parts
from sim.importers.spells import spells_of, united
from sim.importers.tables import find_table
from sim.importers.wildcards import read as read_wildcards
from sim.importers.writing import write
from sim.scenario.combination import normal, occur, parse

A, B, C = date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1)
TEXTS = st.text(st.sampled_from("ab+*\\ Ａß习=-@＋") | st.characters(exclude_categories=["C"]), max_size=6)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-04-21 9:17:46", date(2020, 4, 21)),
        ("2020-04-21T09:17:46Z", date(2020, 4, 21)),
        ("7/1/2016", date(2016, 7, 1)),
        ("07/2016", date(2016, 7, 1)),
        ("2016-07", date(2016, 7, 1)),
        ("2016/7/2", date(2016, 7, 2)),
        ("20160702", date(2016, 7, 2)),
        ("2016年7月2日", date(2016, 7, 2)),
        ("2016年7月", date(2016, 7, 1)),
        ("2.7.2016", date(2016, 7, 2)),
        ("2 July 2016", date(2016, 7, 2)),
        ("Jul 2, 2016", date(2016, 7, 2)),
        ("July 2016", date(2016, 7, 1)),
        ("13/13/2016", None),
        ("2016-02-30", None),
        ("0000-01-01", None),
        ("soon", None),
        ("", None),
        ("2" * 1000, None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_what_comes_first_is_found_out() -> None:
    assert order_of(["7/1/2016", "13/1/2016"]) == "day-first"
    assert order_of(["7/1/2016", "1/13/2016"]) == "month-first"
    assert order_of(["7/1/2016"]) == "unclear"
    assert order_of(["2016-01-07", "7.1.2016"]) is None
    assert read_date("7/1/2016", "day-first") == date(2016, 1, 7)


def test_moments_have_the_time_of_day() -> None:
    assert read_moment("2020-04-21 9:17:46") == datetime(2020, 4, 21, 9, 17, 46)
    assert read_moment("2020-04-21T24:00") == datetime(2020, 4, 21)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"),
        ("gb18030", "gb18030"), ("gbk", "gb18030"),
    ],
)  # fmt: skip
def test_encodings_are_found_out(encoding: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("六四+真相\nword\n".encode(encoding))
    read = read_text(path, Options())
    assert (read.text, read.encoding) == ("六四+真相\nword\n", said)


def table(text: str, **options: str | None) -> list[dict[str, str]]:
    found = find_table(Text(Path("t.csv"), text, "utf-8"), {"term": ("word", "key word"), "date": ("day",)}, "term", Options(), options)
    return [row for _, row in found.rows(Report())]


def test_columns_are_known_by_what_they_mean_whatever_divides_them() -> None:
    for delimiter in ",\t;|":
        assert table(f"x{delimiter} Day {delimiter}KEY_WORD\n1{delimiter}2{delimiter}3\n") == [{"term": "3", "date": "2"}]
    assert table("x,word\n1,2\n", term="X") == [{"term": "1"}]
    assert table('word\n"a,b"\nshort\n') == [{"term": "a,b"}, {"term": "short"}]
    assert table("one\ntwo\n") == [{"term": "one"}, {"term": "two"}]


def test_rows_that_cannot_be_parsed_are_skipped_with_their_lines() -> None:
    report = Report()
    found = find_table(Text(Path("t.csv"), 'word,x\n"a"b,1\nc,2\n', "utf-8"), {"term": ("word",)}, "term", Options())
    assert [row["term"] for _, row in found.rows(report)] == ["c"]
    ((reason, skip),) = report.skipped.items()
    assert reason.startswith("malformed CSV")
    assert skip.first == ["line 2"]


@given(st.lists(TEXTS, max_size=4))
def test_a_combination_looks_for_its_parts_and_nothing_else(parts: list[str]) -> None:
    wanted = {normal(part.strip()).strip() for part in parts} - {""}
    try:
        found = combination(parts)
    except Unfit:
        assert not wanted
        return
    assert found.parts == parse(found.text)
    assert {literals[0] for literals in found.parts} == wanted
    assert all(len(literals) == 1 for literals in found.parts)
    assert occur(found.parts, " ".join(sorted(wanted, reverse=True)))
    assert not found.text.startswith(("=", "+", "-", "@"))


def test_the_order_of_parts_their_form_and_case_do_not_matter() -> None:
    assert combination(["ＡB", " c "]).parts == combination(["C", "ab"]).parts
    assert written_parts(combination(["a+b", "c\\", "*"]).text) == ["a+b", "c\\", "*"]


def test_rows_about_the_same_are_merged() -> None:
    rules = RuleList()
    rules.add(combination(["a", "b"]), "group", [(B, None)])
    rules.add(combination(["b", "a"]), "direct", [(A, None)], theme="x")
    rules.add(combination(["a", "b"]), "group")
    lines = rules.output("t", Report()).text.splitlines()
    assert lines[2:] == ["a+b,block,,,2020-01-01,,x"]


def test_spells_that_touch_are_one_and_a_spell_lasts_a_day() -> None:
    assert united([(B, C), (None, A), (A, B)]) == [(None, C)]
    assert united([(A, B), (C, None)]) == [(A, B), (C, None)]
    rules = RuleList()
    rules.add(combination(["a"]), spells=[(A, A)])
    assert "2020-01-01,2020-01-02" in rules.output("t", Report()).text


@pytest.mark.parametrize(
    ("first", "last", "spells"),
    [
        ("add", "last_seen", [(A, None)]),
        ("add", "del", [(A, B)]),
        ("first_seen", "del", [(None, B)]),
        ("first_seen", "last_seen", []),
        ("del", "add", [(None, A), (B, None)]),
        ("del", "del", [(None, B)]),
    ],
)
def test_first_and_last_events_tell_spells(first: str, last: str, spells: list[object]) -> None:
    row = {"first event": first, "first date": "2020-01-01", "last event": last, "last date": "2020-02-01"}
    assert spells_of(row, read_date) == spells


def test_scope_from_flags_and_from_two_columns() -> None:
    assert scope_of({"is group": "1"}) == "group"
    assert scope_of({"is group": "0"}) == "direct"
    assert scope_of({"in group": "Blocked", "in direct": "Not blocked"}) == "group"
    assert scope_of({"in group": "Blocked", "in direct": "Blocked"}) == ""
    with pytest.raises(Unfit):
        scope_of({"in group": "Not blocked", "in direct": ""})


def test_parts_of_a_combo_may_be_separated_by_spaces(tmp_path: Path) -> None:
    from sim.importers.combinations import splitter

    path = tmp_path / "list.csv"
    path.write_text("keyword,keyword type\na b,combo\na b,phrase\na+c d,combo\n", encoding="utf-8")
    output = read_list(path, Options(), splitter(Options())).outputs[0].text
    assert [line.split(",")[0] for line in output.splitlines()[2:]] == ["a+b", "a b", "a+c d"]


def test_wildcards(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("*foo*\nb?r\nb**z\na+b\\c\n*\n", encoding="utf-8")
    imported = read_wildcards([path], Options())
    assert [line.split(",")[0] for line in imported.outputs[0].text.splitlines()[2:]] == ["foo", "b*r", "b*z", "a\\+b\\\\c"]
    assert imported.report.skipped["nothing to look for"].rows == 1
    assert [note.rpartition(" ")[2] for note in imported.report.notes] == ["1.", "3."]


def day(number: int) -> datetime:
    return datetime(2020, 1, number)


def test_a_history_has_births_and_deaths() -> None:
    told = history([Change(day(2), ["b"], ["a"]), Change(day(5), ["a"], ["b"])], ["a"], day(9))
    assert told.spells == {"a": [(None, date(2020, 1, 2)), (date(2020, 1, 5), None)], "b": [(date(2020, 1, 2), date(2020, 1, 5))]}
    assert sorted(told.lifetimes) == [(3.0, True), (4.0, False)]
    assert (told.births, told.deaths, told.odd) == (2, 2, 0)


def test_swaps_are_neither_births_nor_deaths() -> None:
    swapped = [Change(day(2), ["b"], ["a"], bulk=True), Change(day(3), ["a"], ["b"], bulk=True)]
    told = history(swapped, ["a"], day(9))
    assert told.spells == {"a": [(None, None)], "b": [(None, None)]}
    assert (told.births, told.deaths, told.lifetimes) == (0, 0, [])


def test_lifetimes_by_kaplan_and_meier() -> None:
    """Deaths at 1, 3 and 4 days, one last seen at 2: 4/5, then 4/5 x 2/3 and x 1/2 are there, so that half are gone at 4 days."""
    seen = [(1.0, True), (2.0, False), (2.0, False), (3.0, True), (4.0, False)]
    assert gone_after(seen, 1) == pytest.approx(1 / 5)
    assert gone_after(seen, 3) == pytest.approx(1 - 4 / 5 * 1 / 2)
    assert quantile(seen, 0.5) == 3.0
    assert quantile(seen, 0.7) is None
    assert quantile([(float(days), True) for days in range(1, 101)], 0.5) == 50.0


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("||example.com", Filter("example.com")),
        ("||example.com^", Filter("example.com")),
        ("|http://a.Example.org/", Filter("a.example.org")),
        ("https://*.example.org/*", Filter("example.org")),
        (".example.net", Filter("example.net")),
        ("@@||ok.example.com", Filter("ok.example.com", excepted=True)),
        ("0.0.0.0 hosts.example  # ads", Filter("hosts.example")),
        ("例子.example", Filter("xn--fsqu00a.example")),
        ("||example.com/path", "part of a site (a path)"),
        ("|https://example.com:8080", "part of a site (a port)"),
        ("/^https?:/", "regular expression"),
        ("||a.example^$third-party", "filter with conditions ($)"),
        ("a.example##.ad", "filter on parts of a page"),
        ("! a.example", "comment"),
        ("[AutoProxy 0.2.9]", "comment"),
        ("freedom", "no domain"),
        ("q=a.b", "no domain"),
        ("a..example", "no domain"),
        ("mast*.example", "* within a name"),
        ("192.0.2.1", "address instead of a name"),
        ("", "empty"),
    ],
)
def test_filters(line: str, found: Filter | str) -> None:
    if isinstance(found, Filter):
        assert read_filter(line) == found
    else:
        with pytest.raises(Unfit) as refused:
            read_filter(line)
        assert str(refused.value) == found


def test_terms_are_masked() -> None:
    assert masked("secret word that is long") == "s•••••••"
    assert masked("a\x1b", show=True) == "a\\x1b"
    assert masked("\x1bab") == "\\x1b••"


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UnusableFile, match="cannot be written: No space left on device"):
        write({tmp_path / "a.csv": "text"}, force=False)
    assert list(tmp_path.iterdir()) == []


OTHER = Importer("Something else.", "", ("x",), lambda paths, options: registry.importer("combinations").read(paths, options))


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.GROUP)


def test_other_packages_add_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = [
        entry("else", "tests.unit.test_import_lists:OTHER"), entry("broken", "no.such:module"),
        entry("wrong", "tests.unit.test_import_lists:A"), entry("combinations", "tests.unit.test_import_lists:OTHER"),
    ]  # fmt: skip
    monkeypatch.setattr(registry, "entry_points", lambda group: offered)
    assert registry.kinds() == [*registry.KINDS, "broken", "else", "wrong"]
    assert registry.importer("else") == OTHER
    assert registry.importer("combinations") != OTHER
    for kind, rule in (("broken", "cannot be loaded"), ("wrong", "is an Importer, and got date")):
        with pytest.raises(UnusableFile, match=rule):
            registry.importer(kind)
