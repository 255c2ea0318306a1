"""`chillsim sensitivity`, and figures of experiments and analyses."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import partial
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.figures import tornado
from sim.scenario import presets
from sim.sensitivity.study import Study
from sim.sensitivity.text import as_tables

SAME = ("parameters.csv", "indices.csv", "order.csv", "sample.csv", "measures.parquet", "scenario.yaml", "against.yaml")
SIZE = ["--set", "horizon=1d", "--set", "groups.residents.size=100", "-n", "1", "--trajectories", "2"]
VARIED = "platforms.*.rules.*.recall,beliefs.reprisal_own"
"""One that matters, and one that cannot, as there are no reprisals."""


def write_files(folder: Path) -> None:
    """Two scenarios, one of which removes and the other blocks."""
    text = presets.text("scenarios", "minimal")
    (folder / "a.yaml").write_text(text.replace("name: minimal", "name: a"), encoding="utf-8")
    (folder / "b.yaml").write_text(text.replace("name: minimal", "name: b").replace("remove", "block"), encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results of one analysis of both, done by this process alone, and what it said."""
    folder = tmp_path_factory.mktemp("analysis")
    write_files(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        said = ran("--against", "b.yaml", "--parameters", VARIED)
    return folder / "results", said


def ran(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["sensitivity", "a.yaml", *SIZE, "--jobs", "1", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_tells_what_matters_and_whether_the_order_survives(files: Path, analysis: tuple[Path, str]) -> None:
    results, said = analysis
    shutil.copytree(results, "results")
    assert "2 parameters, 2 trajectories, 22 points x 1 replication" in said
    assert "Of 2 assumptions varied, 1 move none of these measures at all." in said
    assert re.search(r"\.recall +[\d.]+ \[[\d.]+, [\d.]+\] ", said)
    assert "Left out" not in said
    assert "rests on" not in said
    study = Study.read(files / "results/a-morris")
    assert study.of == "a - b"
    title = partial(tornado._title, replace(study, against=None), rank="mu_star")
    clear, close = ({"mu_star_low": low, "mu_star_high": 3.0, "parameter": "x"} for low in (2.0, 1.0))
    next_one = {"mu_star_low": 0.0, "mu_star_high": 1.5, "parameter": "y"}
    assert title({"heard_share": [clear, next_one]}).endswith(": x moves the share of voice heard most")
    assert title({"heard_share": [close, next_one]}).endswith(": what moves the outcome")
    less = replace(study, indices=study.indices.filter(pl.col("measure") != "heard_share"))
    assert "Left out, as they have no value in some runs: share of voice heard." in map(str, as_tables(less))
    assert study.sample.columns == ["point", "of", *study.parameters["parameter"]]
    assert study.sample.height == 22
    assert study.sample.row(0) == (0, "a", None, None)
    assert study.sample.filter(of="b")["point"].to_list() == list(range(11, 22))
    assert "An order that survives in all 6 worlds of 2 trajectories may turn in up to 78 % of all (95 %)." in " ".join(said.split())
    still = study.indices.filter(parameter="beliefs.reprisal_own")
    assert (still["mu_star"] == 0).all()
    assert (still["at_low"] == still["base"]).all()
    recall = study.indices.filter(parameter="platforms.chat.rules.filter.recall", of="a", measure="removal_rate")
    assert recall["mu_star"].item() > 0
    removed = study.order.filter(measure="removal_rate").row(0, named=True)
    assert (removed["better"], removed["first_better"], removed["second_better"], removed["worlds"]) == ("lower", 0, 1, 6)
    plotted = CliRunner().invoke(main, ["plot", "results/a-morris"], catch_exceptions=False)
    assert plotted.stdout == "results/a-morris/figures/tornado.png\n"
    refused = CliRunner().invoke(main, ["plot", "results/a-morris", "--figure", "funnel"])
    assert (refused.exit_code, refused.stderr) == (2, "funnel: shows results of one scenario each\n")
    refused = CliRunner().invoke(main, ["compare", "results/a-morris", "results/a-morris"])
    assert (refused.exit_code, refused.stderr) == (
        2, "results/a-morris: holds an analysis of sensitivity, not one result; `chillsim plot` draws it\n"
    )  # fmt: skip


def test_a_parameter_with_other_evidence_in_each_scenario_varies_on_its_own_in_each(files: Path) -> None:
    for name, least in (("a", 0.0), ("b", 0.1)):
        with (files / f"{name}.yaml").open("a", encoding="utf-8") as file:
            file.write(f"evidence: {{voice.cost: {{assumption: a guess, range: [{least}, 0.6]}}}}\n")
    ran("--against", "b.yaml", "--parameters", "voice.cost", "--set", "horizon=6h", "--quiet")
    study = Study.read(files / "results/a-morris")
    assert study.sample.columns == ["point", "of", "voice.cost in a", "voice.cost in b"]
    assert study.parameters["low"].to_list() == ["0.0", "0.1"]


def test_measures_that_no_run_has_are_said_to_be_missing(files: Path) -> None:
    said = ran("--parameters", VARIED, "--measures", "list_se", "--set", "horizon=6h")
    assert "No measure that was asked for has a value in every run." in said
    assert "Left out, as they have no value in some runs: standard error of the list." in said


def test_results_of_different_kinds_have_no_figure_together(files: Path) -> None:
    vary = "experiment={vary: {platforms.chat.rules.filter.recall: [0, 1]}}"
    for options in ((), ("--set", vary, "--set", "name=several")):
        arguments = ["run", "a.yaml", "--worlds", "full", *SIZE[:6], "--jobs", "1", *options]
        assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    refused = CliRunner().invoke(main, ["plot", "results/a", "results/several"])
    assert refused.stderr == "no figure shows results of different kinds together: plot each by itself\n"
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_tables_are_the_same_for_any_number_of_jobs(files: Path, analysis: tuple[Path, str]) -> None:
    shutil.copytree(analysis[0], "1")
    ran("--against", "b.yaml", "--parameters", VARIED, "--jobs", "2", "--out", "2", "--quiet")
    assert all((files / "1/a-morris" / name).read_bytes() == (files / "2/a-morris" / name).read_bytes() for name in SAME)
    again = ran("--against", "b.yaml", "--parameters", VARIED, "--out", "1", "--resume")
    assert "Of 2 assumptions varied" in again
    other = ("--against", "b.yaml", "--parameters", VARIED, "--out", "1", "--resume", "--trajectories", "3")
    refused = CliRunner().invoke(main, ["sensitivity", "a.yaml", *SIZE, *other])
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        2, "1/a-morris: holds another result, so that --resume has nothing to continue: size: 2 there, and 3 now"
    )  # fmt: skip


def test_sobol_indices(files: Path) -> None:
    said = ran("--method", "sobol", "--samples", "4", "--parameters", VARIED, "--measures", "removal_rate")
    assert "2 parameters, 4 samples, 21 points x 1 replication" in said
    found = Study.read(files / "results/a-sobol").indices
    assert found["measure"].unique().to_list() == ["removal_rate"]
    by_name = dict(found.select("parameter", "total").iter_rows())
    assert by_name["beliefs.reprisal_own"] == 0
    assert by_name["platforms.chat.rules.filter.recall"] > 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["--parameters", "voice.csot", "--measures", "removal_rat"],
            "--measures: a measure (did you mean 'removal_rate'?), and got 'removal_rat'\n"
            "--parameters: a parameter whose evidence states a range (did you mean 'voice.cost'?), and got 'voice.csot'",
        ),
        (["--method", "sobol", "--samples", "5"], "--samples: a power of 2, such as 64, and got 5"),
        (["--against", "a.yaml"], "--against: a scenario of another name, and got two called a"),
        (["--resume", "--force"], "--resume: continues what is there, and --force starts anew; got both"),
    ],
)
def test_what_cannot_be_is_refused(files: Path, arguments: list[str], line: str) -> None:
    result = CliRunner().invoke(main, ["sensitivity", "a.yaml", *arguments])
    assert (result.exit_code, result.stderr) == (2, line + "\n")


