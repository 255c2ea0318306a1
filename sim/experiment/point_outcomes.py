"""What the runs at the points of a design came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import ATTRIBUTION_COLUMNS, MEASURE_COLUMNS, RUN_COLUMNS, SUMMARY_COLUMNS, in_order
from sim.experiment.journal import Journal, Run
from sim.experiment.units import PointRun, Unit
from sim.scenario.design_file import NUMBER

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

POINT_MEASURE_COLUMNS = {NUMBER: pl.Int64, **MEASURE_COLUMNS}
POINT_SUMMARY_COLUMNS = {NUMBER: pl.Int64, **SUMMARY_COLUMNS}
POINT_ATTRIBUTION_COLUMNS = {NUMBER: pl.Int64, **ATTRIBUTION_COLUMNS}
POINT_RUN_COLUMNS = {NUMBER: pl.Int64, **RUN_COLUMNS}


class PointOutcomes:
    """Gathers runs as they end: in a journal, or in memory where there is none."""

    def __init__(
        self, scenarios: Sequence[Scenario], name: str, worlds: tuple[str, ...], replications: int, journal: Journal | None
    ) -> None:
        self._scenarios = scenarios
        self._name = name
        self._worlds = worlds
        self._replications = replications
        self._journal = journal
        self._tables: list[pl.DataFrame] = []
        self._status: dict[Run, tuple[str, float | None, str]] = {}
        for run, seconds in journal.statuses.items() if journal else ():
            self._status[run] = ("done", seconds, "")

    @property
    def complete(self) -> bool:
        """Whether every run is done."""
        return not self.missing()

    def missing(self) -> list[Unit]:
        """Units of which some run is not done, by point and replication."""
        return [
            Unit(point, replication, scenario)
            for point, scenario in enumerate(self._scenarios)
            for replication in range(self._replications)
            if any(self._status.get((point, world, replication), ("",))[0] != "done" for world in self._worlds)
        ]

    def finished(self, runs: Sequence[PointRun]) -> None:
        """Takes in runs that ended well.

        Raises:
            WriteError: if the journal cannot be written.
        """
        table = pl.concat([self._tagged(run) for run in runs])
        done = [(run.point, run.world, run.replication, round(run.seconds, 3)) for run in runs]
        if self._journal is None:
            self._tables.append(table)
        else:
            self._journal.append(done, {"measures": table})
        self._status.update({tuple(run): ("done", seconds, "") for *run, seconds in done})

    def failed(self, task: tuple[Unit, ...], message: str) -> None:
        """Notes that no run of a task succeeded."""
        for unit in task:
            self._status.update({(unit.point, world, unit.replication): ("failed", None, message) for world in self._worlds})

    def runs(self) -> pl.DataFrame:
        """One row per run, those not heard of as cancelled."""
        unheard = ("cancelled", None, "")
        rows = [
            (point, self._name, world, replication, scenario.seed, *self._status.get((point, world, replication), unheard))
            for point, scenario in enumerate(self._scenarios)
            for world in self._worlds
            for replication in range(self._replications)
        ]
        return pl.DataFrame(rows, POINT_RUN_COLUMNS, orient="row")

    def measures(self) -> pl.DataFrame:
        """Measures of the runs that ended well, by point."""
        frames = self._tables if self._journal is None else [pl.read_parquet(path) for path in self._journal.tables("measures")]
        whole = pl.concat([pl.DataFrame(schema=POINT_MEASURE_COLUMNS), *frames]).filter(pl.col("replication") < self._replications)
        return in_order(whole, self._scenarios[0], self._worlds).sort(NUMBER, maintain_order=True)

    def _tagged(self, run: PointRun) -> pl.DataFrame:
        tags = {NUMBER: run.point, "scenario": self._name, "world": run.world, "replication": run.replication}
        return run.measures.with_columns(**{name: pl.lit(value) for name, value in tags.items()}).select(
            pl.col(name).cast(kind) for name, kind in POINT_MEASURE_COLUMNS.items()
        )
