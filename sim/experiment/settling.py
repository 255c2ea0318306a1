"""Whether measures over time had settled when measuring began: MSER-5 on what a run measured, with a test over its replications."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sim.measures.mser import mser5
from sim.measures.voice import ratio
from sim.model.luck import Floats
from sim.model.moderation.desks import SAMPLE_EVERY

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

ALPHA = 0.01
"""Of the t-test of the stretch that MSER-5 drops against the rest. As the stretch is chosen from the same series, what is steady is taken
to be unsteady in about 2 % of cases; MSER-5 alone drops something of four in ten steady series."""
ROUNDING = 1e-12
"""Standard error that a mean of shares has at least."""
DAY = round(24 / SAMPLE_EVERY)
COLUMNS = {
    "quantity": pl.String, "hours": pl.Float64, "dropped": pl.Float64, "first": pl.Float64, "rest": pl.Float64, "p": pl.Float64,
    "verdict": pl.String,
}  # fmt: skip


def settling(series: pl.LazyFrame, scenario: Scenario, world: str) -> pl.DataFrame:
    """For each quantity: `hours` measured, hours that MSER-5 would drop, its mean over the `first` stretch dropped and over the `rest`.

    A quantity is a share, or a perceived risk, of each running day, which takes the course of the day out of it. The truncation is that of
    its mean over replications; `p` is of a paired t-test of first against rest over replications. The `verdict` is `settled` where nothing
    is dropped or p is 0.01 or more, `not settled`, or `cannot tell`: for less than 14 days, or one replication.
    """
    bins = int(scenario.horizon // SAMPLE_EVERY)
    there = series.filter(pl.col("world") == world, pl.col("hour") < bins * SAMPLE_EVERY).select("replication", "hour", "measure", "value")
    rows = [_judged(name, values) for name, values in _quantities(there, bins)] if bins > DAY else []
    return pl.DataFrame(rows, COLUMNS, orient="row")


def unsteady(scenario: Scenario) -> str | None:
    """What keeps a scenario from settling at all, whatever its warm-up; None where nothing is known to."""
    rules = [rule for platform in scenario.platforms.values() for rule in platform.rules.values()]
    if scenario.timeline:
        return "the events of its timeline"
    if scenario.trace is not None:
        return "its trace"
    if any(rule.start > 0 or rule.end is not None for rule in rules):
        return "rules with a start or an end"
    if scenario.date is not None and any(rule.detector == "keywords" for rule in rules):
        return "rule lists with dates"
    return None


def _quantities(series: pl.LazyFrame, bins: int) -> Iterator[tuple[str, Floats]]:
    """(replications, running days) of each quantity that the world has."""
    there = series.select(pl.col("measure").unique()).collect()["measure"].to_list()
    mean = partial(_daily, series, bins)
    if "wished" in there:
        yield "self_censorship", ratio(mean("unsaid"), mean("wished") - mean("never_arose") - mean("out_of_reach"))
        if (taken := mean("removed") + mean("stopped")).any():
            yield "removed", ratio(taken, mean("said"))
    yield from ((name, mean(name)) for name in ("perceived_removal", "perceived_reprisal") if name in there)


def _daily(series: pl.LazyFrame, bins: int, measure: str) -> Floats:
    """(replications, running days) means of one measure."""
    return _mean(_running_days(_grid(series.filter(pl.col("measure") == measure).collect(), bins)), axis=2)


def _grid(rows: pl.DataFrame, bins: int) -> Floats:
    """(replications, bins) values of one measure, NaN where there is none."""
    replications = rows["replication"].unique().sort()
    grid = np.full((len(replications), bins), np.nan)
    where = np.searchsorted(replications.to_numpy(), rows["replication"].to_numpy())
    grid[where, np.rint(rows["hour"].to_numpy() / SAMPLE_EVERY).astype(np.int64)] = rows["value"].to_numpy()
    return grid


def _running_days(grid: Floats) -> Floats:
    """(replications, running days, bins of a day)"""
    days: Floats = np.lib.stride_tricks.sliding_window_view(grid, DAY, axis=1)
    return days


def _mean(values: Floats, axis: int) -> Floats:
    """Mean of what there is; NaN where there is nothing."""
    there = np.isfinite(values)
    return ratio(np.where(there, values, 0.0).sum(axis=axis), there.sum(axis=axis))


def _judged(name: str, values: Floats) -> tuple[object, ...]:
    """One row of the table."""
    hours = SAMPLE_EVERY * (values.shape[1] + DAY - 1)
    average = _mean(values, axis=0)
    dropped = mser5(average) if np.isfinite(average).all() else None
    if dropped is None:
        return name, hours, None, None, None, None, "cannot tell"
    if not dropped:
        return name, hours, 0.0, None, float(average.mean()), None, "settled"
    first, rest = _mean(values[:, :dropped], axis=1), _mean(values[:, dropped:], axis=1)
    p = _paired((first - rest)[np.isfinite(first - rest)])
    verdict = "cannot tell" if p is None else "not settled" if p < ALPHA else "settled"
    return name, hours, SAMPLE_EVERY * dropped, float(average[:dropped].mean()), float(average[dropped:].mean()), p, verdict


def _paired(differences: Floats) -> float | None:
    """p of a two-sided t-test of differences over replications; None for one replication."""
    from scipy.special import stdtr

    n = len(differences)
    if n < 2:
        return None
    error = max(float(differences.std(ddof=1)) / n**0.5, ROUNDING)
    return float(2 * stdtr(n - 1, -abs(float(differences.mean())) / error))
