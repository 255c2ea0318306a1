"""Where voice goes: a waterfall from what was wished to what was counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from sim.figures import FigureError
from sim.figures.style import BLUE, GREEN, GREY, INK, VERMILLION, caption, headline, note, panels
from sim.measures.definitions import MEASURES, MECHANISMS
from sim.wording import MECHANISM_TITLES, difference

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.result import Result

READING = (
    f"Mechanisms are switched on in the order {', '.join(MECHANISM_TITLES[name] for name in MECHANISMS)}; a bar is what its step adds. "
    "Lines: 95 % interval of the step."
)


class Step(NamedTuple):
    """A bar from `start` to `end`, shares of what was wished; `half` is half the width of the interval around its end."""

    label: str
    start: float
    end: float
    half: float = 0.0
    total: bool = False


def draw(results: Sequence[Result]) -> Figure:
    """A waterfall per result: the step down that each mechanism adds."""
    waterfalls = [_waterfall(result) for result in results]
    figure, axes = panels(results, width=3.6, height=3.8, labels=2.0)
    for at, steps in zip(axes, waterfalls, strict=True):
        _bars(at, steps)
    headline(figure, _sentence(waterfalls))
    note(figure, caption(results, READING))
    return figure


def _waterfall(result: Result) -> list[Step]:
    rows = {
        row["mechanism"]: row
        for row in result.attribution.filter(pl.col("quantity") == "seen", pl.col("method") == "ladder").iter_rows(named=True)
    }
    if missing := [name for name in MECHANISMS if name not in rows]:
        raise FigureError(f"{result.name}: attribution needs all worlds of the ladder, and those for {missing[0]} are missing")
    level = _share(result, "free", "seen")
    steps = [Step(MEASURES["wished"].title, 0, 1, total=True), Step("not read even when free", 1, level)]
    for name in MECHANISMS:
        loss = rows[name]["mean"]
        steps.append(Step(MECHANISM_TITLES[name], level, level - loss, (rows[name]["ci_high"] or loss) - loss))
        level -= loss
    counted = _share(result, "full", "counted")
    return [*steps, Step(MEASURES["seen"].title, 0, level, total=True), Step("not collected", level, counted),
            Step(MEASURES["counted"].title, 0, counted, total=True)]  # fmt: skip


def _share(result: Result, world: str, measure: str) -> float:
    return float(result.shares_of_wished(world).filter(pl.col("measure") == measure)["mean"].item())


def _sentence(waterfalls: list[list[Step]]) -> str:
    if len(waterfalls) > 1:
        return "Which mechanism takes how much of what people wished to say"
    mechanisms = waterfalls[0][2 : 2 + len(MECHANISMS)]
    worst = max(mechanisms, key=lambda step: step.start - step.end)
    loss = 100 * (worst.start - worst.end)
    if loss <= 0:
        return "No mechanism takes any of what people wished to say"
    return f"Of 100 things that people wished to say, {worst.label} takes {loss:.0f}, more than anything else"


def _bars(at: Axes, steps: list[Step]) -> None:
    for row, step in enumerate(steps):
        at.barh(row, 100 * (step.end - step.start), left=100 * step.start, color=_colour(step), height=0.72)
        at.plot([100 * (step.end - step.half), 100 * (step.end + step.half)], [row, row], color=INK, linewidth=1.4)
        label = f"{100 * step.end:.1f} %" if step.total else difference(100 * (step.end - step.start), "points").removesuffix(" pp")
        at.text(100 * max(step.start, step.end + step.half) + 2, row, label, va="center", ha="left")
        if row + 1 < len(steps):
            at.plot([100 * step.end] * 2, [row - 0.36, row + 1.36], color=GREY, linewidth=0.7, zorder=0)
    at.set_yticks(range(len(steps)), [step.label for step in steps])
    at.tick_params(axis="y", length=0)
    at.set_ylim(len(steps) - 0.4, -0.6)
    at.set_xlim(0, 122)
    at.set_xticks([0, 25, 50, 75, 100])
    at.set_xlabel("% of what was wished")


def _colour(step: Step) -> str:
    if step.total:
        return BLUE
    if step.label not in MECHANISM_TITLES.values():
        return GREY
    return VERMILLION if step.end <= step.start else GREEN
