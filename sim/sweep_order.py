"""Two experiments over the same points: in which share of them one is better than the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from sim.comparison import labels
from sim.experiment.disk import ResultError
from sim.measures.definitions import HEADLINE
from sim.sensitivity.study import ORDER_COLUMNS
from sim.sweep_result import Sweep
from sim.wording import measure_of


def order(first: Sweep, second: Sweep, measures: Sequence[str] = HEADLINE, world: str = "full") -> pl.DataFrame:
    """A row per measure: mean over points of each, and the shares of points in which the first and the second is better, or both equal.

    Better is less of a loss, nearer 0 of a deviation, and more of anything else.

    Raises:
        ResultError: if their points or seeds differ, or they lack the world or a measure, or have no values at the same points.
    """
    if not first.design.equals(second.design) or first.scenario.seed != second.scenario.seed:
        raise ResultError(
            f"{second.name}: experiments are compared over the same points and seed, and got others than those of {first.name}"
        )
    for sweep in (first, second):
        if world not in sweep.worlds:
            raise ResultError(f"{sweep.name}: has no world '{world}'; it has {', '.join(sweep.worlds)}")
    if unknown := [name for name in measures if name not in (*HEADLINE, *first.summary["measure"])]:
        raise ResultError(f"no experiment has a measure '{unknown[0]}'")
    rows = list(_rows(first, second, measures, world))
    if not rows:
        one, other = labels([first, second])
        raise ResultError(f"{one}: has no value to compare at any point that {other} has too")
    return pl.DataFrame(rows, ORDER_COLUMNS, orient="row")


def _rows(first: Sweep, second: Sweep, measures: Sequence[str], world: str) -> Iterator[tuple[object, ...]]:
    for name in measures:
        one, other = (_means(sweep, name, world) for sweep in (first, second))
        both = one.join(other, on="point", suffix="_other")
        if both.is_empty():
            continue
        measure = measure_of(name)
        gap = measure.advantage(both["mean"].to_numpy(), both["mean_other"].to_numpy())
        shares = (float(np.mean(gap > 0)), float(np.mean(gap < 0)), float(np.mean(gap == 0)))
        means = (both["mean"].mean(), both["mean_other"].mean())
        yield (name, *labels([first, second]), measure.better, *means, both.height, *shares)


def _means(sweep: Sweep, measure: str, world: str) -> pl.DataFrame:
    rows = sweep.summary.filter(pl.col("world") == world, pl.col("split") == "total", pl.col("measure") == measure)
    return rows.select("point", "mean").drop_nulls()
