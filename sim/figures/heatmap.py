"""A measure over the points of an experiment: two parameters across, or one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sim.figures import FigureError
from sim.figures.style import INK, caption, headline, new_figure, note, wrapped
from sim.measures.definitions import HEADLINE
from sim.sweep_result import Sweep
from sim.wording import bare, clean, measure_of, measure_title, scenario_title, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

PANELS = 4
MOST_LEVELS = 12
"""Values of a parameter up to which each has its own row or column; points of more are drawn where they lie."""
COLOURS = "cividis"


def draw(results: Sequence[Sweep]) -> Figure:
    """A panel for each headline measure that moves most over the points."""
    if len(results) != 1:
        raise FigureError("heatmap: shows one experiment at a time")
    [sweep] = results
    across, down = _axes_of(sweep)
    measures = _moving(sweep)
    columns = min(2, len(measures))
    rows = -(-len(measures) // columns)
    figure = new_figure(max(7.5, 4.9 * columns), 3.4 * rows + 1.3)
    panels = list(figure.subplots(rows, columns, squeeze=False).flat)
    for at, name in zip(panels, measures, strict=False):
        _panel(figure, at, sweep, name, across, down)
    for spare in panels[len(measures) :]:
        spare.set_axis_off()
    headline(figure, f"{scenario_title(sweep.scenario)}: {sweep.design.height} points of an experiment")
    averaged = len(sweep.paths) > 2 and _levels(sweep, across, down)
    reading = "Means over replications" + (" and over the other parameters." if averaged else ".")
    note(figure, caption(results, reading))
    return figure


def _axes_of(sweep: Sweep) -> tuple[str, str | None]:
    """The first two parameters that take several values."""
    several = [path for path in sweep.paths if sweep.design[path].n_unique() > 1]
    if not several:
        raise FigureError(f"{sweep.name}: no parameter takes several values")
    return several[0], several[1] if len(several) > 1 else None


def _moving(sweep: Sweep) -> list[str]:
    """Headline measures that are not the same at all points."""
    means = sweep.summary.filter(pl.col("world") == sweep.fullest, pl.col("split") == "total").drop_nulls("mean")
    spread = dict(means.group_by("measure").agg(pl.col("mean").max() - pl.col("mean").min()).iter_rows())
    moving = [name for name in HEADLINE if spread.get(name, 0) > 0]
    if not moving:
        raise FigureError(f"{sweep.name}: no headline measure differs between the points")
    return moving[:PANELS]


def _panel(figure: Figure, at: Axes, sweep: Sweep, measure: str, across: str, down: str | None) -> None:
    kind = measure_of(measure).kind
    scale = 100 if kind == "share" else 1
    rows = sweep.summary.filter(pl.col("world") == sweep.fullest, pl.col("split") == "total", pl.col("measure") == measure)
    table = rows.select("point", value=pl.col("mean") * scale).join(sweep.design, on="point")
    if _levels(sweep, across, down):
        image = _cells(at, table, across, down, lambda value: bare(value / scale, kind))
    else:
        x, y = (table[path].cast(pl.Float64, strict=False).to_numpy() if path else np.zeros(len(table)) for path in (across, down))
        image = at.scatter(x, y, c=table["value"].to_numpy(), cmap=COLOURS, s=42, edgecolors="white", linewidths=0.5)
    figure.colorbar(image, ax=at, pad=0.02, aspect=24).outline.set_visible(False)
    at.set_xlabel(shortened(across, 40))
    at.set_ylabel(shortened(down, 40) if down else "")
    at.set_title(
        wrapped(f"{measure_title(measure_of(measure))}{', %' if kind == 'share' else ', pp' if kind == 'points' else ''}", 4.0, 10.5)
    )
    at.spines[["left", "bottom"]].set_visible(not _levels(sweep, across, down))


def _levels(sweep: Sweep, across: str, down: str | None) -> bool:
    """Whether the parameters take so few values that each has its row or column."""
    return all(sweep.design[path].n_unique() <= MOST_LEVELS for path in (across, down) if path is not None)


def _cells(at: Axes, table: pl.DataFrame, across: str, down: str | None, written: Any) -> Any:
    """A cell for each pair of values, with the mean in it."""
    names = [table[path].unique(maintain_order=True).to_list() if path else [""] for path in (across, down)]
    grid: NDArray[np.float64] = np.full((len(names[1]), len(names[0])), np.nan)
    for row, second in enumerate(names[1]):
        for column, first in enumerate(names[0]):
            found = table.filter(pl.col(across) == first, pl.col(down) == second if down else True)["value"]
            grid[row, column] = np.nan if found.is_empty() else float(found.to_numpy().mean())
    image = at.imshow(grid, cmap=COLOURS, aspect="auto", origin="lower")
    middle = (np.nanmin(grid) + np.nanmax(grid)) / 2
    for (row, column), value in np.ndenumerate(grid):
        if np.isfinite(value):
            at.text(column, row, written(value), ha="center", va="center", fontsize=9, color="white" if value < middle else INK)
    at.set_xticks(range(len(names[0])), [clean(name)[:14] for name in names[0]])
    at.set_yticks(range(len(names[1])), [clean(name)[:14] for name in names[1]])
    at.tick_params(length=0)
    return image
