"""`chillsim calibrate` on real simulations."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli import main
from sim.model.delays import waits
from tests.unit.test_delays import UNIFORM

SHIPPED = Path(__file__).parents[2] / "scenarios" / "calibration"
SCENARIO, TARGETS = SHIPPED / "removal-delays.yaml", SHIPPED / "zhu-2013.yaml"
DELAY = "platforms.wechat.rules.desk-removal.delay.mixture"
SMALL = [
    "-n",
    "1",
    "--final",
    "2",
    "--set",
    "groups.residents.size=150",
    "--trials",
    "9",
    "--set",
    "horizon=2d",
    "--set",
    "timeline=[]",
    "--set",
    "window=1h",
]
QUICK = ["-n", "8", "--final", "4", "--trials", "26", "--seed", "2", "--jobs", "1"]
QUICK += ["--set", "window=1h", "--set", "horizon=8d", "--set", "groups.residents.size=300"]
"""A seed with which so few points are enough; 200 of them, as by default, are with any."""
SAME = ("fit.csv", "parameters.csv", "trials.csv", "fitted.yaml")


def called(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["calibrate", *map(str, arguments)])


@pytest.mark.slow
def test_published_removal_times_give_the_delays_of_the_presets(tmp_path: Path) -> None:
    """The delays were derived by hand from the same figures; shares of 4,300 removals have standard errors below 0.008."""
    done = called(SCENARIO, TARGETS, *QUICK, "--out", tmp_path)
    assert done.exit_code == 0, done.stderr
    folder = tmp_path / "removal-delays-calibration"
    result = sim.Calibration.read(folder)
    fitted = dict(result.parameters.select("parameter", "fitted").iter_rows())
    assert fitted[f"{DELAY}.0.weight"] == pytest.approx(0.27, abs=0.05)
    assert fitted[f"{DELAY}.0.median"] == pytest.approx(0.25, rel=0.2)
    assert fitted[f"{DELAY}.1.median"] == pytest.approx(4.25, rel=0.2)
    drawn = waits(sim.load(folder / "fitted.yaml").platforms["wechat"].rules["desk-removal"].delay, UNIFORM)
    assert [(drawn <= hours).mean() for hours in (8 / 60, 0.5, 24)] == pytest.approx([0.05, 0.3, 0.9], abs=0.03)
    assert result.fit.select("target", "use")["use"].to_list() == ["fitted"] * 3 + ["out of sample"]
    assert result.fit["verdict"][3] == "met", "half of them within two hours, which nothing was fitted to"
    assert "3 parameters, 3 targets; scipy" in done.stdout
    assert "met, out of sample, machine" in " ".join(done.stdout.split())
    assert "Mind: within-2-h: its figure is machine extracted: check it in its source" in done.stdout
    assert f"Fitted scenario: chillsim run {folder}/fitted.yaml" in done.stdout


def test_tables_are_the_same_for_any_number_of_jobs(tmp_path: Path) -> None:
    for jobs in (1, 2):
        done = called(SCENARIO, TARGETS, *SMALL, "--jobs", jobs, "--out", tmp_path / str(jobs), "--quiet")
        assert (done.exit_code, done.output) == (0, "")
    one, two = (tmp_path / name / "removal-delays-calibration" for name in "12")
    assert all((one / name).read_bytes() == (two / name).read_bytes() for name in SAME)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--targets", "within-2-h"], "--targets: a target that may be fitted to, and got within-2-h, which is marked for validation"),
        (["--targets", "within-2h"], "--targets: a target of the file (did you mean 'within-2-h'?), and got 'within-2h'"),
        (["--parameters", "voice.csot"], "--parameters: voice.csot: no such key; did you mean 'cost'?"),
        (["--method", "abc", "--trials", "50"], "--posterior: at most half of the 50 trials, and got 100"),
        (["--resume", "--force"], "--resume: continues what is there, and --force starts anew; got both"),
        (["--max-events", "5"], "removal-delays-calibration: --max-events: at most 5, and predicts "),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, arguments: list[str], line: str) -> None:
    done = called(SCENARIO, TARGETS, *arguments, "--out", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0].startswith(line), done.stderr


def test_scenario_and_targets_are_refused_together(tmp_path: Path) -> None:
    done = called("none.yaml", tmp_path / "t.yaml")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 2)


def test_optuna_is_asked_for_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.calibration.tree_parzen.find_spec", lambda name: None)
    done = called(SCENARIO, TARGETS, "--method", "optuna", "--out", tmp_path)
    assert done.exit_code == 2
    assert done.stderr.startswith("--method: optuna needs")
