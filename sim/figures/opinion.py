"""What people think, what they say, and what the convenor counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from sim.figures import FigureError
from sim.figures.style import BLUE, GREY, INK, PALE, VERMILLION, caption, headline, is_leftmost, note, panels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.result import Result

READING = (
    "Stances run from \N{MINUS SIGN}1 (most critical) to 1 (the official line); critical: below 0. Grey: private stances, people weighted "
    "by their interest in each topic; lines: messages, as they were expressed. Bands: 95 % interval."
)


class Layer(NamedTuple):
    """How one distribution is drawn."""

    measure: str
    label: str
    colour: str
    text: str
    style: str


LAYERS = (
    Layer("stance_private", "what people think", GREY, INK, "-"),
    Layer("stance_said", "what they say", BLUE, BLUE, "-"),
    Layer("stance_counted", "what is counted", VERMILLION, VERMILLION, "--"),
)


def draw(results: Sequence[Result]) -> Figure:
    """Distributions of stances, a panel per result."""
    tables = [_stances(result) for result in results]
    figure, axes = panels(results, width=3.9, height=3.0, labels=0.7)
    top = max(float(table["high"].to_numpy().max()) for table in tables)
    for at, table in zip(axes, tables, strict=True):
        _distributions(at, table, top)
    headline(figure, _sentence(tables))
    note(figure, caption(results, READING))
    return figure


def _stances(result: Result) -> pl.DataFrame:
    """measure, stance (centre of the bin), mean, low and high, in per cent."""
    rows = result.summary.filter(pl.col("world") == result.fullest, pl.col("split") == "stance")
    if rows.filter(pl.col("measure") == "stance_private").is_empty():
        raise FigureError(f"{result.name}: has no distribution of stances")
    return rows.select(
        "measure",
        stance=pl.col("level").cast(pl.Float64),
        mean=100 * pl.col("mean"),
        low=100 * pl.col("ci_low").fill_null(pl.col("mean")),
        high=100 * pl.col("ci_high").fill_null(pl.col("mean")),
    ).sort("stance")


def _critical(table: pl.DataFrame, measure: str) -> float | None:
    """Share of stances below 0, in per cent; None where there are none."""
    rows = table.filter(pl.col("measure") == measure)
    return None if rows.is_empty() else float(rows.filter(pl.col("stance") < 0)["mean"].sum())


def _sentence(tables: Sequence[pl.DataFrame]) -> str:
    thought, counted = _critical(tables[0], "stance_private"), _critical(tables[0], "stance_counted")
    if len(tables) > 1 or thought is None or counted is None:
        return "What people think, what they say, and what the convenor counts"
    return f"{thought:.0f} % of views are critical, and {counted:.0f} % of those that the convenor counts"


def _distributions(at: Axes, table: pl.DataFrame, top: float) -> None:
    for row, layer in enumerate(LAYERS):
        critical = _critical(table, layer.measure)
        if critical is not None:
            _distribution(at, table.filter(pl.col("measure") == layer.measure), layer)
            words = f"{critical:.0f} % critical: {layer.label}"
            at.text(0.02, 0.98 - 0.085 * row, words, transform=at.transAxes, va="top", color=layer.text)
    at.axvline(0, ymax=0.7, color=INK, linewidth=0.8, linestyle=":")
    at.set_xlim(-1, 1)
    at.set_xticks([-1, -0.5, 0, 0.5, 1])
    at.set_ylim(0, 1.45 * top)
    at.set_xlabel("critical \N{LEFTWARDS ARROW} stance \N{RIGHTWARDS ARROW} official line")
    if is_leftmost(at):
        at.set_ylabel("% of stances")


def _distribution(at: Axes, rows: pl.DataFrame, layer: Layer) -> None:
    centres, mean = rows["stance"].to_numpy(), rows["mean"].to_numpy()
    half = (centres[1] - centres[0]) / 2
    edges = [*(centres - half), centres[-1] + half]
    if layer.measure == "stance_private":
        at.stairs(mean, edges, fill=True, color=PALE)
    at.stairs(rows["high"].to_numpy(), edges, baseline=rows["low"].to_numpy(), fill=True, color=layer.colour, alpha=0.25)
    at.stairs(mean, edges, color=layer.colour, linestyle=layer.style, linewidth=1.6)
