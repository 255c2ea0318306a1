"""Results against a baseline: paired differences with intervals, and verdicts that keep the family-wise error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from math import isclose
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.experiment.columns import in_order
from sim.experiment.disk import ResultError
from sim.experiment.summary import half_width
from sim.measures.definitions import HEADLINE
from sim.wording import measure_of

if TYPE_CHECKING:
    from sim.result import Result
    from sim.sweep_result import Sweep

LEVEL = 0.05
"""Family-wise error of the verdicts."""

ROUNDING = 1e-12
"""Relative difference up to which two values are the same."""

COLUMNS = {
    "measure": pl.String, "split": pl.String, "level": pl.String, "baseline": pl.String, "option": pl.String,
    "baseline_value": pl.Float64, "value": pl.Float64, "difference": pl.Float64, "ci_low": pl.Float64, "ci_high": pl.Float64,
    "relative": pl.Float64, "method": pl.String, "n": pl.Int64, "p": pl.Float64, "p_holm": pl.Float64, "verdict": pl.String,
    "reason": pl.String,
}  # fmt: skip

Verdict = Literal["lower", "higher", "no difference shown", "not comparable"]
Floats = NDArray[np.float64]
Values = dict[int, float]
"""Value by replication."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of options with a baseline.

    Attributes:
        table: one row per measure, level and option: values, difference (option - baseline), 95 % interval, relative change (missing for a
            baseline of zero and for percentage points), p and Holm's adjusted p, verdict, and the reason where there is nothing to compare.
        baseline: label of the baseline.
        options: labels of the others.
        world: the world compared.
        notes: what a reader must know about how the options were paired, and about results that are incomplete.
        results: the results by label.
    """

    table: pl.DataFrame
    baseline: str
    options: tuple[str, ...]
    world: str
    notes: tuple[str, ...]
    results: dict[str, Result]


class _Difference(NamedTuple):
    difference: float
    ci_low: float
    ci_high: float
    p: float
    method: str
    n: int


def compare(
    results: Sequence[Result], *, baseline: str | None = None, measures: Sequence[str] = HEADLINE, split: str = "total", world: str = "full"
) -> Comparison:
    """Compares results with a baseline, the first of them unless another is named.

    Replications are paired where the seeds are the same, as they then share people, occasions and luck; where they are not, the means are
    compared by Welch's test. Holm's method adjusts the p values across all rows.

    Args:
        results: two or more.
        baseline: label of the baseline (see `labels`).
        measures: names of measures, `("all",)` for all there are.
        split: total, group, topic, platform, day or rule.
        world: the world to compare.

    Raises:
        ResultError: if there are not two results, or a name is in none of them.
    """
    if len(results) < 2:
        raise ResultError("a comparison needs two results or more")
    named = dict(zip(labels(results), results, strict=True))
    first = _baseline(named, baseline)
    options = tuple(label for label in named if label != first)
    for label, result in named.items():
        if world not in result.worlds:
            raise ResultError(f"{label}: has no world '{world}'; it has {', '.join(result.worlds)}")
    chosen = pl.lit(True) if "all" in measures else pl.col("measure").is_in(list(measures))
    keys = _keys(list(named.values()), world, split, measures, chosen)
    values = {label: _values(result, world, split, chosen) for label, result in named.items()}
    rows = [_row(key, first, option, named, values) for key in keys for option in options]
    table = _judged(pl.DataFrame(rows, COLUMNS, orient="row"))
    return Comparison(table, first, options, world, tuple(_notes(named, first)), named)


def labels(results: Sequence[Result | Sweep]) -> list[str]:
    """A label for each result: the scenario's name, the folder's where names clash, numbered where those clash too."""
    names = [result.name for result in results]
    folders = [result.folder.resolve().name if result.folder else result.name for result in results]
    chosen = [name if names.count(name) == 1 else folder for name, folder in zip(names, folders, strict=True)]
    return [label if chosen.index(label) == at else f"{label} ({chosen[: at + 1].count(label)})" for at, label in enumerate(chosen)]


def _baseline(named: dict[str, Result], wanted: str | None) -> str:
    if wanted is None:
        return next(iter(named))
    for label, result in named.items():
        if wanted == label or (result.folder is not None and Path(wanted).resolve() == result.folder.resolve()):
            return label
    raise ResultError(f"no result is called '{wanted}'; there are {', '.join(named)}")


def _values(result: Result, world: str, split: str, chosen: pl.Expr) -> dict[tuple[str, str], Values]:
    with result.reading("measures") as rows:
        wanted = rows.filter(pl.col("world") == world, pl.col("split") == split, chosen)
        frame = wanted.select("measure", "level", "replication", "value").collect()
    values: dict[tuple[str, str], Values] = {}
    for measure, level, replication, value in frame.iter_rows():
        values.setdefault((measure, level), {})[replication] = value
    return values


def _keys(results: Sequence[Result], world: str, split: str, measures: Sequence[str], chosen: pl.Expr) -> list[tuple[str, str, str]]:
    """Measures and levels that any of the results has, in the order of tables."""
    there = pl.concat([_cells(result, world) for result in results]).unique()
    for name in measures:
        _check_known("measure", name, {"all", *HEADLINE, *there["measure"]})
    _check_known("split", split, set(there["split"]))
    return list(in_order(there.filter(pl.col("split") == split, chosen), results[0].scenario, [world]).iter_rows())


def _cells(result: Result, world: str) -> pl.DataFrame:
    with result.reading("measures") as rows:
        return rows.filter(pl.col("world") == world).select("measure", "split", "level").unique().collect(engine="streaming")


def _check_known(kind: str, name: str, known: set[str]) -> None:
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"they have {', '.join(sorted(known))}"
        raise ResultError(f"no result has a {kind} '{name}'; {hint}")


def _row(
    key: tuple[str, str, str], baseline: str, option: str, named: dict[str, Result], values: dict[str, dict[tuple[str, str], Values]]
) -> tuple[object, ...]:
    measure, split, level = key
    before, after = (values[label].get((measure, level), {}) for label in (baseline, option))
    low, high = _mean(before), _mean(after)
    head = (measure, split, level, baseline, option, low, high)
    reason = f"no value in {baseline if not before else option}" if not (before and after) else ""
    found = None if reason else _difference(before, after, paired=_same_luck(named[baseline], named[option]))
    if found is None:
        return (*head, *[None] * 8, "not comparable", reason or "fewer than two replications have a value")
    relative = None if not low or measure_of(measure).kind == "points" else found.difference / abs(low)
    reason = "identical" if found.ci_low == found.ci_high == 0 else ""
    return (*head, found.difference, found.ci_low, found.ci_high, relative, found.method, found.n, found.p, None, None, reason)


def _mean(values: Values) -> float | None:
    return float(np.mean([values[replication] for replication in sorted(values)])) if values else None


def _same_luck(one: Result, other: Result) -> bool:
    return one.scenario.seed == other.scenario.seed


def _difference(before: Values, after: Values, paired: bool) -> _Difference | None:
    if paired:
        shared = sorted(before.keys() & after.keys())
        differences = np.array([_exact(after[replication], before[replication]) for replication in shared])
        return _paired(differences) if len(shared) > 1 else None
    if min(len(before), len(after)) < 2:
        return None
    return _welch(*(np.array([values[replication] for replication in sorted(values)]) for values in (before, after)))


def _exact(after: float, before: float) -> float:
    """The difference; zero where it is no more than the rounding of the two."""
    return 0.0 if isclose(after, before, rel_tol=ROUNDING) else after - before


def _paired(differences: Floats) -> _Difference:
    n = len(differences)
    mean = float(differences[0] + np.mean(differences - differences[0]))
    sd = float(np.std(differences, ddof=1)) if np.ptp(differences) else 0.0
    half = float(half_width(sd, n))
    return _Difference(mean, mean - half, mean + half, _p_value(mean, sd / np.sqrt(n), n - 1, n), "paired", n)


def _welch(before: Floats, after: Floats) -> _Difference:
    from scipy.special import stdtrit

    mean = float(np.mean(after) - np.mean(before))
    parts = np.array([np.var(values, ddof=1) / len(values) for values in (before, after)])
    error = float(np.sqrt(parts.sum()))
    n = min(len(before), len(after))
    degrees = float(parts.sum() ** 2 / (parts[0] ** 2 / (len(before) - 1) + parts[1] ** 2 / (len(after) - 1))) if error else n - 1
    half = float(stdtrit(degrees, 0.975)) * error
    return _Difference(mean, mean - half, mean + half, _p_value(mean, error, degrees, n), "unpaired", n)


def _p_value(mean: float, error: float, degrees: float, n: int) -> float:
    """Two-sided p of a t test; of the sign test where there is no spread at all, for which t is not defined."""
    from scipy.special import stdtr

    if error == 0:
        return 1.0 if mean == 0 else 2.0 ** (1 - n)
    return float(2 * stdtr(degrees, -abs(mean) / error))


def _judged(table: pl.DataFrame) -> pl.DataFrame:
    adjusted = holm(table["p"].to_list())
    verdicts = [
        verdict or _verdict(difference, p) for verdict, difference, p in zip(table["verdict"], table["difference"], adjusted, strict=True)
    ]
    return table.with_columns(p_holm=pl.Series(adjusted, dtype=pl.Float64), verdict=pl.Series(verdicts, dtype=pl.String))


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Holm's adjusted p values; missing ones stay missing and do not count."""
    ranked = sorted((p, at) for at, p in enumerate(values) if p is not None)
    adjusted: list[float | None] = [None] * len(values)
    largest = 0.0
    for rank, (p, at) in enumerate(ranked):
        largest = max(largest, min(1.0, p * (len(ranked) - rank)))
        adjusted[at] = largest
    return adjusted


def _verdict(difference: float, p: float | None) -> Verdict:
    if p is None or p >= LEVEL or difference == 0:
        return "no difference shown"
    return "higher" if difference > 0 else "lower"


def _notes(named: dict[str, Result], baseline: str) -> Iterator[str]:
    strangers = [label for label, result in named.items() if not _same_luck(named[baseline], result)]
    if strangers:
        yield f"Not paired, as their seeds differ from that of {baseline}: {', '.join(strangers)}. Means are compared by Welch's test."
    for label, result in named.items():
        if missing := result.runs.height - result.count("done"):
            yield f"{label} is incomplete: {missing} of its {result.runs.height} runs failed or were cancelled."
    if len({result.manifest["versions"]["chillsim"] for result in named.values()}) > 1:
        yield "The results come from different versions of chillsim."
    if len({result.scenario.horizon for result in named.values()}) > 1:
        yield "The scenarios differ in their horizon, and so counts do not compare."
