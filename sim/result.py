"""A result: the tables of a scenario's runs, in memory or read from a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from sim.experiment.disk import ResultError, damaged

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

    from sim.experiment.large import Columns
    from sim.scenario.schema import Scenario


class Tables:
    """What results of every kind have: a scenario, the status of its runs, and where it all comes from."""

    scenario: Scenario
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None

    def at(self, folder: Path | None) -> Self:
        """The same, that lies in this folder."""
        return cast("Self", replace(cast("Any", self), folder=folder))

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name

    @property
    def worlds(self) -> tuple[str, ...]:
        """Worlds that were asked for, from the fewest mechanisms to the most."""
        return tuple(self.manifest["worlds"])

    @property
    def fullest(self) -> str:
        """The world with the most mechanisms."""
        from sim.model.worlds import fullest

        return fullest(self.worlds)

    def count(self, status: str) -> int:
        """Number of runs that are `done`, `failed` or `cancelled`."""
        return self.runs["status"].to_list().count(status)

    def plot(self, name: str) -> Figure:
        """One figure; `chillsim list` names them.

        Raises:
            FigureError: if there is no such figure, or this kind of result cannot show it.
        """
        from sim.figures import draw

        return draw(name, [self])


class Measured(Tables):
    """Results with tables that have rows for every run: they stay in their files, and are read when they are asked for.

    Attributes:
        in_memory: those tables, by name, that do not lie in the folder.
    """

    in_memory: Mapping[str, pl.DataFrame]

    @cached_property
    def measures(self) -> pl.DataFrame:
        """Value per world, replication, measure, split and level (and point, for a design): all of it in memory.

        Raises:
            ResultError: if its file is damaged.
        """
        return self._whole("measures")

    @contextmanager
    def reading(self, table: str) -> Iterator[pl.LazyFrame]:
        """A table with rows for every run, unread, for as long as it is read: no more comes into memory than is asked for.

        Raises:
            ResultError: if its file turns out to be damaged.
        """
        from sim.experiment.disk import reading
        from sim.experiment.large import file_of, scan

        with reading(None if self.folder is None else file_of(table, self.folder)):
            yield scan(table, self.in_memory, self.folder)

    def write_large(self, folder: Path, *tables: str) -> None:
        """Writes tables with rows for every run into a folder, unless they lie there."""
        from sim.experiment.large import file_of, scan, write_parquet

        if self.folder is not None and folder.resolve() == self.folder.resolve():
            return
        for table in tables:
            write_parquet(scan(table, self.in_memory, self.folder), file_of(table, folder))

    def _whole(self, table: str) -> pl.DataFrame:
        with self.reading(table) as rows:
            return rows.collect()


@dataclass(frozen=True, eq=False)
class Result(Measured):
    """The tables of a scenario's runs; `docs/` describes their columns.

    Attributes:
        scenario: the resolved scenario; running it reproduces the result.
        summary: n, mean, standard deviation and 95 % interval over replications.
        attribution: loss of voice per mechanism.
        runs: status of every run.
        manifest: versions, seed, hash of the scenario, times, what was asked for.
        folder: where the result lies, None if in memory alone.
        in_memory: `measures` and `series`, where they do not lie in the folder.
    """

    scenario: Scenario
    summary: pl.DataFrame
    attribution: pl.DataFrame
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None = None
    in_memory: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> Result:
        """Reads a result folder.

        Raises:
            ResultError: if the folder is missing, incomplete or damaged, in one line.
        """
        folder = Path(folder)
        if not (folder / "manifest.json").is_file():
            reason = "not a result folder: it holds no manifest.json" if folder.is_dir() else "no such folder"
            raise ResultError(f"{folder}: {reason}")
        if (folder / "design.csv").is_file():
            raise ResultError(f"{folder}: holds the points of an experiment, not one result; `chillsim run --point K` makes one of a point")
        if (folder / "indices.csv").is_file():
            raise ResultError(f"{folder}: holds an analysis of sensitivity, not one result; `chillsim plot` draws it")
        if (folder / "fit.csv").is_file():
            raise ResultError(f"{folder}: holds a calibration, not one result; `chillsim run {folder / 'fitted.yaml'}` makes one")
        return cls(**Reader(folder).parts(), folder=folder)

    @cached_property
    def series(self) -> pl.DataFrame:
        """Measures over time, all of them in memory.

        Raises:
            ResultError: if their file is damaged.
        """
        return self._whole("series")

    @property
    def brief(self) -> pl.DataFrame:
        """What the convenor can tell leaders of each topic and group, beside what people think; from the summary."""
        from sim.experiment.brief import brief_of

        return brief_of(self.summary, self.scenario)

    def needed(self, precision: Mapping[str, float] | None = None) -> pl.DataFrame:
        """How many replications make the 95 % intervals of measures, in the fullest world, no wider than ± so much.

        Args:
            precision: half-widths by measure; for the headline measures a percentage point, or a twentieth of the value, if None.

        Returns:
            measure, n, mean, sd, half_width, wanted, needed; docs/experiments.md says how far to trust it.
        """
        from sim.experiment.precision import needed

        return needed(self.summary, self.fullest, precision)

    @property
    def settling(self) -> pl.DataFrame:
        """Whether measures over time had settled when measuring began (MSER-5), in the fullest world; from the series."""
        from sim.experiment.settling import settling

        with self.reading("series") as series:
            return settling(series, self.scenario, self.fullest)

    def shares_of_wished(self, world: str) -> pl.DataFrame:
        """Statistics of the funnel's steps in a world, as shares of what was wished: measure, n, mean, sd, ci_low, ci_high."""
        from sim.experiment.summary import shares_of_wished

        with self.reading("measures") as measures:
            return shares_of_wished(measures, world)

    @property
    def ledger(self) -> pl.LazyFrame | None:
        """One row per occasion, world and replication, where the run kept the ledger."""
        import polars as pl

        path = self.folder / "ledger.parquet" if self.folder else None
        return pl.scan_parquet(path, glob=False) if path is not None and path.exists() else None

    def write(self, folder: Path) -> None:
        """Writes the tables that are not there into a folder."""
        from sim.experiment.csv import write_csv
        from sim.experiment.large import pieces, scan
        from sim.experiment.store import write_origin

        self.write_large(folder, "measures", "series")
        write_csv(pieces(scan("measures", self.in_memory, self.folder)), folder / "measures.csv")
        for name in ("summary", "attribution", "brief", "runs"):
            write_csv(pieces(getattr(self, name).lazy()), folder / f"{name}.csv")
        write_origin(folder, self.scenario, self.manifest)


