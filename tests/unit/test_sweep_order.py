"""Which of two outcomes is better, and in which share of the points of an experiment."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from sim.experiment.disk import ResultError
from sim.measures.definitions import MEASURES
from sim.sensitivity.text import order_table
from sim.sweep_order import order


def experiment(folder: str, shifts: list[float]) -> Any:
    """The result of an experiment, as far as it is compared, with the shift of the picture at each of its points."""
    points = range(len(shifts))
    where = {"world": "full", "split": "total", "measure": "opinion_shift"}
    return SimpleNamespace(
        name="same",
        folder=Path(folder),
        scenario=SimpleNamespace(seed=1),
        worlds=("full",),
        design=pl.DataFrame({"point": points}),
        summary=pl.DataFrame({"point": points, "mean": shifts}).with_columns(**{key: pl.lit(value) for key, value in where.items()}),
    )


@pytest.mark.parametrize(
    ("measure", "better", "advantage"),
    [("heard_share", "higher", -0.3), ("removal_rate", "lower", 0.3), ("opinion_gap", "nearer 0", -0.1), ("wished", "higher", -0.3)],
)
def test_better_is_less_of_a_loss_more_of_a_gain_and_nearer_0_of_a_deviation(measure: str, better: str, advantage: float) -> None:
    assert MEASURES[measure].better == better
    assert MEASURES[measure].advantage(np.array([-0.2]), np.array([0.1])) == pytest.approx([advantage])


def test_a_picture_that_is_shifted_less_is_better_whichever_way_it_is_shifted() -> None:
    found = order(experiment("x/a", [-0.1, -0.1, 0.1, 0.1]), experiment("x/b", [-0.2, 0.2, 0.2, 0.05]), ["opinion_shift"])
    [row] = found.rows(named=True)
    assert (row["better"], row["first_better"], row["second_better"], row["equal"]) == ("nearer 0", 0.75, 0.25, 0)


def test_experiments_of_one_name_are_told_apart_by_their_folders() -> None:
    found = order(experiment("x/before", [0.1]), experiment("x/after", [0.2]), ["opinion_shift"])
    assert found.select("first", "second").row(0) == ("before", "after")
    assert [column.header for column in order_table(found).columns][2:4] == ["before better", "after better"]


def test_experiments_without_values_at_the_same_points_have_no_order() -> None:
    """As where every run of one failed."""
    none = experiment("x/none", [0.1])
    none.summary = none.summary.clear()
    with pytest.raises(ResultError, match=r"^a: has no value to compare at any point that none has too$"):
        order(experiment("x/a", [0.1]), none, ["opinion_shift"])
