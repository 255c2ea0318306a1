"""Runs on a real Dask cluster: a scheduler and two workers, processes of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.experiment import cluster as dask
from sim.experiment.cluster import LARGE, ClusterError, ClusterExecutor, ClusterGone, connected
from sim.experiment.execute import WORKER_DIED
from sim.experiment.manifest import versions
from sim.experiment.plan import Plan
from sim.experiment.pool import capacity
from sim.scenario import presets
from tests.unit.test_execute import PLAN, dying_at_3, dying_once, outcomes, simulated

SAME = ("measures.parquet", "summary.csv", "attribution.csv", "scenario.yaml")
ROOT = Path(__file__).parents[2]
TINY = presets.text("scenarios", "minimal") + "horizon: 6 h\nreplications: 3\n"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The scheduler file of a cluster that has two workers."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    local = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file)]
    two = ["--nworkers", "2", "--nthreads", "1", "--local-directory", str(folder)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + kind, *local, *options], env=environment, stderr=subprocess.DEVNULL
        )
        for kind, options in (("scheduler", ["--port", "0"]), ("worker", two))
    ]
    try:
        while not file.exists():
            time.sleep(0.05)
        with connected(str(file)) as executor:
            assert isinstance(executor, ClusterExecutor)
            executor._client.wait_for_workers(2, timeout=30)
        yield file
    finally:
        for process in reversed(started):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def same(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in SAME)


def test_a_run_has_the_same_tables_as_on_one_core(cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(TINY, encoding="utf-8")
    for place, option in (("one", "--jobs=1"), ("dask", f"--cluster={cluster}")):
        assert CliRunner().invoke(main, ["run", "tiny.yaml", "--quiet", "--worlds", "full", "--out", place, option]).exit_code == 0
    names = [path.name for path in Path("one").iterdir()]
    assert all(same(Path("one", name), Path("dask", name)) for name in names)
    assert (Path("one", names[0]) / "series.parquet").read_bytes() == (Path("dask", names[0]) / "series.parquet").read_bytes()


def test_so_has_a_designed_experiment_with_the_executor_of_a_client(cluster: Path, tmp_path: Path) -> None:
    from distributed import Client

    (tmp_path / "tiny.yaml").write_text(TINY + "experiment: {vary: {beliefs.discovery: {}, voice.cost: [0.1, 0.4]}}\n", encoding="utf-8")
    scenario = sim.load(tmp_path / "tiny.yaml")
    places = []
    with Client(scheduler_file=str(cluster), set_as_default=False) as client:
        for name, how in (("one", {"jobs": 1}), ("dask", {"executor": client.get_executor()})):
            places.append(sim.sweep(scenario, replications=2, worlds="full", out=tmp_path / name, **how).folder)
    assert all(place is not None and same(places[0] or place, place) for place in places)


def test_a_killed_worker_costs_only_its_own_work(cluster: Path, tmp_path: Path) -> None:
    with connected(str(cluster)) as executor:
        assert outcomes(PLAN, [(0, 1), (2, 3), (4, 5)], executor, dying_at_3) == ([0, 1, 2, 4, 5], {3: WORKER_DIED})
        plan = Plan(PLAN.scenario.model_copy(update={"description": str(tmp_path / "died")}), PLAN.worlds)
        assert outcomes(plan, [(0, 1, 2), (3, 4, 5)], executor, dying_once) == (list(range(6)), {})


def where(content: bytes) -> tuple[int, int]:
    """The process, and the size."""
    return os.getpid(), len(content)


def test_what_is_large_is_sent_once(cluster: Path) -> None:
    content, other = os.urandom(LARGE), os.urandom(LARGE)
    with connected(str(cluster)) as executor:
        assert isinstance(executor, ClusterExecutor)
        futures = [executor.submit(where, (content, other)[number % 3 == 0]) for number in range(9)]
        assert {size for _, size in (future.result() for future in futures)} == {LARGE}
        assert list(executor._sent) == [other, content]
        assert os.getpid() not in {pid for pid, _ in (future.result() for future in futures)}
        assert capacity(executor) >= 1


def test_workers_with_other_versions_are_refused(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "versions", lambda: {**versions(), "numpy": "0.9", "unheard-of": "1.0"})
    with pytest.raises(ClusterError) as refused, connected(str(cluster)):
        pass
    first, second = str(refused.value).splitlines()
    assert first.startswith("--cluster: worker tcp://127.0.0.1:")
    assert first.endswith(f": the same versions as here, numpy 0.9, and it has numpy {versions()['numpy']}")
    assert second.endswith("unheard-of 1.0, and it has no unheard-of")


def test_work_is_not_done_by_other_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    monkeypatch.setattr("sim.experiment.execute.versions", iter([{"numpy": "1"}, *[{"numpy": "2"}] * 2]).__next__)
    assert outcomes(PLAN, [(0,), (1,)], ThreadPoolExecutor(1), simulated) == (
        [],
        dict.fromkeys((0, 1), "worker: numpy 2, and 1 where the run was started"),
    )


def test_a_scheduler_that_is_gone_is_not_waited_for(cluster: Path) -> None:
    with connected(str(cluster)) as executor:
        assert isinstance(executor, ClusterExecutor)
        executor._client.close()
        with pytest.raises(ClusterGone):
            executor.submit(int)


# Clusters that there are not


def refusal(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["run", "minimal.yaml", *arguments])
    assert result.exit_code == 2
    return result.stderr


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port at which something listens that never says anything; the working folder holds a scenario and a file that is no cluster's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(dask, "TIMEOUT", 1)
    Path("minimal.yaml").write_text(TINY, encoding="utf-8")
    Path("other.json").write_text("[]", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_what_is_no_cluster_is_refused_in_a_line_and_soon(elsewhere: int) -> None:
    for address, said in (
        ("foo", "an address such as tcp://HOST:8786, or a scheduler file (.json), and got 'foo' (missing port"),
        ("tpc://localhost:8786", "an address such as"),
        (f"127.0.0.1:{elsewhere}", f"no Dask scheduler answers at 127.0.0.1:{elsewhere} within 1 s\n"),
        ("127.0.0.1:1", "no Dask scheduler answers at 127.0.0.1:1 within 1 s\n"),
        ("none.json", "none.json: cannot be read: No such file or directory\n"),
        ("other.json", "other.json: the file that `dask scheduler --scheduler-file` writes, and it is none\n"),
    ):
        started = time.monotonic()
        line = refusal("--cluster", address)
        assert line.startswith(f"--cluster: {said}")
        assert line.count("\n") == 1
        assert time.monotonic() - started < 5
    assert not Path("results").exists()


def test_how_to_install_it_is_said(elsewhere: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert refusal("--cluster", "tcp://127.0.0.1:8786") == (
        "--cluster: needs the package distributed, which is not installed: pip install distributed\n"
    )
