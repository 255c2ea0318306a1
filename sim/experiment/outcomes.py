"""What the runs of a plan came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import MEASURE_COLUMNS, RUN_COLUMNS, SERIES_COLUMNS, in_order
from sim.experiment.gathering import Gathering, tagged
from sim.experiment.journal import Journal
from sim.experiment.plan import Plan, Task

if TYPE_CHECKING:
    from sim.experiment.task import RunResult


class Outcomes(Gathering):
    """Gathers runs by world and replication."""

    def __init__(self, plan: Plan, journal: Journal | None = None) -> None:
        super().__init__([(world, k) for world in plan.worlds for k in range(plan.replications)], journal)
        self._plan = plan

    def missing(self) -> list[int]:
        """Replications of which some run is not done."""
        worlds = self._plan.worlds
        return [k for k in range(self._plan.replications) if any(self.status((world, k))[0] != "done" for world in worlds)]

    def finished(self, runs: Sequence[RunResult]) -> None:
        """Takes in runs that ended well.

        Raises:
            WriteError: if the journal cannot be written.
        """
        tables = {
            "measures": pl.concat([tagged(run.measures, self._tags(run), MEASURE_COLUMNS) for run in runs]),
            "series": pl.concat([tagged(run.series, self._tags(run), SERIES_COLUMNS) for run in runs]),
        }
        ledgers = [_with_tags(run.ledger, run) for run in runs if run.ledger is not None]
        if ledgers and self._journal is not None:
            tables["ledger"] = pl.concat(ledgers)
        self.keep([((run.world, run.replication), run.seconds) for run in runs], tables)

    def failed(self, task: Task, message: str) -> None:
        """Notes that no run of a task succeeded."""
        self.fail(((world, replication) for replication in task for world in self._plan.worlds), message)

    def runs(self) -> pl.DataFrame:
        """One row per run, those not heard of as cancelled."""
        scenario = self._plan.scenario
        rows = [(scenario.name, *run, scenario.seed, *self.status(run)) for run in self._runs]
        return pl.DataFrame(rows, RUN_COLUMNS, orient="row")

    def measures(self) -> pl.DataFrame:
        """Measures of the runs that ended well."""
        return self._ordered("measures", MEASURE_COLUMNS)

    def series(self) -> pl.DataFrame:
        """Measures over time of the runs that ended well."""
        return self._ordered("series", SERIES_COLUMNS)

    def ledger(self) -> pl.LazyFrame | None:
        """The ledgers of the runs that ended well, None if there are none."""
        parts = self._journal.parts("ledger") if self._journal else {}
        wanted = [run for run in self._runs if run in parts]
        if not wanted:
            return None
        return pl.concat([pl.scan_parquet(parts[run]).filter(world=run[0], replication=run[1]) for run in wanted])

    def _ordered(self, name: str, columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
        whole = self.table(name, columns).filter(pl.col("replication") < self._plan.replications)
        return in_order(whole, self._plan.scenario, self._plan.worlds)

    def _tags(self, run: RunResult) -> dict[str, object]:
        return {"scenario": self._plan.scenario.name, "world": run.world, "replication": run.replication}


def _with_tags(ledger: pl.DataFrame, run: RunResult) -> pl.DataFrame:
    tags = (pl.lit(run.world).alias("world"), pl.lit(run.replication, pl.Int64).alias("replication"))
    return ledger.select(*tags, pl.exclude("world", "replication"))
