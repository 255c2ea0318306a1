"""How all figures look."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from unicodedata import east_asian_width

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.wording import clean, scenario_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.result import Result, Tables

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
"""The colours of Okabe and Ito, which people with any colour vision can tell apart."""

INK, GREY, PALE = "#222222", "#777777", "#E4E4E4"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "D", "^", "v", "P")

FONTS = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", "Arial Unicode MS")
"""Fonts to take a character from, the first that has it; those that are not installed are passed over."""

STYLE: dict[str, Any] = {
    "figure.dpi": 100, "savefig.dpi": 150, "font.size": 10, "text.parse_math": False, "axes.unicode_minus": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK, "axes.titlelocation": "left",
    "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.axisbelow": True, "grid.color": PALE, "svg.hashsalt": "chillsim",
    "figure.constrained_layout.w_pad": 0.08, "figure.constrained_layout.h_pad": 0.08,
}  # fmt: skip

TITLE_SIZE = 14
CAPTION_SIZE = 8.5

Finish = Callable[[Figure], None]


@contextmanager
def styled() -> Iterator[Finish]:
    """Applies the style, whatever the user's own settings; gives a function that completes a figure."""
    from matplotlib.font_manager import get_font_names

    installed = set(get_font_names())
    with mpl.rc_context():
        mpl.rcdefaults()
        fonts = [font for font in FONTS if font in installed] or ["sans-serif"]
        cast("Any", mpl.rcParams).update(STYLE | {"font.family": fonts})
        yield _finish


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches, whose parts are kept from overlapping."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def panels(results: Sequence[Result], width: float, height: float, labels: float, most: int = 3) -> tuple[Figure, list[Axes]]:
    """A figure with a panel of `width` x `height` inches per result, at most so many side by side, each with its scenario's title.

    The names of rows, `labels` inches wide, stand on the left alone.
    """
    columns = min(most, len(results))
    rows = math.ceil(len(results) / columns)
    figure = new_figure(max(8.0, width * columns + labels), height * rows + 1.2)
    axes = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for spare in axes[len(results) :]:
        spare.set_axis_off()
    inches = (figure.get_figwidth() - labels) / columns - 0.15
    for at, result in zip(axes, results, strict=False):
        at.set_title(wrapped(scenario_title(result.scenario), inches, 10.5, lines=3, bold=True))
        at.tick_params(labelbottom=True)
    return figure, axes[: len(results)]


def is_leftmost(at: Axes) -> bool:
    """Whether a panel stands in the first column, where what all share is named."""
    place = at.get_subplotspec()
    return place is not None and place.is_first_col()


def headline(figure: Figure, text: str) -> None:
    """The title of a figure: a sentence."""
    figure.suptitle(wrapped(text, figure.get_figwidth(), TITLE_SIZE, bold=True), x=0.01, ha="left", fontsize=TITLE_SIZE, fontweight="bold")


def wrapped(text: str, inches: float, size: float = 10, lines: int | None = None, bold: bool = False) -> str:
    """The text in lines that fit a width, cut short after so many lines."""
    room = max(8.0, inches * 72 / (size * (0.66 if bold else 0.56)))
    found = [""]
    for word in clean(text).split():
        for piece in _pieces(word, room):
            if found[-1] and _span(found[-1]) + 1 + _span(piece) > room:
                found.append("")
            found[-1] = f"{found[-1]} {piece}".strip()
    if lines is not None and len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: int(room) - 2].rstrip() + "\N{HORIZONTAL ELLIPSIS}"]
    return "\n".join(found)


def _span(text: str) -> float:
    """Width of a text, in latin characters."""
    return sum(2.1 if east_asian_width(character) in "WF" else 1 for character in text)


def _pieces(word: str, room: float) -> Iterator[str]:
    """A word in pieces that fit, as a script without spaces is one long word."""
    piece = ""
    for character in word:
        if piece and _span(piece + character) > room:
            yield piece
            piece = ""
        piece += character
    yield piece


def caption(results: Sequence[Tables], more: str = "") -> str:
    """What the figure was made from, and how to read it."""
    names = ", ".join(clean(result.name) for result in results)
    seeds = ", ".join(str(seed) for seed in dict.fromkeys(result.scenario.seed for result in results))
    counts = sorted({result.runs.filter(status="done")["replication"].n_unique() for result in results})
    number = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    replications = f"{number} replication{'' if number == '1' else 's'}"
    return f"{more} {names}: {replications}, seed {seeds}; chillsim {results[0].manifest['versions']['chillsim']}.".strip()


def metadata(form: str, title: str, results: Sequence[Tables]) -> dict[str, Any]:
    """The file's own account of itself, without the time, so that it is the same whenever it is made."""
    about = caption(results)
    if form == "png":
        return {"Title": title, "Description": about, "Software": None}
    if form == "svg":
        return {"Title": title, "Description": about, "Date": None, "Creator": None}
    return {"Title": title, "Subject": about, "CreationDate": None, "Producer": None, "Creator": None}


def _finish(figure: Figure) -> None:
    """Takes every text as it stands: a file's $ is no mathematics."""
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)


def note(figure: Figure, text: str) -> None:
    """A caption under the figure."""
    lines = wrapped(text, figure.get_figwidth(), CAPTION_SIZE)
    figure.supxlabel(lines, x=0.01, ha="left", fontsize=CAPTION_SIZE, color=GREY)
