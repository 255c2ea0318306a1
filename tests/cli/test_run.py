"""chillsim run"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim
from tests import synthetic
from tests.cli.conftest import Call


def test_a_run_answers_the_question(call: Call) -> None:
    done = call("run", "a.yaml", "--jobs", 1)
    assert done.exit_code == 0
    for words in (
        "Option a",
        "a, world full: 4 replications, seed 75",
        "Of everything that people wished to say",
        "counted by the convenor",
        "What took it",
        "all together",
        "Who is heard least",
        "Messages that each rule took",
        "tencent-meeting.keywords",
        "Tables: results/a",
    ):
        assert words in done.stdout, words
    lines = done.stdout.splitlines()
    least = lines[next(index for index, line in enumerate(lines) if "heard least" in line) + 1]
    assert "Civil society organisations in mainland China" in least
    assert "4 of 20 runs" not in done.stdout
    assert 1 < len(done.stderr.splitlines()) <= 11


@pytest.mark.parametrize("width", [80, 120])
def test_the_summary_fits_the_terminal(call: Call, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(len, call("run", "a.yaml", "--jobs", 1).stdout.splitlines())) <= width


def test_quiet_says_nothing(call: Call) -> None:
    done = call("run", "a.yaml", "--jobs", 1, "--quiet")
    assert (done.exit_code, done.output) == (0, "")


def test_options_shape_the_run_and_are_recorded(call: Call) -> None:
    call("run", "a.yaml", "-n", 2, "--seed", 5, "--worlds", "free,full", "--set", "horizon=20 d", "--out", "trial", "--jobs", 1, "--quiet")
    result = sim.read("trial/a")
    assert (result.scenario.replications, result.scenario.seed, result.scenario.horizon) == (2, 5, 480)
    assert result.worlds == ("free", "full")
    asked = json.loads(Path("trial/a/manifest.json").read_text(encoding="utf-8"))["asked"]
    assert asked == {
        "scenario": "a.yaml", "set": ["horizon=20 d"], "replications": 2, "seed": 5, "worlds": "free,full", "keep_ledger": False,
        "until": {},
    }  # fmt: skip


def test_the_written_scenario_reproduces_the_result(call: Call) -> None:
    call("run", "a.yaml", "-n", 2, "--seed", 5, "--set", "horizon=20 d", "--jobs", 1, "--quiet")
    call("run", "results/a/scenario.yaml", "--jobs", 1, "--quiet", "--out", "again")
    for name in ("measures.csv", "summary.csv", "scenario.yaml", "series.parquet"):
        assert Path("results/a", name).read_bytes() == Path("again/a", name).read_bytes()


def test_several_scenarios_run_in_turn(call: Call) -> None:
    done = call("run", "a.yaml", "b.yaml", "--jobs", 1)
    assert done.exit_code == 0
    assert done.stdout.index("Option a") < done.stdout.index("Option b")
    assert sim.read("results/b").count("done") == 24


def test_everything_that_is_wrong_is_said_before_anything_runs(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("results/a").mkdir(parents=True)
    Path("results/a/manifest.json").touch()
    monkeypatch.setattr("sim.experiment.task.run_task", None)
    done = call("run", "a.yaml", "b.yaml", "b.yaml", "none.yaml", "--worlds", "fulll")
    assert done.exit_code == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 4
    assert any(line.startswith("none.yaml") for line in lines)
    assert any(line.startswith("results/a: exists; --force replaces it") for line in lines)
    assert any(line.startswith("b: two scenarios have this name") for line in lines)
    assert any(line.startswith("--worlds: a world is") for line in lines)


def test_a_file_where_results_should_go_is_refused(call: Call) -> None:
    done = call("run", "a.yaml", "--out", "b.yaml")
    assert done.exit_code == 2
    assert done.stderr == "b.yaml: cannot hold results, as b.yaml is not a folder\n"


def test_force_replaces(call: Call) -> None:
    for status, options in ((0, []), (2, []), (0, ["--force"])):
        assert call("run", "a.yaml", "--jobs", 1, "--quiet", *options).exit_code == status


def test_failed_runs_end_with_status_1_and_say_why(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_task(scenario: sim.Scenario, replications: list[int], *rest: object) -> object:
        if 1 in replications:
            raise ArithmeticError("nothing adds up")
        return synthetic.run_task(scenario, replications, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("sim.experiment.task.run_task", run_task)
    done = call("run", "a.yaml", "--jobs", 1)
    assert done.exit_code == 1
    assert "a: 6 of 24 runs failed; results/a.partial holds the others, and --resume tries again" in done.stderr
    assert "6 x experiment.execute: ArithmeticError: nothing adds up" in done.stderr
    assert "3 replications" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_twice_ends_at_once_without_a_traceback(tmp_path: Path, jobs: int) -> None:
    scenario = tmp_path / "long.yaml"
    scenario.write_text(sim.dump(synthetic.scenario("long", horizon="90 d", replications=50)), encoding="utf-8")
    command = [sys.executable, "-m", "sim", "run", scenario, "--jobs", str(jobs), "--out", tmp_path / "results"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stderr is not None
            assert process.stderr.readline().startswith("long: 300 runs")
            time.sleep(1)
            for _ in range(2):
                os.killpg(process.pid, signal.SIGINT)
            started = time.monotonic()
            _, errors = process.communicate(timeout=60)
            assert time.monotonic() - started < 20
            assert process.returncode == 130
            assert errors == "Interrupted: nothing had finished, and nothing is kept\n"
            assert list((tmp_path / "results").iterdir()) == []
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_precision_is_asked_for_by_measure_and_what_is_wrong_is_said_at_once(call: Call) -> None:
    Path("c.yaml").write_text(Path("a.yaml").read_text().replace("name: a", "name: c") + "experiment: {vary: {voice.cost: [0.1, 0.2]}}\n")
    asked = ("--until", "removal_rat=0.1", "--until", "seen", "--until", "said=none")
    done = call("run", "a.yaml", "c.yaml", *asked, "--worlds", "fulll")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[:4] == [
        "--until: MEASURE=NUMBER, and got 'seen'",
        "--until: a measure (did you mean 'removal_rate'?), and got 'removal_rat'",
        "--until: 'said': a number above 0 and at most 1,000,000,000,000, and got nan",
        "c: --until: of one point (--point K), and got an experiment",
    ]
    done = call("run", "a.yaml", "--until", "removal_rate=0.0004", "--until", "reprisals_per_1000=0.001", "-n", 20, "--jobs", 1)
    assert done.exit_code == 0
    assert sim.read("results/a").count("done") == 6 * 20
    assert "Not as precise as was asked for: removed after publication, people punished" in done.stdout
    assert "±0.04 pp: " in done.stdout
