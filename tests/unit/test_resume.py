"""Runs that were interrupted, and continued."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.experiment.disk import ResultError, WriteError
from sim.experiment.journal import Journal, opened
from tests import synthetic
from tests.unit.conftest import Make
from tests.unit.test_store import SAME, _failing_at

NAME = "un75-tencent"


@pytest.fixture(autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.task.batch_size", lambda scenario, worlds: 1)


@pytest.fixture
def interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a run was interrupted at its third replication."""
    with monkeypatch.context() as patch:
        patch.setattr("sim.experiment.task.run_task", _failing_at(2, KeyboardInterrupt))
        with pytest.raises(sim.Interrupted):
            sim.run(synthetic.scenario(), jobs=1, out=tmp_path)
    return tmp_path


def same_tables(one: Path, other: Path) -> bool:
    return all((one / NAME / name).read_bytes() == (other / NAME / name).read_bytes() for name in SAME)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replications that are simulated from now on."""
    done: list[int] = []

    def run_task(scenario: sim.Scenario, replications: list[int], *rest: object) -> object:
        done.extend(replications)
        return synthetic.run_task(scenario, replications, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.experiment.task.run_task", run_task)
    return done


def test_a_resumed_run_does_the_rest_and_gives_the_same_tables(
    make: Make, interrupted: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    make(out=whole)
    done = counting(monkeypatch)
    sim.run(synthetic.scenario(), jobs=1, out=interrupted, resume=True)
    assert done == [2, 3]
    assert same_tables(interrupted, whole)
    assert [path.name for path in interrupted.iterdir()] == [NAME]


def test_replications_can_be_added(make: Make, interrupted: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    whole = tmp_path_factory.mktemp("whole")
    make(out=whole, replications=7)
    make(out=interrupted, replications=7, resume=True)
    assert same_tables(interrupted, whole)


def test_fewer_replications_leave_the_others_out(
    make: Make, interrupted: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    make(out=whole, replications=1)
    done = counting(monkeypatch)
    sim.run(synthetic.scenario(), replications=1, jobs=1, out=interrupted, resume=True)
    assert done == []
    assert same_tables(interrupted, whole)


def test_an_interrupted_run_is_neither_continued_nor_lost_unasked(make: Make, interrupted: Path) -> None:
    with pytest.raises(ResultError, match=r"tencent\.partial: holds a run that was interrupted; --resume continues it, --force starts"):
        make(out=interrupted)
    assert make(out=interrupted, force=True).count("done") == 24


def test_another_run_is_not_continued_and_the_difference_is_named(make: Make, interrupted: Path) -> None:
    with pytest.raises(ResultError, match=r"cannot continue it: scenario\.seed: 75 there, and 76 now$"):
        make(out=interrupted, seed=76, resume=True)
    with pytest.raises(ResultError, match=r"cannot continue it: worlds: .* there, and \[\"full\"\] now$"):
        make(out=interrupted, worlds="full", resume=True)


def test_resuming_nothing_begins_and_resuming_what_is_complete_reads_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(out=tmp_path, resume=True)
    done = counting(monkeypatch)
    again = sim.run(synthetic.scenario(), jobs=1, out=tmp_path, resume=True)
    assert done == []
    assert again.measures.equals(first.measures)
    with pytest.raises(ResultError, match=r"holds another result, .*scenario\.seed: 75 there, and 8 now"):
        sim.run(synthetic.scenario(), seed=8, jobs=1, out=tmp_path, resume=True)
    with pytest.raises(ResultError, match="is complete with 4 replications, and got 5"):
        sim.run(synthetic.scenario(), replications=5, jobs=1, out=tmp_path, resume=True)


def test_what_failed_is_tried_again(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("sim.experiment.task.run_task", _failing_at(1))
        result = sim.run(synthetic.scenario(), jobs=1, out=tmp_path)
    assert result.folder == tmp_path / f"{NAME}.partial"
    done = counting(monkeypatch)
    assert sim.run(synthetic.scenario(), jobs=1, out=tmp_path, resume=True).count("done") == 24
    assert done == [1]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_the_first_failure_may_end_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.task.run_task", _failing_at(1))
    result = sim.run(synthetic.scenario(), jobs=1, out=tmp_path, fail_fast=True)
    assert result.runs.filter(status="failed")["replication"].unique().to_list() == [1]
    assert result.count("cancelled") > 0


def test_a_full_disk_loses_nothing_that_was_finished(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept = 0

    def append(journal: Journal, *rest: object) -> None:
        nonlocal kept
        if kept == 2:
            monkeypatch.setattr("sim.experiment.journal.sync", full)
        original(journal, *rest)
        kept += 1

    original: Callable[..., None] = Journal.append
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", append)
        patch.setattr("sim.experiment.journal.sync", lambda path: None)
        with pytest.raises(WriteError, match=r"un75-tencent.partial/journal: cannot be written: No space left on device"):
            make(out=tmp_path)
    monkeypatch.undo()
    done = counting(monkeypatch)
    sim.run(synthetic.scenario(), jobs=1, out=tmp_path, resume=True)
    assert done == [2, 3]


def test_what_is_not_of_a_run_is_not_touched(make: Make, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.partial").mkdir()
    (tmp_path / f"{NAME}.partial" / "thesis.tex").touch()
    for force in (False, True):
        with pytest.raises(ResultError, match=r"un75-tencent\.partial: exists and holds no interrupted run"):
            make(out=tmp_path, force=force)
    assert (tmp_path / f"{NAME}.partial" / "thesis.tex").exists()


# The journal


REQUEST = {"scenario": {"a": 1, "b": {"c": 2}}, "worlds": ["full"]}


def journal_of(folder: Path, lines: int) -> Path:
    with opened(folder, REQUEST, resume=False, force=False) as journal:
        for number in range(lines):
            run = synthetic.run_task(synthetic.scenario(), [number], ["full"])[0]
            journal.append([("full", number, 0.5)], {"measures": run.measures})
    return folder / "finished.jsonl"


@pytest.mark.parametrize("cut_off", [0, 1, 2, 17, 74, 75, 76, 77, 150, 1000])
def test_a_torn_line_is_as_good_as_none(cut_off: int, tmp_path: Path) -> None:
    log = journal_of(tmp_path / "journal", 3)
    text = log.read_bytes()
    log.write_bytes(text[: max(0, len(text) - cut_off)])
    whole = [line for line in text[: max(0, len(text) - cut_off)].splitlines(keepends=True) if line.rstrip().endswith(b"}")]
    with opened(log.parent, REQUEST, resume=True, force=False) as journal:
        assert list(journal.statuses) == [("full", number) for number in range(len(whole))]
        journal.append([("full", 9, 0.1)], {})
    assert [json.loads(line)["runs"][0][1] for line in log.read_text().splitlines()] == [*range(len(whole)), 9]


def test_a_missing_part_is_said(tmp_path: Path) -> None:
    log = journal_of(tmp_path / "journal", 2)
    (log.parent / "000001-measures.parquet").unlink()
    with pytest.raises(ResultError, match=r"000001-measures\.parquet: damaged: a part that finished\.jsonl names is missing"):  # noqa: SIM117
        with opened(log.parent, REQUEST, resume=True, force=False):
            pass


@pytest.mark.parametrize("force", [False, True])
def test_two_processes_do_not_write_to_one_journal(tmp_path: Path, force: bool) -> None:
    folder = tmp_path / "x.partial" / "journal"
    with (
        opened(folder, REQUEST, resume=False, force=False),
        pytest.raises(ResultError, match=r"x\.partial: another process is at work on it"),
        opened(folder, REQUEST, resume=not force, force=force),
    ):
        pass


def test_a_run_that_starts_anew_leaves_nothing_of_the_one_before(tmp_path: Path) -> None:
    """Nor of its tables: a ledger that was kept before is not one of the new run."""
    folder = journal_of(tmp_path / "x.partial" / "journal", 2).parent
    (folder.parent / "ledger.parquet").write_bytes(b"of the one before")
    (folder.parent / "figures").mkdir()
    with opened(folder, {"other": True}, resume=False, force=True) as journal:
        assert not journal.statuses
        assert list(folder.parent.iterdir()) == [folder]
        assert {path.name for path in folder.iterdir()} == {"lock", "request.json"}


def test_many_differences_are_counted(tmp_path: Path) -> None:
    journal_of(tmp_path / "journal", 0)
    other = {"scenario": dict.fromkeys("abcdefgh", 0), "worlds": ["full"]}
    with pytest.raises(ResultError, match=r"scenario.a: 1 there, and 0 now; scenario.b: .*; and 3 more$"):  # noqa: SIM117
        with opened(tmp_path / "journal", other, resume=True, force=False):
            pass
