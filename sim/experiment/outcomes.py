"""What the runs of a plan came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import MEASURE_COLUMNS, RUN_COLUMNS, SERIES_COLUMNS, in_order
from sim.experiment.plan import Plan, Task
from sim.experiment.store import writing_to

if TYPE_CHECKING:
    from sim.experiment.task import RunResult


class Outcomes:
    """Gathers runs as they end; ledgers go to files in `ledgers` at once, as they would not fit in memory."""

    def __init__(self, plan: Plan, ledgers: Path | None = None) -> None:
        self._plan = plan
        self._ledgers = ledgers
        self._status: dict[tuple[str, int], tuple[str, float | None, str]] = {}
        self._measures: list[pl.DataFrame] = []
        self._series: list[pl.DataFrame] = []

    def finished(self, runs: Sequence[RunResult]) -> None:
        """Takes in runs that ended well."""
        for run in runs:
            self._measures.append(self._tagged(run.measures, run, MEASURE_COLUMNS))
            self._series.append(self._tagged(run.series, run, SERIES_COLUMNS))
            if run.ledger is not None and self._ledgers is not None:
                tags = (pl.lit(run.world).alias("world"), pl.lit(run.replication, pl.Int64).alias("replication"))
                with writing_to(self._ledgers):
                    run.ledger.select(*tags, pl.exclude("world", "replication")).write_parquet(self._part(run.world, run.replication))
            self._status[run.world, run.replication] = ("done", round(run.seconds, 3), "")

    def failed(self, task: Task, message: str) -> None:
        """Notes that no run of a task succeeded."""
        for replication in task:
            self._status.update({(world, replication): ("failed", None, message) for world in self._plan.worlds})

    def count(self, status: str) -> int:
        """Number of runs that are `done`, `failed`, or `cancelled` (not heard of)."""
        return self.runs()["status"].to_list().count(status)

    def runs(self) -> pl.DataFrame:
        """One row per run, those not heard of as cancelled."""
        scenario = self._plan.scenario
        rows = [
            (scenario.name, world, replication, scenario.seed, *self._status.get((world, replication), ("cancelled", None, "")))
            for world in self._plan.worlds
            for replication in range(self._plan.replications)
        ]
        return pl.DataFrame(rows, RUN_COLUMNS, orient="row")

    def measures(self) -> pl.DataFrame:
        """Measures of the runs that ended well."""
        return self._joined(self._measures, MEASURE_COLUMNS)

    def series(self) -> pl.DataFrame:
        """Measures over time of the runs that ended well."""
        return self._joined(self._series, SERIES_COLUMNS)

    def ledger(self) -> pl.LazyFrame | None:
        """The ledgers of the runs that ended well, None if there are none."""
        if self._ledgers is None:
            return None
        wanted = (self._part(world, replication) for world in self._plan.worlds for replication in range(self._plan.replications))
        parts = [part for part in wanted if part.exists()]
        return pl.concat([pl.scan_parquet(part) for part in parts]) if parts else None

    def _joined(self, frames: list[pl.DataFrame], columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        return in_order(pl.concat([pl.DataFrame(schema=columns), *frames]), self._plan.scenario, self._plan.worlds)

    def _tagged(self, frame: pl.DataFrame, run: RunResult, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        tags = {"scenario": self._plan.scenario.name, "world": run.world, "replication": run.replication}
        return frame.with_columns(**{name: pl.lit(value) for name, value in tags.items()}).select(
            pl.col(name).cast(kind) for name, kind in columns.items()
        )

    def _part(self, world: str, replication: int) -> Path:
        assert self._ledgers is not None
        return self._ledgers / f"{self._plan.worlds.index(world)}-{replication}.parquet"
