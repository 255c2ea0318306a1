"""`chillsim import`: reports, files, refusals, and the figures of published lists where these are at hand."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.commands.import_ import KINDS
from sim.importers.registry import KINDS as MODULES
from sim.importers.registry import importer
from sim.scenario.combination import parse
from sim.scenario.rule_list import Entry, read_rule_list

DATA = Path(__file__).parents[3] / "shared" / "data"
LIST = "keyword,detected_on\n六四 + 真相,2020-01-02\n真相＋六四,2020-01-03\n秘密,2020-01-04\n"


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["import", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def data(*arguments: object) -> dict[str, Any]:
    result = call(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return report


def published(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"the published list {name} is not at hand")
    return DATA / name


def entries(path: str) -> list[Entry]:
    found: list[Any] = []
    read = read_rule_list(Path(path).read_text(encoding="utf-8"), path, found)
    assert found == []
    return read


@pytest.mark.parametrize("kind", MODULES)
def test_every_kind_has_a_help_with_examples(kind: str) -> None:
    result = call(kind, "--help")
    assert result.exit_code == 0
    assert f"  chillsim import {kind} " in result.output[result.output.index("Example:") :]
    assert importer(kind).summary == KINDS[kind]


def test_a_list_is_written_and_reported_with_masked_terms(workplace: Path) -> None:
    result = call("combinations", "list.csv")
    assert result.exit_code == 0
    assert "Combinations: 2\nDuplicates: 1\n" in result.stdout
    assert "In a scenario\n  rule_list: list-rules.csv\n" in result.stdout
    assert "六• + 真•" in result.stdout
    assert "真相" not in result.output
    assert (workplace / "list-rules.csv").read_text(encoding="utf-8") == (
        "# title: list.csv\ncombination,kind,of,scope,born,died,theme\n六四+真相,block,,,2020-01-02,,\n秘密,block,,,2020-01-04,,\n"
    )


def test_terms_are_shown_if_asked(workplace: Path) -> None:
    assert "六四 + 真相" in call("combinations", "list.csv", "--show-terms").stdout


def test_a_file_that_is_there_is_kept_unless_forced(workplace: Path) -> None:
    (workplace / "list-rules.csv").write_text("mine", encoding="utf-8")
    result = call("combinations", "list.csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "list-rules.csv: a new file (--force writes over it), and got one that is there\n"
    assert (workplace / "list-rules.csv").read_text(encoding="utf-8") == "mine"
    assert call("combinations", "list.csv", "--force").exit_code == 0
    assert (workplace / "list-rules.csv").read_text(encoding="utf-8") != "mine"


def test_out_names_the_file_which_is_readable_by_others_and_alone(workplace: Path) -> None:
    assert call("combinations", "list.csv", "--out", "own.csv").exit_code == 0
    assert sorted(path.name for path in workplace.iterdir()) == ["list.csv", "own.csv"]
    assert stat.S_IMODE((workplace / "own.csv").stat().st_mode) & 0o444 == 0o444


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["none.csv"], "none.csv: a file that exists, and got none of this name"),
        (["."], ".: a file, and got a folder"),
        (
            ["list.csv", "--column", "kyword"],
            "list.csv:1: no such column; did you mean 'keyword'? there is 'keyword', 'detected_on', and got",
        ),
        (["list.csv", "--where", "x"], "--where: COLUMN=VALUE, and got 'x'"),
        (["list.csv", "--encoding", "klingon"], "--encoding: the name of an encoding, such as utf-8, and got 'klingon'"),
        (["list.csv", "--encoding", "ascii"], "list.csv:2: text in ascii, and got something else at byte 20"),
        (["list.csv", "--delimiter", "no"], "--delimiter: one character, or one of comma, tab, semicolon, bar, and got 'no'"),
        (["list.csv", "--max-size", "10"], "list.csv: at most 10 bytes, and got 92 bytes; --max-size raises the limit"),
        (["list.csv", "--out", "none/x.csv"], "none/x.csv: cannot be written: No such file or directory"),
        (["list.csv", "--out", "x.txt"], "--out: a name that ends in .csv, and got x.txt"),
        (["list.csv", "--where", "detected_on=never"], "list.csv: an entry that can be used, and got none (3 left out by --where)"),
    ],
)
def test_refusals_are_one_line_with_status_2(arguments: list[str], rule: str, workplace: Path) -> None:
    result = call("combinations", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(rule)
    assert result.stderr.count("\n") == 1
    assert [path.name for path in workplace.iterdir()] == ["list.csv"]


def test_a_column_that_is_missing_is_named_with_the_nearest(workplace: Path) -> None:
    (workplace / "odd.csv").write_text("Key words used,When\na,b\n", encoding="utf-8")
    assert call("combinations", "odd.csv").stderr == (
        "odd.csv:1: a column with each combination (the nearest is 'Key words used'), and got 'Key words used', 'When'; --column names it\n"
    )


def test_all_conditions_hold(workplace: Path) -> None:
    report = data("combinations", "list.csv", "--where", "detected_on=2020-01-02", "--where", "keyword=六四 + 真相")
    assert report["combinations"] == 1
    assert report["skipped"] == [{"reason": "left out by --where", "rows": 2, "first": ["line 3: 真••••", "line 4: 秘•"]}]


def test_the_same_file_gives_the_same_output(workplace: Path) -> None:
    for name in ("a.csv", "b.csv"):
        assert call("combinations", "list.csv", "--out", name).exit_code == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_allow_rows_come_after_what_is_blocked(workplace: Path) -> None:
    Path("blocked.txt").write_text("a+b\nc\n", encoding="utf-8")
    Path("allow.csv").write_text('allow,of,count\nfine,"b + a, c",2\nodd,c,7\n', encoding="utf-8")
    report = data("allow-combinations", "allow.csv", "--blocked", "blocked.txt")
    assert report["allow_combinations"] == {"distinct": 2, "rows written": 3}
    assert report["blocked_combinations"] == {"listed": 2, "of which can be switched off": 2}
    assert report["notes"] == ["The column of numbers says another number than are named. Such rows: 1."]
    listed = entries("allow-rules.csv")
    assert [entry.allow for entry in listed] == [False, False, True, True, True]
    assert [entry.of for entry in listed[2:]] == [parse("a+b"), parse("c"), parse("c")]


def test_a_plain_list_of_allow_combinations_switches_all_off(workplace: Path) -> None:
    Path("allow.txt").write_text("fine\ngood+day\n", encoding="utf-8")
    report = data("allow-combinations", "allow.txt")
    assert report["switched_off"] == {"combinations that are switched off": 0, "allow combinations that switch all off": 2}
    assert all(entry.allow and entry.of is None for entry in entries("allow-rules.csv"))


def test_snapshots_in_a_folder(workplace: Path) -> None:
    (workplace / "lists").mkdir()
    for day, words in (("2020-01-01", "a b"), ("2020-01-11", "b c"), ("2020-01-21", "b")):
        (workplace / "lists" / f"words-{day}.txt").write_text("\n".join(words.split()) + "\n", encoding="utf-8")
    (workplace / "lists" / "README").write_text("no list", encoding="utf-8")
    report = data("snapshots", "lists")
    assert report["skipped"] == [{"reason": "file without a date in its name", "rows": 1, "first": ["README"]}]
    assert report["lifetimes"]["half gone within"] == "10.0 days"
    spells = {entry.parts: (str(entry.born), str(entry.died)) for entry in entries("lists-rules.csv")}
    assert spells == {(("a",),): ("None", "2020-01-11"), (("b",),): ("None", "None"), (("c",),): ("2020-01-11", "2020-01-21")}


def test_a_swap_of_the_list_tells_no_births_and_deaths(workplace: Path) -> None:
    rows = [f"2020-01-01,a{i}" for i in range(20)] + [f"2020-01-02,b{i}" for i in range(20)]
    Path("swap.csv").write_text("\n".join(["date,word", *rows]), encoding="utf-8")
    report = data("snapshots", "swap.csv")
    assert report["changes"] == {"moments": 1, "births": 0, "deaths": 0, "out of order": 0, "swaps": 1}
    assert report["swaps_refused_as_births_and_deaths"] == ["2020-01-02 00:00: 20 added, 20 removed"]
    assert not any(entry.dated for entry in entries("swap-rules.csv"))


def test_domain_blocks_of_mastodon(workplace: Path) -> None:
    text = (
        "#domain,#severity,#public_comment\nBad.example.,suspend,=spam\nloud.example,silence,\nfine.example,noop,\nmast*.example,suspend,\n"
    )
    Path("m.csv").write_text(text, encoding="utf-8")
    report = data("domain-blocks", "m.csv")
    assert report["severity"] == {"block": 1, "limit": 1}
    assert [skip["reason"] for skip in report["skipped"]] == ["severity noop, which blocks nothing", "* within a name"]
    assert Path("m-domains.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "domain,severity,born,died,note",
        "bad.example,block,,,'=spam",
        "loud.example,limit,,,",
    ]


PUBLISHED = {
    "wechat/wechat_2016.csv": (177, 177),
    "wechat/wechat_covid_2020-01_02.csv": (516, 505),
    "wechat/wechat_ncpc19.csv": (245, 240),
    "qqmail/qqmail_censored.txt": (173, 173),
    "tencent-translate/translator_tencent.txt": (2452, 2225),
    "livestream/livestream_livestream_keywords_05_15_09_16.csv": (2430, 2096),
}
"""Rows and distinct combinations of published lists."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_lists_are_read_whole(name: str, workplace: Path) -> None:
    report = data("combinations", published(name), "--out", "out.csv")
    assert (report["read"]["rows"], report["combinations"]) == PUBLISHED[name]
    assert report["skipped"] == []
    assert len({entry.parts for entry in entries("out.csv")}) == PUBLISHED[name][1]


