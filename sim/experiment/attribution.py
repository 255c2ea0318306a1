"""Which mechanism took how much of the voice that was wished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import factorial
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import ATTRIBUTION_COLUMNS
from sim.experiment.summary import over_replications
from sim.measures.definitions import LADDER, MECHANISMS
from sim.model.worlds import ALL_WORLDS, world_name

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

QUANTITIES = ("seen", "counted")


@dataclass(frozen=True)
class Part:
    """A part of the loss: the voice heard in some worlds, each times its weight; the weights add up to 0.

    Attributes:
        method: `ladder` or `shapley`.
        mechanism: what takes it; `total` for all together.
        order: position among the parts of the method.
        world_from, world_to: between which worlds it lies; for `shapley` on average over all ways from the one to the other.
        weights: by world.
    """

    method: str
    mechanism: str
    order: int
    world_from: str
    world_to: str
    weights: dict[str, float]


def voices(measures: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of measures that attribution looks at."""
    return measures.filter(pl.col("split") == "total", pl.col("measure").is_in(["wished", *QUANTITIES]))


def attribute(measures: pl.DataFrame | pl.LazyFrame, scenario: Scenario, worlds: Sequence[str]) -> pl.DataFrame:
    """Loss of voice, as a share of what was wished, by mechanism; the parts of each method sum to its `total`.

    Parts whose worlds were not run are left out.
    """
    totals = voices(measures.lazy()).select("world", "replication", "measure", "value").collect()
    parts = [_loss(totals, quantity, part) for quantity in QUANTITIES for part in parts_of(worlds)]
    if not parts:
        return pl.DataFrame(schema=ATTRIBUTION_COLUMNS)
    key = [name for name in ATTRIBUTION_COLUMNS if name not in ("scenario", "n", "mean", "sd", "ci_low", "ci_high")]
    table = over_replications(pl.concat(parts), key).with_columns(scenario=pl.lit(scenario.name))
    return table.select(pl.col(name).cast(kind) for name, kind in ATTRIBUTION_COLUMNS.items())


def parts_of(worlds: Sequence[str]) -> Iterator[Part]:
    """The parts that can be reckoned from these worlds."""
    return (part for part in chain(_ladder(), _shapley()) if set(part.weights) <= set(worlds) and _whole(part.method, worlds))


def _whole(method: str, worlds: Sequence[str]) -> bool:
    return method == "ladder" or set(ALL_WORLDS) <= set(worlds)


def _ladder() -> Iterator[Part]:
    """What each mechanism adds to those before it."""
    for order, (mechanism, before, after) in enumerate(zip(MECHANISMS, LADDER[:-1], LADDER[1:], strict=True), start=1):
        yield Part("ladder", mechanism, order, before, after, {before: 1.0, after: -1.0})
    yield _total("ladder")


def _shapley() -> Iterator[Part]:
    """What each mechanism adds on average over all orders in which they may be switched on (Shapley 1953)."""
    for order, mechanism in enumerate(MECHANISMS, start=1):
        yield Part("shapley", mechanism, order, LADDER[0], LADDER[-1], _shapley_weights(mechanism))
    yield _total("shapley")


def _shapley_weights(mechanism: str) -> dict[str, float]:
    others = [other for other in MECHANISMS if other != mechanism]
    weights: dict[str, float] = {}
    for size in range(len(MECHANISMS)):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(MECHANISMS))
        for before in combinations(others, size):
            weights[world_name(frozenset(before))] = weight
            weights[world_name(frozenset((*before, mechanism)))] = -weight
    return weights


def _total(method: str) -> Part:
    return Part(method, "total", len(MECHANISMS) + 1, LADDER[0], LADDER[-1], {LADDER[0]: 1.0, LADDER[-1]: -1.0})


def _loss(totals: pl.DataFrame, quantity: str, part: Part) -> pl.DataFrame:
    """The part in each replication that has all of its worlds and in which anything was wished."""
    weights = pl.DataFrame({"world": list(part.weights), "weight": list(part.weights.values())})
    wished = totals.filter(pl.col("measure") == "wished", pl.col("world") == part.world_from, pl.col("value") > 0)
    voices = totals.filter(pl.col("measure") == quantity).join(weights, on="world", maintain_order="right_left")
    whole = voices.group_by("replication", maintain_order=True).agg(
        heard=(pl.col("value") * pl.col("weight")).sum(), worlds=pl.col("world").len()
    )
    joined = whole.filter(pl.col("worlds") == len(part.weights)).join(wished.select("replication", wished="value"), on="replication")
    return joined.sort("replication").select(
        "replication",
        method=pl.lit(part.method), quantity=pl.lit(quantity), mechanism=pl.lit(part.mechanism), order=pl.lit(part.order),
        world_from=pl.lit(part.world_from), world_to=pl.lit(part.world_to), value=pl.col("heard") / pl.col("wished"),
    )  # fmt: skip
