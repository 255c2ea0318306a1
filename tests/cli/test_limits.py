"""Commands whose runs would take too much, or do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main

NOTICE = str(Path(__file__).parents[2] / "scenarios" / "notice.yaml")
TINY = [argument for part in ("horizon=6 h", "timeline=[]", "evidence={}") for argument in ("--set", part)]


def refused(*arguments: str) -> list[str]:
    result = CliRunner().invoke(main, [*arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr.splitlines()


def test_a_run_that_would_take_too_much_is_refused_in_a_line(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "results")]
    [line] = refused("run", NOTICE, "-n", "1000", "--max-events", "1000", *out)
    assert line.startswith("notice: --max-events: at most 1,000, and predicts 45,000,000: ")
    [line] = refused("run", NOTICE, "--max-memory", "100 MB", *out, "--jobs", "1")
    assert line.startswith("notice: --max-memory: at most 100 MB, and predicts ")
    assert line.endswith("; raise it, or lower sizes, horizon, replications or jobs")
    assert not (tmp_path / "results").exists()


def test_of_several_none_is_run_if_one_is_too_large(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"extends: {NOTICE}\nname: other\nhorizon: 6 h\ntimeline: []\nevidence: {{}}\n", encoding="utf-8")
    [line] = refused("run", str(other), NOTICE, "-n", "2", "--max-events", "20000", "--out", str(tmp_path / "results"))
    assert line.startswith("notice: --max-events: ")
    assert not (tmp_path / "results").exists()


def test_an_analysis_is_refused_before_its_points_are_made(tmp_path: Path) -> None:
    method = ["--method", "sobol", "--samples", str(2**20), "--parameters", "voice.cost"]
    found = refused("sensitivity", NOTICE, *TINY[:4], *method, "--out", str(tmp_path / "results"))
    assert all(line.startswith("notice-sobol: --max-") for line in found)


def test_an_analysis_says_its_size_before_it_starts(tmp_path: Path) -> None:
    arguments = ["--parameters", "voice.cost", "--trajectories", "2", "-n", "1", "--jobs", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(main, ["sensitivity", NOTICE, *TINY[:4], *arguments])
    assert result.exit_code == 0, result.output
    assert "notice-morris: 7 runs with about " in result.stderr


@pytest.mark.parametrize("size", ["100 MB", "5", "-2 GB", "many"])
def test_a_limit_on_workers_that_cannot_be_is_refused(size: str) -> None:
    assert "'--memory-limit'" in refused("run", NOTICE, f"--memory-limit={size}")[-1]


def test_a_limit_on_workers_is_not_for_those_of_a_cluster() -> None:
    [line] = refused("run", NOTICE, "--memory-limit", "1 GB", "--cluster", "tcp://127.0.0.1:1")
    assert line.startswith("--memory-limit: of processes on this machine, and got --cluster")


def test_a_run_that_outgrows_its_limit_is_a_row_and_the_others_go_on(tmp_path: Path) -> None:
    vary = "experiment={vary: {groups.people.size: [50, 3000000]}}"
    arguments = ["-n", "1", "--jobs", "1", "--worlds", "full", "--memory-limit", "400 MB", "--out", str(tmp_path)]
    result = CliRunner().invoke(main, ["run", NOTICE, *TINY, "--set", vary, *arguments])
    assert result.exit_code == 1
    assert "notice: 1 of 2 runs failed" in result.stderr
    assert "1 x memory: the process outgrew its limit of 400 MB: " in result.stderr


def test_check_says_what_runs_take() -> None:
    result = CliRunner().invoke(main, ["check", NOTICE, "-n", "200", "--jobs", "2", "--format", "json"])
    [data] = json.loads(result.stdout)
    budget = data["budget"]
    assert (budget["runs"], budget["simulated"]) == (200 * 6, 200 * 5)  # of the six worlds, those with and without abuse are the same here
    assert budget["jobs"] == 2
    assert budget["events"] > 200
    assert budget["seconds"] > 0
    assert 10**8 < budget["worker"] < budget["memory"]
    assert "1,200 runs with about " in CliRunner().invoke(main, ["check", NOTICE, "-n", "200"]).stdout


def test_check_takes_an_experiment_at_all_points() -> None:
    vary = ["--set", "experiment={vary: {voice.cost: [0.1, 0.3, 0.5]}}"]
    one, three = (json.loads(CliRunner().invoke(main, ["check", NOTICE, "--format", "json", *more]).stdout) for more in ([], vary))
    assert three[0]["budget"]["runs"] == 3 * one[0]["budget"]["runs"]
