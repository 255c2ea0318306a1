"""Differences from a baseline in the headline measures, as a forest plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.comparison import Comparison, compare
from sim.figures import FigureError
from sim.figures.style import GREY, MARKERS, PALE, SERIES, caption, headline, new_figure, note, wrapped
from sim.measures.definitions import Kind
from sim.wording import measure_of, measure_title, scenario_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.result import Result

READING = (
    "Lines: 95 % interval. Hollow: no difference shown once all rows are taken together (Holm, 5 %). An arrow points to where less is lost."
)
POINTS = "percentage points"
UNITS: dict[Kind, str] = {"share": POINTS, "points": POINTS, "hours": "hours", "per 1000": "people per 1000", "ratio": "ratio"}
ROW = 0.16
"""Height of one option's row, in inches."""

Row = dict[str, Any]


def draw(results: Sequence[Result]) -> Figure:
    """Differences of the other results from the first, a panel per unit."""
    if len(results) < 2:
        raise FigureError("compare: needs two results or more")
    comparison = compare(results, world=_common_world(results))
    by_unit = _by_unit(comparison)
    options = len(comparison.options)
    heights = [len(rows) * (ROW * options + 0.18) for rows in by_unit.values()]
    figure = new_figure(9.0, sum(heights) + 0.65 * len(heights) + 1.0 + 0.25 * options)
    axes = figure.subplots(len(by_unit), 1, squeeze=False, height_ratios=heights)[:, 0]
    for at, (unit, measures) in zip(axes, by_unit.items(), strict=True):
        _panel(at, unit, measures, comparison)
    _name_options(axes[0], comparison)
    headline(figure, f"Compared with: {scenario_title(comparison.results[comparison.baseline].scenario)}")
    note(figure, caption(results, READING))
    return figure


def _common_world(results: Sequence[Result]) -> str:
    for world in sorted(results[0].worlds, key=lambda world: world == results[0].fullest, reverse=True):
        if all(world in result.worlds for result in results):
            return world
    raise FigureError("compare: the results have no world in common")


def _by_unit(comparison: Comparison) -> dict[str, dict[str, list[Row]]]:
    """Rows with a difference, by unit and measure."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in comparison.table.iter_rows(named=True):
        if row["difference"] is not None:
            kind = measure_of(row["measure"]).kind
            found.setdefault(UNITS.get(kind, kind), {}).setdefault(row["measure"], []).append(row)
    if not found:
        raise FigureError("compare: there is nothing to compare: fewer than two replications have a value")
    return found


def _panel(at: Axes, unit: str, measures: dict[str, list[Row]], comparison: Comparison) -> None:
    scale = 100 if unit == POINTS else 1
    count = len(comparison.options)
    at.axvline(0, color=GREY, linewidth=1)
    for line, rows in enumerate(measures.values()):
        if line % 2:
            at.axhspan(line - 0.5, line + 0.5, color=PALE, alpha=0.4, linewidth=0)
        for row in rows:
            index = comparison.options.index(row["option"])
            factor = scale if measure_of(row["measure"]).kind == "share" else 1
            _point(at, row, factor, line + ((index + 0.5) / count - 0.5) * 0.75, index)
    at.set_yticks(range(len(measures)), [_label(name) for name in measures])
    at.tick_params(axis="y", length=0)
    at.set_ylim(len(measures) - 0.5, -0.5)
    at.set_xlabel(f"difference, {unit}")


def _point(at: Axes, row: Row, factor: float, y: float, index: int) -> None:
    colour, marker = SERIES[index % len(SERIES)], MARKERS[index % len(MARKERS)]
    at.plot([factor * row["ci_low"], factor * row["ci_high"]], [y, y], color=colour, linewidth=1.6)
    face = colour if row["verdict"] in ("lower", "higher") else "white"
    at.plot([factor * row["difference"]], [y], marker=marker, color=colour, markerfacecolor=face, markersize=6)


def _label(name: str) -> str:
    measure = measure_of(name)
    arrow = {True: " \N{LEFTWARDS ARROW}", False: " \N{RIGHTWARDS ARROW}", None: ""}[measure.loss]
    return wrapped(measure_title(measure), 2.2) + arrow


def _name_options(at: Axes, comparison: Comparison) -> None:
    """A key that names the options by their scenarios' titles."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=SERIES[index % len(SERIES)], marker=MARKERS[index % len(MARKERS)], linewidth=1.6)
        for index in range(len(comparison.options))
    ]
    names = [wrapped(scenario_title(comparison.results[option].scenario), 5.8, lines=2) for option in comparison.options]
    at.legend(handles, names, loc="lower left", bbox_to_anchor=(-0.01, 1), frameon=False, borderaxespad=0.2)
