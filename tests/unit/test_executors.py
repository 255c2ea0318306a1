"""Any executor, and any number of workers, gives the same tables; no worker outlives what it works for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sim
from sim.experiment.pool import WorkerExecutor, capacity
from sim.scenario import presets

TABLES = ("measures.parquet", "series.parquet", "summary.csv", "attribution.csv")


@pytest.fixture
def tiny(tmp_path: Path) -> sim.Scenario:
    path = tmp_path / "tiny.yaml"
    path.write_text(presets.text("scenarios", "minimal") + "horizon: 6 h\nreplications: 3\n", encoding="utf-8")
    return sim.load(path)


def same(one: Path, other: Path) -> bool:
    [first], [second] = one.iterdir(), other.iterdir()
    return all((first / name).read_bytes() == (second / name).read_bytes() for name in TABLES)


def test_threads_and_more_workers_than_work(tiny: sim.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hired = 0
    hire = WorkerExecutor._hire

    def counted(pool: WorkerExecutor) -> object:
        nonlocal hired
        hired += 1
        return hire(pool)

    monkeypatch.setattr(WorkerExecutor, "_hire", counted)
    sim.run(tiny, worlds="full", jobs=1, out=tmp_path / "one")
    sim.run(tiny, worlds="full", jobs=64, out=tmp_path / "many")
    assert 1 < hired <= tiny.replications
    with ThreadPoolExecutor(4) as threads:
        sim.run(tiny, worlds="full", executor=threads, out=tmp_path / "threads")
    assert hired <= tiny.replications
    assert same(tmp_path / "one", tmp_path / "many")
    assert same(tmp_path / "one", tmp_path / "threads")


def test_capacity_is_what_an_executor_tells() -> None:
    assert capacity(ThreadPoolExecutor(7)) == 7
    assert capacity(None) >= 1


ORPHANED = """
import os, sys, time
from sim.experiment.pool import WorkerExecutor
with WorkerExecutor(1) as executor:
    print(executor.submit(os.getpid).result(), flush=True)
    executor.submit(time.sleep, 60).result()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANED], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = Path("/proc", parent.stdout.readline().strip())
        time.sleep(0.2)
        assert worker.exists()
        os.kill(parent.pid, signal.SIGKILL)
    for _ in range(50):
        if not worker.exists() or worker.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the worker works on")
