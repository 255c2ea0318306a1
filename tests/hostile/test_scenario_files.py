"""Files that are meant to harm, or that nobody meant: refused within a second, in a few harmless lines, with status 2."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, load
from tests.scenario_files import BASE, problems, write

SECOND = 1.0
PATIENCE = 5.0
"""A machine that does other things may take this much longer than a second of its own."""

BOMBS: dict[str, str | bytes] = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "merge keys": "".join(f"k{i}: &k{i}\n" + "".join(f"  <<: *k{i - 1}\n" for _ in range(9 if i else 0)) for i in range(30)),
    "brackets": "[" * 100_000,
    "braces": "{a: " * 100_000,
    "braces in lines": "{\n" * 100_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "steps": "".join(" " * i + "a:\n" for i in range(600)),
    "keys": "".join(f"k{i}: 1\n" for i in range(40_000)),
    "unknown keys": BASE + "".join(f"k{i}: 1\n" for i in range(9_000)),
    "near keys": BASE + "".join(f"horizo{i}: 1\n" for i in range(9_000)),
    "twice": BASE + "seed: 1\n" * 9_000,
    "items": "[" + "a," * 100_000 + "]",
    "a long key": BASE + "x" * 300_000 + ": 1\n",
    "words": "title: " + "x " * 190_000,
    "comments": "# x\n" * 90_000,
    "empty lines": "\n" * 390_000,
    "too many bytes": "#" * 2_000_000,
    "digits": BASE + "represents: " + "1" * 20_000,
    "quoted digits": BASE.replace("10 d", "1" * 20_000 + " d"),
    "an endless number": BASE + "represents: 1e" + "9" * 60,
    "interests": BASE.replace("size: 100", "size: 100, interests: {" + ", ".join(f"k{i}: 1" for i in range(9_000)) + "}"),
    "stances": BASE.replace("size: 100", "size: 100, stances: {" + ", ".join(f"k{i}: {{median: 4}}" for i in range(4_000)) + "}"),
    "evidence": BASE + "evidence:\n" + "".join(f'  "*.*.*.*.*.k{i}": {{source: a}}\n' for i in range(4_000)),
    "copies": BASE.replace("platforms:", "".join(f"  g{i}: {{like: people}}\n" for i in range(4_000)) + "platforms:"),
    "copies of much": BASE.replace("size: 100", "size: 100, interests: {" + ", ".join(f"k{i}: 1" for i in range(5_000)) + "}").replace(
        "platforms:", "".join(f"  g{i}: {{like: people}}\n" for i in range(190)) + "platforms:"
    ),
    "events": BASE + "timeline:\n" + "  - {at: 1 d, set: {voice.cost: -1}}\n" * 900,
    "python": "a: !!python/object/apply:os.system ['echo harm']\n",
    "version": "%YAML 1." + "9" * 5_000 + "\n---\na: 1\n",
    "an escape": 'a: "\\UFFFFFFFF"\n',
    "terminal codes": BASE + 'title: "\\e]0;harm\\a\\e[2J"\n',
    "NUL": BASE.encode() + b"\0",
    "machine code": bytes(random.Random(1).randbytes(50_000)),
    "UTF-16": BASE.encode("utf-16"),
    "Latin": b"title: " + "Häme".encode("latin-1"),
    "nothing": b"",
}  # fmt: skip


def timed(folder: Path, text: str | bytes, overrides: tuple[str, ...] = ()) -> list[str]:
    """The problems of a text, which are found in good time and can be printed."""
    start = time.process_time()
    found = problems(folder, text, overrides)
    assert time.process_time() - start < SECOND
    assert found
    assert len(found) <= 101
    assert all(line.isprintable() and len(line) < 1_000 for line in found)
    return found


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_time(name: str, tmp_path: Path) -> None:
    timed(tmp_path, BOMBS[name])


@pytest.mark.parametrize(
    "name", ["aliases", "merge keys", "brackets", "python", "NUL", "machine code", "UTF-16", "nothing", "Latin", "copies of much"]
)
def test_what_is_wholly_wrong_gets_one_line(name: str, tmp_path: Path) -> None:
    assert len(timed(tmp_path, BOMBS[name])) == 1


@pytest.mark.parametrize(
    "override",
    [
        "seed=" + "[" * 100_000, "a." * 50_000 + "b=1", "=", "", ".=1", "seed=\udcff", "\udcff=1", "seed=\x1b[2J", "groups=",
        "hour_profile.99999999999=1",
    ],
)  # fmt: skip
def test_hostile_overrides_are_refused_in_time(override: str, tmp_path: Path) -> None:
    timed(tmp_path, BASE, (override,))


def test_a_long_chain_of_large_files_is_refused_in_time(tmp_path: Path) -> None:
    for i in range(10):
        write(tmp_path, f"extends: c{i + 1}.yaml\n" + "".join(f"k{j}: 1\n" for j in range(9_000)), f"c{i}.yaml")
    timed(tmp_path, "extends: c0.yaml\n")


def test_devices_and_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/stdin")):
        with pytest.raises(ScenarioError):
            load(path)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_damaged_file_is_refused_or_loads(data: st.DataObject) -> None:
    """Whatever is cut out of a scenario, or put into it, is a `ScenarioError` or a scenario: never another exception."""
    start = data.draw(st.integers(0, len(BASE)))
    end = data.draw(st.integers(start, min(len(BASE), start + 30)))
    middle = data.draw(
        st.sampled_from(["", "null", "[]", "{}", "- ", ": ", "&a ", "*a", "!x ", "'", '"', "\n", "\t", "1e3", "{a: ", "[", "? "])
        | st.text(max_size=5)
    )
    with tempfile.TemporaryDirectory() as folder:
        found = problems(Path(folder), (BASE[:start] + middle + BASE[end:]).encode("utf-8", "surrogatepass"))
    assert all(line.isprintable() for line in found)


@pytest.mark.parametrize("name", ["aliases", "merge keys", "keys", "near keys", "nothing", "machine code", "copies of much"])
def test_the_command_refuses_with_status_2_and_no_traceback(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, BOMBS[name])
    done = subprocess.run(
        [sys.executable, "-m", "sim", "check", str(path)], capture_output=True, text=True, timeout=SECOND * PATIENCE, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