def test_two_experiments_over_the_same_points_are_compared(files: Path) -> None:
    vary = "experiment={vary: {platforms.chat.rules.filter.recall: [0, 1]}}"
    for name in ("a", "b"):
        arguments = ["run", f"{name}.yaml", "--worlds", "full", *SIZE[:6], "--jobs", "1", "--set", vary]
        assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    done = CliRunner().invoke(main, ["compare", "results/a", "results/b", "--measures", "removal_rate", "--format", "csv"])
    row = pl.read_csv(StringIO(done.stdout)).row(0, named=True)
    assert (row["worlds"], row["first_better"], row["second_better"], row["equal"]) == (2, 0, 0.5, 0.5)
    assert "turns" not in CliRunner().invoke(main, ["compare", "results/a", "results/b", "--measures", "removal_rate"]).stdout
    refused = CliRunner().invoke(main, ["compare", "results/a", "results/b", "--measures", "joy"])
    assert (refused.exit_code, refused.stderr) == (2, "no experiment has a measure 'joy'\n")


def test_heatmaps_of_experiments(files: Path) -> None:
    vary = "experiment={vary: {platforms.chat.rules.filter.recall: [0, 1], voice.cost: [0.1, 0.5]}"
    for design, name in ((f"{vary}}}", "grid"), (f"{vary.replace('[0.1, 0.5]', '{}')}, design: sobol, points: 8}}", "sample")):
        arguments = ["run", "a.yaml", "--worlds", "full", *SIZE[:6], "--jobs", "1", "--out", name, "--set", design]
        assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
        plotted = CliRunner().invoke(main, ["plot", f"{name}/a"], catch_exceptions=False)
        assert plotted.stdout == f"{name}/a/figures/heatmap.png\n"
    assert pl.read_csv("sample/a/design.csv").height == 8
