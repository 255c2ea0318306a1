"""The result of a calibration: tables, in memory or read from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.calibration.trials import TRIAL_RUN_COLUMNS
from sim.experiment.csv import read_csv, to_csv
from sim.experiment.disk import ResultError, write_text
from sim.experiment.store import write_origin
from sim.result import Reader, Tables

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MARK = "fit.csv"
"""The file by which the folder of a calibration is known."""

Columns = dict[str, type[pl.DataType]]

PARAMETER_COLUMNS: Columns = {
    **dict.fromkeys(("parameter", "paths", "unit", "scale"), pl.String),
    **dict.fromkeys(("low", "high", "before", "fitted", "ci_low", "ci_high", "position"), pl.Float64),
    "written": pl.String,
}
FIT_COLUMNS: Columns = {
    **dict.fromkeys(("target", "use", "measure", "split", "level", "world"), pl.String),
    **dict.fromkeys(("published", "published_sd", "before", "simulated", "se", "difference", "off"), pl.Float64),
    **dict.fromkeys(("verdict", "uncertainty", "source_level", "source"), pl.String),
}
TABLES: dict[str, Columns] = {"parameters": PARAMETER_COLUMNS, "fit": FIT_COLUMNS, "runs": TRIAL_RUN_COLUMNS}
NUMBERS = ("trials", "posterior")
"""Tables whose first column numbers the rows, and whose other columns are numbers."""


@dataclass(frozen=True, eq=False)
class Calibration(Tables):
    """The tables of a calibration; docs/calibration.md describes their columns.

    Attributes:
        scenario: the resolved scenario, as it was.
        fitted_scenario: the same with the values found; None where the search did not end.
        fitted_yaml: what makes it of the scenario, as a file; empty where the search did not end.
        parameters: a row per parameter: its range, and its value before and after.
        fit: a row per target: as published, and as simulated before and after.
        trials: every point that was looked at.
        posterior: draws from the posterior, where the method gives any; durations are in hours.
        correlations: of the parameters in it.
        runs: status of every run.
        targets: the file of targets.
        manifest: versions, seed, times, what was asked for, method and warnings.
        folder: where the result lies, None if in memory alone.
    """

    scenario: Scenario
    fitted_scenario: Scenario | None
    fitted_yaml: str
    parameters: pl.DataFrame
    fit: pl.DataFrame
    trials: pl.DataFrame
    posterior: pl.DataFrame
    correlations: pl.DataFrame
    runs: pl.DataFrame
    targets: str
    manifest: dict[str, Any]
    folder: Path | None = None

    @property
    def warnings(self) -> list[str]:
        """What to mind before the values are used."""
        return list(self.manifest["warnings"])

    @classmethod
    def read(cls, folder: str | Path) -> Calibration:
        """Reads the folder of a complete calibration.

        Raises:
            ResultError: if the folder is missing, incomplete or damaged, in one line.
        """
        folder = Path(folder)
        if not is_calibration(folder):
            raise ResultError(f"{folder}: not the result of a calibration: it holds no {MARK}")
        if not (folder / "fitted.yaml").exists():
            raise ResultError(f"{folder}: holds a calibration whose search did not end; `chillsim calibrate --resume` continues it")
        reader = Reader(folder)
        return cls(
            scenario=reader.scenario(),
            fitted_scenario=reader.scenario("fitted.yaml"),
            fitted_yaml=_text(reader, "fitted.yaml"),
            **{name: reader.table(f"{name}.csv", columns) for name, columns in TABLES.items()},
            **{name: _numbers(reader, name) for name in NUMBERS},
            correlations=_numbers(reader, "correlations", pl.String),
            targets=_text(reader, "targets.yaml"),
            manifest=reader.manifest(),
            folder=folder,
        )

    def write(self, folder: Path) -> None:
        """Writes the tables into a folder, and the fitted scenario where there is one."""
        for name in (*TABLES, *NUMBERS, "correlations"):
            table = getattr(self, name)
            if table.width > 1:
                write_text(folder / f"{name}.csv", to_csv(table))
        write_text(folder / "targets.yaml", self.targets)
        if self.fitted_yaml:
            write_text(folder / "fitted.yaml", self.fitted_yaml)
        write_origin(folder, self.scenario, self.manifest)


def is_calibration(folder: Path) -> bool:
    """Whether a folder holds a calibration."""
    return (folder / MARK).is_file() and (folder / "manifest.json").is_file()


def _numbers(reader: Reader, name: str, first: type[pl.DataType] = pl.Int64) -> pl.DataFrame:
    """A table of numbers after its first column; without columns where there is no such file."""
    path = reader.folder / f"{name}.csv"
    if not path.exists():
        return pl.DataFrame()
    try:
        label, *columns = pl.read_csv(path, n_rows=0, glob=False).columns
        return read_csv(path, {label: first, **dict.fromkeys(columns, pl.Float64)})
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise reader.damaged(path.name, error) from None


def _text(reader: Reader, name: str) -> str:
    try:
        return (reader.folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise reader.damaged(name, error) from None
