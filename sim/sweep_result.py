"""The result of a designed experiment: tables by point, in memory or read from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.disk import ResultError
from sim.result import Reader, Result, Tables

if TYPE_CHECKING:
    import polars as pl

    from sim.calibration.result import Calibration
    from sim.scenario.schema import Scenario
    from sim.sensitivity.study import Study

DESIGN = "design.csv"
"""The file by which the folder of an experiment is known."""


@dataclass(frozen=True, eq=False)
class Sweep(Tables):
    """The tables of an experiment's runs; docs/experiments.md describes their columns.

    Attributes:
        scenario: the resolved scenario with its experiment; running it reproduces the result.
        design: a row per point: its number, and the value of each parameter that varies, by path, as a file writes it.
        measures: value per point, world, replication, measure, split and level.
        summary: n, mean, standard deviation and 95 % interval over replications, by point.
        attribution: loss of voice per mechanism, by point.
        runs: status of every run.
        manifest: versions, seed, hash of the scenario, times, what was asked for.
        folder: where the result lies, None if in memory alone.
    """

    scenario: Scenario
    design: pl.DataFrame
    measures: pl.DataFrame
    summary: pl.DataFrame
    attribution: pl.DataFrame
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None = None

    @classmethod
    def read(cls, folder: str | Path) -> Sweep:
        """Reads the result folder of an experiment.

        Raises:
            ResultError: if the folder is missing, incomplete or damaged, in one line.
        """
        folder = Path(folder)
        if not is_sweep(folder):
            raise ResultError(f"{folder}: not the result of an experiment: it holds no {DESIGN}")
        return cls(**_parts(Reader(folder)), folder=folder)

    @property
    def paths(self) -> tuple[str, ...]:
        """The parameters that vary."""
        return tuple(self.design.columns[1:])

    def write(self, folder: Path) -> None:
        """Writes the tables into a folder."""
        from sim.experiment.csv import to_csv
        from sim.experiment.disk import write_text
        from sim.experiment.store import write_origin

        self.measures.write_parquet(folder / "measures.parquet")
        for name in ("design", "summary", "attribution", "runs"):
            write_text(folder / f"{name}.csv", to_csv(getattr(self, name)))
        write_origin(folder, self.scenario, self.manifest)


def is_sweep(folder: Path) -> bool:
    """Whether a folder holds the result of an experiment."""
    return (folder / DESIGN).is_file() and (folder / "manifest.json").is_file()


def read_any(folder: Path) -> Result | Sweep | Study | Calibration:
    """Reads a result of whatever kind.

    Raises:
        ResultError: as `Result.read`.
    """
    from sim.calibration.result import Calibration, is_calibration
    from sim.sensitivity.study import Study, is_study

    if is_study(folder):
        return Study.read(folder)
    if is_calibration(folder):
        return Calibration.read(folder)
    return Sweep.read(folder) if is_sweep(folder) else Result.read(folder)


def _parts(reader: Reader) -> dict[str, Any]:
    from sim.experiment import point_outcomes as columns

    design, runs = reader.design(), reader.table("runs.csv", columns.POINT_RUN_COLUMNS)
    if set(design["point"]) != set(runs["point"]):
        raise reader.damaged(DESIGN, "its points are not those of runs.csv")
    return {
        "manifest": reader.manifest(),
        "scenario": reader.scenario(),
        "design": design,
        "measures": reader.table("measures.parquet", columns.POINT_MEASURE_COLUMNS),
        "summary": reader.table("summary.csv", columns.POINT_SUMMARY_COLUMNS),
        "attribution": reader.table("attribution.csv", columns.POINT_ATTRIBUTION_COLUMNS),
        "runs": runs,
    }
