"""Score curves: how a classifier's scores are distributed over rule-breaking and other messages, by group."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.scenario.problems import Problem, shown
from sim.scenario.table import Faults, Table

COLUMNS = ("group", "label", "quantile", "score")
EVERYBODY = "all"
MOST_ROWS = 200_000

Curves = Mapping[tuple[str, int], "Curve"]
"""Curves by group, or `all`, and label: 1 for rule-breaking messages, 0 for others."""


@dataclass(frozen=True)
class Curve:
    """Quantiles of scores, both ascending: a share `quantile` of the messages scores less than `score`."""

    quantile: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)

    def share_below(self, cut: float) -> float:
        """Share of messages that score less than a cut, interpolated."""
        from bisect import bisect_left

        at = bisect_left(self.score, cut)
        if at == 0 or at == len(self.score):
            return float(at > 0)
        low, high = self.score[at - 1], self.score[at]
        share = (cut - low) / (high - low)
        return self.quantile[at - 1] + share * (self.quantile[at] - self.quantile[at - 1])


def read_score_curves(text: str, file: str, found: list[Problem]) -> Curves:
    """The curves of a file in CSV, without rows that are wrong, which are added to `found`."""
    faults = Faults(file, found)
    curves: dict[tuple[str, int], Curve] = {}
    last = 1
    for line, row in Table(text, COLUMNS, COLUMNS, MOST_ROWS, faults).rows():
        _add(curves, line, row, faults)
        last = line
    for label in (1, 0):
        if not len(faults) and (EVERYBODY, label) not in curves:
            faults.add(last, "group", f"rows of the group '{EVERYBODY}' with the label {label}, and got none")
    for (group, label), curve in curves.items():
        if not len(faults) and (curve.quantile[0], curve.quantile[-1]) != (0, 1):
            ends = f"{curve.quantile[0]:g} to {curve.quantile[-1]:g}"
            faults.add(last, "quantile", f"quantiles from 0 to 1 for {shown(group)} and the label {label}, and got {ends}")
    return curves


def _add(curves: dict[tuple[str, int], Curve], line: int, row: dict[str, str], faults: Faults) -> None:
    before = len(faults)
    if not row["group"]:
        faults.add(line, "group", f"a group, or {EVERYBODY}, and got none")
    if row["label"] not in ("0", "1"):
        faults.add(line, "label", f"1 (rule-breaking) or 0, and got {shown(row['label'])}")
    quantile, score = _number(row["quantile"]), _number(row["score"])
    if not 0 <= quantile <= 1:
        faults.add(line, "quantile", f"a share from 0 to 1, and got {shown(row['quantile'])}")
    if not math.isfinite(score):
        faults.add(line, "score", f"a number, and got {shown(row['score'])}")
    if len(faults) > before:
        return
    curve = curves.setdefault((row["group"], int(row["label"])), Curve())
    for name, value, values in (("quantile", quantile, curve.quantile), ("score", score, curve.score)):
        if values and value < values[-1]:
            faults.add(line, name, f"no less than on the row of this group and label before, {values[-1]:g}, and got {value:g}")
            return
    curve.quantile.append(quantile)
    curve.score.append(score)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
