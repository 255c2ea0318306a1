"""Calibrations whose runs are a closed-form stand-in: what is kept, resumed, reported and refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from polars.testing import assert_frame_equal

import sim
from sim.calibration.abc import Abc
from sim.calibration.least import Least
from sim.calibration.search import Method
from sim.calibration.target_file import read_targets
from sim.calibration.tree_parzen import TreeParzen
from sim.cli import main
from sim.experiment.disk import ResultError
from sim.experiment.simulation import How
from sim.experiment.task import RunResult
from sim.figures import FigureError, draw
from sim.scenario import ScenarioError
from tests import synthetic

COST, DISCOVERY = 1.1, 0.3
NOISE = 0.01
SAME = ("fit.csv", "parameters.csv", "trials.csv", "fitted.yaml", "scenario.yaml", "targets.yaml")
SEARCHES: list[Method] = [Least(24), TreeParzen(20), Abc(48, 12)]

TARGETS = """\
targets:
  silent: {measure: self_censorship_rate, value: 0.44, sd: 0.005, source: "A 2012", source_level: recalled, use: calibrate}
  shift:
    {measure: removal_rate, set: {beliefs.spillover: 1}, against: {beliefs.spillover: 0}, value: 0.3, sd: 0.005, source: B, use: calibrate}
  heard: {measure: heard_share, value: 0.56, sd: 0.01, source: C, use: validate}
  group: {measure: heard_share, split: group, level: citizens-mainland, value: 0.9, sd: 0.01, source: D, use: validate}
fit:
  voice.cost: {low: 0.2, high: 2}
  beliefs.discovery: {low: 0.05, high: 1}
