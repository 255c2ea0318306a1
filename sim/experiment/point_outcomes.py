"""What the runs at the points of a design came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sim.experiment.columns import ATTRIBUTION_COLUMNS, MEASURE_COLUMNS, RUN_COLUMNS, SUMMARY_COLUMNS, in_order
from sim.experiment.gathering import Gathering, tagged
from sim.experiment.journal import Journal
from sim.experiment.large import put
from sim.experiment.replay import command
from sim.experiment.units import PointRun, Unit
from sim.scenario.design_file import NUMBER

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

POINT_MEASURE_COLUMNS = {NUMBER: pl.Int64, **MEASURE_COLUMNS}
POINT_SUMMARY_COLUMNS = {NUMBER: pl.Int64, **SUMMARY_COLUMNS}
POINT_ATTRIBUTION_COLUMNS = {NUMBER: pl.Int64, **ATTRIBUTION_COLUMNS}
POINT_RUN_COLUMNS = {NUMBER: pl.Int64, **RUN_COLUMNS}


class PointOutcomes(Gathering):
    """Gathers runs by point, world and replication."""

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        name: str,
        worlds: tuple[str, ...],
        replications: int,
        arguments: Callable[[int], Sequence[str]],
        journal: Journal | None,
    ) -> None:
        """`arguments` of `run` are, for a point, the file of its scenario in the folder of the result, and options."""
        points, first = range(len(scenarios)), scenarios[0].first_replication
        numbers = range(first, first + replications)
        super().__init__([(point, world, k) for point in points for world in worlds for k in numbers], journal)
        self._arguments = arguments
        self._scenarios = scenarios
        self._name = name
        self._worlds = worlds
        self._numbers = numbers

    def missing(self) -> list[Unit]:
        """Units of which some run is not done, by point and replication."""
        return [
            Unit(point, replication, scenario)
            for point, scenario in enumerate(self._scenarios)
            for replication in self._numbers
            if any(self.status((point, world, replication))[0] != "done" for world in self._worlds)
        ]

    def finished(self, runs: Sequence[PointRun]) -> None:
        """Takes in runs that ended well.

        Raises:
            WriteError: if the journal cannot be written.
        """
        table = pl.concat([tagged(run.measures, self._tags(run), POINT_MEASURE_COLUMNS) for run in runs])
        self.keep([((run.point, run.world, run.replication), run.seconds) for run in runs], {"measures": table})

    def failed(self, task: tuple[Unit, ...], message: str) -> None:
        """Notes that no run of a task succeeded."""
        self.fail(((unit.point, world, unit.replication) for unit in task for world in self._worlds), message)

    def runs(self) -> pl.DataFrame:
        """One row per run, those not heard of as cancelled."""
        rows = [
            (point, self._name, world, k, self._scenarios[point].seed, *self.status((point, world, k)), self._replay(point, world, k))
            for point, world, k in self._runs
        ]
        return pl.DataFrame(rows, POINT_RUN_COLUMNS, orient="row")

    def tables(self, folder: Path | None) -> dict[str, pl.DataFrame]:
        """Measures of the runs that ended well, by point: put into a folder; where there is none, given by name.

        Raises:
            ResultError: if the journal is damaged.
        """
        blocks = self.blocks("measures", POINT_MEASURE_COLUMNS, [NUMBER, "world", "replication"])
        ordered = (in_order(block, self._scenarios[0], self._worlds).sort(NUMBER, maintain_order=True) for block in blocks)
        return put("measures", ordered, POINT_MEASURE_COLUMNS, folder)

    def _replay(self, point: int, world: str, replication: int) -> str:
        """The command that runs a failed run again, with the other worlds of its replication; empty for others."""
        if self.folder is None or self.status((point, world, replication))[0] != "failed":
            return ""
        return command(self.folder, self._arguments(point), replication, self._worlds)

    def _tags(self, run: PointRun) -> dict[str, object]:
        return {NUMBER: run.point, "scenario": self._name, "world": run.world, "replication": run.replication}
