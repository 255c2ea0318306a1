"""The result of a sensitivity analysis: tables, in memory or read from a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.experiment.csv import write_csv
from sim.experiment.disk import ResultError, write_text
from sim.experiment.large import Columns, pieces
from sim.experiment.point_outcomes import POINT_MEASURE_COLUMNS, POINT_RUN_COLUMNS
from sim.experiment.store import write_inputs, write_origin
from sim.result import Measured, Reader
from sim.sensitivity.morris import Morris
from sim.sensitivity.sobol import Sobol

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MARK = "indices.csv"
"""The file by which the folder of a sensitivity analysis is known."""

PARAMETER_COLUMNS: Columns = {**dict.fromkeys(("parameter", "basis", "low", "high", "evidence", "paths"), pl.String)}
INDEX_COLUMNS: Columns = {
    **dict.fromkeys(("of", "measure", "parameter", "basis"), pl.String),
    **dict.fromkeys(("base", "at_low", "at_high", *Morris.columns, *Sobol.columns), pl.Float64),
}
ORDER_COLUMNS: Columns = {
    **dict.fromkeys(("measure", "first", "second", "better"), pl.String),
    **dict.fromkeys(("first_value", "second_value"), pl.Float64),
    "worlds": pl.Int64,
    **dict.fromkeys(("first_better", "second_better", "equal"), pl.Float64),
}
TABLES: dict[str, Columns] = {
    "parameters": PARAMETER_COLUMNS,
    "indices": INDEX_COLUMNS,
    "order": ORDER_COLUMNS,
    "runs": POINT_RUN_COLUMNS,
}


@dataclass(frozen=True, eq=False)
class Study(Measured):
    """The tables of a sensitivity analysis; docs/experiments.md describes their columns. Its measures are in total alone; points of the
    scenario come first, then those of the other.

    Attributes:
        scenario: the resolved scenario.
        against: the scenario that it is compared with, if any.
        parameters: what varies, over what, and on what it rests.
        sample: where in its range each parameter is at every point, from 0 to 1; missing where it is as in the scenario.
        indices: a row per measure and parameter; `of` says of which scenario's outcome, or of the difference of two.
        order: in which share of the sampled worlds one scenario is better than the other; empty without another.
        runs: status of every run.
        manifest: versions, seed, times, what was asked for, method and size.
        folder: where the result lies, None if in memory alone.
        in_memory: `measures`, where they do not lie in the folder.
    """

    scenario: Scenario
    against: Scenario | None
    parameters: pl.DataFrame
    sample: pl.DataFrame
    indices: pl.DataFrame
    order: pl.DataFrame
    runs: pl.DataFrame
    manifest: dict[str, Any]
    folder: Path | None = None
    in_memory: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> Study:
        """Reads the folder of a sensitivity analysis.

        Raises:
            ResultError: if the folder is missing, incomplete or damaged, in one line.
        """
        folder = Path(folder)
        if not is_study(folder):
            raise ResultError(f"{folder}: not the result of a sensitivity analysis: it holds no {MARK}")
        reader = Reader(folder)
        reader.check("measures", POINT_MEASURE_COLUMNS)
        tables: dict[str, Any] = {name: reader.table(f"{name}.csv", columns) for name, columns in TABLES.items()}
        places: Columns = {"point": pl.Int64, "of": pl.String, **dict.fromkeys(tables["parameters"]["parameter"], pl.Float64)}
        return cls(
            scenario=reader.scenario(),
            sample=reader.table("sample.csv", places),
            against=reader.scenario("against.yaml") if (folder / "against.yaml").exists() else None,
            manifest=reader.manifest(),
            folder=folder,
            **tables,
        )

    @property
    def of(self) -> str:
        """What the indices to look at first are of: the scenario, or the difference of the two."""
        return self.name if self.against is None else difference_of(self.name, self.against.name)

    def write(self, folder: Path) -> None:
        """Writes the tables that are not there into a folder."""
        from sim.scenario import dump

        self.write_large(folder, "measures")
        for name in (*TABLES, "sample"):
            write_csv(pieces(getattr(self, name).lazy()), folder / f"{name}.csv")
        if self.against is not None:
            write_inputs(folder, self.against.inputs)
            write_text(folder / "against.yaml", dump(self.against))
        write_origin(folder, self.scenario, self.manifest)


def difference_of(first: str, second: str) -> str:
    """What the difference of two scenarios' outcomes is called."""
    return f"{first} - {second}"


def is_study(folder: Path) -> bool:
    """Whether a folder holds a sensitivity analysis."""
    return (folder / MARK).is_file() and (folder / "manifest.json").is_file()
