"""Running, and result folders: complete or not there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sim
from sim.experiment.columns import in_order
from sim.experiment.disk import ResultError, WriteError, writing_to
from sim.experiment.store import check_place
from tests import synthetic
from tests.unit.conftest import Make

SAME = ("measures.parquet", "measures.csv", "summary.csv", "series.parquet", "attribution.csv", "brief.csv", "scenario.yaml")
ALL = {*SAME, "runs.csv", "manifest.json"}


def test_a_result_folder_holds_its_files_and_reads_back(make: Make, tmp_path: Path) -> None:
    written = make(out=tmp_path)
    assert written.folder == tmp_path / "un75-tencent"
    assert {path.name for path in written.folder.iterdir()} == ALL
    read = sim.read(written.folder)
    assert read.scenario == written.scenario
    for name in ("measures", "series", "runs"):
        assert getattr(read, name).equals(getattr(written, name)), name
    for name in ("summary", "attribution"):
        assert (
            getattr(read, name)
            .drop("mean", "sd", "ci_low", "ci_high")
            .equals(getattr(written, name).drop("mean", "sd", "ci_low", "ci_high"))
        )


def test_tables_do_not_depend_on_how_the_work_was_done(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(out=tmp_path / "one", replications=7)
    monkeypatch.setattr("sim.experiment.task.batch_size", lambda scenario, worlds: 2)
    with ThreadPoolExecutor(3) as executor:
        make(out=tmp_path / "many", replications=7, executor=executor)
    for name in SAME:
        assert (tmp_path / "one/un75-tencent" / name).read_bytes() == (tmp_path / "many/un75-tencent" / name).read_bytes(), name


def test_large_tables_are_put_together_in_pieces_and_are_the_same(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.large.ROWS", 700)
    whole = make(out=tmp_path / "whole", replications=7)
    heights = []

    def noted(block: pl.DataFrame, *arguments: Any) -> pl.DataFrame:
        heights.append(block.height)
        return in_order(block, *arguments)

    monkeypatch.setattr("sim.experiment.outcomes.in_order", noted)
    monkeypatch.setattr("sim.experiment.gathering.BLOCK", 1000)
    monkeypatch.setattr("sim.experiment.summary.HANDY_ROWS", 100)
    monkeypatch.setattr("sim.experiment.runner.RUNS_PER_TASK", 12)
    make(out=tmp_path / "pieces", replications=7)
    for name in SAME:
        assert (tmp_path / "whole/un75-tencent" / name).read_bytes() == (tmp_path / "pieces/un75-tencent" / name).read_bytes(), name
    assert len(heights) > 10
    assert max(heights) <= 1.1 * 1000
    assert sum(heights) == whole.measures.height + whole.series.height


def test_a_result_in_memory_writes_the_same_tables(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.large.ROWS", 700)
    in_folder, in_memory = make(out=tmp_path), make()
    for written in (in_memory, in_folder):
        again = tmp_path / f"again-{written is in_folder}"
        again.mkdir()
        written.write(again)
        assert in_folder.folder is not None
        assert [name for name in SAME if (again / name).read_bytes() != (in_folder.folder / name).read_bytes()] == []


def test_a_large_table_that_is_damaged_is_refused_when_it_is_read(make: Make, tmp_path: Path) -> None:
    folder = make(out=tmp_path, replications=2, worlds="full").folder
    assert folder is not None
    path = folder / "measures.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])
    result = sim.read(folder)
    with pytest.raises(ResultError, match=r"measures\.parquet: damaged result: "):
        assert result.measures.height
    with pytest.raises(ResultError, match=r"measures\.parquet: damaged result: "):
        result.plot("funnel")
    assert not result.series.is_empty()


def test_the_written_scenario_has_the_seed_and_the_replications_of_the_run(make: Make, tmp_path: Path) -> None:
    make(out=tmp_path, replications=3, seed=8)
    scenario = sim.load(tmp_path / "un75-tencent" / "scenario.yaml")
    assert (scenario.replications, scenario.seed) == (3, 8)


def test_the_manifest_says_where_the_result_comes_from(make: Make, tmp_path: Path) -> None:
    make(out=tmp_path, replications=2, worlds="free,full")
    text = (tmp_path / "un75-tencent" / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert manifest["worlds"] == ["free", "full"]
    assert manifest["asked"] == {"replications": 2, "seed": None, "worlds": "free,full", "keep_ledger": False, "until": {}}
    assert {"python", "chillsim", "numpy", "scipy", "simpy", "polars"} == set(manifest["versions"])
    assert manifest["started"].endswith("Z")
    assert str(tmp_path) not in text
    assert os.uname().nodename not in text


def test_runs_are_listed_with_their_status(make: Make) -> None:
    runs = make(replications=2, worlds="free,full").runs
    assert runs.select("world", "replication", "status").rows() == [
        ("free", 0, "done"), ("free", 1, "done"), ("full", 0, "done"), ("full", 1, "done"),
    ]  # fmt: skip


def test_a_failure_leaves_the_others(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    good = make().measures
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(1))
    result = sim.run(synthetic.scenario(), jobs=1)
    assert (result.count("done"), result.count("failed")) == (18, 6)
    assert result.runs.filter(status="failed")["error"].unique().to_list() == ["experiment.execute: OSError: no such luck"]
    assert result.measures.equals(good.filter(pl.col("replication") != 1))


def test_when_all_fails_the_tables_are_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.task.batch_size", lambda scenario, worlds: 1)
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(0))
    result = sim.run(synthetic.scenario(), replications=1, jobs=1, out=tmp_path)
    assert result.count("failed") == 6
    assert all(
        getattr(sim.read(tmp_path / "un75-tencent.partial"), name).is_empty() for name in ("measures", "summary", "attribution", "series")
    )


def _failing_at(bad: int, error: Callable[[], BaseException] = lambda: OSError("no such\nluck")) -> Callable[..., object]:
    def run_task(scenario: sim.Scenario, replications: list[int], worlds: list[str], keep_ledger: bool = False) -> object:
        if bad in replications:
            raise error()
        return synthetic.run_task(scenario, replications, worlds, keep_ledger)

    return run_task


def test_an_interrupt_keeps_what_had_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(2, KeyboardInterrupt))
    monkeypatch.setattr("sim.experiment.task.batch_size", lambda scenario, worlds: 1)
    with pytest.raises(sim.Interrupted) as caught:
        sim.run(synthetic.scenario(), jobs=1, out=tmp_path)
    result = caught.value.result
    assert result is not None
    assert (result.count("done"), result.count("cancelled")) == (12, 12)
    assert [path.name for path in tmp_path.iterdir()] == ["un75-tencent.partial"]
    assert sim.read(tmp_path / "un75-tencent.partial").measures["replication"].unique().sort().to_list() == [0, 1]


def test_an_interrupt_before_anything_finished_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(0, KeyboardInterrupt))
    with pytest.raises(sim.Interrupted) as caught:
        sim.run(synthetic.scenario(), jobs=1, out=tmp_path)
    assert caught.value.result is None
    assert list(tmp_path.iterdir()) == []


def test_an_existing_result_is_refused_before_any_work(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(out=tmp_path)
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(0, lambda: AssertionError("worked")))
    with pytest.raises(ResultError, match=r"exists; --force replaces it"):
        sim.run(synthetic.scenario(), jobs=1, out=tmp_path)


def test_force_replaces_a_result_by_a_complete_one_alone(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(out=tmp_path, replications=4)
    make(out=tmp_path, replications=3, force=True)
    assert sim.read(tmp_path / "un75-tencent").scenario.replications == 3
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(1))
    partial = sim.run(synthetic.scenario(), jobs=1, out=tmp_path, force=True)
    assert partial.folder == tmp_path / "un75-tencent.partial"
    assert sim.read(tmp_path / "un75-tencent").count("failed") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["un75-tencent", "un75-tencent.partial"]


def test_a_folder_that_holds_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.tex").touch()
    with pytest.raises(ResultError, match="holds no result"):
        check_place(tmp_path, "x", force=True)
    (tmp_path / "y").touch()
    with pytest.raises(ResultError, match="holds no result"):
        check_place(tmp_path, "y", force=True)


def test_a_place_that_cannot_hold_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ResultError, match="is not a folder"):
        check_place(tmp_path / "file" / "deeper", "x", force=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_refused(make: Make, tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(ResultError, match="cannot be written to"):
        make(out=tmp_path)


def test_a_disk_that_refuses_leaves_the_old_result(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(out=tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.experiment.store.write_text", full)
    with pytest.raises(WriteError, match="cannot be written: No space left on device"):
        make(out=tmp_path, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["un75-tencent", "un75-tencent.partial"]
    assert sim.read(tmp_path / "un75-tencent").count("done") == 24


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)"), os.strerror(28)),
        (OSError(13, "Permission denied"), "Permission denied"),
        (pl.exceptions.ComputeError("odd\nand long"), "odd"),
    ],
)
def test_what_the_disk_says_is_passed_on(error: Exception, reason: str) -> None:
    with pytest.raises(WriteError) as caught, writing_to(Path("x")):
        raise error
    assert str(caught.value) == f"x: cannot be written: {reason}"


def test_a_result_can_be_written_over_itself_whatever_its_folder_is_called(make: Make, tmp_path: Path) -> None:
    result = make(out=tmp_path)
    assert result.folder is not None
    before = {path.name: path.read_bytes() for path in result.folder.iterdir()}
    result.write(tmp_path / "." / "un75-tencent" / ".." / "un75-tencent")
    assert {path.name: path.read_bytes() for path in result.folder.iterdir()} == before


def test_ledgers_are_kept_where_asked(make: Make, tmp_path: Path) -> None:
    ledger = make(out=tmp_path, replications=2, worlds="free,full", keep_ledger=True).ledger
    assert ledger is not None
    assert ledger.select("world", "replication").unique(maintain_order=True).collect().rows() == [
        ("free", 0), ("free", 1), ("full", 0), ("full", 1),
    ]  # fmt: skip
    assert ledger.select("occasion").collect()["occasion"].to_list() == [1, 2] * 4
    assert make().ledger is None
    with pytest.raises(ValueError, match="needs a folder"):
        make(keep_ledger=True)


def test_ledgers_are_put_together_in_pieces_and_are_the_same(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan for each run would take minutes for some thousands of them."""
    monkeypatch.setattr("sim.experiment.plan.STACK", 2)
    folders = []
    for rows in (10**6, 5):
        monkeypatch.setattr("sim.experiment.gathering.BLOCK", rows)
        folders.append(make(out=tmp_path / str(rows), replications=7, worlds="free,full", keep_ledger=True).folder)
    whole, pieces = ((folder or tmp_path) / "ledger.parquet" for folder in folders)
    assert whole.read_bytes() == pieces.read_bytes()
    assert pl.read_parquet(whole)["replication"].to_list() == [number for number in range(7) for _ in range(2)] * 2


