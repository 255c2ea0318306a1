"""What the runs of a plan came to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import MEASURE_COLUMNS, RUN_COLUMNS, SERIES_COLUMNS, in_order
from sim.experiment.gathering import Gathering, tagged
from sim.experiment.journal import Journal
from sim.experiment.large import Columns, put
from sim.experiment.plan import Plan, Task
from sim.experiment.precision import Spread, next_look
from sim.experiment.replay import command
from sim.experiment.summary import over_replications
from sim.model.worlds import fullest

if TYPE_CHECKING:
    from sim.experiment.task import RunResult


class Outcomes(Gathering):
    """Gathers runs by world and replication; where a precision is asked for, replications are added until it is reached."""

    def __init__(self, plan: Plan, journal: Journal | None = None) -> None:
        super().__init__([], journal)
        self._plan = plan
        self._precision = plan.scenario.precision
        self._settled = not self._precision
        self._extend(next_look(0, {}, self._precision, plan.replications) if self._precision else plan.replications)

    @property
    def replications(self) -> int:
        """Number of replications that are to be, so far."""
        return len(self._numbers)

    @property
    def complete(self) -> bool:
        """Whether every run is done, and no more are called for."""
        return self._settled and super().complete

    def look(self) -> bool:
        """Adds the replications that the precision calls for, if it does; whether it did."""
        more = next_look(self.replications, self._spread(), self._precision, self._plan.replications) if not self._settled else None
        self._settled = more is None
        self._extend(more)
        return more is not None

    def missing(self) -> list[int]:
        """Replications of which some run is not done."""
        worlds = self._plan.worlds
        return [k for k in self._numbers if any(self.status((world, k))[0] != "done" for world in worlds)]

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
        rows = [(scenario.name, *run, scenario.seed, *self.status(run), self._replay(*run)) for run in self._runs]
        return pl.DataFrame(rows, RUN_COLUMNS, orient="row")

    def tables(self, folder: Path | None) -> dict[str, pl.DataFrame]:
        """Measures, and measures over time, of the runs that ended well: put into a folder, with the ledgers if there are any; where there
        is none, given by name.

        Raises:
            ResultError: if the journal is damaged.
        """
        if folder is not None:
            self._put_ledgers(folder)
        return {**self._put("measures", MEASURE_COLUMNS, folder), **self._put("series", SERIES_COLUMNS, folder)}

    def _put(self, name: str, columns: Columns, folder: Path | None) -> dict[str, pl.DataFrame]:
        blocks = self.blocks(name, columns, ["world", "replication"])
        return put(name, (in_order(block, self._plan.scenario, self._plan.worlds) for block in blocks), columns, folder)

    def _put_ledgers(self, folder: Path) -> None:
        columns = {name: type(kind) for name, kind in self.scan("ledger", {}).collect_schema().items()}
        if columns:
            order = [pl.col("world").cast(pl.Enum(self._plan.worlds)), pl.col("replication"), pl.col("occasion")]
            put("ledger", (block.sort(order) for block in self.blocks("ledger", columns, ["world", "replication"])), columns, folder)

    def _replay(self, world: str, replication: int) -> str:
        """The command that runs a failed run again, with the other worlds of its replication; empty for others."""
        if self.folder is None or self.status((world, replication))[0] != "failed":
            return ""
        return command(self.folder, ["scenario.yaml"], replication, self._plan.worlds, keep_ledger=self._plan.keep_ledger)

    @property
    def _wanted(self) -> pl.Expr:
        return pl.col("replication").is_between(self._numbers.start, self._numbers.stop, closed="left")

    def _extend(self, count: int | None) -> None:
        if count is not None:
            self._numbers = self._plan.numbers(count)
            self.expect([(world, k) for world in self._plan.worlds for k in self._numbers])

    def _spread(self) -> Spread:
        """Of the measures that are to be precise."""
        looked_at = self.scan("measures", MEASURE_COLUMNS).filter(
            self._wanted, pl.col("split") == "total", pl.col("world") == fullest(self._plan.worlds),
            pl.col("measure").is_in(list(self._precision)),
        )  # fmt: skip
        rows = over_replications(looked_at.collect(), ["measure"]).select("measure", "n", "sd").iter_rows()
        return {measure: (n, sd) for measure, n, sd in rows}

    def _tags(self, run: RunResult) -> dict[str, object]:
        return {"scenario": self._plan.scenario.name, "world": run.world, "replication": run.replication}


def _with_tags(ledger: pl.DataFrame, run: RunResult) -> pl.DataFrame:
    tags = (pl.lit(run.world).alias("world"), pl.lit(run.replication, pl.Int64).alias("replication"))
    return ledger.select(*tags, pl.exclude("world", "replication"))
