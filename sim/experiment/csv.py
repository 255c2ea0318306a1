"""CSV that is the same byte for byte, and that no spreadsheet takes for formulas."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

DIGITS = 12
MOST_HEADER = 1_000_000
"""Characters of a header that are read."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(frame: pl.DataFrame, *, header: bool = True) -> str:
    """The table as CSV: numbers to 12 significant digits, nothing for a missing value.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    return pl.DataFrame([_written(column) for column in frame]).write_csv(include_header=header, quote_style="necessary")


def write_csv(pieces: Iterable[pl.DataFrame], path: Path) -> None:
    """Writes a table that comes in pieces, as `to_csv` has it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(to_csv(piece, header=number == 0) for number, piece in enumerate(pieces))


def read_csv(path: Path, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Reads what `to_csv` wrote.

    Raises:
        ValueError, polars.exceptions.PolarsError: if the file holds anything else.
    """
    with path.open(encoding="utf-8", newline="") as file:
        if file.readline(MOST_HEADER).rstrip("\r\n") != ",".join(columns):
            raise ValueError(f"its columns are not {', '.join(columns)}")
    return pl.read_csv(path, schema=columns, glob=False).with_columns(pl.col(pl.String).fill_null(""))


def _written(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        return pl.Series(column.name, [None if value is None else float(f"{value:.{DIGITS}g}") for value in column], column.dtype)
    if column.dtype == pl.String:
        texts = {text: _guarded(text) if text else None for text in column.unique() if text is not None}
        return column.replace({text: written for text, written in texts.items() if written != text})
    return column


def _guarded(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    if not text.startswith(FORMULA):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False