def _spoil(path: Path) -> None:
    path.write_bytes(b"\x00\xff spoilt")


@pytest.mark.parametrize("name", sorted(ALL - {"measures.csv", "brief.csv"}))
@pytest.mark.parametrize("damage", [Path.unlink, _spoil])
def test_a_damaged_result_is_refused_in_one_line(make: Make, tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    folder = make(out=tmp_path, replications=2, worlds="full").folder
    assert folder is not None
    damage(folder / name)
    with pytest.raises(ResultError) as caught:
        sim.read(folder)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).startswith(str(folder))


def test_a_table_with_other_columns_is_refused(make: Make, tmp_path: Path) -> None:
    folder = make(out=tmp_path, replications=2, worlds="full").folder
    assert folder is not None
    pl.read_parquet(folder / "measures.parquet").drop("level").write_parquet(folder / "measures.parquet")
    with pytest.raises(ResultError, match="its columns are not"):
        sim.read(folder)


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no such folder"):
        sim.read(tmp_path / "none")
    with pytest.raises(ResultError, match="holds no manifest"):
        sim.read(tmp_path)


@pytest.mark.parametrize("jobs", [0, -1, True, 1.5])
def test_a_number_of_jobs_that_cannot_be_is_refused(make: Make, jobs: object) -> None:
    with pytest.raises(ValueError, match="jobs"):
        make(jobs=jobs)


def test_the_public_names_are_these() -> None:
    assert sim.__all__ == [
        "Calibration", "Comparison", "FigureError", "Interrupted", "Limits", "Result", "ResultError", "Scenario", "ScenarioError", "Sweep",
        "calibrate", "compare", "draw", "dump", "load", "read", "run", "sweep",
    ]  # fmt: skip
    assert all(getattr(sim, name) is not None for name in dir(sim))
    with pytest.raises(AttributeError):
        sim.nothing  # noqa: B018
