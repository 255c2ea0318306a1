"""The brief to leaders: a table of the result, in order, and on the terminal."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import sim
from sim.experiment.columns import BRIEF_COLUMNS
from sim.experiment.csv import read_csv
from sim.overview import overview
from sim.result import Result

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    scenario = sim.load(ROOT / "scenarios" / "un75-website-survey.yaml", ["horizon=4d"])
    return sim.run(scenario, replications=2, jobs=1, worlds="full,free", out=tmp_path_factory.mktemp("out"))


def test_it_is_written_and_is_what_the_summary_says(result: Result) -> None:
    assert result.folder is not None
    table = read_csv(result.folder / "brief.csv", BRIEF_COLUMNS)
    assert table.shape == result.brief.shape
    assert dict(result.brief.schema) == BRIEF_COLUMNS
    row = result.brief.filter(world="full", topic="climate", group="all").row(0, named=True)
    gap = result.summary.filter(world="full", measure="opinion_gap", split="topic", level="climate").row(0, named=True)
    assert row["difference"] == pytest.approx(gap["mean"])
    assert row["difference"] == pytest.approx(100 * (row["seen"] - row["private"]))
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((gap["ci_low"], gap["ci_high"]))


def test_rows_are_in_the_scenarios_order_and_supported(result: Result) -> None:
    table = result.brief.filter(world="full")
    assert (table["topic"][0], table["group"][0]) == ("all", "all")
    order = ["all", *result.scenario.topics]
    assert table["topic"].unique(maintain_order=True).to_list() == [topic for topic in order if topic in set(table["topic"])]
    assert (table["messages"] >= 20).all()
    assert (table["people"] >= 10).all()
    assert table.height < 12 * 10, "some cells have too little behind them"


def test_it_is_printed(result: Result) -> None:
    console = Console(width=80, record=True, file=StringIO())
    for part in overview(result):
        console.print(part)
    printed = console.export_text()
    row = result.brief.filter(world="full", topic="all", group="all").row(0, named=True)
    line = next(line for line in printed.splitlines() if line.startswith("all topics"))
    assert "What leaders are told" in printed
    assert line.startswith(f"all topics{'':20}{100 * row['seen']:.1f} % / {100 * row['private']:.1f} %")
    assert line.rstrip().endswith("]"), "nothing is cut off at 80 columns"
