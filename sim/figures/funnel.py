"""The voice funnel: what is left of all that people wished to say, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.figures import FigureError
from sim.figures.style import BLUE, INK, PALE, caption, headline, note, panels
from sim.measures.definitions import FUNNEL, MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.result import Result

READING = "Each bar is a share of what people would say with nothing in their way; pale: lost at that step. Lines: 95 % interval."

Funnel = dict[str, tuple[float, float, float]]
"""Mean, and 95 % interval, by step."""


def draw(results: Sequence[Result]) -> Figure:
    """Bars of the steps as shares of what was wished, a panel per result."""
    funnels = [_funnel(result) for result in results]
    figure, axes = panels(results, width=3.6, height=3.5, labels=2.0)
    for at, funnel in zip(axes, funnels, strict=True):
        _bars(at, funnel)
    headline(figure, _sentence(funnels))
    note(figure, caption(results, READING))
    return figure


def _funnel(result: Result) -> Funnel:
    rows = result.shares_of_wished(result.fullest).iter_rows(named=True)
    found = {row["measure"]: (row["mean"], row["ci_low"] or row["mean"], row["ci_high"] or row["mean"]) for row in rows}
    if len(found) < len(FUNNEL):
        raise FigureError(f"{result.name}: nothing was wished, so there is no funnel")
    return found


def _sentence(funnels: list[Funnel]) -> str:
    if len(funnels) > 1:
        return "How much of what people wished to say is left at each step"
    return f"Of 100 things that people wished to say, {100 * funnels[0]['counted'][0]:.0f} reached the convenor as they were meant"


def _bars(at: Axes, funnel: Funnel) -> None:
    before = 1.0
    for row, step in enumerate(FUNNEL):
        mean, low, high = funnel[step]
        at.barh(row, 100 * before, color=PALE, height=0.72)
        at.barh(row, 100 * mean, color=BLUE, height=0.72)
        at.plot([100 * low, 100 * high], [row, row], color=INK, linewidth=1.4)
        at.text(100 * max(before, high) + 2, row, f"{100 * mean:.1f} %", va="center", ha="left")
        before = mean
    at.set_yticks(range(len(FUNNEL)), [MEASURES[step].title for step in FUNNEL])
    at.tick_params(axis="y", length=0)
    at.set_ylim(len(FUNNEL) - 0.4, -0.6)
    at.set_xlim(0, 122)
    at.set_xticks([0, 25, 50, 75, 100])
    at.set_xlabel("% of what was wished")
