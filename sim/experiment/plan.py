"""What is to be run: replications and worlds of one scenario, cut into tasks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MOST_REPLICATIONS = 1_000_000
SEED_LIMIT = 2**63

STACK = 10
"""Replications from which stacking more of them hardly saves time."""

TASKS_PER_WORKER = 4

RUNS_PER_TASK = 600
"""Runs of one task at most: what they come to is held by the worker and by the parent until it is on disk."""

MOST_UNTIL = 1000
"""The most replications where a precision is asked for without saying how many at most."""


@dataclass(frozen=True)
class Plan:
    """Replications of a scenario (its `seed`, `replications` and `precision` are those of the run), in each of the worlds."""

    scenario: Scenario
    worlds: tuple[str, ...]
    keep_ledger: bool = False

    @property
    def replications(self) -> int:
        """Number of replications; where a precision is asked for, the most of them."""
        return self.scenario.replications

    @property
    def runs(self) -> int:
        """Number of runs: one per world and replication."""
        return self.replications * len(self.worlds)

    def numbers(self, count: int) -> range:
        """The first so many replications."""
        return range(self.scenario.first_replication, self.scenario.first_replication + count)


Task = tuple[int, ...]
"""Replications that are simulated together."""


def make_plan(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    worlds: str = "ladder",
    keep_ledger: bool = False,
    until: Mapping[str, float] | None = None,
) -> Plan:
    """The plan of a run. With `until`, and no number of replications, there are at most `MOST_UNTIL`.

    Raises:
        ValueError: for a number of replications, a precision, a seed or a world that cannot be.
    """
    from sim.experiment.precision import faults
    from sim.model.worlds import parse_worlds

    changes: dict[str, Any] = {}
    if until:
        if found := faults(until):
            raise ValueError(f"until: {found[0]}")
        changes = {"precision": {**scenario.precision, **until}, "replications": MOST_UNTIL}
    if replications is not None:
        changes["replications"] = _checked("replications", replications, 1, MOST_REPLICATIONS + 1)
    if seed is not None:
        changes["seed"] = _checked("seed", seed, 0, SEED_LIMIT)
    return Plan(scenario.model_copy(update=changes), parse_worlds(worlds), keep_ledger)


def cut(replications: Sequence[int], largest: int, workers: int) -> list[Task]:
    """Replications in tasks of at most `largest`, as even as can be and as many for each worker.

    A worker gets several tasks where they are still large enough to gain from stacking: what a task has finished is kept should the run be
    interrupted, and shows as progress.
    """
    if not replications:
        return []
    count = tasks_of(len(replications), largest, workers)
    bounds = [len(replications) * index // count for index in range(count + 1)]
    return [tuple(replications[low:high]) for low, high in pairwise(bounds)]


def tasks_of(replications: int, largest: int, workers: int) -> int:
    """The number of tasks that `cut` makes of so many replications."""
    handy = max(STACK, math.ceil(replications / (TASKS_PER_WORKER * workers)))
    count = math.ceil(replications / max(1, min(largest, handy)))
    return min(replications, math.ceil(count / workers) * workers)


def _checked(name: str, value: int, low: int, limit: int) -> int:
    if type(value) is not int or not low <= value < limit:
        raise ValueError(f"{name}: a whole number from {low} to {limit - 1}, and got {value!r}")
    return value
