"""Voice over time, with the events of the scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from sim.experiment.summary import over_replications
from sim.figures import FigureError
from sim.figures.marks import draw_events, label_ends, make_room, place_events
from sim.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    caption,
    headline,
    is_leftmost,
    new_figure,
    note,
    panels,
    wrapped,
)  # fmt: skip
from sim.wording import scenario_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.result import Result

DAY = 24.0
READING = "Means over replications of each day; bands: 95 % interval. Dotted: events of the scenario."
WIDTH, HEIGHT = 6.3, 1.9
"""Size of one panel, in inches."""

Lines = Mapping[str, tuple[str, str]]
"""Label and colour by measure."""


class Part(NamedTuple):
    """A panel: its lines, whether they are added up into rates per day, its title and unit."""

    lines: Lines
    rate: bool
    title: str
    unit: str


PARTS = (
    Part({"wished": ("wished", GREY), "said": ("said", BLUE)}, True, "what was said", "messages a day"),
    Part(
        {
            "unsaid": ("kept silent", VERMILLION), "out_of_reach": ("out of reach", GREY), "never_arose": ("never prompted", PURPLE),
            "stopped": ("stopped before publication", ORANGE), "removed": ("removed or hidden", GREEN),
        },
        True, "What was lost", "messages a day",
    ),
    Part(
        {"perceived_reprisal": ("of reprisal", VERMILLION), "perceived_removal": ("of removal", ORANGE)},
        False, "Perceived risk", "0 to 1",
    ),
    Part({"backlog": ("waiting for review", SKY)}, False, "Review desk", "cases"),
)  # fmt: skip


class Curve(NamedTuple):
    """A mean over time with its interval; x in days."""

    x: list[float]
    mean: list[float]
    low: list[float]
    high: list[float]


def draw(results: Sequence[Result]) -> Figure:
    """One result: voice, losses, perceived risks and backlog by day. Several: the share of the wished that is said, a panel each."""
    for result in results:
        if not _measures(result):
            raise FigureError(f"{result.name}: has no measures over time")
    figure = _one(results[0]) if len(results) == 1 else _several(results)
    note(figure, caption(results, READING))
    return figure


def _one(result: Result) -> Figure:
    rates, levels = _daily(result, rate=True), _daily(result, rate=False)
    parts = [part for part in PARTS if set(part.lines) & _measures(result)]
    figure = new_figure(9.5, (HEIGHT + 0.5) * len(parts) + 1.0)
    axes = figure.subplots(len(parts), 1, sharex=True, squeeze=False)[:, 0]
    for row, (at, part) in enumerate(zip(axes, parts, strict=True)):
        ends = _draw_lines(at, part.lines, rates if part.rate else levels)
        at.set_xlim(0, result.scenario.horizon / DAY)
        at.set_ylim(0, at.get_ylim()[1])
        marks = place_events(at, result, WIDTH)
        if row == 0:
            make_room(at, marks, HEIGHT)
        draw_events(at, marks, named=row == 0)
        label_ends(at, ends, HEIGHT)
        at.set_title(wrapped(part.title if row else f"{scenario_title(result.scenario)}: {part.title}", WIDTH, 10.5, bold=True))
        at.set_ylabel(part.unit)
    axes[-1].set_xlabel("day")
    headline(figure, "What people wished to say, what they said, and what was lost, day by day")
    return figure


def _several(results: Sequence[Result]) -> Figure:
    figure, axes = panels(results, width=4.6, height=HEIGHT + 0.7, labels=0.7, most=2)
    axes[0].set_xlim(0, max(result.scenario.horizon for result in results) / DAY)
    axes[0].set_ylim(0, 100)
    axes[0].set_yticks([0, 25, 50, 75, 100])
    marks = [place_events(axes[0], result, 4.2) for result in results]
    make_room(axes[0], max(marks, key=lambda found: max((mark.row for mark in found), default=-1)), HEIGHT)
    for at, result, found in zip(axes, results, marks, strict=True):
        _draw_curve(at, _curve(_share_said(result), "said"), BLUE)
        draw_events(at, found)
        at.set_xlabel("day")
        if is_leftmost(at):
            at.set_ylabel("% of what was wished")
    headline(figure, "How much of what people wished to say they said, day by day")
    return figure


def _draw_lines(at: Axes, lines: Lines, table: pl.DataFrame) -> list[tuple[float, str, str]]:
    """Draws the lines that are not nothing; gives (y of the end, label, colour) of each."""
    ends = []
    for measure, (label, colour) in lines.items():
        curve = _curve(table, measure)
        if curve.x and max(curve.high) > 0:
            _draw_curve(at, curve, colour)
            ends.append((curve.mean[-1], label, colour))
    return ends


def _draw_curve(at: Axes, curve: Curve, colour: str) -> None:
    at.fill_between(curve.x, curve.low, curve.high, color=colour, alpha=0.25, linewidth=0)
    at.plot(curve.x, curve.mean, color=colour, linewidth=1.8)


def _measures(result: Result) -> set[str]:
    """What was measured over time."""
    with result.reading("series") as series:
        return set(series.select(pl.col("measure").unique()).collect()["measure"])


def _world(result: Result) -> pl.DataFrame:
    with result.reading("series") as series:
        there = series.filter(pl.col("world") == result.fullest).collect()
    return there.with_columns(day=(pl.col("hour") // DAY).cast(pl.Int64))


def _daily(result: Result, rate: bool) -> pl.DataFrame:
    """Statistics per measure and day: of the day's sum as a rate per day, or of its mean."""
    table = _world(result)
    bins = table.group_by("day").agg(pl.col("hour").n_unique().alias("bins"))
    step = _bin_hours(result)
    days = table.group_by("measure", "day", "replication").agg(pl.col("value").sum() if rate else pl.col("value").mean())
    if rate:
        days = days.join(bins, on="day").with_columns(value=pl.col("value") * DAY / (pl.col("bins") * step))
    return over_replications(days.sort("measure", "day"), ["measure", "day"])


def _bin_hours(result: Result) -> float:
    with result.reading("series") as series:
        hours = series.select(pl.col("hour").unique()).collect()["hour"].sort()
    return float(hours[1] - hours[0]) if len(hours) > 1 else DAY


def _share_said(result: Result) -> pl.DataFrame:
    """Statistics per day of said / wished, in per cent."""
    days = _world(result).group_by("measure", "day", "replication").agg(pl.col("value").sum())
    said, wished = (days.filter(pl.col("measure") == name).drop("measure") for name in ("said", "wished"))
    shares = said.join(wished.filter(pl.col("value") > 0), on=["day", "replication"], suffix="_wished").sort("day", "replication")
    table = shares.select("day", "replication", measure=pl.lit("said"), value=100 * pl.col("value") / pl.col("value_wished"))
    return over_replications(table, ["measure", "day"])


def _curve(table: pl.DataFrame, measure: str) -> Curve:
    rows = table.filter(pl.col("measure") == measure).sort("day")
    mean = rows["mean"]
    low, high = (rows[name].fill_null(mean) for name in ("ci_low", "ci_high"))
    return Curve((rows["day"] + 0.5).to_list(), mean.to_list(), low.to_list(), high.to_list())
