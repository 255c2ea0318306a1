"""A result: the tables of a scenario's runs, in memory or read from a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sim.experiment.disk import ResultError
from sim.scenario.problems import clean

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

    from sim.scenario.schema import Scenario


class Tables:
    """What results of every kind have: a scenario, the status of its runs, and where it all comes from."""

    scenario: Scenario
    runs: pl.DataFrame
    manifest: dict[str, Any]

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


@dataclass(frozen=True, eq=False)
class Result(Tables):
    """The tables of a scenario's runs; `docs/` describes their columns.

    Attributes:
        scenario: the resolved scenario; running it reproduces the result.
        measures: value per world, replication, measure, split and level.
        summary: n, mean, standard deviation and 95 % interval over replications.
        series: measures over time.
        attribution: loss of voice per mechanism.
        runs: status of every run.
        manifest: versions, seed, hash of the scenario, times, what was asked for.
        folder: where the result lies, None if in memory alone.
    """

    scenario: Scenario
    measures: pl.DataFrame
    summary: pl.DataFrame
    series: pl.DataFrame
    attribution: pl.DataFrame
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None = None

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

        return settling(self.series, self.scenario, self.fullest)

    @property
    def ledger(self) -> pl.LazyFrame | None:
        """One row per occasion, world and replication, where the run kept the ledger."""
        import polars as pl

        path = self.folder / "ledger.parquet" if self.folder else None
        return pl.scan_parquet(path, glob=False) if path is not None and path.exists() else None

    def write(self, folder: Path, ledger: pl.LazyFrame | None = None) -> None:
        """Writes the tables into a folder, and the ledger where there is one."""
        from sim.experiment.csv import to_csv
        from sim.experiment.disk import write_text
        from sim.experiment.store import write_origin

        self.measures.write_parquet(folder / "measures.parquet")
        self.series.write_parquet(folder / "series.parquet")
        if ledger is not None:
            ledger.sink_parquet(folder / "ledger.parquet")
        for name in ("measures", "summary", "attribution", "brief", "runs"):
            write_text(folder / f"{name}.csv", to_csv(getattr(self, name)))
        write_origin(folder, self.scenario, self.manifest)


class Reader:
    """Reads the parts of a result folder; what is damaged raises a ResultError in one line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self) -> dict[str, Any]:
        """Everything, as arguments of `Result`."""
        from sim.experiment import columns

        return {
            "manifest": self.manifest(),
            "scenario": self.scenario(),
            "measures": self.table("measures.parquet", columns.MEASURE_COLUMNS),
            "series": self.table("series.parquet", columns.SERIES_COLUMNS),
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

    def table(self, name: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        """A table, in CSV or Parquet, with these columns."""
        import polars as pl

        from sim.experiment.csv import read_csv

        path = self._file(name)
        try:
            frame = read_csv(path, columns) if path.suffix == ".csv" else pl.read_parquet(path, glob=False)
        except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise self.damaged(name, error) from None
        if dict(frame.schema) != columns:
            raise self.damaged(name, f"its columns are not {', '.join(columns)}")
        return frame

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
        first_line = next(iter(str(error).splitlines()), "unreadable")
        return ResultError(f"{self.folder / name}: damaged result: {clean(first_line, 200)}")


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
