"""Runs as they end: in a journal, or in memory where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from sim.experiment.journal import Journal, Run
from sim.experiment.large import Columns

BLOCK = 200_000
"""Rows that are sorted at a time, as sorting takes several times the memory of what is sorted; about, as runs stay whole."""

UNHEARD = ("cancelled", None, "")
"""Status, seconds and error of a run that has not been heard of."""


class Gathering:
    """The status of each run, and the tables of those that ended well."""

    def __init__(self, runs: Sequence[Run], journal: Journal | None) -> None:
        """`runs` are all that there are to be, by what tells them apart."""
        self._runs = runs
        self._journal = journal
        self._in_memory: dict[str, dict[Run, pl.DataFrame]] = {}
        self._status: dict[Run, tuple[str, float | None, str]] = {
            run: ("done", seconds, "") for run, seconds in (journal.statuses.items() if journal else ())
        }

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return self.count("done") == len(self._runs)

    def count(self, status: str) -> int:
        """Number of runs that are `done`, `failed`, or `cancelled` (not heard of)."""
        return sum(self.status(run)[0] == status for run in self._runs)

    def status(self, run: Run) -> tuple[str, float | None, str]:
        """Status, seconds and error of a run."""
        return self._status.get(run, UNHEARD)

    def expect(self, runs: Sequence[Run]) -> None:
        """Has these be all the runs that there are to be."""
        self._runs = runs

    @property
    def folder(self) -> Path | None:
        """The folder in which the tables of an incomplete result are laid; None where there is no journal."""
        return self._journal.folder.parent if self._journal is not None else None

    def keep(self, done: Sequence[tuple[Run, float]], tables: Mapping[str, pl.DataFrame]) -> None:
        """Take in the tables of runs that ended well, and their seconds.

        Raises:
            WriteError: if the journal cannot be written.
        """
        rounded = [(run, round(seconds, 3)) for run, seconds in done]
        if self._journal is not None:
            self._journal.append([(*run, seconds) for run, seconds in rounded], tables)
        else:
            for name, table in tables.items():
                self._in_memory.setdefault(name, {}).update(dict.fromkeys((run for run, _ in rounded), table))
        self._status.update({run: ("done", seconds, "") for run, seconds in rounded})

    def fail(self, runs: Iterable[Run], message: str) -> None:
        """Note that some runs failed, and why."""
        self._status.update(dict.fromkeys(runs, ("failed", None, message)))

    def scan(self, name: str, columns: Columns) -> pl.LazyFrame:
        """A table of the runs that ended well, as they came, unread."""
        if self._journal is None:
            return self.table(name, columns).lazy()
        files = self._journal.tables(name)
        return pl.scan_parquet(files, glob=False) if files else pl.LazyFrame(schema=columns)

    def table(self, name: str, columns: Columns) -> pl.DataFrame:
        """A table of the runs that ended well, as they came."""
        whole: pl.DataFrame = pl.concat([pl.DataFrame(schema=columns), *self._read(self._parts(name).values(), columns)])
        return whole

    def blocks(self, name: str, columns: Columns, key: Sequence[str]) -> Iterator[pl.DataFrame]:
        """A table of the runs that ended well, some runs at a time, in their order. The columns of `key` are what tells them apart.

        Raises:
            ResultError: if a part of the journal is damaged.
        """
        parts = self._parts(name)
        done = [run for run in self._runs if run in parts]
        rows = self.scan(name, columns).select(pl.len()).collect().item()
        most = max(1, BLOCK * len(parts) // max(rows, 1))
        for some in (done[start : start + most] for start in range(0, len(done), most)):
            wanted = pl.DataFrame(some, {column: columns[column] for column in key}, orient="row")
            read = self._read((parts[run] for run in some), columns, _near(wanted))
            yield pl.concat(part.join(wanted, on=key, how="semi") for part in read)

    def _parts(self, name: str) -> Mapping[Run, Path | pl.DataFrame]:
        """Where each finished run's part of a table is."""
        return self._in_memory.get(name, {}) if self._journal is None else self._journal.parts(name)

    def _read(self, parts: Iterable[Path | pl.DataFrame], columns: Columns, where: pl.Expr | None = None) -> Iterator[pl.DataFrame]:
        """Each part once, or those of its rows that are wanted."""
        for part in {id(part): part for part in parts}.values():
            if isinstance(part, pl.DataFrame):
                yield part if where is None else part.filter(where)
            elif self._journal is not None:
                yield self._journal.read(part, columns, where)


def _near(wanted: pl.DataFrame) -> pl.Expr:
    """Whether a row lies within the bounds of some: few others do, and a file need not be read for them."""
    return pl.all_horizontal(pl.col(one.name).is_between(pl.lit(one.min()), pl.lit(one.max())) for one in wanted)


def tagged(frame: pl.DataFrame, tags: Mapping[str, object], columns: Columns) -> pl.DataFrame:
    """The table of one run with columns that tell it apart."""
    return frame.with_columns(**{name: pl.lit(value) for name, value in tags.items()}).select(
        pl.col(name).cast(kind) for name, kind in columns.items()
    )
