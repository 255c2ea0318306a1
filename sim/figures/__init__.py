"""Figures drawn from result tables: one file each, by name."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.result import Tables

FIGURES = {
    "funnel": "how much of what people wished to say is left at each step",
    "attribution": "which mechanism takes how much of it",
    "series": "voice over time, with the scenario's events",
    "opinion": "what people think, what they say, and what is counted",
    "compare": "differences from the first result, with intervals",
    "heatmap": "a measure over the points of an experiment",
    "tornado": "which parameters move the outcome, and whether they rest on assumptions",
    "fit": "how a calibration meets its targets, and where in their ranges its parameters end up",
}
"""What each figure shows, by name; the module of the same name draws it."""

SHOWS = {"heatmap": "Sweep", "tornado": "Study", "fit": "Calibration"}
"""What the figures show that are not of results of one scenario each: experiments, analyses of sensitivity, and calibrations."""

FORMATS = ("png", "svg", "pdf")


class FigureError(ValueError):
    """A figure that does not exist, or that the results cannot show; the message is one line."""


def draw(name: str, results: Sequence[Tables]) -> Figure:
    """Draws a figure of one or more results.

    Raises:
        FigureError: if there is no such figure, or the results lack what it shows.
    """
    if name not in FIGURES:
        near = get_close_matches(name, FIGURES, n=1)
        raise FigureError(f"no figure '{name}'; " + (f"did you mean '{near[0]}'?" if near else f"there are {', '.join(FIGURES)}"))
    if not all(applies(name, result) for result in results):
        makers = {"Sweep": "an experiment", "Study": "`chillsim sensitivity`", "Calibration": "`chillsim calibrate`"}
        made_by = makers.get(SHOWS.get(name, ""), "one scenario each")
        raise FigureError(f"{name}: shows results of {made_by}")
    from sim.figures.style import styled

    with styled() as finish:
        figure: Figure = import_module(f"sim.figures.{name}").draw(results)
        finish(figure)
    return figure


def applies(name: str, result: Tables) -> bool:
    """Whether a figure shows this kind of result."""
    return SHOWS.get(name, "Result") == type(result).__name__


def save(figure: Figure, path: Path, name: str, results: Sequence[Tables]) -> None:
    """Writes a figure as PNG, SVG or PDF, by the path's ending; the same figure gives the same bytes.

    Raises:
        OSError: if the file cannot be written.
    """
    from sim.figures.style import metadata, styled

    with styled():
        figure.savefig(path, metadata=metadata(path.suffix[1:], f"{name}: {FIGURES[name]}", results))
