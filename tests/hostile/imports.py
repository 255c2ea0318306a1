"""Trying importers on files that are broken, or meant to harm."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sim.importers import Imported, Options, UnusableFile
from sim.importers.registry import importer


def tried(kind: str, path: Path, options: Options, seconds: float, check: Callable[[Imported], None]) -> Imported | list[str]:
    """What an importer makes of a file, within some seconds; refusals can be printed, and what is read passes the check."""
    start = time.process_time()
    try:
        result: Imported | list[str] = importer(kind).read([path], options)
    except UnusableFile as error:
        result = list(error.problems)
    assert time.process_time() - start < seconds
    if isinstance(result, Imported):
        check(result)
    else:
        assert result
        assert all(line and line.isprintable() and len(line) < 2_000 for line in result)
    return result


def check_refused_unread(folder: Path, attempt: Callable[[Path], Imported | list[str]]) -> None:
    """A file of 200 MB is refused by its size."""
    path = folder / "x.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    start = time.process_time()
    assert attempt(path) == [f"{path}: at most 64 MB, and got 200 MB; --max-size raises the limit"]
    assert time.process_time() - start < 0.1
