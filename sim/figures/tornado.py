"""How far each parameter moves the outcome over its plausible range, and what the range rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.figures import FigureError
from sim.figures.style import BLUE, GREY, INK, ORANGE, SKY, VERMILLION, caption, headline, new_figure, note
from sim.measures.definitions import HEADLINE
from sim.sensitivity.study import Study
from sim.wording import bare, clean, measure_of, measure_title, scenario_title, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BARS = 8
"""Parameters that a panel shows."""
PANELS = 4
FIRST = ("heard_share", "chilling_effect", "identified_per_1000", "opinion_shift")
"""Measures that come first: what is heard, what fear takes of it, who is exposed, and what the convenor sees."""
ROW = 0.3

COLOURS = {"assumption": (ORANGE, VERMILLION), "source": (SKY, BLUE)}
"""At the lowest and at the highest value, by what the range rests on."""
READING = (
    "Bars: the measure with one parameter at an end of its range and the rest as in the scenario "
    "(light: lowest, dark: highest; pp: percentage points). One without bars moves it only together with others. "
    "Parameters stand in the order of"
)
RANKS = {"mu_star": ("mean elementary effect, mu*, over the whole space", "mu*"), "total": ("total Sobol index", "total index")}


def draw(results: Sequence[Study]) -> Figure:
    """A panel for each of the first measures that move: bars from its value in the scenario to those at the ends of each range."""
    if len(results) != 1:
        raise FigureError("tornado: shows one sensitivity analysis at a time")
    [study] = results
    rank = "total" if study.manifest["method"] == "sobol" else "mu_star"
    shown = _panels(study, rank)
    heights = [len(rows) * ROW + 0.75 for rows in shown.values()]
    figure = new_figure(9.5, sum(heights) + 1.6)
    axes = figure.subplots(len(shown), 1, squeeze=False, height_ratios=heights)[:, 0]
    for at, (measure, rows) in zip(axes, shown.items(), strict=True):
        _bars(at, measure, rows, rank, differs=study.against is not None)
    _key(
        axes[0],
        len(next(iter(shown.values()))) * ROW,
        [basis for basis in COLOURS if any(row["basis"] == basis for rows in shown.values() for row in rows)],
    )
    headline(figure, _title(study, shown, rank))
    note(figure, caption(results, f"{READING} the {RANKS[rank][0]}."))
    return figure


def _panels(study: Study, rank: str) -> dict[str, list[dict[str, Any]]]:
    """The parameters that move each measure, most first; of the measures those of `FIRST`, then other headlines."""
    rows = study.indices.filter(pl.col("of") == study.of, pl.col(rank) > 0).sort(rank, descending=True, maintain_order=True)
    found = {name: rows.filter(measure=name).head(BARS).rows(named=True) for name in dict.fromkeys((*FIRST, *HEADLINE, *rows["measure"]))}
    shown = {name: parts for name, parts in found.items() if parts}
    if not shown:
        raise FigureError(f"{study.name}: no parameter moves any of the measures")
    return dict(list(shown.items())[:PANELS])


def _title(study: Study, shown: dict[str, list[dict[str, Any]]], rank: str) -> str:
    """Names the parameter that moves the first measure most, unless its interval overlaps with that of the next."""
    first, rows = next(iter(shown.items()))
    what = measure_title(measure_of(first))
    if study.against is None and len(rows) > 1 and rows[0][f"{rank}_low"] <= rows[1][f"{rank}_high"]:
        return f"{scenario_title(study.scenario)}: what moves the outcome"
    if study.against is None:
        return f"{scenario_title(study.scenario)}: {clean(rows[0]['parameter'])} moves the {what} most"
    titles = [scenario_title(scenario) for scenario in (study.scenario, study.against)]
    first, second = titles if titles[0] != titles[1] else (study.scenario.name, study.against.name)
    return f"{first} minus {second}: what moves the difference"


def _bars(at: Axes, measure: str, rows: Sequence[dict[str, Any]], rank: str, differs: bool) -> None:
    kind = measure_of(measure).kind
    scale = 100 if kind == "share" else 1
    base = scale * rows[0]["base"]
    at.use_sticky_edges = False
    for line, row in enumerate(rows):
        for end, colour in zip(("at_low", "at_high"), COLOURS[row["basis"]], strict=True):
            side = -0.18 if end == "at_low" else 0.18
            at.barh(line + side, scale * row[end] - base, left=base, color=colour, height=0.34)
        value = row[rank]
        text = f"{value:.2f}" if rank == "total" else bare(value, kind)
        at.annotate(text, (1.01, line), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, color=GREY, annotation_clip=False)
    at.axvline(base, color=INK, linewidth=1)
    at.annotate(
        RANKS[rank][1], (1.01, -0.85), xycoords=("axes fraction", "data"), va="center", fontsize=8.5, color=GREY, annotation_clip=False
    )
    at.set_yticks(range(len(rows)), [shortened(row["parameter"]) for row in rows])
    at.tick_params(axis="y", length=0)
    at.set_ylim(len(rows) - 0.4, -0.6)
    at.margins(x=0.08)
    points = ", pp"
    units = {"share": points if differs else ", %", "points": points}
    at.set_title(f"{measure_title(measure_of(measure))}{units.get(kind, '')}")


def _key(at: Axes, height: float, bases: Sequence[str]) -> None:
    """What the colours mean, above the title of a panel of this height in inches."""
    from matplotlib.patches import Patch

    names = {"assumption": "on an assumption", "source": "on a source"}
    ends = ("lowest value", "highest value, resting {}")
    patches = [Patch(color=COLOURS[basis][end], label=ends[end].format(names[basis])) for basis in bases for end in (0, 1)]
    above = (1.0, 1 + 0.28 / height)
    at.legend(handles=patches, loc="lower right", bbox_to_anchor=above, ncols=4, frameon=False, borderaxespad=0, fontsize=9)
