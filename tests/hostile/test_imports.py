"""Files to import that are broken, or meant to harm: read, or refused in a few harmless lines, within seconds."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.importers import Imported, Options
from sim.scenario.domain_blocks import read_domain_blocks
from sim.scenario.problems import Problem
from sim.scenario.rule_list import read_rule_list
from tests.hostile import imports

KINDS = ("combinations", "wildcards", "allow-combinations", "snapshots", "domain-blocks")
SECONDS = 5.0

RANDOM = random.Random(1)
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \n\t\n\r\n" * 1000,
    "a mark only": b"\xef\xbb\xbf",
    "NUL bytes": b"\0" * 5000,
    "random": RANDOM.randbytes(100_000),
    "zip": b"PK\x03\x04" + bytes(1000),
    "gzip": b"\x1f\x8b\x08" + bytes(1000),
    "no encoding": b"a\xff\xffb\xff\n" * 100,
    "half of UTF-16": b"\xff\xfea\x00b",
    "an open quote": b'keyword,domain,date,event\n"abc,2020-01-01,add\n' + b"word,b.example,2020-01-02,del\n" * 3,
}
READ_OR_REFUSED: dict[str, bytes] = {
    "a long line": b"a" * 10_000_000,
    "a long line of spaces": b"a" + b" " * 10_000_000 + b"b",
    "a long line of stars": b"*" * 5_000_000 + b"?" * 5_000_000,
    "a long line of separators": b"+" * 10_000_000,
    "a long line of quotes": b"keyword,x\n" + b'"' * 2_000_001,
    "a long cell": b"keyword,x\nok.example,1\n" + b"b" * 10_000_000 + b",1\nc.example,2\n",
    "many columns": b"keyword," + b"x," * 400_000,
    "many strange columns": b",".join(b"x%d" % i for i in range(50_000)) + b"\n1,2\n",
    "Base64": b"QUJD" * 1_000_000,
    "Base64 with spaces": b"Q" + b" " * 5_000_000 + b"!",
    "zeros of dates": b"date,event,word\n" + b"9" * 100_000 + b",add,x.example\n",
    "control characters": b"keyword\na.example\nb\x1b[2J\nc\x00d\n\x7f\n",
    "carriage returns": b"a.example\rb.example\r" * 10_000,
    "strange dates": b"date,event,word\n0000-00-00,add,a\n9999-12-31,add,b\n9999-12-31,del,b\n31/31/2020,add,c\n",
    "dots": b"." * 1_000_000 + b"\n" + b"a." * 500_000,
}


def tried(kind: str, path: Path, options: Options | None = None) -> Imported | list[str]:
    return imports.tried(kind, path, options or Options(), SECONDS, check)


def check(imported: Imported) -> None:
    """Scenarios can read the output; the report is bounded."""
    found: list[Problem] = []
    for output in imported.outputs:
        read = read_domain_blocks if output.ending == "-domains.csv" else read_rule_list
        assert read(output.text, "output", found)
    assert found == []
    lines = imported.report.as_text().splitlines()
    assert len(lines) < 200
    assert all(line.isprintable() and len(line) < 3_000 for line in lines)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wholly_wrong_gets_one_line(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "2020-01-01.csv"
    path.write_bytes(REFUSED[name])
    refused = tried(kind, path)
    assert isinstance(refused, list)
    assert len(refused) == 1
    assert refused[0].startswith(str(path))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", READ_OR_REFUSED)
def test_bombs_are_read_or_refused_in_time(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.txt"
    path.write_bytes(READ_OR_REFUSED[name])
    tried(kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_large_files_are_refused_before_they_are_read(kind: str, tmp_path: Path) -> None:
    imports.check_refused_unread(tmp_path, lambda path: tried(kind, path))


@pytest.mark.parametrize("kind", KINDS)
def test_long_files_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("keyword,domain,date,event\n" * 11, encoding="utf-8")
    assert tried(kind, path, Options(most_rows=10)) == [f"{path}: at most 10 lines, and got 11; --max-rows raises the limit"]


@pytest.mark.parametrize("kind", KINDS)
def test_pipes_devices_and_what_is_not_there_are_not_read(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path / "none", tmp_path):
        assert isinstance(tried(kind, path), list)


def test_control_characters_are_skipped_counted_and_shown_escaped(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(b"good\n\x1b[2Jbad\nw\0rse\n\xe2\x80\xaedrow\n")
    imported = tried("combinations", path, Options(show_terms=True))
    assert isinstance(imported, Imported)
    skip = imported.report.skipped["control characters"]
    assert (skip.rows, skip.first) == (2, ["line 2: \\x1b[2Jbad", "line 3: w\\x00rse"])
    assert "\\u202edrow" in imported.report.as_text()


@pytest.mark.parametrize("sign", ["=", "@", "-", "+"])
def test_formulas_are_kept_and_written_so_that_they_are_none(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_text(f"keyword,theme\n{sign}1,{sign}2\n", encoding="utf-8")
    imported = tried("wildcards", path)
    assert isinstance(imported, Imported)
    row = imported.outputs[0].text.splitlines()[-1]
    assert not row.startswith(sign)
    assert f",'{sign}2" in row
    (entry,) = read_rule_list(imported.outputs[0].text, "", [])
    assert entry.parts == ((f"{sign}1",),)


PIECES = st.sampled_from(
    ["keyword", "word", "date", "event", "add", "del", "domain", "severity", "suspend", "2020-01-01", "1/2/2003", "07/2016", ",", "\t", ";",
     "\n", "\r\n", '"', '""', "+", "＋", " + ", "*", "?", "\\", "=", "@@", "||", "/", "$", "#", "!", "[AutoProxy]", "a.example", "习", "\0",
     "\x1b", "\ufeff", "\u2028", "\x85", "ß", "İ", " "]
) | st.text(max_size=3)  # fmt: skip
FILES = (
    st.lists(PIECES, max_size=60).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass"))
    | st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode("utf-16", "surrogatepass"))
    | st.lists(PIECES, max_size=20).map(lambda pieces: "".join(pieces).encode("gb18030", "replace"))
    | st.binary(max_size=200)
)


@settings(deadline=None, max_examples=150)
@given(content=FILES, suffix=st.sampled_from([".csv", ".txt"]))
@pytest.mark.parametrize("kind", KINDS)
def test_any_bytes_are_read_or_refused(kind: str, content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"2020-01-01{suffix}"
        path.write_bytes(content)
        tried(kind, path)


@settings(deadline=None, max_examples=100)
@given(contents=st.lists(FILES, min_size=2, max_size=4))
def test_any_files_are_read_or_refused_as_snapshots(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for day, content in enumerate(contents, 1):
            (Path(folder) / f"2020-01-{day:02}.txt").write_bytes(content)
        tried("snapshots", Path(folder))
