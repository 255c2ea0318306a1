"""The brief to leaders: what the convenor can tell of what people think, beside what they do think."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import BRIEF_COLUMNS

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

_SHARES = {"brief_private": "private", "brief_seen": "seen", "brief_messages": "messages", "brief_people": "people"}
_DIFFERENCE = ("n", "mean", "sd", "ci_low", "ci_high")


def brief_of(summary: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """One row a world, topic and group that the sample supports, from the summary: shares and counts as means over replications, and the
    difference in points with its interval."""
    cells = summary.filter(pl.col("split") == "brief").with_columns(
        pl.col("level").str.split_exact("/", 1).struct.rename_fields(["topic", "group"]).alias("cell")
    )
    cells = cells.unnest("cell")
    key = ["world", "topic", "group"]
    table = cells.filter(pl.col("measure") == "brief_difference").select(*key, *_DIFFERENCE).rename({"mean": "difference"})
    for measure, name in _SHARES.items():
        one = cells.filter(pl.col("measure") == measure).select(*key, pl.col("mean").alias(name))
        table = table.join(one, on=key, how="left", maintain_order="left")
    return _in_order(table, scenario).select(
        pl.lit(scenario.name).alias("scenario") if name == "scenario" else pl.col(name).cast(kind) for name, kind in BRIEF_COLUMNS.items()
    )


def _in_order(table: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    """As the scenario has them, `all` first."""
    places = {"topic": ["all", *scenario.topics], "group": ["all", *scenario.groups]}
    worlds = {name: i for i, name in enumerate(table["world"].unique(maintain_order=True))}
    rank = [pl.col("world").replace_strict(worlds, return_dtype=pl.Int64)]
    rank += [pl.col(key).replace_strict({name: i for i, name in enumerate(names)}, return_dtype=pl.Int64) for key, names in places.items()]
    return table.sort(rank)
