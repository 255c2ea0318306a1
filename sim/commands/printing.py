"""Output on terminals and into files whose encoding lacks some characters."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from rich.console import RenderableType

PLAIN = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-", "\N{FULL BLOCK}": "#", "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-"})
"""What stands in for characters that an encoding may lack; anything else becomes a question mark."""


def write_plainly() -> None:
    """Has standard output stand in for characters that it cannot encode, instead of ending in an error."""
    codecs.register_error("plain", _plain)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end].translate(PLAIN)
    return "".join(character if character.isascii() else "?" for character in lacking), error.end


def show(parts: Iterable[RenderableType], width: int | None = None) -> None:
    """Prints tables and texts, as wide as the terminal if no width is given."""
    from rich.console import Console

    console = Console(highlight=False, width=width)
    with console.capture() as capture:  # left to print by itself, it would end the program at a closed pipe as if a run had failed
        for part in parts:
            console.print(part, markup=False, soft_wrap=isinstance(part, str))
    click.echo(capture.get(), nl=False)


def hand_over(text: str, out: Path | None) -> None:
    """Prints a text, or writes it to a file."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
