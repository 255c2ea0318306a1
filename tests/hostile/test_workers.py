"""Interrupts, few and many workers, and processes that are forked or spawned: the same tables, and nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from tests.hostile.commands import TINY, called
from tests.scenario_files import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals and processes")

TABLES = ("measures.parquet", "series.parquet", "measures.csv", "summary.csv", "attribution.csv", "scenario.yaml")
"""What is the same byte for byte."""
FEW = ("--worlds", "free,full", "--quiet", "-n", "8")
MANY = ("--worlds", "free,full", "--quiet", "-n", "40")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of one worker that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    assert called("run", write(folder, TINY), *FEW, "--jobs", 1, "--out", folder).exit_code == 0
    return folder / "tiny"


def check_same(place: Path, whole: Path) -> None:
    for name in TABLES:
        assert (place / name).read_bytes() == (whole / name).read_bytes(), name


SCRIPT = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import sim
import sim.experiment.task, sim.measures.series, sim.measures.table, sim.model.world, sim.scenario.schema

if __name__ == "__main__":
    start, workers, scenario, out = sys.argv[1:]
    with ProcessPoolExecutor(int(workers), get_context(start)) as executor:
        sim.run(sim.load(scenario), replications=8, worlds="free,full", executor=executor, jobs=64, out=out)
"""


@pytest.mark.parametrize(("start", "workers"), [("fork", 64), ("spawn", 2)])
def test_executors_of_any_kind(start: str, workers: int, whole: Path, tmp_path: Path) -> None:
    script = write(tmp_path, SCRIPT, "script.py")
    command = [sys.executable, script, start, str(workers), write(tmp_path, TINY), tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_same(tmp_path / "tiny", whole)


START = """
import multiprocessing, runpy, sys

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv.pop(1))
    runpy.run_module("sim", run_name="__main__")
"""


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_python_m_sim_with_each_start_method(start: str, whole: Path, tmp_path: Path) -> None:
    script = write(tmp_path, START, "start.py")
    command = [sys.executable, script, start, "run", write(tmp_path, TINY), *FEW, "--jobs", "2", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    check_same(tmp_path / "tiny", whole)


SIGNALS = {
    "Ctrl-C": [signal.SIGINT],
    "Ctrl-C twice": [signal.SIGINT, signal.SIGINT],
    "SIGTERM, then Ctrl-C": [signal.SIGTERM, signal.SIGINT],
}
SLOW = TINY.replace("size: 20", "size: 1000")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that takes some seconds, and its result."""
    folder = tmp_path_factory.mktemp("slow")
    assert called("run", write(folder, SLOW), *MANY, "--jobs", 1, "--out", folder, seconds=60).exit_code == 0
    return folder


@pytest.mark.parametrize(("name", "jobs"), [("Ctrl-C", 1), ("Ctrl-C twice", 2), ("SIGTERM, then Ctrl-C", 1)])
def test_what_finished_before_an_interrupt_is_kept(name: str, jobs: int, slow: Path, tmp_path: Path) -> None:
    """The signals go to all processes, as those of a terminal do."""
    arguments = ["run", str(slow / "s.yaml"), *MANY, "--jobs", str(jobs), "--out", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-m", "sim", *arguments], stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            wait_for(tmp_path / "tiny.partial" / "journal" / "finished.jsonl", process)
            for number in SIGNALS[name]:
                os.killpg(process.pid, number)
            _, errors = process.communicate(timeout=60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 130
    assert errors.startswith("Interrupted: "), errors
    assert errors.endswith(f" of 80 runs had finished; they are in {tmp_path / 'tiny.partial'}, and --resume continues from there\n")
    assert sim.read(tmp_path / "tiny.partial").count("done") > 0
    assert called(*arguments[:-4], "--jobs", 1, "--out", tmp_path, "--resume", seconds=60).exit_code == 0
    check_same(tmp_path / "tiny", slow / "tiny")


def wait_for(log: Path, process: subprocess.Popen[str]) -> None:
    """Until a log has a line, which is whole."""
    started = time.monotonic()
    while not (log.exists() and log.stat().st_size):
        assert process.poll() is None
        assert time.monotonic() - started < 60
        time.sleep(0.005)


@pytest.mark.parametrize("moment", [0.15, 0.2, 0.3, 0.5])
def test_a_signal_while_the_program_starts_ends_it_without_a_traceback(moment: float, tmp_path: Path) -> None:
    """From the moment that the command is called. Before that, the signal ends the process; and where a library runs code of its own
    when it is imported, Python ends as if killed by Ctrl-C, which a shell shows as 130 too."""
    command = [sys.executable, "-m", "sim", "run", write(tmp_path, SLOW), *MANY, "--jobs", "1", "--out", tmp_path]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGTERM, -signal.SIGINT), errors
    assert "Traceback" not in errors
