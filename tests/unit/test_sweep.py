"""Designed experiments: their points, one way of running them, and their results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sim
from sim.experiment.design import as_table, scenario_at, values_of_points
from sim.experiment.disk import ResultError
from sim.experiment.execute import Failure
from sim.experiment.journal import Journal
from sim.experiment.units import Unit, bundles
from sim.scenario import presets
from sim.sweep_result import Sweep

SAME = ("design.csv", "measures.parquet", "summary.csv", "attribution.csv", "scenario.yaml")
VARY = """
    platforms.chat.rules.filter.recall: [0.2, 0.9]
    beliefs.discovery: {}
"""
GRID = f"\nexperiment:\n  points: 2\n  vary:{VARY}"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A scenario with an experiment of four points, two replications each."""
    path = tmp_path / "tiny.yaml"
    path.write_text(presets.text("scenarios", "minimal") + "horizon: 1 d\nreplications: 2\n" + GRID, encoding="utf-8")
    return path


def test_large_tables_are_put_together_in_pieces_and_are_the_same(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.large.ROWS", 300)
    whole = sim.sweep(sim.load(tiny), jobs=1, out=tmp_path / "whole")
    monkeypatch.setattr("sim.experiment.gathering.BLOCK", 200)
    monkeypatch.setattr("sim.experiment.summary.HANDY_ROWS", 50)
    pieces = sim.sweep(sim.load(tiny), jobs=1, out=tmp_path / "pieces")
    assert whole.folder is not None
    assert pieces.folder is not None
    assert [name for name in SAME if (whole.folder / name).read_bytes() != (pieces.folder / name).read_bytes()] == []
    assert pieces.measures.equals(sim.sweep(sim.load(tiny), jobs=1).measures)


def points(path: Path, *overrides: str) -> list[dict[str, Any]]:
    return [dict(values) for values in values_of_points(sim.load(path, overrides))]


def test_a_grid_has_every_combination_and_takes_ranges_from_the_evidence(tiny: Path) -> None:
    recall, discovery = "platforms.chat.rules.filter.recall", "beliefs.discovery"
    assert points(tiny) == [{recall: r, discovery: d} for r in (0.2, 0.9) for d in (0.0, 0.4)]


@pytest.mark.parametrize("design", ["latin-hypercube", "sobol"])
def test_samples_are_the_seeds_and_spread_over_the_range(tiny: Path, design: str) -> None:
    ask = partial(points, tiny, f"experiment.design={design}", "experiment.points=16")
    found = ask()
    assert found == ask() != ask("seed=76")
    sixteenths = sorted(int(values["beliefs.discovery"] / 0.4 * 16) for values in found)
    assert sixteenths == list(range(16))
    assert [values["platforms.chat.rules.filter.recall"] for values in found].count(0.2) == 8


def test_durations_whole_numbers_and_logarithmic_scales(tiny: Path) -> None:
    vary = "{groups.residents.size: {low: 10, high: 12}, beliefs.removal_half_life: {low: 1 d, high: 100 d, log: true}}"
    found = points(tiny, f"experiment.vary={vary}", "experiment.points=3")
    assert [values["groups.residents.size"] for values in found] == [10] * 3 + [11] * 3 + [12] * 3
    assert [values["beliefs.removal_half_life"] for values in found[:3]] == ["1 d", "10 d", "100 d"]


def test_a_file_of_points_is_what_a_result_writes(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(as_table(points(tiny)).write_csv(), encoding="utf-8")
    assert points(tiny, f"experiment={{design: file, file: {tmp_path}/points.csv}}") == points(tiny)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("recall: [0.2, 0.9]\n", "recall: [0.2, 1.9]\n"),
        ("beliefs.discovery: {}", "beliefs.discovry: {}"),
        ("beliefs.discovery: {}", "convenor.start: {}"),
        ("beliefs.discovery: {}", "voice.cost: {low: 3, high: 1}"),
        ("points: 2", "design: sobol"),
    ],
)
def test_what_cannot_be_is_refused_in_its_place(tiny: Path, change: str, line: str) -> None:
    said = {
        "recall: [0.2, 1.9]\n": ":18:48: experiment.vary.platforms.chat.rules.filter.recall.1: a number from 0 to 1, and got 1.9",
        "beliefs.discovry: {}": ": experiment.vary.beliefs.discovry: no such key; did you mean 'discovery'?",
        "convenor.start: {}": ": experiment.vary.convenor.start: low and high, as its evidence states no range",
        "voice.cost: {low: 3, high: 1}": ": experiment.vary.voice.cost: a lowest value below the highest, and got 3 and 1",
        "design: sobol": ": points: how many, with the design sobol, and got none",
    }[line]
    tiny.write_text(tiny.read_text().replace(change, line), encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as refused:
        sim.load(tiny)
    assert len(refused.value.problems) == 1
    assert said.split(": ", 1)[1] in refused.value.problems[0]


def test_points_that_clash_with_each_other_are_all_refused_before_anything_runs(tiny: Path) -> None:
    vary = "{voice: [{model: logit}, {model: threshold}], voice.cost: [0.1, 0.2]}"
    with pytest.raises(sim.ScenarioError) as refused:
        sim.sweep(sim.load(tiny, [f"experiment.vary={vary}"]), jobs=1)
    assert [line.split(":")[1] for line in refused.value.problems] == [" point 2", " point 3"]


def test_tables_are_the_same_for_any_number_of_jobs_and_for_points_alone(tiny: Path, tmp_path: Path) -> None:
    scenario = sim.load(tiny)
    for jobs in (1, 2):
        sim.sweep(scenario, jobs=jobs, worlds="full", out=tmp_path / str(jobs))
    one, two = (tmp_path / str(jobs) / "minimal" for jobs in (1, 2))
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in SAME)
    whole = Sweep.read(one)
    alone = sim.run(scenario_at(scenario, 3), jobs=1, worlds="full")
    assert whole.measures.filter(point=3).drop("point", "scenario").equals(alone.measures.drop("scenario"))
    assert not whole.measures.filter(point=0).drop("point").equals(whole.measures.filter(point=3).drop("point"))
    with pytest.raises(ResultError, match="holds the points of an experiment"):
        sim.read(str(one))