def test_the_figures_of_wechat_2019_to_2020(workplace: Path) -> None:
    report = data("combinations", published("wechat/wechat_keywords_2019-10_2020-04.csv"), "--out", "out.csv")
    assert (report["read"]["rows"], report["combinations"], report["duplicates"]) == (5334, 5077, 257)
    assert {size: counts["rows"] for size, counts in report["parts"].items()} == {
        "1": 85, "2": 874, "3": 794, "4": 3448, "5": 126, "6": 7,
    }  # fmt: skip
    assert {size: counts["combinations"] for size, counts in report["parts"].items()} == {
        "1": 78, "2": 707, "3": 728, "4": 3433, "5": 124, "6": 7,
    }  # fmt: skip
    assert report["scope"] == {"group and direct": 257, "group only": 4820}
    assert report["status"] == {"blocked": 1363, "not blocked": 3971}
    assert len(entries("out.csv")) == 5077


def test_what_is_blocked_in_groups_only(workplace: Path) -> None:
    report = data("combinations", published("wechat/wechat_lxb_group_vs_1to1.csv"))
    assert report["scope"] == {"group and direct": 41, "group only": 19}


def test_the_extenuating_combinations_of_a_mail_service(workplace: Path) -> None:
    blocked = published("qqmail/qqmail_censored.txt")
    report = data("allow-combinations", published("qqmail/qqmail_extenuating.csv"), "--blocked", blocked)
    assert report["read"]["rows"] == 43
    assert report["blocked_combinations"] == {"listed": 173, "of which can be switched off": 122}
    assert (report["notes"], report["skipped"]) == ([], [])
    listed = entries("qqmail_extenuating-rules.csv")
    assert (sum(not entry.allow for entry in listed), sum(entry.allow for entry in listed)) == (173, 2237)


def test_a_published_log_of_changes(workplace: Path) -> None:
    report = data("snapshots", published("blocklist-timeline/yy_hlist_events.csv"))
    assert report["changes"]["swaps"] == 4
    assert report["swaps_refused_as_births_and_deaths"][1] == "2015-09-03 12:00: 0 added, 3,043 removed"
    assert (report["changes"]["births"], report["changes"]["deaths"]) == (1208, 236)


def test_a_log_of_changes_is_known_among_combinations(workplace: Path) -> None:
    Path("log.csv").write_text("date,event,word\n2020-01-01,add,a+b\n2020-01-03,del,a+b\n", encoding="utf-8")
    report = data("combinations", "log.csv")
    assert "This is a log of changes, and was read as `chillsim import snapshots` reads it." in report["notes"]
    (entry,) = entries("log-rules.csv")
    assert (str(entry.born), str(entry.died)) == ("2020-01-01", "2020-01-03")
    assert call("wildcards", "log.csv", "--force").stderr == (
        "log.csv: a list, and got a log of changes, which `chillsim import snapshots` reads\n"
    )
