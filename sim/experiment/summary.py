"""Means over replications, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.experiment.columns import KEY, STATISTICS
from sim.measures.definitions import FUNNEL

CONFIDENCE = 0.95

HANDY_ROWS = 250_000
"""Rows of a table that are summarised at a time."""

Floats = NDArray[np.float64]


def summarise(measures: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """n, mean, standard deviation and 95 % t interval per measure, split and level, in the order in which they first occur."""
    return over_replications(measures, KEY)


def over_replications(rows: pl.DataFrame | pl.LazyFrame, key: Sequence[str]) -> pl.DataFrame:
    """Statistics of the column `value` for each distinct `key`; with one value, only n and mean.

    The result depends on the replications' values in their order alone, not on the order of the rows. Of a table that is not in memory, or
    a large one, no more rows are held than are handy, unless a single key has more.
    """
    if isinstance(rows, pl.DataFrame) and rows.height <= HANDY_ROWS:
        return _over_replications(rows.with_row_index("row"), key).drop("row")
    return _piece_by_piece(rows.lazy().with_row_index("row").select("row", *key, "replication", "value"), key)


def _piece_by_piece(rows: pl.LazyFrame, key: Sequence[str]) -> pl.DataFrame:
    """The same with less memory."""
    pieces = [_over_replications(rows.filter(where).collect(), key) for where in _pieces(rows, key, pl.lit(True))]
    table: pl.DataFrame = pl.concat(pieces or [_over_replications(rows.collect(), key)])
    return (table if table["row"].is_sorted() else table.sort("row")).drop("row")


def _pieces(rows: pl.LazyFrame, key: Sequence[str], within: pl.Expr) -> Iterator[pl.Expr]:
    """Conditions that part the rows within one into pieces of a handy size, of whole keys, in the order in which these first occur."""
    column, *others = key
    sizes = rows.filter(within).group_by(column).agg(pl.len(), pl.col("row").min()).collect(engine="streaming").sort("row")
    packs: list[tuple[list[Any], int]] = []
    for value, size, _ in sizes.iter_rows():
        if packs and packs[-1][1] + size <= HANDY_ROWS:
            packs[-1] = ([*packs[-1][0], value], packs[-1][1] + size)
        else:
            packs.append(([value], size))
    for values, size in packs:
        here = within & pl.col(column).is_in(values)
        yield from _pieces(rows, others, here) if size > HANDY_ROWS and others else [here]


def _over_replications(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """With the `row` in which each key first occurs, in this order."""
    if frame.is_empty():
        return frame.select("row", *key).with_columns(pl.lit(None, kind).alias(name) for name, kind in STATISTICS.items())
    groups = frame.select(*key).with_columns(group=pl.struct(key).rank("dense"))
    first = groups.with_row_index("at").group_by("group").agg(pl.col("at").min()).sort("group")["at"]
    values = frame.select(group=groups["group"], replication="replication", value="value").sort("group", "replication")
    starts = np.flatnonzero(np.diff(values["group"].to_numpy(), prepend=0))
    table = pl.DataFrame(_statistics(values["value"].to_numpy(), starts), STATISTICS).with_columns(pl.col(pl.Float64).fill_nan(None))
    return pl.concat([frame.select("row", *key)[first], table], how="horizontal").sort("row")


def shares_of_wished(measures: pl.LazyFrame, world: str) -> pl.DataFrame:
    """Statistics of the funnel's steps in a world, as shares of what was wished: measure, n, mean, sd, ci_low, ci_high."""
    totals = measures.filter(pl.col("world") == world, pl.col("split") == "total", pl.col("measure").is_in(FUNNEL)).collect()
    wished = totals.filter(pl.col("measure") == "wished", pl.col("value") > 0).select("replication", wished="value")
    shares = totals.join(wished, on="replication").select("measure", "replication", value=pl.col("value") / pl.col("wished"))
    return over_replications(shares, ["measure"]).sort(pl.col("measure").cast(pl.Enum(FUNNEL)))


def half_width(sd: Floats | float, n: Floats | float) -> Floats:
    """Half the width of a 95 % t interval for a mean of n values; NaN for n < 2."""
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        width: Floats = stdtrit(np.asarray(n, dtype=float) - 1, (1 + CONFIDENCE) / 2) * sd / np.sqrt(n)
    return width


def _statistics(values: Floats, starts: NDArray[np.intp]) -> dict[str, Floats]:
    """Statistics of the runs of values that begin at `starts`. Sums start from each run's first value, so that a constant has no spread."""
    n = np.diff(starts, append=len(values))
    origin = values[starts]
    shift = np.add.reduceat(values - np.repeat(origin, n), starts) / n
    squares = np.add.reduceat((values - np.repeat(origin + shift, n)) ** 2, starts)
    with np.errstate(invalid="ignore"):
        sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
    half = half_width(sd, n)
    mean = origin + shift
    return {"n": n, "mean": mean, "sd": sd, "ci_low": mean - half, "ci_high": mean + half}
