"""Chats, messages and scores that are broken, or meant to harm: read, or refused in a few harmless lines, within seconds."""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.importers import Imported, Options
from sim.importers.registry import importer
from sim.scenario.problems import Problem
from sim.scenario.score_curves import read_score_curves
from sim.scenario.traffic import read_traffic
from tests.hostile import imports
from tests.unit.chats import ANDROID, IOS, discord, posted, said, telegram

KINDS = ("chat", "trace", "scores")
SECONDS = 8.0
HARM = "\x1b\x00\u202e=cmd|' /C calc'!A0\ud800\n@x"
WELL = telegram([said(1, 0, "ann"), said(2, 1, "bob", reply_to=1)])

REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "NUL bytes": b"\0" * 5000,
    "random": random.Random(1).randbytes(100_000),
    "zip": b"PK\x03\x04" + bytes(1000),
    "no encoding": b"a\xff\xffb\xff\n" * 100,
    "prose": b"nothing of interest\n" * 1000,
    "JSON of another kind": b'{"a": {"messages": []}}',
    "a list": b"[1, 2, 3]",
    "brackets": b"[" * 200_000,
    "braces": b'{"messages":' * 100_000,
    "many digits": b'{"messages": [' + b"1" * 10_000 + b"]}",
    "cut off": WELL.encode()[:-30],
    "no messages": b'{"name": "x", "messages": []}',
    "messages of no kind": b'{"name": "x", "messages": [[], 1, null, "a", {}, {"type": "message"}]}',
    "a header only": b"time,author,score,label\n",
    "an open quote": b'time,author,score,label\n1,"a,1,1\n' + b"2,b,0,0\n" * 3,
}
READ_OR_REFUSED: dict[str, bytes] = {
    "a long line": b"1" * 5_000_000,
    "a long stamp": b"1/1/20, 9:15 - " + b"a" * 5_000_000 + b": x\n",
    "spaces after a date": b"1/1/20" + b" " * 5_000_000 + b"9:15 - a: b\n",
    "stamps only": b"1/1/20, 9:15 - \n" * 20_000,
    "many lines of one message": b"1/1/20, 9:15 - a: b\n" + b"c\n" * 500_000,
    "colons": b"1/1/20, 9:15 - " + b":" * 1_000_000,
    "many authors": b"time,author,room\n" + b"".join(b"%d,a%d,r%d\n" % (n, n, n) for n in range(30_000)),
    "many groups": b"score,label,group\n" + b"".join(b"%d,%d,g%d\n" % (n, n % 2, n) for n in range(30_000)),
    "many labels": b"score,label\n" + b"".join(b"%d,l%d\n" % (n, n) for n in range(30_000)),
    "groups of one name": b"score,label,group\n" + b"".join(b"%d,%d,%s\n" % (n, n % 2, b"." * n) for n in range(900)),
    "infinite scores": b"score,label\ninf,1\nnan,0\n1e999,1\n-1,0\n2,1\n",
    "strange times": b"time,author\n0001-01-01,a\n9999-12-31,b\n2020-01-01,c\n1e300,d\n2020-01-01T00:00:00+23:59,e\n",
    "control characters": f"time,author,room,text\n1,a{HARM!r},b,c\n".encode(),
    "formulas": b"time,author,room,text\n1,=1+1,+2,@SUM(A1)\n2,-x,=y,\t=z\n",
    "carriage returns": b"time,author\r1,a\r2,b\r",
}


def options(kind: str, **own: object) -> Options:
    return Options(own={**{option.name: () if option.many else option.default for option in importer(kind).options}, **own})


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def tried(kind: str, path: Path) -> Imported | list[str]:
    keep = {"keep_text": True, "keep_names": True, "trace": True} if kind == "chat" else {"keep_text": True, "keep_names": True}
    return imports.tried(kind, path, options(kind, **(keep if kind != "scores" else {})), SECONDS, check)


def check(imported: Imported) -> None:
    """Scenarios can read the outputs, which no spreadsheet takes for programs; the report is bounded and harmless."""
    found: list[Problem] = []
    for output in imported.outputs:
        output.text.encode()
        if output.ending == "-trace.csv":
            assert read_traffic(output.text, "output", found) is not None
            cells = [cell for row in csv.reader(io.StringIO(output.text)) for cell in row]
            assert not any(cell.startswith(("=", "+", "@", "-")) for cell in cells if not is_number(cell))
        elif output.ending == "-scores.csv":
            assert read_score_curves(output.text, "output", found)
        else:
            assert "platforms" in yaml.safe_load(output.text)
    assert found == []
    lines = imported.report.as_text().splitlines()
    assert len(lines) < 250
    assert all(line.isprintable() and len(line) < 2_000 for line in lines)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(REFUSED[name])
    result = tried(kind, path)
    assert isinstance(result, list)
    assert len(result) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", READ_OR_REFUSED)
def test_what_is_strange_does_no_harm(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(READ_OR_REFUSED[name])
    tried(kind, path)


@pytest.mark.parametrize("kind", KINDS)
def test_large_files_are_refused_unread(kind: str, tmp_path: Path) -> None:
    imports.check_refused_unread(tmp_path, lambda path: tried(kind, path))


def test_harmful_names_and_texts_are_made_harmless(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for text in (telegram([said(1, 0, HARM, HARM)], HARM), discord([posted(1, 0, HARM, HARM)], HARM)):
        path.write_text(json.dumps(json.loads(text)), encoding="utf-8")
        result = tried("chat", path)
        assert isinstance(result, Imported)
        assert "'=cmd" in result.outputs[1].text


WHATSAPP = st.sampled_from([ANDROID, IOS]).flatmap(lambda text: st.integers(0, len(text)).map(lambda at: text[:at] + text[at + 3 :]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            [
                "messages", "type", "date", "from", "from_id", "text", "id", "reply_to_message_id", "channel", "author", "timestamp",
                "content", "reference", "messageId", "chats", "list", "name", "isBot", "date_unixtime",
            ]
        ),
        inner | st.sampled_from(["message", "Default", "Reply", "2020-04-30T10:00:00", "1588266300"]),
        max_size=8,
    ),
    max_leaves=30,
)  # fmt: skip
TABLES = st.lists(
    st.lists(
        st.sampled_from(["1", "2020-01-01", "a", "", "-0.5", '"', "1/2/20 9:15", "x,y"]) | st.text(max_size=8), min_size=4, max_size=6
    ),
    max_size=8,
).map(lambda rows: "\n".join(["time,author,score,label", *(",".join(row) for row in rows)]))


@settings(max_examples=150, deadline=None)
@given(text=WHATSAPP | JSON.map(json.dumps) | TABLES | st.text(max_size=300))
def test_anything_at_all_is_read_or_refused(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.txt"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        for kind in KINDS:
            tried(kind, path)
