"""Writing to disks that may be full, slow or taken away."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from sim.scenario.problems import clean


class ResultError(ValueError):
    """A result folder that cannot be read or written; the message is one line."""


class WriteError(ResultError):
    """A result that could not be written although its place had looked well."""


def damaged(path: Path, error: object) -> ResultError:
    """What is wrong with a file of a result, in one line."""
    first_line = next(iter(str(error).splitlines()), "unreadable")
    return ResultError(f"{path}: damaged result: {clean(first_line, 200)}")


@contextmanager
def reading(path: Path | None) -> Iterator[None]:
    """Turns an error in reading a table, which is in a Parquet file unless `path` is None, into one line.

    Raises:
        ResultError: instead of that error.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        if path is None:
            raise
        raise damaged(path, error) from None


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Turns an error of the disk into one line.

    Raises:
        WriteError: instead of that error.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        raise WriteError(f"{place}: cannot be written: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What the system says; of an error of polars, too, which tells its number in the end."""
    number = re.search(r"\(os error (\d+)\)", str(error))
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return os.strerror(int(number[1])) if number else str(error).splitlines()[0]


def write_text(path: Path, text: str) -> None:
    """Writes text with the line ends that it has."""
    path.write_text(text, encoding="utf-8", newline="\n")


def sync(path: Path) -> None:
    """Has the disk hold what was written to a file or folder, as far as the system can promise it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