class Reader:
    """Reads the parts of a result folder; what is damaged raises a ResultError in one line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self) -> dict[str, Any]:
        """Everything, as arguments of `Result`."""
        from sim.experiment import columns

        self.check("measures", columns.MEASURE_COLUMNS)
        self.check("series", columns.SERIES_COLUMNS)
        return {
            "manifest": self.manifest(),
            "scenario": self.scenario(),
            "summary": self.table("summary.csv", columns.SUMMARY_COLUMNS),
            "attribution": self.table("attribution.csv", columns.ATTRIBUTION_COLUMNS),
            "runs": self.table("runs.csv", columns.RUN_COLUMNS),
        }

    def manifest(self) -> dict[str, Any]:
        """Where the result comes from."""
        try:
            manifest = json.loads(self._file("manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self.damaged("manifest.json", error) from None
        if not _tells_origin(manifest):
            raise self.damaged("manifest.json", "it does not tell worlds, seed and versions")
        return cast("dict[str, Any]", manifest)

    def scenario(self, name: str = "scenario.yaml") -> Scenario:
        """A resolved scenario."""
        from sim.scenario import ScenarioError, load

        try:
            return load(self._file(name))
        except (ScenarioError, OSError) as error:
            raise self.damaged(name, error) from None

    def check(self, table: str, columns: Columns) -> None:
        """Whether a table that is read when it is asked for is there, and has these columns."""
        from sim.experiment.disk import reading
        from sim.experiment.large import file_of, scan

        path = self._file(file_of(table, self.folder).name)
        with reading(path):
            found = scan(table, {}, self.folder).collect_schema()
        if dict(found) != columns:
            raise self.damaged(path.name, f"its columns are not {', '.join(columns)}")

    def table(self, name: str, columns: Columns) -> pl.DataFrame:
        """A table in CSV with these columns."""
        import polars as pl

        from sim.experiment.csv import read_csv

        try:
            return read_csv(self._file(name), columns)
        except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise self.damaged(name, error) from None

    def design(self) -> pl.DataFrame:
        """The points of an experiment, and their values as text."""
        import polars as pl

        try:
            frame = pl.read_csv(self._file("design.csv"), infer_schema=False, glob=False)
            return frame.with_columns(pl.col("point").cast(pl.Int64), pl.exclude("point").fill_null(""))
        except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise self.damaged("design.csv", error) from None

    def _file(self, name: str) -> Path:
        """Where a file is; nothing else, such as a pipe, is opened."""
        path = self.folder / name
        if not path.is_file():
            raise self.damaged(name, "not a file" if os.path.lexists(path) else "no such file")
        return path

    def damaged(self, name: str, error: object) -> ResultError:
        """What is wrong with a file."""
        return damaged(self.folder / name, error)


def _tells_origin(manifest: object) -> bool:
    """Whether a manifest has what reading a result needs."""
    from sim.model.worlds import ALL_WORLDS

    if not isinstance(manifest, dict):
        return False
    worlds, versions = manifest.get("worlds"), manifest.get("versions")
    return (
        isinstance(worlds, list)
        and bool(worlds)
        and all(world in ALL_WORLDS for world in worlds)
        and type(manifest.get("seed")) is int
        and isinstance(versions, dict)
        and isinstance(versions.get("chillsim"), str)
    )
