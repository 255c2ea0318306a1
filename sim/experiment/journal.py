"""What a run has finished, kept on disk as it finishes, so that nothing of it is lost and the run can be resumed."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from sim.experiment.disk import ResultError, sync, writing_to
from sim.experiment.large import Columns
from sim.scenario.problems import clean

LOG, LOCK = "finished.jsonl", "lock"
MOST_DIFFERENCES = 5
PART = re.compile(r"\d{6,}")

Run = tuple[Any, ...]
"""What tells a run apart from others: world and replication, after the point of a design where there is one."""


class Journal:
    """Parts, each the tables of one task, and a log that names the parts that are whole.

    A part is written beside its place, synced and renamed before the log gets its line; a line that was torn when the machine stopped is
    as good as none. One process at a time writes to a journal.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / LOG
        self._parts: list[dict[str, Any]] = []

    @property
    def statuses(self) -> dict[Run, float]:
        """Seconds that each finished run took."""
        return {tuple(run): seconds for part in self._parts for *run, seconds in part["runs"]}

    def append(self, runs: Sequence[tuple[Any, ...]], tables: Mapping[str, pl.DataFrame]) -> None:
        """Keep the tables of finished runs, given by what tells them apart (world and replication), and seconds.

        Raises:
            WriteError: if the disk refuses; what was kept before stays.
        """
        part = {"part": f"{len(self._parts):06d}", "runs": [list(run) for run in runs], "tables": sorted(tables)}
        with writing_to(self.folder):
            for name, table in tables.items():
                self._write(self._path(part, name), table)
            sync(self.folder)
            with self._log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(part) + "\n")
                log.flush()
                os.fsync(log.fileno())
        self._parts.append(part)

    def tables(self, name: str) -> list[Path]:
        """The files that hold the finished runs' parts of a table."""
        return [self._path(part, name) for part in self._parts if name in part["tables"]]

    def read(self, path: Path, columns: Columns, where: pl.Expr | None = None) -> pl.DataFrame:
        """A file that holds the finished runs' part of a table with these columns, or those of its rows that are wanted.

        Raises:
            ResultError: if it is damaged.
        """
        part = self._read(path, where)
        if dict(part.schema) != columns:
            raise ResultError(f"{path}: damaged: its columns are not {', '.join(columns)}; --force starts anew")
        return part

    def parts(self, name: str) -> dict[Run, Path]:
        """The file that holds each finished run's part of a table."""
        there = ((self._path(part, name), part["runs"]) for part in self._parts if name in part["tables"])
        return {tuple(run): path for path, runs in there for *run, _ in runs}

    def read_log(self) -> None:
        """Take up what an earlier process has finished.

        Raises:
            ResultError: if the log was edited, or a part that it names is missing or damaged.
        """
        content = self._log.read_bytes() if self._log.exists() else b""
        lines = content.splitlines(keepends=True)
        whole = 0
        for number, line in enumerate(lines, start=1):
            part = _part_of(line)
            if part is None and number == len(lines):
                break
            if part is None:
                raise ResultError(f"{self._log}:{number}: damaged: not a line that names a part; --force starts anew")
            for name in part["tables"]:
                self._read(self._path(part, name), pl.lit(False))
            self._parts.append(part)
            whole += len(line)
        self._mend_log(content, whole)

    def _read(self, path: Path, where: pl.Expr | None) -> pl.DataFrame:
        """A part, or those of its rows that are wanted."""
        if not path.is_file():
            raise ResultError(f"{path}: damaged: a part that {self._log.name} names is missing; --force starts anew")
        try:
            part = pl.scan_parquet(path, glob=False)
            return (part if where is None else part.filter(where)).collect()
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            first_line = next(iter(str(error).splitlines()), "unreadable")
            raise ResultError(f"{path}: damaged: {clean(first_line, 200)}; --force starts anew") from None

    def _mend_log(self, content: bytes, whole: int) -> None:
        """Cuts off a torn line at the end, to which the next would be joined: in place, as the disk may be full."""
        with writing_to(self.folder):
            if whole < len(content):
                os.truncate(self._log, whole)
            elif content and not content.endswith(b"\n"):
                with self._log.open("ab") as log:
                    log.write(b"\n")

    def _path(self, part: Mapping[str, Any], table: str) -> Path:
        return self.folder / f"{part['part']}-{table}.parquet"

    def _write(self, path: Path, table: pl.DataFrame) -> None:
        beside = path.with_suffix(".tmp")
        table.write_parquet(beside)
        sync(beside)
        beside.replace(path)


def _part_of(line: bytes) -> dict[str, Any] | None:
    """The part that a line of the log names; None where the line is torn, or none of a log."""
    try:
        part = json.loads(line)
        runs = [tuple(run) for run in part["runs"]]
        sound = PART.fullmatch(part["part"]) and all(isinstance(name, str) and name.isidentifier() for name in part["tables"])
        return (
            part if sound and all(type(run[-1]) in (int, float) and {str, int, float}.issuperset(map(type, run)) for run in runs) else None
        )
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


@contextmanager
def opened(folder: Path, request: Mapping[str, Any], *, resume: bool, force: bool) -> Iterator[Journal]:
    """The journal of a run, in `folder`: a new one, or with `resume` what is there of it. `request` tells runs apart.

    Raises:
        ResultError: if another process writes to it, if it belongs to another run, or if it exists and neither is asked for.
    """
    there = folder.exists()
    if there and not resume and not force:
        raise ResultError(f"{folder.parent}: holds a run that was interrupted; --resume continues it, --force starts anew")
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        if there and not resume:
            with writing_to(folder):
                _clear(folder)
        journal = Journal(folder)
        _compare(folder / "request.json", request)
        journal.read_log()
        yield journal


def _clear(folder: Path) -> None:
    """Removes an earlier run, the log first, and the tables that were laid beside it."""
    (folder / LOG).unlink(missing_ok=True)
    for path in (*folder.iterdir(), *folder.parent.iterdir()):
        if path in (folder, folder / LOCK):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _compare(path: Path, request: Mapping[str, Any]) -> None:
    """Writes the request of a new journal down, or refuses one that is not that of the journal."""
    if not path.exists():
        with writing_to(path):
            path.write_text(json.dumps(request, indent=1), encoding="utf-8")
            sync(path)
        return
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise ResultError(f"{path}: damaged; --force starts anew") from None
    if found := differences(before, request):
        raise ResultError(f"{path.parent.parent}: holds another run, so that --resume cannot continue it: {found}")


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Where two requests differ, in one line; empty where they do not."""
    found = list(_differences(before, json.loads(json.dumps(after))))
    more = f"; and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
    return "; ".join(found[:MOST_DIFFERENCES]) + more


def _differences(before: object, after: object, path: str = "") -> Iterator[str]:
    """Where two requests differ: `key.path: that there, and this here`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after:
        yield f"{path}: {_short(before)} there, and {_short(after)} now"


def _short(value: object) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps other processes out, where the system can."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with writing_to(folder):
        file = (folder / LOCK).open("w")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultError(f"{folder.parent}: another process is at work on it") from None
        yield