def test_an_interrupted_experiment_is_resumed(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = sim.load(tiny)
    sim.sweep(scenario, jobs=1, worlds="full", out=tmp_path / "whole")
    kept = 0

    def append(journal: Journal, *rest: Any) -> None:
        nonlocal kept
        if kept == 1:
            raise KeyboardInterrupt
        original(journal, *rest)
        kept += 1

    original = Journal.append
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", append)
        with pytest.raises(sim.Interrupted) as interrupt:
            sim.sweep(scenario, jobs=1, worlds="full", out=tmp_path / "cut")
    kept = tmp_path / "cut/minimal.partial"
    assert interrupt.value.left == f"2 of 8 runs had finished; they are in {kept}, and --resume continues from there"
    assert sim.Sweep.read(kept).measures.equals(interrupt.value.result.measures)
    with pytest.raises(ResultError, match=r"experiment\.points: 2 there, and 3 now"):
        sim.sweep(sim.load(tiny, ["experiment.points=3"]), jobs=1, worlds="full", out=tmp_path / "cut", resume=True)
    sim.sweep(scenario, jobs=1, worlds="full", out=tmp_path / "cut", resume=True)
    assert all((tmp_path / "cut/minimal" / name).read_bytes() == (tmp_path / "whole/minimal" / name).read_bytes() for name in SAME)
    assert sim.sweep(scenario, jobs=1, worlds="full", out=tmp_path / "cut", resume=True).count("done") == 8


def test_a_point_that_fails_leaves_the_others(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiment import task

    def failing(scenario: sim.Scenario, *rest: Any) -> Any:
        if scenario.beliefs.discovery == 0:
            raise ArithmeticError("nothing adds up")
        return original(scenario, *rest)

    original = task.run_task
    monkeypatch.setattr("sim.experiment.task.run_task", failing)
    result = sim.sweep(sim.load(tiny), jobs=1, worlds="full")
    assert result.runs.filter(status="failed")["point"].unique().to_list() == [0, 2]
    assert result.measures["point"].unique().to_list() == [1, 3]


def test_short_runs_are_bundled_and_long_ones_are_not(tiny: Path) -> None:
    short, long = sim.load(tiny), sim.load(tiny, ["groups.residents.size=10000000"])
    units = [Unit(point, replication, short) for point in range(100) for replication in range(2)]
    tasks = bundles(units, 1, 1)
    assert [unit for task in tasks for unit in task] == units
    assert 4 <= len(tasks) <= 8
    assert [len(task) for task in bundles([Unit(0, replication, long) for replication in range(3)], 1, 1)] == [1, 1, 1]


def test_a_task_never_holds_more_runs_than_memory_should(tiny: Path) -> None:
    nothing = sim.load(tiny, ["groups.residents.size=1", "groups.residents.messages_per_day=0.001"])
    for units in ([Unit(0, k, nothing) for k in range(5000)], [Unit(point, 0, nothing) for point in range(5000)]):
        tasks = bundles(units, 6, 1)
        assert max(map(len, tasks)) * 6 <= 600
        assert sum(map(len, tasks)) == 5000


def test_work_that_fails_says_why() -> None:
    from sim.experiment.units import Ask, work

    found = work(Ask(("full",)), (Unit(0, 0, None),))  # type: ignore[arg-type]
    assert isinstance(found, Failure)
    assert pl.Series([found.message]).str.contains("AttributeError").item()
