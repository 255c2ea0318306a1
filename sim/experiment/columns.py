"""Columns of the result tables, and the order of their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from sim.measures.definitions import MEASURES

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

KEY = ("scenario", "world", "measure", "split", "level")
"""What tells the figures of one replication apart."""

STATISTICS = {"n": pl.Int64, "mean": pl.Float64, "sd": pl.Float64, "ci_low": pl.Float64, "ci_high": pl.Float64}

MEASURE_COLUMNS = {
    "scenario": pl.String, "world": pl.String, "replication": pl.Int64, "measure": pl.String, "split": pl.String, "level": pl.String,
    "value": pl.Float64,
}  # fmt: skip
SERIES_COLUMNS = {
    "scenario": pl.String,
    "world": pl.String,
    "replication": pl.Int64,
    "hour": pl.Float64,
    "measure": pl.String,
    "value": pl.Float64,
}
SUMMARY_COLUMNS = {**dict.fromkeys(KEY, pl.String), **STATISTICS}
ATTRIBUTION_COLUMNS = {
    "scenario": pl.String,
    "method": pl.String,
    "quantity": pl.String,
    "mechanism": pl.String,
    "order": pl.Int64,
    "world_from": pl.String,
    "world_to": pl.String,
    **STATISTICS,
}
BRIEF_COLUMNS = {
    "scenario": pl.String,
    "world": pl.String,
    "topic": pl.String,
    "group": pl.String,
    "private": pl.Float64,
    "seen": pl.Float64,
    "difference": pl.Float64,
    "sd": pl.Float64,
    "ci_low": pl.Float64,
    "ci_high": pl.Float64,
    "messages": pl.Float64,
    "people": pl.Float64,
    "n": pl.Int64,
}
RUN_COLUMNS = {
    "scenario": pl.String,
    "world": pl.String,
    "replication": pl.Int64,
    "seed": pl.Int64,
    "status": pl.String,
    "seconds": pl.Float64,
    "error": pl.String,
    "replay": pl.String,
}

SPLITS = ("total", "group", "topic", "platform", "day", "rule", "desk", "stance", "brief", "within")


def in_order(frame: pl.DataFrame, scenario: Scenario, worlds: Iterable[str]) -> pl.DataFrame:
    """The rows in the order of worlds, replications, hours, measures, splits and levels: the same however they came in."""
    first = {
        "world": list(worlds),
        "measure": list(MEASURES),
        "split": list(SPLITS),
        "level": ["all", *scenario.groups, *scenario.topics, *scenario.platforms],
    }
    keys = [
        pl.col(name).cast(pl.Enum(_ranked(frame[name], first[name]))) if name in first else pl.col(name)
        for name in ("world", "replication", "hour", "measure", "split", "level")
        if name in frame.columns
    ]
    return frame.sort(keys, maintain_order=True)


def _ranked(values: pl.Series, first: list[str]) -> list[str]:
    """The distinct values: those of `first` in its order, then numbers by size, then the others by the alphabet."""
    rank = {name: index for index, name in enumerate(dict.fromkeys(first))}
    return sorted(values.unique().to_list(), key=lambda text: (rank.get(text, len(rank)), _as_number(text), text))


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("inf")
