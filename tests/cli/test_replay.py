"""One replication again, alone: as it was, and failing as it failed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import sim
from sim.experiment import task
from sim.experiment.replay import alone
from sim.model import world
from sim.scenario import presets
from tests import synthetic
from tests.cli.conftest import Call

REAL = task.run_task
EXPERIMENT = "experiment: {vary: {voice.cost: [0.1, 0.5]}}\n"


@pytest.fixture
def tiny(call: Call, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario that is really simulated, in a folder whose name a shell would cut in two."""
    monkeypatch.setattr("sim.experiment.task.run_task", REAL)
    folder = Path("my results")
    folder.mkdir()
    path = folder / "tiny.yaml"
    path.write_text(presets.text("scenarios", "minimal") + "horizon: 12 h\nreplications: 3\n", encoding="utf-8")
    return path


def failing(monkeypatch: pytest.MonkeyPatch, where: Callable[[sim.Scenario, list[int]], bool]) -> None:
    def simulate(scenario: sim.Scenario, replications: list[int], *rest: Any) -> Any:
        if where(scenario, replications):
            raise ArithmeticError(f"nothing adds up in {replications[-1]}")
        return original(scenario, replications, *rest)

    original = world.simulate
    monkeypatch.setattr("sim.model.world.simulate", simulate)


def arguments(command: str) -> list[str]:
    program, *rest = shlex.split(command)
    assert program == "chillsim"
    return rest


def test_a_replication_alone_is_as_it_was_among_others(call: Call, tiny: Path) -> None:
    assert call("run", tiny, "--jobs", 1, "--quiet", "--out", "my results").exit_code == 0
    assert call("run", "my results/minimal/scenario.yaml", "--replication", 1, "--jobs", 1, "--quiet").exit_code == 0
    whole, one = sim.read("my results/minimal"), sim.read("results/minimal-replication-1")
    for name in ("measures", "series"):
        of_whole = getattr(whole, name).filter(replication=1)
        assert of_whole.drop("scenario").equals(getattr(one, name).drop("scenario")), name
        assert not of_whole.drop("replication").equals(getattr(whole, name).filter(replication=2).drop("replication")), name
    assert one.scenario == alone(whole.scenario, 1)
    again = sim.run(sim.load("results/minimal-replication-1/scenario.yaml"), jobs=1)
    assert again.measures.equals(one.measures)


def test_a_failed_run_is_a_row_with_the_command_that_replays_it(call: Call, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        failing(patch, lambda _, replications: 2 in replications)
        done = call("run", tiny, "--jobs", 1, "--quiet", "--out", "my results", "--worlds", "free,full")
        runs = sim.read("my results/minimal.partial").runs
        failed = runs.filter(status="failed")
        error, replay = failed.select("error", "replay").unique().row(0)
        assert (failed["replication"].to_list(), error) == ([2, 2], "experiment.task: ArithmeticError: nothing adds up in 2")
        assert replay == "chillsim run 'my results/minimal.partial/scenario.yaml' --replication 2 --worlds free,full"
        assert f"  2 x {error}; the first of them again, alone: {replay}\n" in done.stderr
        assert runs.filter(status="done")["replay"].unique().to_list() == [""]
        again = call(*arguments(replay), "--jobs", 1)
        assert again.exit_code == 1
        assert f"2 x {error}" in again.stderr
    mended = call(*arguments(replay), "--jobs", 1, "--quiet", "--force")
    assert mended.exit_code == 0
    assert call("run", tiny, "--resume", "--jobs", 1, "--quiet", "--out", "my results", "--worlds", "free,full").exit_code == 0
    whole, one = sim.read("my results/minimal"), sim.read("results/minimal-replication-2")
    assert whole.measures.filter(replication=2).drop("scenario").equals(one.measures.drop("scenario"))


def test_a_failed_run_of_an_experiment_is_replayed_at_its_point(call: Call, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.write_text(tiny.read_text(encoding="utf-8") + EXPERIMENT, encoding="utf-8")
    with monkeypatch.context() as patch:
        failing(patch, lambda scenario, replications: dict(scenario.voice)["cost"] == 0.5 and 1 in replications)
        assert call("run", tiny, "--jobs", 1, "--quiet", "--worlds", "full").exit_code == 1
        failed = sim.Sweep.read("results/minimal.partial").runs.filter(status="failed")
        [replay] = failed["replay"].to_list()
        assert replay == "chillsim run results/minimal.partial/scenario.yaml --point 1 --replication 1 --worlds full"
        assert failed["error"].item() in call(*arguments(replay), "--jobs", 1).stderr
    assert call(*arguments(replay), "--jobs", 1, "--quiet", "--force").exit_code == 0
    assert call("run", tiny, "--jobs", 1, "--quiet", "--worlds", "full", "--resume").exit_code == 0
    measures = sim.Sweep.read("results/minimal").measures.filter(point=1, replication=1).drop("point", "scenario")
    assert measures.equals(sim.read("results/minimal-point-1-replication-1").measures.drop("scenario"))


def test_a_failed_run_of_a_sensitivity_analysis_is_replayed_with_its_values(
    call: Call, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.sensitivity.study import Study

    Path("other.yaml").write_text(tiny.read_text(encoding="utf-8").replace("name: minimal", "name: other") + "importance_sigma: 0.7\n")
    options = ("--against", "other.yaml", "--parameters", "voice.cost,beliefs.discovery", "--trajectories", 2, "-n", 1, "--jobs", 1)
    with monkeypatch.context() as patch:
        failing(patch, lambda scenario, _: dict(scenario.voice)["cost"] < 0.2 and scenario.name.startswith("other"))
        call("sensitivity", tiny, *options, "--quiet")
        study = Study.read("results/minimal-morris.partial")
        failed = study.runs.filter(status="failed").row(-1, named=True)
        assert failed["replay"].startswith("chillsim run results/minimal-morris.partial/against.yaml --set voice.cost=0.")
        assert failed["error"] in call(*arguments(failed["replay"]), "--jobs", 1).stderr
    assert call(*arguments(failed["replay"]), "--jobs", 1, "--quiet", "--force").exit_code == 0
    assert call("sensitivity", tiny, *options, "--quiet", "--resume").exit_code == 0
    measures = Study.read("results/minimal-morris").measures.filter(point=failed["point"]).drop("point", "scenario")
    assert measures.equals(sim.read("results/other-replication-0").measures.filter(pl.col("split") == "total").drop("scenario"))


def test_one_replication_is_one(call: Call) -> None:
    for more in (("-n", 2), ("--until", "said=1")):
        refused = call("run", "a.yaml", "--replication", 1, *more)
        assert (refused.exit_code, refused.stderr) == (2, "--replication: one alone, and got -n or --until too\n")


def test_names_stay_names() -> None:
    assert alone(synthetic.scenario("a" * 60), 12).name == "a" * 48 + "-replication-12"
    assert alone(synthetic.scenario("a"), 10**9).name == "a-replication-1000000000"
