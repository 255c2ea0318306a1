"""chillsim compare"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from tests.cli.conftest import Call


def test_a_comparison_reads_without_the_code(call: Call, results: tuple[str, str]) -> None:
    done = call("compare", *results)
    assert done.exit_code == 0
    assert "A  Option a (a) - the baseline" in done.stdout
    assert "Paired replications: 4" in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("share of voice heard"))
    assert "%" in line
    assert "higher, better" in line


def test_formats(call: Call, results: tuple[str, str]) -> None:
    assert call("compare", *results, "--format", "csv").stdout.startswith("measure,split,level,baseline,option")
    assert json.loads(call("compare", *results, "--format", "json").stdout)["options"] == ["b"]
    assert "| share of voice heard |" in call("compare", *results, "--format", "markdown").stdout


def test_a_file_is_written_in_the_format_of_its_name(call: Call, results: tuple[str, str]) -> None:
    for name, start in (("x.md", "Baseline: "), ("x.csv", "measure,"), ("x.json", "{"), ("x.txt", "A  Option a")):
        done = call("compare", *results, "--out", name)
        assert (done.exit_code, done.output) == (0, "")
        assert Path(name).read_text(encoding="utf-8").startswith(start)
    assert "\x1b" not in Path("x.txt").read_text(encoding="utf-8")


def test_the_choice_of_baseline_measures_and_split(call: Call, results: tuple[str, str]) -> None:
    done = call("compare", *results, "--baseline", "results/b", "--measures", "heard_share, seen", "--split", "group", "--format", "csv")
    lines = done.stdout.splitlines()[1:]
    assert len(lines) == 18
    assert {line.split(",")[3] for line in lines} == {"b"}
    assert {line.split(",")[0] for line in lines} == {"heard_share", "seen"}


def test_two_copies_of_a_result_do_not_differ(call: Call, results: tuple[str, str]) -> None:
    done = call("compare", results[0], results[0])
    assert "a (2)" in done.stdout
    assert "better" not in done.stdout
    assert "worse" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["results/a"], "a comparison needs two results or more"),
        (["results/a", "results/none"], "results/none: no such folder"),
        (["results/a", "results"], "results: not a result folder: it holds no manifest.json"),
        (["results/a", "results/b", "--world", "fear"], "a: has no world 'fear'"),
        (["results/a", "results/b", "--measures", "herd_share"], "no result has a measure 'herd_share'; did you mean 'heard_share'?"),
        (["results/a", "results/b", "--out", "none/x.csv"], "none/x.csv: cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(call: Call, results: tuple[str, str], arguments: list[str], message: str) -> None:
    done = call("compare", *arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(message)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_an_encoding_that_lacks_characters_is_no_hindrance(results: tuple[str, str], encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(Path(sim.__file__).parents[1])}
    command = [sys.executable, "-m", "sim", "compare", *reversed(results)]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "[-" in done.stdout
