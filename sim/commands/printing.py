"""Output on terminals and into files whose encoding lacks some characters."""

from __future__ import annotations

import codecs
import sys
from io import TextIOWrapper
from pathlib import Path

import click

from sim.commands.refusal import refuse

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


def hand_over(text: str, out: Path | None) -> None:
    """Prints a text, or writes it to a file."""
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(f"{out}: cannot be written: {error.strerror}")
