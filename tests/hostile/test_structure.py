"""Files that are meant to harm, or that nobody meant: refused within a second, in a few harmless lines, with status 2."""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import ScenarioError, load
from tests.hostile.commands import check_said, spawned
from tests.scenario_files import BASE, problems, write

SECOND = 1.0
MEMORY = 400_000_000
"""Bytes."""

BOMBS: dict[str, str | bytes] = {
    "empty": b"",
    "white space": " \n\n",
    "scalar": "42\n",
    "text": "hello\n",
    "list": "- 1\n- 2\n",
    "two documents": BASE + "---\n" + BASE,
    "an end and more": BASE + "...\nseed: 1\n",
    "byte-order mark alone": b"\xef\xbb\xbf",
    "byte-order mark within": BASE.encode() + b"\xef\xbb\xbftitle: x\n",
    "invalid UTF-8": BASE.encode() + b"title: \xff\xfe\n",
    "overlong UTF-8": BASE.encode() + b"title: \xc0\xaf\n",
    "500 levels": BASE + "title: " + "[" * 500 + "]" * 500,
    "500 levels of mappings": BASE + "title: " + "{a: " * 500 + "1" + "}" * 500,
    "100,000 levels": BASE + "title: " + "[" * 100_000 + "]" * 100_000,
    "alias bomb": "a: &a [" + ", ".join(["x"] * 9) + "]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")
    ),
    "self-reference": "a: &a [*a]\n",
    "self-reference in a mapping": "&a {a: *a}\n",
    "extends itself": "extends: s.yaml\n",
    "extends a folder": "extends: .\n",
    "extends a device": "extends: /dev/zero\n",
    "extends itself by another way": "extends: ../../../../../../../../../../../../../../proc/self/cwd/s.yaml\n",
    "2 MB list": "topics: [" + "a, " * 700_000 + "]\n",
    "10 MB string": "title: " + "x" * 10_000_000 + "\n",
    "10 MB string in quotes": 'title: "' + "x" * 10_000_000 + '"\n',
    "10 MB string in a block": "title: |\n" + "  x\n" * 2_500_000,
    "python tag": "a: !!python/object/new:os.system [echo harm]\n",
    "python name": "a: !!python/name:os.system\n",
    "python tag in words": "a: !<tag:yaml.org,2002:python/object/apply:os.system> [echo harm]\n",
    "binary": "a: !!binary aGFybQ==\n",
    "set": "a: !!set {x, y}\n",
    "tag directive": "%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os.system\n",
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


WHOLLY_WRONG = (
    "aliases", "merge keys", "brackets", "python", "NUL", "machine code", "UTF-16", "empty", "scalar", "list", "two documents",
    "invalid UTF-8", "500 levels", "100,000 levels", "alias bomb", "self-reference", "2 MB list", "10 MB string", "python tag",
    "Latin", "copies of much",
)  # fmt: skip
"""What gets one line."""


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_time_and_what_is_wholly_wrong_in_one_line(name: str, tmp_path: Path) -> None:
    found = timed(tmp_path, BOMBS[name])
    assert len(found) == 1 or name not in WHOLLY_WRONG


def test_what_is_wholly_wrong_is_among_them() -> None:
    assert set(WHOLLY_WRONG) <= BOMBS.keys()


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


def limited() -> None:
    """At most so much memory of its own, and processor time."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


@pytest.mark.skipif(os.name == "nt", reason="sets POSIX limits")
def test_the_command_refuses_all_at_once_within_memory(tmp_path: Path) -> None:
    """One process takes them one after the other."""
    paths = [write(tmp_path, text, f"{at}.yaml") for at, text in enumerate(BOMBS.values())]
    done = spawned("check", *paths, preexec_fn=limited)
    assert (done.returncode, done.stdout) == (2, "")
    check_said(done.stderr, most=len(paths) * 101)
    for path, name in zip(paths, BOMBS, strict=True):
        assert any(line.startswith(f"{path}:") for line in done.stderr.splitlines()), name
