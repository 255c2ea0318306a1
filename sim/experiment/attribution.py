"""Which mechanism took how much of the voice that was wished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import ATTRIBUTION_COLUMNS
from sim.experiment.summary import over_replications
from sim.measures.definitions import LADDER, MECHANISMS

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

QUANTITIES = ("seen", "counted")

Step = tuple[str, int, str, str]
"""Mechanism, order, world without it, world with it."""


def attribute(measures: pl.DataFrame, scenario: Scenario, worlds: Sequence[str]) -> pl.DataFrame:
    """Loss of voice, as a share of what was wished, that each step of the ladder adds; its steps sum to `total`.

    Steps whose worlds were not run are left out.
    """
    totals = measures.filter(pl.col("split") == "total").select("world", "replication", "measure", "value")
    parts = [_loss(totals, quantity, step) for quantity in QUANTITIES for step in _steps(worlds)]
    if not parts:
        return pl.DataFrame(schema=ATTRIBUTION_COLUMNS)
    key = [name for name in ATTRIBUTION_COLUMNS if name not in ("scenario", "n", "mean", "sd", "ci_low", "ci_high")]
    table = over_replications(pl.concat(parts), key).with_columns(scenario=pl.lit(scenario.name))
    return table.select(pl.col(name).cast(kind) for name, kind in ATTRIBUTION_COLUMNS.items())


def _steps(worlds: Sequence[str]) -> Iterator[Step]:
    for order, (mechanism, before, after) in enumerate(zip(MECHANISMS, LADDER[:-1], LADDER[1:], strict=True), start=1):
        if before in worlds and after in worlds:
            yield mechanism, order, before, after
    if LADDER[0] in worlds and LADDER[-1] in worlds:
        yield "total", len(MECHANISMS) + 1, LADDER[0], LADDER[-1]


def _loss(totals: pl.DataFrame, quantity: str, step: Step) -> pl.DataFrame:
    mechanism, order, before, after = step

    def value(measure: str, world: str) -> pl.DataFrame:
        chosen = totals.filter(pl.col("measure") == measure, pl.col("world") == world)
        return chosen.select("replication", pl.col("value").alias(f"{measure} {world}"))

    joined = value("wished", before).join(value(quantity, before), on="replication").join(value(quantity, after), on="replication")
    loss = (pl.col(f"{quantity} {before}") - pl.col(f"{quantity} {after}")) / pl.col(f"wished {before}")
    return joined.filter(pl.col(f"wished {before}") > 0).select(
        "replication",
        method=pl.lit("ladder"), quantity=pl.lit(quantity), mechanism=pl.lit(mechanism), order=pl.lit(order),
        world_from=pl.lit(before), world_to=pl.lit(after), value=loss,
    )  # fmt: skip
