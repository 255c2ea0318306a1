"""chillsim plot"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.result import Tables


@click.command(
    epilog="""\b
Example:
  chillsim plot results/un75-tencent
  chillsim plot results/un75-website-survey results/un75-tencent --figure compare --format svg
"""
)
@click.argument("results", nargs=-1, required=True, metavar="RESULT...", type=click.Path(path_type=Path))
@click.option("--figure", "names", multiple=True, metavar="NAME", help="Figure to draw; repeatable. All that apply if not given.")
@click.option("--format", "form", default="png", show_default=True, type=click.Choice(["png", "svg", "pdf"]), help="File format.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder; 'figures' in the result, or beside several, if not given.")
def command(results: tuple[Path, ...], names: tuple[str, ...], form: str, out: Path | None) -> None:
    """Draw figures of results.

    One result gives figures of that result; several give figures that show them together. `chillsim list` names the figures.
    """
    from sim.sweep_result import read_any

    read = [read_any(folder) for folder in results]
    with _font_notice():
        for path in _drawn(read, names, out or _folder(results), form):
            click.echo(path)


def _folder(results: Sequence[Path]) -> Path:
    """Where figures go: into the only result, or beside several."""
    if len(results) == 1:
        return results[0] / "figures"
    from os.path import commonpath

    return Path(commonpath([result.resolve().parent for result in results])) / "figures"


def _drawn(results: Sequence[Tables], names: Sequence[str], folder: Path, form: str) -> Iterator[Path]:
    """Draws and writes one figure after the other; those that were not asked for by name are passed over where they do not apply."""
    from sim.figures import FIGURES, FigureError, applies, draw, save

    chosen = names or [name for name in FIGURES if all(applies(name, result) for result in results)]
    if not chosen:
        refuse("no figure shows results of different kinds together: plot each by itself")
    for name in chosen:
        try:
            figure = draw(name, results)
        except FigureError as error:
            if names:
                refuse(error)
            if not (name == "compare" and len(results) == 1):
                print(f"{name} left out: {error}", file=sys.stderr)
            continue
        path = folder / f"{name}.{form}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            save(figure, path, name, results)
        except OSError as error:
            refuse(f"{folder}: cannot be written to: {error.strerror}")
        yield path


@contextmanager
def _font_notice() -> Iterator[None]:
    """Says once that characters could not be drawn, instead of once for each of them."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    if any("missing from font" in str(warning.message) for warning in caught):
        print("Some characters show as boxes, as no installed font has them; Noto Sans CJK has most.", file=sys.stderr)
