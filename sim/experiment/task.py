"""One task: some replications of a scenario, in all worlds asked for, from scenario to tables."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.forecast import forecast

if TYPE_CHECKING:
    import polars as pl

    from sim.measures.table import Piece
    from sim.model.ledger import Ledger
    from sim.scenario.parting import Parting
    from sim.scenario.schema import Scenario

    Reading = tuple[list[Piece], list[Piece]]
    """Measures of one world, and those over time."""

LARGEST_TASK = 3_500_000
"""Occasions times worlds from which replications are not put into one task: a process then holds some 300 MB."""


@dataclass(frozen=True)
class RunResult:
    """The tables of one run.

    Attributes:
        world, replication: which run.
        seconds: its share of the task's wall time.
        measures: measure, split, level, value.
        series: hour, measure, value.
        ledger: one row an occasion, where asked for.
    """

    world: str
    replication: int
    seconds: float
    measures: pl.DataFrame
    series: pl.DataFrame
    ledger: pl.DataFrame | None = None


def run_task(scenario: Scenario, replications: Sequence[int], worlds: Sequence[str], keep_ledger: bool = False) -> list[RunResult]:
    """Simulate and measure; results by world, then replication."""
    from sim.measures.table import distinct_worlds, needed_worlds
    from sim.model.world import simulate
    from sim.scenario import variants

    started = time.perf_counter()
    ledger = simulate(scenario, replications, distinct_worlds(scenario, needed_worlds(worlds)), variants(scenario))
    gc.collect()  # The parts of a world refer to one another, so nothing else would free them before the measures need the memory.
    readings = _read(scenario, ledger, worlds)
    results = _results(readings, replications, (time.perf_counter() - started) / (len(replications) * len(worlds)))
    if not keep_ledger:
        return results
    place = {replication: index for index, replication in enumerate(replications)}
    return [replace(run, ledger=_ledger_table(scenario, ledger, run.world, place[run.replication])) for run in results]


def run_branches(parting: Parting, replications: Sequence[int], worlds: Sequence[str]) -> list[list[RunResult]]:
    """What `run_task` gives for each of some futures, their past simulated once.

    Raises:
        RuntimeError: if one of them comes to nothing.
    """
    from sim.experiment.branching import simulate_branches
    from sim.measures.table import distinct_worlds, needed_worlds

    started = time.perf_counter()
    needed = distinct_worlds(parting.past, needed_worlds(worlds))
    found = simulate_branches(parting, replications, needed, lambda number, ledger: _read(parting.futures[number], ledger, worlds))
    seconds = (time.perf_counter() - started) / (len(found) * len(replications) * len(worlds))
    return [_results(readings, replications, seconds) for readings in found]


def _read(scenario: Scenario, ledger: Ledger, worlds: Sequence[str]) -> dict[str, Reading]:
    """The measures, and those over time, of each world; without polars, which does not live on in the copy of a process."""
    from sim.measures.series import series
    from sim.measures.table import Measurer

    measurer = Measurer(scenario, ledger)
    pieces = {world: measurer.measure(world) for world in worlds}
    return {world: (pieces[world], series(ledger, world, scenario.represents)) for world in worlds}


def _results(readings: dict[str, Reading], replications: Sequence[int], seconds: float) -> list[RunResult]:
    return [
        RunResult(world, replication, seconds, measures=_measures_table(pieces, index), series=_series_table(over_time, index))
        for world, (pieces, over_time) in readings.items()
        for index, replication in enumerate(replications)
    ]


def batch_size(scenario: Scenario, worlds: int) -> int:
    """Replications of one task, so that it stays within memory and gains from stacking."""
    return max(1, int(LARGEST_TASK / max(forecast(scenario).occasions * worlds, 1.0)))


def _rows(pieces: Iterable[Piece], replication: int) -> tuple[list[str], list[str], list[str], list[float]]:
    """Columns measure, split, level and value; what has no value has no row."""
    measures: list[str] = []
    splits: list[str] = []
    levels: list[str] = []
    values: list[float] = []
    for piece in pieces:
        row = piece.values[replication]
        there = np.flatnonzero(np.isfinite(row)).tolist()
        measures += [piece.measure] * len(there)
        splits += [piece.split] * len(there)
        levels += [piece.levels[i] for i in there]
        values += row[there].tolist()
    return measures, splits, levels, values


def _measures_table(pieces: Iterable[Piece], replication: int) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(dict(zip(("measure", "split", "level", "value"), _rows(pieces, replication), strict=True)))


def _series_table(pieces: Iterable[Piece], replication: int) -> pl.DataFrame:
    import polars as pl

    measures, _, hours, values = _rows(pieces, replication)
    return pl.DataFrame({"hour": [float(hour) for hour in hours], "measure": measures, "value": values})


def _ledger_table(scenario: Scenario, ledger: Ledger, world: str, replication: int) -> pl.DataFrame:
    import polars as pl

    from sim.model.ledger import Mark, Outcome
    from sim.model.moderation.pipeline import rule_labels
    from sim.model.voice import Manner

    occasions, people, column = ledger.occasions, ledger.people, ledger.column(world)
    rows = np.flatnonzero(people.replication[occasions.person] == replication)
    position = np.cumsum(people.replication[occasions.person] == replication) - 1
    person, parent = occasions.person[rows], occasions.parent[rows]
    first = int(np.searchsorted(people.replication, replication))

    def named(codes: np.ndarray, names: Sequence[str]) -> pl.Series:
        found = pl.Series([*names, None], dtype=pl.String)
        return found.gather(np.where(codes < 0, len(names), codes).astype(np.int64))

    marks = ledger.marks[rows, column]
    return pl.DataFrame(
        {
            "occasion": np.arange(len(rows)),
            "hour": occasions.time[rows],
            "person": person - first,
            "group": named(people.group[person], list(scenario.groups)),
            "abusive": occasions.is_abuse(rows),
            "topic": named(occasions.topic[rows], list(scenario.topics)),
            "stance": occasions.private_stance(people, rows),
            "reply_to": pl.Series(np.where(parent < 0, parent, position[parent])).replace(-1, None),
            "platform": named(ledger.venue[rows, column], list(scenario.platforms)),
            "voice": named(ledger.voice[rows, column], [manner.name.lower() for manner in Manner]),
            "outcome": named(ledger.outcome[rows, column], [outcome.name.lower() for outcome in Outcome]),
            "rule": named(ledger.rule[rows, column], rule_labels(scenario)),
            "shown": _finite(ledger.shown[rows, column]),
            "gone": _finite(ledger.gone[rows, column]),
            "back": _finite(ledger.back[rows, column]),
            **{mark.name.lower(): (marks & mark) > 0 for mark in Mark if mark.name},
        }
    )


def _finite(values: np.ndarray) -> pl.Series:
    import polars as pl

    return pl.Series(values).replace(float("inf"), None)
