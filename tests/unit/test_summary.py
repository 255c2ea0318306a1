"""Means over replications, intervals, and what each mechanism takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.experiment.attribution import attribute, parts_of
from sim.experiment.columns import MEASURE_COLUMNS, in_order
from sim.experiment.csv import read_csv, to_csv, write_csv
from sim.experiment.summary import over_replications, shares_of_wished, summarise
from sim.measures.definitions import LADDER, MECHANISMS
from sim.model.worlds import ALL_WORLDS, mechanisms_of
from tests import synthetic


def measures(values: list[float], **key: str) -> pl.DataFrame:
    fixed = {"scenario": "s", "world": "full", "measure": "said", "split": "total", "level": "all", **key}
    numbers = pl.DataFrame({"replication": range(len(values)), "value": values})
    return numbers.with_columns(**{name: pl.lit(text) for name, text in fixed.items()})


def runs(replications: int = 4, worlds: tuple[str, ...] = LADDER) -> pl.DataFrame:
    scenario = synthetic.scenario(groups=2)
    frames = [
        run.measures.with_columns(scenario=pl.lit("s"), world=pl.lit(run.world), replication=pl.lit(run.replication))
        for run in synthetic.run_task(scenario, range(replications), worlds)
    ]
    return pl.concat(frames)


def test_statistics_are_those_of_a_t_interval() -> None:
    values = [1.0, 4.0, 2.5, 7.0, 3.25]
    row = summarise(measures(values)).row(0, named=True)
    low, high = stats.t.interval(0.95, 4, np.mean(values), stats.sem(values))
    assert row["n"] == 5
    assert row["mean"] == pytest.approx(np.mean(values), rel=1e-12)
    assert row["sd"] == pytest.approx(np.std(values, ddof=1), rel=1e-12)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), rel=1e-12)


def test_one_replication_has_a_mean_and_no_spread() -> None:
    row = summarise(measures([3.0])).row(0, named=True)
    assert (row["n"], row["mean"], row["sd"], row["ci_low"], row["ci_high"]) == (1, 3.0, None, None, None)


def test_a_constant_has_no_spread_at_all() -> None:
    row = summarise(measures([0.1] * 7)).row(0, named=True)
    assert (row["mean"], row["sd"], row["ci_low"], row["ci_high"]) == (0.1, 0.0, 0.1, 0.1)


def test_n_counts_the_replications_that_have_a_value() -> None:
    frame = pl.concat([measures([1.0, 2.0, 3.0]), measures([5.0, 6.0], measure="seen")])
    assert dict(summarise(frame).select("measure", "n").iter_rows()) == {"said": 3, "seen": 2}


def test_rows_keep_their_order_and_do_not_depend_on_it() -> None:
    frame = pl.concat([measures([1.1, 2.7, 3.3], level=level) for level in ("c", "a", "b")])
    table = over_replications(frame, ["level"])
    assert table["level"].to_list() == ["c", "a", "b"]
    shuffled = frame.sample(fraction=1, shuffle=True, seed=3)
    assert over_replications(shuffled, ["level"]).sort("level").equals(table.sort("level"))


@pytest.mark.parametrize("handy", [1, 30, 10**6])
def test_a_table_is_summarised_in_pieces_of_any_size_to_the_same(handy: int, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = runs(worlds=("full", "free")).sample(fraction=1, shuffle=True, seed=1)
    whole = summarise(frame)
    monkeypatch.setattr("sim.experiment.summary.HANDY_ROWS", handy)
    assert summarise(frame).equals(whole)
    assert summarise(frame.lazy()).equals(whole)
    assert summarise(frame.clear().lazy()).equals(summarise(frame.clear()))


def test_no_rows_give_a_table_without_rows() -> None:
    table = summarise(measures([1.0]).clear())
    assert table.is_empty()
    assert table.columns[-1] == "ci_high"


def test_shares_of_what_was_wished() -> None:
    frame = pl.concat([measures([50.0, 100.0], measure="wished"), measures([25.0, 25.0], measure="seen")])
    assert dict(shares_of_wished(frame.lazy(), "full").select("measure", "mean").iter_rows()) == {"wished": 1.0, "seen": 0.375}


def test_the_ladder_sums_to_its_total_in_every_replication() -> None:
    scenario = synthetic.scenario(groups=2)
    table = attribute(runs(), scenario, LADDER)
    for quantity in ("seen", "counted"):
        rows = dict(table.filter(pl.col("quantity") == quantity).select("mechanism", "mean").iter_rows())
        assert list(rows) == [*MECHANISMS, "total"]
        assert sum(rows[name] for name in MECHANISMS) == pytest.approx(rows["total"], abs=1e-12)


def test_attribution_is_the_fall_in_the_share_of_what_was_wished() -> None:
    frame = runs(replications=1)
    table = attribute(frame, synthetic.scenario(groups=2), LADDER)
    total = dict(frame.filter(split="total", measure="seen").select("world", "value").iter_rows())
    wished = frame.filter(split="total", measure="wished", world="free")["value"].item()
    loss = table.filter(quantity="seen", mechanism="fear")["mean"].item()
    assert loss == pytest.approx((total["abuse+access+moderation+surveillance"] - total["full"]) / wished, rel=1e-12)


def voices(losses: dict[frozenset[str], float]) -> pl.DataFrame:
    """Voice in every world, of 100 wishes, with a loss for each set of mechanisms that are on together."""
    rows = []
    for world in ALL_WORLDS:
        on = mechanisms_of(world)
        seen = 100 - sum(loss for together, loss in losses.items() if together <= on)
        rows += [("s", world, 0, measure, "total", "all", value) for measure, value in (("wished", 100.0), ("seen", seen))]
    return pl.DataFrame(rows, schema=MEASURE_COLUMNS, orient="row")


def shapley_and_ladder(losses: dict[frozenset[str], float]) -> tuple[dict[str, float], dict[str, float]]:
    table = attribute(voices(losses), synthetic.scenario(groups=2), ALL_WORLDS).filter(quantity="seen")
    shapley, ladder = (dict(table.filter(method=method).select("mechanism", "mean").iter_rows()) for method in ("shapley", "ladder"))
    return shapley, ladder


def test_shapley_and_ladder_agree_where_mechanisms_do_not_interact() -> None:
    alone = {frozenset([name]): float(loss) for name, loss in zip(MECHANISMS, (2, 7, 11, 0, 20), strict=True)}
    shapley, ladder = shapley_and_ladder(alone)
    assert shapley == pytest.approx(ladder)
    assert shapley == pytest.approx({"abuse": 0.02, "access": 0.07, "moderation": 0.11, "surveillance": 0, "fear": 0.2, "total": 0.4})


def test_shapley_shares_out_what_mechanisms_take_together() -> None:
    shapley, ladder = shapley_and_ladder({frozenset(["access"]): 10.0, frozenset(["access", "fear"]): 6.0, frozenset(MECHANISMS): 5.0})
    assert shapley == pytest.approx({"abuse": 0.01, "access": 0.14, "moderation": 0.01, "surveillance": 0.01, "fear": 0.04, "total": 0.21})
    assert ladder["fear"] == pytest.approx(0.11), "the ladder gives all of it to the last"


@given(st.dictionaries(st.sampled_from([frozenset(mechanisms_of(world)) for world in ALL_WORLDS]), st.floats(-5, 5)))
def test_shapley_parts_sum_to_the_loss(losses: dict[frozenset[str], float]) -> None:
    shapley, _ = shapley_and_ladder(losses)
    assert sum(shapley[name] for name in MECHANISMS) == pytest.approx(shapley["total"], abs=1e-12)


def test_shapley_needs_every_world() -> None:
    for worlds in (LADDER, ALL_WORLDS[:-1]):
        assert {part.method for part in parts_of(worlds)} == {"ladder"}


@pytest.mark.parametrize(
    ("worlds", "mechanisms"), [(("full",), []), (("free", "full"), ["total"]), (("free", "abuse", "full"), ["abuse", "total"])]
)
def test_steps_without_both_worlds_are_left_out(worlds: tuple[str, ...], mechanisms: list[str]) -> None:
    table = attribute(runs(worlds=worlds), synthetic.scenario(groups=2), worlds)
    assert table.filter(quantity="seen")["mechanism"].to_list() == mechanisms


def test_rows_are_ordered_by_world_measure_split_and_level_whatever_came_first() -> None:
    scenario = synthetic.scenario(groups=3)
    levels = ["all", *scenario.groups, *scenario.topics, "0", "2", "10", "tencent-meeting.keywords"]
    frame = pl.concat([measures([1.0], world=world, level=level) for world in ("full", "free") for level in reversed(levels)])
    ordered = in_order(frame, scenario, ("free", "full"))
    assert ordered["level"].to_list() == levels * 2
    assert ordered["world"].to_list() == ["free"] * len(levels) + ["full"] * len(levels)


def test_csv_rounds_numbers_to_12_digits_and_defuses_formulas() -> None:
    frame = pl.DataFrame({"text": ["=1+1", "-0.95", "@a", "plain, with comma", ""], "value": [0.1 + 0.2, 1e-7, None, 2.0, 1 / 3]})
    text = to_csv(frame)
    assert text == "text,value\n'=1+1,0.3\n-0.95,1e-7\n'@a,\n\"plain, with comma\",2.0\n,0.333333333333\n"


def test_csv_is_written_in_pieces_to_the_same(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["=1", None, "a,b", ""], "value": [0.1, None, 1e300, -0.0]})
    for name, pieces in (("some", frame.iter_slices(1)), ("none", [frame.clear()])):
        write_csv(pieces, tmp_path / name)
    assert (tmp_path / "some").read_bytes() == to_csv(frame).encode()
    assert (tmp_path / "none").read_text(encoding="utf-8") == "text,value\n"


def test_csv_reads_back(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    frame = pl.DataFrame({"text": ["a", ""], "value": [0.25, None], "n": [1, 2]})
    path.write_text(to_csv(frame), encoding="utf-8")
    assert read_csv(path, dict(frame.schema)).equals(frame)
