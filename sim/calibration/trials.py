"""The runs of the points that a calibration looks at, and what the targets come to in them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sim.calibration.targets import Key, Target
from sim.experiment.columns import MEASURE_COLUMNS, RUN_COLUMNS
from sim.experiment.gathering import Gathering, tagged
from sim.experiment.journal import Journal
from sim.experiment.replay import command
from sim.experiment.units import PointRun, Unit

TRIAL, SETTING = "trial", "setting"
TRIAL_RUN_COLUMNS = {TRIAL: pl.Int64, SETTING: pl.Int64, **RUN_COLUMNS}
_VALUE_COLUMNS = {TRIAL: pl.Int64, SETTING: pl.Int64, **MEASURE_COLUMNS}

_Place = tuple[int, int, Key]
"""A trial, the number of a setting, and a figure."""


class Trials(Gathering):
    """Gathers runs by trial, setting, world and replication; which there are to be comes out as the search goes on.

    Attributes:
        ended: whether the search has come to its end.
    """

    def __init__(self, name: str, settings: int, worlds: tuple[str, ...], keys: Sequence[Key], journal: Journal | None) -> None:
        self._all: list[tuple[int, int, str, int]] = []
        super().__init__(self._all, journal)
        self.ended = False
        self._name, self._settings, self._worlds = name, settings, worlds
        self._wanted = pl.DataFrame(list(dict.fromkeys(keys)), list(Key._fields), orient="row").select("measure", "split", "level").unique()
        self._scenarios: dict[tuple[int, int], tuple[int, Sequence[str]]] = {}
        self._values: dict[_Place, dict[int, float]] = {}
        self._take_up(self.table("values", _VALUE_COLUMNS))

    @property
    def complete(self) -> bool:
        """Whether the search has ended and every run of it is done."""
        return self.ended and super().complete

    def name(self, point: int, seed: int, options: Sequence[str]) -> None:
        """Notes the seed of a point, and the options of `run` that make it of the scenario in the folder of the result."""
        self._scenarios[self._place(point)] = seed, options

    def missing(self, units: Sequence[Unit]) -> list[Unit]:
        """Those of some units, which there are to be from now on, of which some run is not done."""
        self._all += [run for unit in units for run in self._runs_of(unit)]
        return [unit for unit in units if any(self.status(run)[0] != "done" for run in self._runs_of(unit))]

    def finished(self, runs: Sequence[PointRun]) -> None:
        """Takes in runs that ended well; of each, the figures that targets are about are kept.

        Raises:
            WriteError: if the journal cannot be written.
        """
        table = pl.concat([self._figures(run) for run in runs])
        places = [((*self._place(run.point), run.world, run.replication), run.seconds) for run in runs]
        self.keep(places, {"values": table})
        self._take_up(table)

    def failed(self, task: tuple[Unit, ...], message: str) -> None:
        """Notes that no run of a task succeeded."""
        self.fail((run for unit in task for run in self._runs_of(unit)), message)

    def values(self, trial: int, settings: Sequence[int], target: Target) -> list[float]:
        """What a target came to in each replication; a difference where it is one between two settings."""
        first, *other = (self._values.get((trial, setting, target.key), {}) for setting in settings)
        if not other:
            return [value for _, value in sorted(first.items())]
        return [value - other[0][k] for k, value in sorted(first.items()) if k in other[0]]

    def runs(self) -> pl.DataFrame:
        """One row per run, those not heard of as cancelled."""
        rows = [(*run[:2], self._name, *run[2:], self._scenarios[run[:2]][0], *self.status(run), self._replay(run)) for run in self._all]
        return pl.DataFrame(rows, TRIAL_RUN_COLUMNS, orient="row")

    def _replay(self, run: tuple[int, int, str, int]) -> str:
        """The command that runs a failed run again, with the other worlds of its replication; empty for others."""
        if self.folder is None or self.status(run)[0] != "failed":
            return ""
        return command(self.folder, ["scenario.yaml", *self._scenarios[run[:2]][1]], run[3], self._worlds)

    def _place(self, point: int) -> tuple[int, int]:
        return divmod(point, self._settings)

    def _runs_of(self, unit: Unit) -> list[tuple[int, int, str, int]]:
        return [(*self._place(unit.point), world, unit.replication) for world in self._worlds]

    def _figures(self, run: PointRun) -> pl.DataFrame:
        trial, setting = self._place(run.point)
        tags = {TRIAL: trial, SETTING: setting, "scenario": self._name, "world": run.world, "replication": run.replication}
        return tagged(run.measures.join(self._wanted, ["measure", "split", "level"], "semi"), tags, _VALUE_COLUMNS)

    def _take_up(self, table: pl.DataFrame) -> None:
        for row in table.iter_rows(named=True):
            key = Key(row["world"], row["measure"], row["split"], row["level"])
            self._values.setdefault((row[TRIAL], row[SETTING], key), {})[row["replication"]] = row["value"]
