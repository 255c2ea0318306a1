"""What runs take: occasions, events, memory and time, predicted before they start, and limits on that."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sim.experiment.clock import clock_events, windows
from sim.experiment.forecast import Forecast, forecast
from sim.experiment.memory import available_memory, format_size
from sim.experiment.plan import tasks_of
from sim.experiment.task import LARGEST_TASK
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MOST_EVENTS = 10**10
"""Occasions in all worlds and replications, and events of the clock, beyond which runs are refused if nothing else is said."""

MOST_POINTS = 16
"""Points of a design that are looked at; of more, these stand for the others."""

# Measured as benchmarks/README.md says, on the machine described there. Seconds of one processor:
OF_START, OF_WORKERS = 0.15, 1.0
OF_STACK, OF_WINDOW, OF_OCCASION, OF_EVENT, OF_PERSON, OF_ROW = 0.04, 0.47e-3, 1.0e-6, 19e-6, 10e-6, 7e-6
PROBE = 5.0e-3
"""Seconds of the probe that tells how fast a machine is."""
# Bytes: of a process with its libraries; by person, topic and world; by link between contacts; by occasion and world, and if the ledger is
# kept; by event of the clock; by row of the tables.
PROCESS, BY_PERSON, BY_LINK, BY_OCCASION, BY_KEPT, BY_EVENT, BY_ROW = 133e6, 29, 300, 33, 150, 55, 350
MEASURES, SERIES = 25, 33
"""Rows of the tables of a run: about so many measures a level of a split, and points in time a day."""


@dataclass(frozen=True)
class Limits:
    """What runs may be predicted to take; bytes (what this machine has left if None), and occasions in all runs with events."""

    memory: int | None = None
    events: int = MOST_EVENTS


@dataclass(frozen=True)
class Budget:
    """What runs are expected to take, within a factor of two in most cases.

    Attributes:
        occasions: in one replication, whatever the world; a mean over points.
        runs: worlds that are simulated, times replications, times points.
        events: that the clock handles, in all runs.
        work: seconds of one processor of the machine that constants were measured on.
        jobs: processes at work.
        worker: bytes that each of them holds at most.
        memory: bytes that all processes hold together at most.
    """

    occasions: float
    runs: int
    events: float
    work: float
    jobs: int
    worker: float
    memory: float

    @property
    def handled(self) -> float:
        """Occasions in every run, and events of the clock."""
        return self.occasions * self.runs + self.events

    @property
    def seconds(self) -> float:
        """Seconds on this machine, were it idle."""
        return slowness() * (OF_START + self.work / self.jobs + (OF_WORKERS if self.jobs > 1 else 0.0))

    def check(self, name: str, limits: Limits) -> None:
        """Raises a ScenarioError with a line for each of the limits that is exceeded."""
        problems = []
        if self.handled > limits.events:
            got = f"{self.handled:.2g}: {self.occasions:.2g} occasions in each of {self.runs:,} runs, and {self.events:.2g} events of the clock"
            problems.append(f"--max-events: at most {limits.events:,}, and predicts {got}")
        most = available_memory() if limits.memory is None else limits.memory
        if most is not None and self.memory > most:
            got = f"{format_size(self.memory)}: {self.jobs} at work with {format_size(self.worker)} each"
            problems.append(f"--max-memory: at most {format_size(most)}, and predicts {got}")
        if problems:
            raise ScenarioError([f"{name}: {problem}; raise it, or lower sizes, horizon, replications or jobs" for problem in problems])


@dataclass(frozen=True)
class _Part:
    """What one scenario takes in all its replications; `kept` bytes stay until the end."""

    expected: Forecast
    stacks: int
    events: float
    work: float
    worker: float
    kept: float


def budget_of(
    scenarios: Sequence[Scenario],
    worlds: Sequence[str],
    replications: int,
    jobs: int,
    *,
    keep_ledger: bool = False,
    totals: bool = False,
    elsewhere: bool = False,
) -> Budget:
    """The budget of scenarios, one a point of a design, each in some worlds and replications.

    Args:
        jobs: processes at work.
        keep_ledger: every occasion is kept.
        totals: measures in total are kept alone.
        elsewhere: the work is done on other machines, whose memory does not count.
    """
    from sim.measures.table import distinct_worlds, needed_worlds

    chosen = scenarios[:: math.ceil(len(scenarios) / MOST_POINTS)]
    alone = jobs if len(scenarios) == 1 else 1
    simulated = [distinct_worlds(scenario, needed_worlds(worlds)) for scenario in chosen]
    parts = [
        _part(scenario, some, len(worlds), replications, alone, keep_ledger, totals)
        for scenario, some in zip(chosen, simulated, strict=True)
    ]
    share = len(scenarios) / len(chosen)
    jobs = max(1, min(jobs, round(share * sum(part.stacks for part in parts))))
    worker, kept = max(part.worker for part in parts), share * sum(part.kept for part in parts)
    return Budget(
        occasions=sum(part.expected.occasions for part in parts) / len(parts),
        runs=round(share * sum(map(len, simulated))) * replications,
        events=share * sum(part.events for part in parts),
        work=share * sum(part.work for part in parts),
        jobs=jobs,
        worker=worker,
        memory=kept + (PROCESS if elsewhere else worker if jobs == 1 else PROCESS + jobs * worker),
    )


def _part(
    scenario: Scenario, simulated: Sequence[str], worlds: int, replications: int, jobs: int, keep_ledger: bool, totals: bool
) -> _Part:
    expected, columns = forecast(scenario), len(simulated)
    largest = max(1, int(LARGEST_TASK / max(expected.occasions * columns, 1.0)))
    stacks = tasks_of(replications, largest, jobs)
    stack = math.ceil(replications / stacks)
    events = clock_events(scenario, expected, simulated, replications, stacks)
    people, handled, rows = _people(scenario), expected.occasions * columns, worlds * _rows(scenario)
    kept = worlds * expected.occasions * BY_KEPT if keep_ledger else 0.0
    each = people * len(scenario.topics) * columns * BY_PERSON + _links(scenario) * BY_LINK + handled * BY_OCCASION + kept
    work = stacks * (OF_STACK + OF_WINDOW * windows(scenario, expected.occasions * stack)) + events * OF_EVENT
    return _Part(
        expected=expected,
        stacks=stacks,
        events=events,
        work=work + replications * (handled * OF_OCCASION + people * OF_PERSON + rows * OF_ROW),
        worker=PROCESS + stack * each + events / stacks * BY_EVENT,
        kept=replications * (worlds * MEASURES if totals else rows) * BY_ROW,
    )


def _people(scenario: Scenario) -> int:
    return sum(group.size for group in scenario.groups.values())


def _links(scenario: Scenario) -> float:
    """Links between contacts on all platforms; of a network from a file, few beside the rest."""
    degrees = (p.rooms.contacts.degree for p in scenario.platforms.values() if p.rooms.contacts and p.rooms.contacts.graph != "file")
    return sum(degrees) / 2 * _people(scenario)


def _rows(scenario: Scenario) -> float:
    """Rows of the tables of one run."""
    days = scenario.horizon / 24
    return MEASURES * (1 + len(scenario.groups) + len(scenario.topics) + len(scenario.platforms) + days) + SERIES * days


@cache
def slowness() -> float:
    """How much slower this machine is than the one that constants were measured on; never part of a result."""
    return min(_probe() for _ in range(4)) / PROBE


def _probe() -> float:
    """Seconds that it takes to sort numbers and to count."""
    import numpy as np

    numbers = np.arange(200_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    started, count = time.perf_counter(), 0
    np.sort(numbers)
    for number in range(100_000):
        count += number & 7
    return time.perf_counter() - started
