"""Runs of many scenarios through one executor: points of a design, each replicated with the same luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from sim.experiment.execute import Failure, described
from sim.experiment.plan import RUNS_PER_TASK, TASKS_PER_WORKER
from sim.experiment.simulation import How, Order, carry_out

if TYPE_CHECKING:
    import polars as pl

    from sim.experiment.point_outcomes import PointOutcomes
    from sim.scenario.schema import Scenario

HANDY_TASK = 100_000
"""Occasions times worlds that make up a task of short runs: starting it and keeping what it comes to is then a small part of its time."""


@dataclass(frozen=True)
class Unit:
    """One replication of one point."""

    point: int
    replication: int
    scenario: Scenario


@dataclass(frozen=True)
class Ask:
    """What is wanted of every unit: which worlds, and whether the measures in total alone."""

    worlds: tuple[str, ...]
    totals: bool = False


@dataclass(frozen=True)
class PointRun:
    """One run, with its measures (measure, split, level, value)."""

    point: int
    world: str
    replication: int
    seconds: float
    measures: pl.DataFrame


def run_units(name: str, ask: Ask, units: Sequence[Unit], outcomes: PointOutcomes, how: How) -> None:
    """Runs every unit; what it comes to goes to `outcomes`."""
    carry_out(Order(name, ask, partial(bundles, units, len(ask.worlds)), len(ask.worlds), work), outcomes, how)


def work(ask: Ask, task: tuple[Unit, ...]) -> list[PointRun] | Failure:
    """Simulates one task. Runs in the worker."""
    try:
        return [run for point, units in groupby(task, lambda unit: unit.point) for run in _run_point(ask, point, list(units))]
    except Exception as error:
        return Failure(described(error))


def _run_point(ask: Ask, point: int, units: Sequence[Unit]) -> list[PointRun]:
    from sim.experiment.task import run_task

    runs = run_task(units[0].scenario, [unit.replication for unit in units], ask.worlds)
    return [
        PointRun(point, run.world, run.replication, run.seconds, run.measures.filter(split="total") if ask.totals else run.measures)
        for run in runs
    ]


def bundles(units: Sequence[Unit], worlds: int, workers: int) -> list[tuple[Unit, ...]]:
    """Units, ordered by point, in tasks: replications of a point together as far as memory allows, and short ones of several points."""
    pieces = [piece for _, of_point in groupby(units, lambda unit: unit.point) for piece in _pieces(list(of_point), worlds)]
    total = sum(weight for _, weight in pieces)
    most = min(float(HANDY_TASK), total / (TASKS_PER_WORKER * workers))
    found: list[tuple[Unit, ...]] = []
    room = 0.0
    for piece, weight in pieces:
        if found and weight <= room:
            found[-1] += piece
            room -= weight
        else:
            found.append(piece)
            room = most - weight
    return found


def _pieces(units: Sequence[Unit], worlds: int) -> list[tuple[tuple[Unit, ...], float]]:
    """The replications of one point in pieces, each with its occasions times worlds, of which no run counts for few."""
    from sim.experiment.forecast import forecast
    from sim.experiment.task import batch_size

    each = max(forecast(units[0].scenario).occasions, HANDY_TASK / RUNS_PER_TASK) * worlds
    largest = min(batch_size(units[0].scenario, worlds), RUNS_PER_TASK // worlds)
    count = math.ceil(len(units) / largest)
    bounds = [len(units) * index // count for index in range(count + 1)]
    return [(tuple(units[low:high]), each * (high - low)) for low, high in pairwise(bounds)]
