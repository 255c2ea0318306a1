"""Labels on a figure that keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sim.figures.style import GREY
from sim.wording import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.result import Result

MOST_EVENTS = 12
SIZE = 8.5
CHARACTER = 0.58 * SIZE / 72
"""Width of a character, in inches."""
ROW = 0.17
"""Height of a row of text, in inches."""


BOX = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
"""Behind a label, so that no line runs through it."""


class Mark(NamedTuple):
    """An event: its day, its label, and where the label goes: from `start` (a share of the axes' width) in a row from the top."""

    day: float
    text: str
    start: float
    row: int


def label_ends(at: Axes, labels: Sequence[tuple[float, str, str]], height: float) -> None:
    """Names lines at the right of axes of that height (inches); a label is (y of the line's end, text, colour); overlaps part."""
    low, high = at.get_ylim()
    gap = ROW / height
    ranked = sorted(((y - low) / (high - low), text, colour) for y, text, colour in labels)
    places: list[float] = []
    for place, _, _ in ranked:
        places.append(max(place, places[-1] + gap) if places else place)
    excess = max(0.0, places[-1] - 1) if places else 0.0
    for place, (_, text, colour) in zip(places, ranked, strict=True):
        y = place - excess
        at.plot([1.01, 1.035], [y, y], transform=at.transAxes, color=colour, linewidth=3, clip_on=False)
        at.annotate(text, (1.035, y), (4, 0), xycoords="axes fraction", textcoords="offset points", va="center")


def place_events(at: Axes, result: Result, width: float) -> list[Mark]:
    """Places for the labels of the scenario's events in axes that are `width` inches wide."""
    events = sorted((event.at / 24, clean(event.label)) for event in result.scenario.timeline if event.label)[:MOST_EVENTS]
    left, right = at.get_xlim()
    longest = max(12, int(width / CHARACTER) - 2)
    ends: list[float] = []
    marks = []
    for day, label in events:
        text = label if len(label) <= longest else label[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
        span = (len(text) + 2) * CHARACTER / width
        start = max(0.0, min((day - left) / (right - left), 1 - span))
        row = next((index for index, end in enumerate(ends) if end <= start), len(ends))
        ends[row : row + 1] = [start + span]
        marks.append(Mark(day, text, start, row))
    return marks


def make_room(at: Axes, marks: Sequence[Mark], height: float) -> None:
    """Raises the top of axes of that height (inches) so that the labels stand above the lines."""
    rows = max((mark.row + 1 for mark in marks), default=0)
    low, high = at.get_ylim()
    at.set_ylim(low, low + (high - low) / (1 - min(0.6, ROW * rows / height)))


def draw_events(at: Axes, marks: Sequence[Mark], named: bool = True) -> None:
    """Dotted lines at the events, and their labels."""
    for mark in marks:
        at.axvline(mark.day, color=GREY, linestyle=":", linewidth=1)
    for mark in marks if named else ():
        below = (3, -72 * ROW * mark.row)
        at.annotate(mark.text, (mark.start, 1), below, xycoords="axes fraction", textcoords="offset points", va="top", size=SIZE, bbox=BOX)
