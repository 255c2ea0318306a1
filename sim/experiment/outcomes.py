"""What the runs of a plan came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import MEASURE_COLUMNS, RUN_COLUMNS, SERIES_COLUMNS, in_order
from sim.experiment.journal import Journal, Run
from sim.experiment.plan import Plan, Task

if TYPE_CHECKING:
    from sim.experiment.task import RunResult


class Outcomes:
    """Gathers runs as they end: in a journal, or in memory where there is none."""

    def __init__(self, plan: Plan, journal: Journal | None = None) -> None:
        self._plan = plan
        self._journal = journal
        self._status: dict[Run, tuple[str, float | None, str]] = {}
        self._in_memory: dict[str, list[pl.DataFrame]] = {"measures": [], "series": []}
        for run, seconds in journal.statuses.items() if journal else ():
            self._status[run] = ("done", seconds, "")

    def missing(self) -> list[int]:
        """Replications of which some run is not done."""
        return [
            replication
            for replication in range(self._plan.replications)
            if any(self._status.get((world, replication), ("",))[0] != "done" for world in self._plan.worlds)
        ]

    def finished(self, runs: Sequence[RunResult]) -> None:
        """Takes in runs that ended well.

        Raises:
            WriteError: if the journal cannot be written.
        """
        tables = {
            "measures": pl.concat([self._tagged(run.measures, run, MEASURE_COLUMNS) for run in runs]),
            "series": pl.concat([self._tagged(run.series, run, SERIES_COLUMNS) for run in runs]),
        }
        if self._journal is None:
            for name, table in tables.items():
                self._in_memory[name].append(table)
        else:
            ledgers = [_with_tags(run.ledger, run) for run in runs if run.ledger is not None]
            kept = {**tables, **({"ledger": pl.concat(ledgers)} if ledgers else {})}
            self._journal.append([(run.world, run.replication, round(run.seconds, 3)) for run in runs], kept)
        self._status.update({(run.world, run.replication): ("done", round(run.seconds, 3), "") for run in runs})

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
        return self._joined("measures", MEASURE_COLUMNS)

    def series(self) -> pl.DataFrame:
        """Measures over time of the runs that ended well."""
        return self._joined("series", SERIES_COLUMNS)

    def ledger(self) -> pl.LazyFrame | None:
        """The ledgers of the runs that ended well, None if there are none."""
        parts = self._journal.parts("ledger") if self._journal else {}
        wanted = [(world, k) for world in self._plan.worlds for k in range(self._plan.replications) if (world, k) in parts]
        if not wanted:
            return None
        return pl.concat([pl.scan_parquet(parts[run]).filter(world=run[0], replication=run[1]) for run in wanted])

    def _joined(self, name: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        frames = self._in_memory[name] if self._journal is None else [pl.read_parquet(path) for path in self._journal.tables(name)]
        whole = pl.concat([pl.DataFrame(schema=columns), *frames]).filter(pl.col("replication") < self._plan.replications)
        return in_order(whole, self._plan.scenario, self._plan.worlds)

    def _tagged(self, frame: pl.DataFrame, run: RunResult, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        tags = {"scenario": self._plan.scenario.name, "world": run.world, "replication": run.replication}
        return frame.with_columns(**{name: pl.lit(value) for name, value in tags.items()}).select(
            pl.col(name).cast(kind) for name, kind in columns.items()
        )


def _with_tags(ledger: pl.DataFrame, run: RunResult) -> pl.DataFrame:
    tags = (pl.lit(run.world).alias("world"), pl.lit(run.replication, pl.Int64).alias("replication"))
    return ledger.select(*tags, pl.exclude("world", "replication"))
