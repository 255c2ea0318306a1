"""Runs of many scenarios through one executor: points of a design, each replicated with the same luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING

from sim.experiment.execute import Failure, described
from sim.experiment.plan import RUNS_PER_TASK, TASKS_PER_WORKER
from sim.experiment.simulation import How, Order, carry_out

if TYPE_CHECKING:
    import polars as pl

    from sim.experiment.point_outcomes import PointOutcomes
    from sim.experiment.task import RunResult
    from sim.scenario.schema import Scenario

HANDY_TASK = 100_000
"""Occasions times worlds that make up a task of short runs: starting it and keeping what it comes to is then a small part of its time."""


MOST_FUTURES = 20
"""Points that go on from one past; more would save little and make tasks long."""


@dataclass(frozen=True)
class Unit:
    """One replication of one point; points of a `family` have a past in common, if it is not negative."""

    point: int
    replication: int
    scenario: Scenario
    family: int = -1


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
        return [run for _, units in groupby(task, _kin) for run in _run_family(ask, list(units))]
    except Exception as error:
        return Failure(described(error))


def _kin(unit: Unit) -> tuple[int, int]:
    """What units that are simulated together have in common."""
    return unit.family, unit.point if unit.family < 0 else -1


def _run_family(ask: Ask, units: Sequence[Unit]) -> list[PointRun]:
    """Points one by one, or from a past in common if there is one and the replications are the same."""
    from sim.experiment.branching import can_branch
    from sim.experiment.task import run_branches, run_task
    from sim.scenario.parting import parting

    points: dict[int, list[int]] = {}
    for unit in units:
        points.setdefault(unit.point, []).append(unit.replication)
    scenarios = {unit.point: unit.scenario for unit in units}
    replications = points[units[0].point]
    apart = parting(list(scenarios.values())) if can_branch() and all(some == replications for some in points.values()) else None
    if apart is not None:
        found = run_branches(apart, replications, ask.worlds)
    else:
        found = [run_task(scenarios[point], some, ask.worlds) for point, some in points.items()]
    return [run for point, runs in zip(points, found, strict=True) for run in _of_point(ask, point, runs)]


def _of_point(ask: Ask, point: int, runs: Sequence[RunResult]) -> list[PointRun]:
    return [
        PointRun(point, run.world, run.replication, run.seconds, run.measures.filter(split="total") if ask.totals else run.measures)
        for run in runs
    ]


def bundles(units: Sequence[Unit], worlds: int, workers: int) -> list[tuple[Unit, ...]]:
    """Units, ordered by point, in tasks: replications of a point together as far as memory allows, and short ones of several points.

    Points with a past in common go together, with as many replications as leave work for all.
    """
    groups = [list(group) for _, group in groupby(_by_family(units), _kin)]
    least = math.ceil(TASKS_PER_WORKER * workers / max(len(groups), 1))
    pieces = [piece for group in groups for piece in _pieces(group, worlds, least)]
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


def _by_family(units: Sequence[Unit]) -> list[Unit]:
    """The same, those together whose scenarios are known to part late."""
    from sim.scenario.parting import kindred, parting

    scenarios = {unit.point: unit.scenario for unit in units}
    if all(scenario.timeline == units[0].scenario.timeline for scenario in scenarios.values()):
        return list(units)
    kin: dict[str, list[int]] = {}
    for point, scenario in scenarios.items():
        kin.setdefault(kindred(scenario), []).append(point)
    some = [points[first : first + MOST_FUTURES] for points in kin.values() for first in range(0, len(points), MOST_FUTURES)]
    families = [points for points in some if parting([scenarios[point] for point in points]) is not None]
    family = {point: number for number, points in enumerate(families) for point in points}
    found = [replace(unit, family=family.get(unit.point, -1)) for unit in units]
    return sorted(found, key=lambda unit: (unit.family, unit.point))


def _pieces(units: Sequence[Unit], worlds: int, least: int) -> list[tuple[tuple[Unit, ...], float]]:
    """The replications of one point, or family, in pieces, each with its occasions times worlds, of which no run counts for few."""
    from sim.experiment.forecast import forecast
    from sim.experiment.task import batch_size

    each = max(forecast(units[0].scenario).occasions, HANDY_TASK / RUNS_PER_TASK) * worlds
    found: dict[int, list[Unit]] = {}
    for unit in units:
        found.setdefault(unit.replication, []).append(unit)
    replications, points = list(found.values()), len({unit.point for unit in units})
    largest = min(batch_size(units[0].scenario, worlds), RUNS_PER_TASK // (worlds * points))
    if points > 1:  # A past stays in memory beside each of its futures.
        largest = min(largest // 2, math.ceil(len(replications) / least))
    count = math.ceil(len(replications) / max(largest, 1))
    bounds = [len(replications) * index // count for index in range(count + 1)]
    pieces = [tuple(chain.from_iterable(replications[low:high])) for low, high in pairwise(bounds)]
    return [(piece, each * len(piece)) for piece in pieces]
