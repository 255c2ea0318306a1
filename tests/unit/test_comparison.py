"""Comparisons: pairing, intervals, adjusted p values, verdicts, and how they read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scipy import stats

import sim
from sim.comparison import Comparison, holm, labels
from sim.comparison_text import as_csv, as_json, as_markdown, as_tables
from sim.measures.definitions import HEADLINE
from tests.unit.conftest import Make

MEASURE = "heard_share"


def values(result: sim.Result, measure: str = MEASURE) -> np.ndarray:
    rows = result.measures.filter(world="full", split="total", measure=measure).sort("replication")
    return rows["value"].to_numpy()


def row(comparison: Comparison, measure: str = MEASURE) -> dict[str, object]:
    return comparison.table.row(by_predicate=(pl.col("measure") == measure) & (pl.col("split") == "total"), named=True)


def printed(comparison: Comparison, width: int = 100) -> str:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        for part in as_tables(comparison, width):
            console.print(part)
    return capture.get()


def test_replications_that_share_a_seed_are_paired(make: Make) -> None:
    before, after = make("a"), make("b", harshness=0.5)
    found = row(sim.compare([before, after]))
    differences = values(after) - values(before)
    low, high = stats.t.interval(0.95, len(differences) - 1, differences.mean(), stats.sem(differences))
    assert found["method"] == "paired"
    assert (found["n"], found["difference"]) == (4, pytest.approx(differences.mean()))
    assert (found["ci_low"], found["ci_high"]) == (pytest.approx(low), pytest.approx(high))
    assert found["p"] == pytest.approx(stats.ttest_rel(values(after), values(before)).pvalue)
    assert found["relative"] == pytest.approx(differences.mean() / values(before).mean())


def test_replications_of_different_seeds_are_not(make: Make) -> None:
    before, after = make("a"), make("b", harshness=0.5, seed=4, replications=6)
    comparison = sim.compare([before, after])
    found = row(comparison)
    welch = stats.ttest_ind(values(after), values(before), equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found["method"] == "unpaired"
    assert found["p"] == pytest.approx(welch.pvalue)
    assert (found["ci_low"], found["ci_high"]) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert "Welch" in comparison.notes[0]


def test_a_result_compared_with_itself_differs_by_exactly_nothing(make: Make) -> None:
    result = make()
    table = sim.compare([result, result], measures=("all",)).table
    assert table.select("difference", "ci_low", "ci_high").unique().rows() == [(0.0, 0.0, 0.0)]
    assert table.select("p_holm", "verdict", "reason").unique().rows() == [(1.0, "no difference shown", "identical")]


def test_rounding_is_no_difference(make: Make) -> None:
    table = sim.compare([make("a"), make("b", harshness=1.2)], measures=("unsaid_per_removal",)).table
    assert table["verdict"].to_list() == ["no difference shown"]


def test_verdicts_follow_the_adjusted_p_values(make: Make) -> None:
    table = sim.compare([make("a"), make("b", harshness=0.5)]).table
    for difference, p, verdict in table.select("difference", "p_holm", "verdict").iter_rows():
        expected = "no difference shown" if p >= 0.05 else "higher" if difference > 0 else "lower"
        assert verdict == expected


def test_what_is_missing_in_one_is_not_comparable(make: Make) -> None:
    found = row(sim.compare([make("a", harshness=0), make("b")]), "unsaid_per_removal")
    assert (found["verdict"], found["reason"], found["p"]) == ("not comparable", "no value in a", None)


def test_one_replication_is_not_enough(make: Make) -> None:
    table = sim.compare([make("a", replications=1), make("b", replications=1)]).table
    assert table["verdict"].unique().to_list() == ["not comparable"]
    assert table["reason"].unique().to_list() == ["fewer than two replications have a value"]


def test_no_relative_change_of_nothing_nor_of_percentage_points(make: Make) -> None:
    comparison = sim.compare([make("a", harshness=0), make("b")])
    assert row(comparison, "removal_rate")["relative"] is None
    assert row(comparison, "opinion_gap")["relative"] is None


def test_measures_splits_and_baselines_can_be_chosen(make: Make) -> None:
    results = [make("a"), make("b", harshness=0.5)]
    table = sim.compare(results, baseline="b", measures=(MEASURE,), split="group").table
    assert table["baseline"].unique().to_list() == ["b"]
    assert table["level"].to_list() == list(results[0].scenario.groups)
    assert set(sim.compare(results).table["measure"]) <= set(HEADLINE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"baseline": "c"}, "no result is called 'c'; there are a, b"),
        ({"measures": ("herd_share",)}, "no result has a measure 'herd_share'; did you mean 'heard_share'?"),
        ({"split": "groop"}, "no result has a split 'groop'; did you mean 'group'?"),
        ({"world": "fear"}, "a: has no world 'fear'; it has free, abuse"),
    ],
)
def test_names_that_are_nowhere_are_refused(make: Make, options: dict[str, object], message: str) -> None:
    with pytest.raises(sim.ResultError) as caught:
        sim.compare([make("a"), make("b")], **options)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


def test_one_result_is_no_comparison(make: Make) -> None:
    with pytest.raises(sim.ResultError, match="two results"):
        sim.compare([make()])


def test_folders_name_results_whose_scenarios_clash(make: Make, tmp_path: Path) -> None:
    first = make("a", out=tmp_path)
    (tmp_path / "a").rename(tmp_path / "before")
    second = make("a", out=tmp_path)
    before = sim.read(tmp_path / "before")
    assert labels([before, second, make("b")]) == ["before", "a", "b"]
    assert labels([first, make("b")]) == ["a", "b"]
    assert labels([second, second, second]) == ["a", "a (2)", "a (3)"]


def test_incomplete_results_and_other_horizons_are_noted(make: Make) -> None:
    notes = sim.compare([make("a"), make("b", changes={"horizon": "20 d"})]).notes
    assert notes == ("The scenarios differ in their horizon, and so counts do not compare.",)


@given(st.lists(st.floats(0, 1) | st.none(), max_size=12))
def test_holm_keeps_order_and_never_lowers_a_p_value(values: list[float | None]) -> None:
    adjusted = holm(values)
    pairs = sorted((p, q) for p, q in zip(values, adjusted, strict=True) if p is not None and q is not None)
    assert [q is None for q in adjusted] == [p is None for p in values]
    assert all(p <= q <= 1 for p, q in pairs)
    assert [q for _, q in pairs] == sorted(q for _, q in pairs)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, None, 0.03]) == [pytest.approx(0.03), pytest.approx(0.06), None, pytest.approx(0.06)]


@pytest.mark.statistical
@pytest.mark.parametrize(("shift", "least", "most"), [(0.0, 0, 29), (1.0, 150, 200)])
def test_the_family_wise_error_is_kept(shift: float, least: int, most: int) -> None:
    """200 families of 8 true null hypotheses give at most 29 with a false verdict; the false-alarm rate of this test is below 1e-6
    (binomial, 200 at 5 %). With a shift of one standard deviation, 150 and more are found: the negative control."""
    luck = np.random.default_rng(75)
    found = 0
    for _ in range(200):
        samples = luck.normal(shift, 1, (8, 12))
        found += min(p for p in holm(stats.ttest_1samp(samples, 0, axis=1).pvalue.tolist()) if p is not None) < 0.05
    assert least <= found <= most


def test_the_table_reads_at_80_and_120_columns(make: Make) -> None:
    results = [make("a"), make("b", harshness=0.5), make("c", harshness=2)]
    for width in (80, 120):
        text = printed(sim.compare(results), width)
        assert max(map(len, text.splitlines())) <= width
        assert "share of voice heard" in text
        assert "higher, better" in text
        assert "lower, worse" in text


def test_titles_are_text_and_nothing_else(make: Make) -> None:
    title = "[red]A[/red] | *b* \x1b[31m $x_1$"
    comparison = sim.compare([make("a", changes={"title": title}), make("b")])
    text = printed(comparison)
    assert "[red]A[/red] | *b* [31m $x_1$" in text
    assert "\x1b" not in text
    assert r"\[red\]A\[/red\] \| \*b\* \[31m $x\_1$" in as_markdown(comparison)


def test_formats_for_machines(make: Make) -> None:
    comparison = sim.compare([make("a", harshness=0), make("b")])
    document = json.loads(as_json(comparison))
    assert document["baseline"] == "a"
    assert document["rows"][0]["measure"] == MEASURE
    lines = as_csv(comparison).splitlines()
    assert lines[0] == ",".join(comparison.table.columns)
    assert len(lines) == comparison.table.height + 1
