"""The result of a designed experiment: tables by point, in memory or read from a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.disk import ResultError
from sim.result import Measured, Reader, Result

if TYPE_CHECKING:
    import polars as pl

    from sim.calibration.result import Calibration
    from sim.scenario.schema import Scenario
    from sim.sensitivity.study import Study

DESIGN = "design.csv"
"""The file by which the folder of an experiment is known."""


@dataclass(frozen=True, eq=False)
class Sweep(Measured):
    """The tables of an experiment's runs; docs/experiments.md describes their columns.

    Attributes:
        scenario: the resolved scenario with its experiment; running it reproduces the result.
        design: a row per point: its number, and the value of each parameter that varies, by path, as a file writes it.
        summary: n, mean, standard deviation and 95 % interval over replications, by point.
        attribution: loss of voice per mechanism, by point.
        runs: status of every run.
        manifest: versions, seed, hash of the scenario, times, what was asked for.
        folder: where the result lies, None if in memory alone.
        in_memory: `measures`, where they do not lie in the folder.
    """

    scenario: Scenario
    design: pl.DataFrame
    summary: pl.DataFrame
    attribution: pl.DataFrame
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None = None
    in_memory: Mapping[str, pl.DataFrame] = field(default_factory=dict)

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
        """Writes the tables that are not there into a folder."""
        from sim.experiment.csv import write_csv
        from sim.experiment.large import pieces
        from sim.experiment.store import write_origin

        self.write_large(folder, "measures")
        for name in ("design", "summary", "attribution", "runs"):
            write_csv(pieces(getattr(self, name).lazy()), folder / f"{name}.csv")
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
    reader.check("measures", columns.POINT_MEASURE_COLUMNS)
    return {
        "manifest": reader.manifest(),
        "scenario": reader.scenario(),
        "design": design,
        "summary": reader.table("summary.csv", columns.POINT_SUMMARY_COLUMNS),
        "attribution": reader.table("attribution.csv", columns.POINT_ATTRIBUTION_COLUMNS),
        "runs": runs,
    }
