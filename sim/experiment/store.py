"""Result folders: complete, or not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import polars as pl

from sim.experiment.csv import to_csv

if TYPE_CHECKING:
    from sim.result import Result


class ResultError(ValueError):
    """A result folder that cannot be read or written; the message is one line."""


class WriteError(ResultError):
    """A result that could not be written although its place had looked well."""


class Staging:
    """A hidden folder beside the result's place, in which the result is put together."""

    def __init__(self, place: Path, folder: Path, force: bool) -> None:
        self.place = place
        self.folder = folder
        self.force = force
        self.ledgers = folder / "ledgers"

    def commit(self, result: Result, *, complete: bool, ledger: pl.LazyFrame | None = None) -> Path:
        """Writes the result and moves it to its place, which is returned.

        A result that exists is replaced by a complete one alone: an incomplete one goes to `NAME.partial` beside it,
        and to `NAME.new` goes what finds its place taken since the run began.

        Raises:
            WriteError: if the disk refuses.
        """
        place = self.place
        if place.exists() and not (complete and self.force):
            place = place.with_name(f"{place.name}.{'new' if complete else 'partial'}")
        with writing_to(place):
            _write(self.folder, result, ledger)
            _swap(self.folder, place)
        return place


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """Turns an error of the disk into one line.

    Raises:
        WriteError: instead of that error.
    """
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        raise WriteError(f"{place}: cannot be written: {reason}") from error


def check_place(out: Path, name: str, force: bool) -> Path:
    """The folder `out/name`, if a result can be written there.

    Raises:
        ResultError: if it exists and force is not set, or if it is no folder of results.
    """
    place = out / name
    if os.path.lexists(place):
        if not force:
            raise ResultError(f"{place}: exists; --force replaces it, --out writes elsewhere")
        if not (place / "manifest.json").is_file() and (not place.is_dir() or any(place.iterdir())):
            raise ResultError(f"{place}: exists and holds no result, so --force does not replace it")
    for folder in (out, *out.parents):
        if os.path.lexists(folder) and not folder.is_dir():
            raise ResultError(f"{out}: cannot hold results, as {folder} is not a folder")
    return place


@contextmanager
def staging(out: Path, name: str, force: bool) -> Iterator[Staging]:
    """A folder to write to until `commit`; it vanishes if that never comes.

    Raises:
        ResultError: if the result could not be written.
    """
    place = check_place(out, name, force)
    folder = out / f".{name}.{uuid4().hex[:8]}"
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except OSError as error:
        raise ResultError(f"{out}: cannot be written to: {error.strerror}") from None
    try:
        yield Staging(place, folder, force)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, result: Result, ledger: pl.LazyFrame | None) -> None:
    from sim.scenario import dump

    result.measures.write_parquet(folder / "measures.parquet")
    result.series.write_parquet(folder / "series.parquet")
    if ledger is not None:
        ledger.sink_parquet(folder / "ledger.parquet")
    shutil.rmtree(folder / "ledgers", ignore_errors=True)
    for name in ("measures", "summary", "attribution", "runs"):
        _write_text(folder / f"{name}.csv", to_csv(getattr(result, name)))
    _write_text(folder / "scenario.yaml", dump(result.scenario))
    _write_text(folder / "manifest.json", json.dumps(result.manifest, indent=2, ensure_ascii=False) + "\n")
    for path in (*folder.iterdir(), folder):
        _sync(path)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _sync(path: Path) -> None:
    """Has the disk hold what was written, as far as the system can promise it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap(folder: Path, place: Path) -> None:
    """Moves the folder to its place; what was there goes only once the new one is there."""
    old = folder.with_name(f"{folder.name}.old")
    if place.exists():
        place.rename(old)
    try:
        folder.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    _sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)
