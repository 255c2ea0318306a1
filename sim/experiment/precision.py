"""How many replications: as many as make intervals narrow enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import ceil

import polars as pl

from sim.experiment.summary import half_width
from sim.measures.definitions import HEADLINE, MEASURES, Measure

FIRST_LOOK = 10
"""Replications after which intervals are looked at for the first time."""

LIMIT = 10**9
"""Replications beyond which it does not matter how many are needed."""

WIDEST = 1e12
"""The widest interval that can be asked for, to either side."""

Precision = Mapping[str, float]
"""Half-widths that 95 % intervals are to have at most, by measure."""

Spread = Mapping[str, tuple[int, float | None]]
"""How many replications have a value of a measure, and their standard deviation (None for fewer than two), by measure."""

NEEDED_COLUMNS = {
    "measure": pl.String, "n": pl.Int64, "mean": pl.Float64, "sd": pl.Float64, "half_width": pl.Float64, "wanted": pl.Float64,
    "needed": pl.Int64,
}  # fmt: skip


def faults(precision: Mapping[str, object]) -> list[str]:
    """What is wrong with a precision, one line for each measure."""
    from sim.scenario.problems import hint, shown

    unknown = [f"a measure ({hint(name, MEASURES)}), and got {shown(name)}" for name in precision if name not in MEASURES]
    wide = [
        f"{shown(name)}: a number above 0 and at most {WIDEST:,.0f}, and got {shown(half)}"
        for name, half in precision.items()
        if not (isinstance(half, int | float) and 0 < half <= WIDEST)
    ]
    return unknown + wide


def replications_for(sd: float, half: float) -> int:
    """The smallest n, from 2, at which a 95 % t interval of values with this standard deviation reaches no further than `half` from the
    mean; `LIMIT` if there is none below."""
    return 2 + bisect_left(range(2, LIMIT), True, key=lambda n: bool(half_width(sd, n) <= half))


def usual(measure: Measure, mean: float) -> float:
    """A half-width that many would be content with: one percentage point, or a twentieth of a value that is not in per cent."""
    return {"share": 0.01, "points": 1.0}.get(measure.kind, abs(mean) / 20)


def needed(summary: pl.DataFrame, world: str, precision: Precision | None = None) -> pl.DataFrame:
    """How many replications give measures their precision, as far as the spread between those there are tells: measure, n, mean, sd,
    `half_width` now, `wanted`, and `needed`.

    Of the headline measures, and their usual precision, if none is given. What has no value, or no spread that is known, has no row.
    """
    rows = summary.filter(world=world, split="total").drop_nulls("sd").iter_rows(named=True)
    there = {row["measure"]: row for row in rows}
    if precision is None:
        precision = {name: usual(MEASURES[name], there[name]["mean"]) for name in HEADLINE if name in there and there[name]["sd"]}
    found = [
        (name, row["n"], row["mean"], row["sd"], float(half_width(row["sd"], row["n"])), half, replications_for(row["sd"], half))
        for name, half in precision.items()
        if (row := there.get(name)) is not None
    ]
    return pl.DataFrame(found, NEEDED_COLUMNS, orient="row")


def next_look(n: int, spread: Spread, precision: Precision, most: int) -> int | None:
    """The number of replications after which to look next; None where the first `n`, whose spread is given, are enough or all.

    It is the number that their spread calls for, but at least a tenth more than n and at most twice as many, in full tens. So it depends
    on the replications in their order alone, and not on how many were at work.
    """
    if n >= most:
        return None
    if n == 0:
        return min(most, FIRST_LOOK)
    needed = max(_needed(half, *spread.get(measure, (0, None)), n) for measure, half in precision.items())
    if needed <= n:
        return None
    return min(most, _in_tens(min(max(needed, n + n // 10), 2 * n)))


def _needed(half: float, values: int, sd: float | None, n: int) -> int:
    """Replications that a measure calls for, if as many of them have a value of it as of the first n."""
    if sd is None:
        return 2 * n
    needed = replications_for(sd, half)
    return n if needed <= values else ceil(needed * n / values)


def _in_tens(n: int) -> int:
    return -(-n // 10) * 10