"""
"""What the stand-in gives with the parameters above; but for `group`, which it does not meet."""

done: list[tuple[int, int]] = []
"""Seeds and replications that were simulated."""


def run_task(scenario: sim.Scenario, replications: Sequence[int], worlds: Sequence[str], keep_ledger: bool = False) -> list[RunResult]:
    """Runs with the interface of the real ones."""
    done.extend((scenario.seed, replication) for replication in replications)
    return [_run(scenario, replication, world) for world in worlds for replication in replications]


def _run(scenario: sim.Scenario, replication: int, world: str) -> RunResult:
    luck = np.random.default_rng([scenario.seed, replication]).normal(0, NOISE, 2)
    voice: Any = scenario.voice
    silent = 0.4 * voice.cost + luck[0]
    removal = scenario.beliefs.discovery * scenario.beliefs.spillover + 0.1 * luck[1]
    rows = [
        ("self_censorship_rate", "total", "all", silent),
        ("removal_rate", "total", "all", removal),
        ("heard_share", "total", "all", 1 - silent),
    ]
    rows += [("heard_share", "group", "citizens-mainland", 1 - silent), ("taken", "rule", "x", 1.0)]
    return RunResult(world, replication, 0.1, pl.DataFrame(rows, ["measure", "split", "level", "value"], orient="row"), pl.DataFrame())


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    done.clear()
    monkeypatch.setattr("sim.experiment.task.run_task", run_task)


@pytest.fixture
def targets(tmp_path: Path) -> Path:
    path = tmp_path / "targets.yaml"
    path.write_text(TARGETS, encoding="utf-8")
    return path


def calibrated(targets: Path, method: Method | None = None, **options: Any) -> sim.Calibration:
    return sim.calibrate(
        synthetic.scenario("trial", groups=1), targets, method or Least(60), how=How(jobs=1), **{"final": 4, "replications": 2, **options}
    )


def test_what_made_the_targets_is_found_again(targets: Path) -> None:
    result = calibrated(targets)
    fitted = dict(result.parameters.select("parameter", "fitted").iter_rows())
    assert fitted == pytest.approx({"voice.cost": COST, "beliefs.discovery": DISCOVERY}, abs=0.03)
    fit = result.fit.rows_by_key("target", named=True, unique=True)
    assert [(name, row["use"], row["verdict"]) for name, row in fit.items()] == [
        ("silent", "fitted", "met"),
        ("shift", "fitted", "met"),
        ("heard", "out of sample", "met"),
        ("group", "out of sample", "missed"),
    ]
    assert fit["shift"]["simulated"] == pytest.approx(fitted["beliefs.discovery"], rel=1e-5), "luck cancels in a difference"
    assert fit["shift"]["before"] == pytest.approx(synthetic.scenario().beliefs.discovery, rel=1e-5)
    assert fit["silent"]["se"] == pytest.approx(NOISE / 2, rel=1)
    off = (fit["silent"]["simulated"] - 0.44) / np.hypot(0.005, fit["silent"]["se"])
    assert fit["silent"]["off"] == pytest.approx(off)
    assert result.warnings == ["silent: its figure is recalled: check it in its source"]
    assert result.trials["distance"].min() < 0.5


def test_luck_is_common_to_the_trials_and_new_for_the_report(targets: Path) -> None:
    result = calibrated(targets)
    seeds = {trial: set(runs["seed"]) for (trial,), runs in result.runs.group_by("trial")}
    last = max(seeds)
    assert seeds[0] == seeds[last] == {74}
    assert all(seeds[trial] == {75} for trial in range(1, last))
    own = calibrated(targets, Abc(48, 12)).runs.filter(pl.col("trial").is_between(1, 48))
    assert own["seed"].n_unique() == 48
    assert own.group_by("trial").agg(pl.col("seed").n_unique())["seed"].to_list() == [1] * 48, "both settings of a point share it"


def test_the_fitted_scenario_extends_the_one_it_was(targets: Path, tmp_path: Path) -> None:
    result = calibrated(targets, out=tmp_path)
    assert result.folder == tmp_path / "trial-calibration"
    loaded = sim.load(result.folder / "fitted.yaml")
    assert loaded.name == "trial-fitted"
    assert result.fitted_scenario is not None
    same = {"name", "evidence", "replications"}
    assert loaded.model_dump(exclude=same) == result.fitted_scenario.model_dump(exclude=same)
    assert loaded.voice.cost == result.parameters["fitted"][0]  # type: ignore[union-attr]
    evidence = loaded.evidence["voice.cost"]
    assert evidence.source == "fitted to silent (recalled), shift of targets.yaml by scipy (A 2012; B)"
    assert evidence.range == [0.2, 2]
    again = sim.Calibration.read(result.folder)
    for name in ("fit", "parameters", "runs", "trials"):
        assert_frame_equal(getattr(again, name), getattr(result, name))


def test_abc_gives_a_sample_with_its_correlations(targets: Path, tmp_path: Path) -> None:
    result = calibrated(targets, Abc(80, 20), out=tmp_path)
    assert result.posterior.columns == ["draw", "voice.cost", "beliefs.discovery"]
    assert result.posterior.height == 20
    for name, low, middle, high in result.parameters.select("parameter", "ci_low", "fitted", "ci_high").iter_rows():
        draws = result.posterior[name]
        assert draws.min() <= low < middle < high <= draws.max()
        assert middle == pytest.approx(draws.median(), rel=0.01)
    assert result.correlations["voice.cost"][0] == pytest.approx(1)
    assert sim.load(tmp_path / "trial-calibration/fitted.yaml").evidence["voice.cost"].range != [0.2, 2]
    with pytest.raises(ResultError, match=r"holds a calibration, not one result; `chillsim run .*fitted.yaml` makes one"):
        sim.read(str(tmp_path / "trial-calibration"))
    read = sim.Calibration.read(tmp_path / "trial-calibration")
    assert_frame_equal(read.posterior, result.posterior)


@pytest.mark.parametrize("method", SEARCHES, ids=lambda method: method.name)
def test_a_calibration_that_was_interrupted_ends_as_if_it_had_not_been(
    targets: Path, tmp_path: Path, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    calibrated(targets, method, out=tmp_path / "whole")
    all_of_it = len(done)
    done.clear()

    def struck(*arguments: Any) -> list[RunResult]:
        if len(done) > all_of_it // 2:
            raise KeyboardInterrupt
        return run_task(*arguments)

    monkeypatch.setattr("sim.experiment.task.run_task", struck)
    with pytest.raises(sim.Interrupted) as interrupt:
        calibrated(targets, method, out=tmp_path / "parts")
    assert interrupt.value.result.trials.height > 0
    assert interrupt.value.folder == tmp_path / "parts/trial-calibration.partial"
    with pytest.raises(ResultError, match="holds a calibration whose search did not end; `chillsim calibrate --resume` continues it"):
        sim.Calibration.read(interrupt.value.folder)
    monkeypatch.setattr("sim.experiment.task.run_task", run_task)
    before = len(done)
    calibrated(targets, method, out=tmp_path / "parts", resume=True)
    assert len(done) < before + all_of_it, "what had finished was not done again"
    folders = [tmp_path / name / "trial-calibration" for name in ("whole", "parts")]
    for name in (*SAME, *(("posterior.csv", "correlations.csv") if method.name == "abc" else ())):
        assert folders[0].joinpath(name).read_bytes() == folders[1].joinpath(name).read_bytes(), name
    done.clear()
    assert calibrated(targets, method, out=tmp_path / "parts", resume=True).folder == folders[1]
    assert done == []


def test_the_figure_shows_how_far_targets_are_off_and_where_parameters_end(targets: Path, tmp_path: Path) -> None:
    result = calibrated(targets, Abc(80, 20), out=tmp_path)
    figure = result.plot("fit")
    above, below = figure.axes
    drawn = [mark for mark in above.lines if mark.get_marker() in ("o", "<", ">") and mark.get_markeredgecolor() != "#777777"]
    assert [float(mark.get_xdata()[0]) for mark in drawn] == pytest.approx(result.fit["off"].clip(-8, 8).to_list())
    assert [mark.get_marker() for mark in drawn] == ["o", "o", "o", "<"], "the last is missed by far more"
    assert [label.get_text() for label in above.get_yticklabels()] == result.fit["target"].to_list()
    places = [line.get_xdata()[0] for line in below.lines if line.get_color() == "#0072B2" and line.get_marker() == "o"]
    assert places == pytest.approx(result.parameters["position"].to_list())
    met = result.fit.filter(use="fitted", verdict="met").height
    assert f"meets {met} of " in " ".join(figure.get_suptitle().split())
    plotted = CliRunner().invoke(main, ["plot", str(result.folder), "--format", "svg"])
    assert plotted.stdout == f"{result.folder}/figures/fit.svg\n"
    with pytest.raises(FigureError, match="fit: shows one calibration at a time"):
        draw("fit", [result, result])
    with pytest.raises(FigureError, match="funnel: shows results of one scenario each"):
        result.plot("funnel")


def test_another_calibration_is_not_continued(targets: Path, tmp_path: Path) -> None:
    calibrated(targets, out=tmp_path)
    with pytest.raises(ResultError, match="holds another result, so that --resume has nothing to continue"):
        calibrated(targets, Least(50), out=tmp_path, resume=True)
    with pytest.raises(ResultError, match="exists; --force replaces it"):
        calibrated(targets, out=tmp_path)


def test_a_run_that_fails_ends_the_search_and_may_be_tried_again(targets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = calibrated(targets, out=tmp_path / "whole")

    def failing(scenario: sim.Scenario, *rest: Any) -> list[RunResult]:
        if len(done) > 60:
            raise RuntimeError("out of order")
        return run_task(scenario, *rest)

    done.clear()
    monkeypatch.setattr("sim.experiment.task.run_task", failing)
    result = calibrated(targets, out=tmp_path)
    assert result.folder == tmp_path / "trial-calibration.partial"
    assert result.fitted_scenario is None
    assert result.fit.is_empty()
    failed = result.runs.filter(status="failed")
    assert "out of order" in failed["error"][0]
    assert f"chillsim run {tmp_path}/trial-calibration.partial/scenario.yaml --set voice.cost=" in failed["replay"][0]
    monkeypatch.setattr("sim.experiment.task.run_task", run_task)
    assert calibrated(targets, out=tmp_path, resume=True).fit.equals(whole.fit)


def test_what_is_not_told_by_the_targets_is_said(targets: Path) -> None:
    alone = TARGETS.replace("source: B, use: calibrate", "source: B, use: validate")
    targets.write_text(alone, encoding="utf-8")
    for method in (Least(60), TreeParzen(40), Abc(80, 20)):
        assert calibrated(targets, method).warnings[1:] == [
            "2 parameters are fitted to 1 target: other values fit as well as these",
            "beliefs.discovery: the targets hardly tell it: values all over its range fit about as well",
        ]
    targets.write_text(alone.replace("value: 0.44", "value: 0.9"), encoding="utf-8")
    assert "voice.cost: fitted to the highest end of its range, 2.0" in calibrated(targets).warnings


def test_what_is_marked_for_validation_is_not_fitted_to_from_python_either(targets: Path) -> None:
    read = read_targets(targets)
    forced = replace(read, targets=tuple(replace(target, fitted=True) for target in read.targets))
    with pytest.raises(ScenarioError) as caught:
        sim.calibrate(synthetic.scenario("trial", groups=1), forced)
    got = {line.partition("got ")[2] for line in caught.value.problems}
    assert got == {"heard, which is marked for validation", "group, which is marked for validation"}


def test_what_the_scenario_does_not_have_is_refused(targets: Path) -> None:
    targets.write_text(
        TARGETS.replace("citizens-mainland", "citizens").replace("beliefs.spillover: 1", "beliefs.spilover: 1"), encoding="utf-8"
    )
    with pytest.raises(ScenarioError) as caught:
        calibrated(targets)
    first, second = caught.value.problems
    assert f"{targets}:3:3: targets.shift.set.beliefs.spilover: no such key; did you mean 'spillover'?" == first
    assert "targets.group.level: a group of the scenario; did you mean 'citizens-" in second


def test_a_figure_that_no_point_has_is_refused(targets: Path, tmp_path: Path) -> None:
    targets.write_text(TARGETS.replace("measure: removal_rate", "measure: coding_rate"), encoding="utf-8")
    with pytest.raises(ResultError, match="shift: a figure that some point has, and got none of coding_rate/total/all at the first 8"):
        calibrated(targets, out=tmp_path)
