"""What an experiment says, for a terminal: how far the headline measures move over its points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from sim.measures.definitions import HEADLINE
from sim.wording import clean, measure_of, measure_title, number, scenario_title

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from sim.sweep_result import Sweep

SHOWN = 2
"""Values of a point that are shown."""


def sweep_overview(result: Sweep) -> Iterator[RenderableType]:
    """The parts to print, one after the other."""
    from rich.text import Text

    n = result.runs.filter(status="done")["replication"].n_unique()
    basis = f"{result.design.height} points x {n} replication{'s' if n > 1 else ''}, world {result.fullest}, seed {result.scenario.seed}"
    yield Text(f"{scenario_title(result.scenario)}: an experiment", style="bold")
    yield Text(f"{clean(result.name)}: {basis}; varied: {', '.join(map(clean, result.paths))}", style="dim")
    yield ""
    yield _extremes(result)
    yield ""


def _extremes(result: Sweep) -> Table:
    """Where each headline measure that moves is lowest and highest."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("measure", "lowest", "at point", "highest", "at point"):
        table.add_column(heading, justify="right" if heading in ("lowest", "highest") else "left", overflow="fold")
    means = result.summary.filter(pl.col("world") == result.fullest, pl.col("split") == "total")
    for name in HEADLINE:
        rows = means.filter(measure=name).drop_nulls("mean").sort("mean", "point")
        if rows.is_empty() or rows["mean"][0] == rows["mean"][-1]:
            continue
        measure = measure_of(name)
        cells = [measure_title(measure)]
        for row in (rows.row(0, named=True), rows.row(-1, named=True)):
            cells += [number(row["mean"], measure.kind), _named(result, row["point"])]
        table.add_row(*map(Text, cells))
    return table


def _named(result: Sweep, point: int) -> str:
    """A point's number, and its values."""
    values = result.design.filter(point=point).row(0, named=True)
    shown = [f"{path.rsplit('.', 1)[-1]} {clean(values[path])}" for path in result.paths[:SHOWN]]
    return f"{point}: {', '.join(shown)}{', ...' if len(result.paths) > SHOWN else ''}"
