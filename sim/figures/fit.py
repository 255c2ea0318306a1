"""How a calibration meets its targets, and where in their ranges the parameters end up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sim.calibration.outcome import MEETS
from sim.calibration.result import Calibration
from sim.figures import FigureError
from sim.figures.style import BLUE, GREY, INK, ORANGE, PALE, caption, headline, new_figure, note
from sim.wording import measure_of, number, scenario_title, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW = 0.34
"""Height of a row, in inches."""
MOST_ROWS = 30
FARTHEST = 8.0
"""Standard errors beyond which a difference is drawn at the edge."""

COLOURS = {"fitted": BLUE, "out of sample": ORANGE}
READING = (
    "Above: simulated less published, in standard errors of both together; the band is what counts as met, and a triangle lies beyond "
    "the edge. Below: the place of each parameter in its range, with 95 % of the posterior where there is one (log: on a logarithmic "
    "scale). Circles: the scenario as it was."
)


def draw(results: Sequence[Calibration]) -> Figure:
    """Two panels: how far each target is off, before and after; and each parameter in its range."""
    if len(results) != 1:
        raise FigureError("fit: shows one calibration at a time")
    [result] = results
    if result.fitted_scenario is None:
        raise FigureError(f"{result.name}: the search did not end, so there is no fit")
    targets, parameters = result.fit.head(MOST_ROWS), result.parameters.head(MOST_ROWS)
    heights = [table.height * ROW + 0.75 for table in (targets, parameters)]
    figure = new_figure(9.5, sum(heights) + 1.6)
    upper, lower = figure.subplots(2, 1, height_ratios=heights)
    _targets(upper, targets)
    _parameters(lower, parameters)
    headline(figure, f"{scenario_title(result.scenario)}: {_verdict(result.fit)}")
    note(figure, caption(results, READING))
    return figure


def _verdict(fit: pl.DataFrame) -> str:
    """How many targets are met, of those fitted to and of the others."""
    rows = {what: fit.filter(use=use) for use, what in (("fitted", "targets that it was fitted to"), ("out of sample", "out of sample"))}
    parts = [f"{of.filter(verdict='met').height} of {of.height} {what}" for what, of in rows.items() if of.height]
    return f"meets {', and '.join(parts)}"


def _targets(at: Axes, fit: pl.DataFrame) -> None:
    at.axvspan(-MEETS, MEETS, color=PALE, linewidth=0)
    at.axvline(0, color=INK, linewidth=1)
    for line, row in enumerate(fit.iter_rows(named=True)):
        error = np.hypot(row["published_sd"], row["se"] or 0.0)
        before = None if row["before"] is None or not error else (row["before"] - row["published"]) / error
        _dot(at, before, line, GREY, hollow=True)
        _dot(at, row["off"], line, COLOURS[row["use"]])
        kind = measure_of(row["measure"]).kind
        values = " / ".join("\N{EN DASH}" if row[name] is None else number(row[name], kind) for name in ("published", "simulated"))
        _beside(at, line, values)
    _beside(at, -0.85, "published / simulated")
    _rows(at, [row["target"] for row in fit.iter_rows(named=True)], "How far targets are off, in standard errors")
    at.set_xlim(-FARTHEST - 0.6, FARTHEST + 0.6)
    _key(at, fit)


def _dot(at: Axes, off: float | None, line: int, colour: str, hollow: bool = False) -> None:
    """A mark at so many standard errors; at the edge, a triangle that points on."""
    if off is None:
        return
    beyond = abs(off) > FARTHEST
    marker = (">" if off > 0 else "<") if beyond else "o"
    face = "white" if hollow else colour
    at.plot(np.clip(off, -FARTHEST, FARTHEST), line, marker, markersize=7, markeredgecolor=colour, markerfacecolor=face, clip_on=False)


def _parameters(at: Axes, parameters: pl.DataFrame) -> None:
    for line, row in enumerate(parameters.iter_rows(named=True)):
        places = {name: _place(row, row[name]) for name in ("before", "fitted", "ci_low", "ci_high") if row[name] is not None}
        at.plot([0, 1], [line, line], color=PALE, linewidth=6, solid_capstyle="butt")
        if "ci_low" in places and "ci_high" in places:
            at.plot([places["ci_low"], places["ci_high"]], [line, line], color=BLUE, linewidth=3, alpha=0.45, solid_capstyle="butt")
        if "before" in places:
            at.plot(np.clip(places["before"], 0, 1), line, "o", markersize=7, markeredgecolor=GREY, markerfacecolor="white")
        at.plot(places["fitted"], line, "o", markersize=7, color=BLUE)
        low, high, found = (_written(row[name], row["unit"]) for name in ("low", "high", "fitted"))
        _beside(at, line, f"{low} to {high}{', log' if row['scale'] == 'logarithmic' else ''}: {found}")
    _beside(at, -0.85, "range: value found")
    _rows(at, [row["parameter"] for row in parameters.iter_rows(named=True)], "Where in their ranges parameters end up")
    at.set_xlim(-0.03, 1.03)
    at.set_xticks([0, 0.5, 1], ["lowest", "middle", "highest"])


def _written(value: float, unit: str) -> str:
    if unit != "hours":
        return f"{value:.3g}"
    return f"{60 * value:.3g} min" if value < 1 else f"{value:.3g} h"


def _place(row: dict[str, Any], value: float) -> float:
    """Position in the range, from 0 to 1."""
    low, high = row["low"], row["high"]
    if row["scale"] == "logarithmic":
        low, high, value = np.log(low), np.log(high), np.log(max(value, low))
    return float((value - low) / (high - low))


def _rows(at: Axes, labels: Sequence[str], title: str) -> None:
    at.set_yticks(range(len(labels)), [shortened(label) for label in labels])
    at.tick_params(axis="y", length=0)
    at.set_ylim(len(labels) - 0.4, -0.6)
    at.set_title(title)


def _beside(at: Axes, line: float, text: str) -> None:
    """A text at the right of a row."""
    at.annotate(text, (1.02, line), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, color=GREY, annotation_clip=False)


def _key(at: Axes, fit: pl.DataFrame) -> None:
    from matplotlib.lines import Line2D

    uses = [use for use in COLOURS if use in fit["use"].to_list()]
    marks = [Line2D([], [], color=COLOURS[use], marker="o", linestyle="", label=use) for use in uses]
    marks.append(Line2D([], [], color=GREY, marker="o", markerfacecolor="white", linestyle="", label="before"))
    above = (1.0, 1 + 0.3 / (fit.height * ROW))
    at.legend(
        handles=marks, loc="lower right", bbox_to_anchor=above, ncols=3, frameon=False, borderaxespad=0, fontsize=9, handletextpad=0.2
    )
