"""Standard output that ends early, takes nothing, or is not there: a status, at most one line, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.commands import QUICK, TINY, called, spawned
from tests.scenario_files import write

PRINTING = {
    "help": "--help",
    "list": "list",
    "schema": "schema",
    "check": "check s.yaml",
    "check as JSON": "check s.yaml --format json",
    "run": "run s.yaml --jobs 1 --worlds full --force",
    "compare": "compare results/tiny results/tiny",
    "validate": "validate thresholds --quick",
    "plot": "plot results/tiny --figure funnel --format svg",
    "new": "new another --out {out}",
    "import": "import combinations words.csv --force",
}
"""Commands that print, on what the folder holds."""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="uses POSIX pipes and devices")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, its result, and a list to import."""
    folder = tmp_path_factory.mktemp("output")
    write(folder, "keyword\nsomething\n", "words.csv")
    assert called("run", write(folder, TINY), *QUICK, "--out", folder / "results").exit_code == 0
    return folder


def said(name: str, folder: Path, tmp_path: Path, stdout: int, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command came to with this standard output, and only what it said of that."""
    arguments = PRINTING[name].format(out=tmp_path / "another.yaml").split()
    done = spawned(*arguments, cwd=folder, stdout=stdout, env={"PYTHONUNBUFFERED": "", **environment})
    done.stderr = "".join(line for line in done.stderr.splitlines(keepends=True) if not line.startswith("tiny: "))
    return done


@contextmanager
def a_closed_pipe() -> Iterator[int]:
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@pytest.mark.parametrize("name", ["help", "list", "schema", "check", "run", "compare", "validate", "plot"])
def test_a_pipe_that_is_closed_ends_a_command_quietly(name: str, folder: Path, tmp_path: Path) -> None:
    with a_closed_pipe() as pipe:
        done = said(name, folder, tmp_path, pipe)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
@pytest.mark.parametrize("name", ["help", "check as JSON", "run", "plot", "new", "import"])
def test_a_full_device_is_said_in_one_line(name: str, folder: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as device:
        done = said(name, folder, tmp_path, device.fileno())
    assert (done.returncode, done.stderr) == (1, "standard output: cannot be written: No space left on device\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_full_device_is_said_where_output_is_not_buffered(folder: Path, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as device:
        done = said("check", folder, tmp_path, device.fileno(), PYTHONUNBUFFERED="1")
    assert (done.returncode, done.stderr) == (1, "standard output: cannot be written: No space left on device\n")


@pytest.mark.parametrize("name", ["run"])
@pytest.mark.parametrize("redirection", [">&- 2>&-", ">/dev/full 2>&1"])
def test_standard_streams_that_are_closed_or_full_break_nothing(name: str, redirection: str, folder: Path) -> None:
    command = f"{sys.executable} -m sim {PRINTING[name]} {redirection}"
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in ((0, 1) if "full" in redirection else (0,))
    assert done.stderr == "" or name == "run"
    assert "Traceback" not in done.stdout + done.stderr
