"""YAML files: strict, and every problem with its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load
from tests.scenario_files import BASE, LINES, loaded, problem, problems, write


def test_a_scenario_loads_from_a_text_or_path(tmp_path: Path) -> None:
    path = write(tmp_path, BASE)
    assert load(str(path)) == load(path)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    assert problems(tmp_path, b"\xef\xbb\xbf" + BASE.encode()) == []


def test_country_codes_are_texts(tmp_path: Path) -> None:
    text = BASE.replace("  here: {}", "  no: {}").replace("registered_in: here, resides_in: here", "registered_in: no, resides_in: no")
    assert loaded(tmp_path, text).groups["people"].registered_in == "no"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "s.yaml:1:1: a scenario is a mapping of keys to values, and got an empty file"),
        ("# nothing\n", "s.yaml:2:1: a scenario is a mapping of keys to values, and got an empty file"),
        ("- 1\n", "s.yaml:1:1: a scenario is a mapping of keys to values, and got something else"),
        ("a: 1\n---\nb: 1\n", "s.yaml:2:1: one YAML document, and got several (a line --- begins another)"),
        ("a: &x 1\n", "s.yaml:1:4: a: no anchors and aliases (use extends or like), and got '&x'"),
        ("a: *x\n", "s.yaml:1:4: a: no anchors and aliases (use extends or like), and got '*x'"),
        ("a:\n  <<: {b: 1}\n", "s.yaml:2:3: a: no merge keys (use extends or like), and got '<<'"),
        ("a: !!python/name:os.system x\n", "s.yaml:1:4: a: no tags, and got 'tag:yaml.org,2002:python/name:os.system'"),
        ("a: !x 1\n", "s.yaml:1:4: a: no tags, and got '!x'"),
        ("? [a]\n: 1\n", "s.yaml:1:3: a text as key, and got a list or a mapping"),
        (
            "a:\n\tb: 1\n",
            "s.yaml:2:1: YAML that can be read, and got: found character '\\t' that cannot start any token (while scanning for "
            "the next token)",
        ),
        ("a: \x1b[31m\n", "s.yaml:1:4: a text without control characters, and got '\\x1b'"),
        (b"a: 1\nb: \xff\n", "s.yaml:2:4: a text file in UTF-8, and got the byte 0xff"),
        (b"a: 1\nb\0", "s.yaml:2:1: a text file, and got a binary one (it holds NUL bytes)"),
        ("a: 1".encode("utf-16"), "s.yaml:1:1: a text file in UTF-8, and got UTF-16"),
        ('a: "\\UFFFFFFFF"\n', "s.yaml:1:1: YAML that can be read, and got an escape or a number that stands for nothing"),
    ],
)
def test_what_is_no_scenario_gets_one_line(tmp_path: Path, text: str | bytes, line: str) -> None:
    assert problem(tmp_path, text) == line


def test_files_that_cannot_be_read_get_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    cases = {
        tmp_path: "a scenario is a file, and got a folder",
        tmp_path / "pipe": "a scenario is a file, and got something else",
        tmp_path / "none.yaml": "a file that exists, and got none of this name",
        tmp_path / "a\0b": "a file that can be read, and got: embedded null byte",
    }
    for path, text in cases.items():
        with pytest.raises(ScenarioError) as error:
            load(path)
        (line,) = error.value.problems
        assert line.endswith(f": {text}")
        assert "\0" not in line


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("seed: 1\nseed: 2\n", f"s.yaml:{LINES + 2}:1: seed: a key is given once, and got it again (the first is on line {LINES + 1})"),
        ("seed: .nan\n", f"s.yaml:{LINES + 1}:1: seed: a finite number, and got '.nan'"),
        ("seed: 012\n", f"s.yaml:{LINES + 1}:1: seed: a number without leading zeros (or in quotes, if a text is meant), and got '012'"),
        ("1: 2\n", f"s.yaml:{LINES + 1}:1: a text as key (in quotes, if it is meant), and got '1'"),
        ("true: 2\n", f"s.yaml:{LINES + 1}:1: a text as key (in quotes, if it is meant), and got 'true'"),
        ('title: "\\e[31m"\n', f"s.yaml:{LINES + 1}:1: title: a text without control characters, and got '\\x1b[31m'"),
        ('title: "\\ud800"\n', f"s.yaml:{LINES + 1}:1: title: a text without control characters, and got '\\ud800'"),
    ],
)
def test_a_refused_value_gets_one_line(tmp_path: Path, added: str, line: str) -> None:
    assert problem(tmp_path, BASE + added) == line


def test_a_refused_value_hides_no_other_problem(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE + "seed: .nan\nhorizno: 1 d\ntimeline: [{at: 1 d, withdraw: caht}]\n")
    assert [line.split(": ")[1] for line in found] == ["seed", "horizno", "timeline.0.withdraw"]
