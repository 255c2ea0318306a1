"""What runs take: occasions, events, memory and time, predicted before they start."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sim.experiment.clock import clock_events, windows
from sim.experiment.forecast import forecast
from sim.experiment.limits import Limits
from sim.experiment.memory import available_memory, format_size
from sim.experiment.plan import RUNS_PER_TASK, tasks_of
from sim.experiment.task import LARGEST_TASK

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MOST_EXAMPLES = 100
"""Points of a design that are looked at; of more, these stand for the others."""

# Measured as benchmarks/README.md says, on the machine described there. Seconds of one processor:
OF_START, OF_WORKERS = 0.15, 1.0
OF_STACK, OF_WINDOW, OF_OCCASION, OF_EVENT, OF_PERSON, OF_LINK, OF_ROW = 0.04, 0.47e-3, 1.0e-6, 19e-6, 10e-6, 2.8e-6, 7e-6
PROBE = 5.0e-3
"""Seconds of the probe that tells how fast a machine is."""
# Bytes: of a process with its libraries; by person, topic and world; by link between contacts; by occasion and world, and if the ledger is
# kept; by event of the clock; by row of the tables that stay in memory; of rows that are put together at a time; by run, for its status; by
# character of the scenario of a point.
PROCESS, BY_PERSON, BY_LINK, BY_OCCASION, BY_KEPT, BY_EVENT, BY_ROW = 133e6, 29, 700, 33, 150, 55, 300
AT_A_TIME, BY_RUN, BY_CHARACTER = 120e6, 1500, 4.5
MEASURES, SERIES = 25, 33
"""Rows of the tables of a run: about so many measures a level of a split, and points in time a day."""


@dataclass(frozen=True)
class Budget:
    """What runs are expected to take, within a factor of two in most cases.

    Attributes:
        occasions: in one replication, whatever the world; a mean over points.
        runs: worlds asked for, times replications, times points.
        simulated: the same of the worlds that are simulated for that: those that differ, and those that they are compared with.
        events: that the clock handles, in all runs.
        work: seconds of one processor of the machine that constants were measured on.
        jobs: processes at work.
        worker: bytes that each of them holds at most.
        memory: bytes that all processes hold together at most.
    """

    occasions: float
    runs: int
    simulated: int
    events: float
    work: float
    jobs: int
    worker: float
    memory: float

    @property
    def handled(self) -> float:
        """Occasions in everything simulated, and events of the clock."""
        return self.occasions * self.simulated + self.events

    @property
    def seconds(self) -> float:
        """Seconds on this machine, were it idle."""
        return slowness() * (OF_START + self.work / self.jobs + (OF_WORKERS if self.jobs > 1 else 0.0))

    def as_data(self) -> dict[str, float]:
        """The budget as JSON holds it, in whole numbers."""
        counts = {name: round(getattr(self, name)) for name in ("occasions", "runs", "simulated", "events", "worker", "memory", "jobs")}
        return {**counts, "seconds": float(f"{self.seconds:.2g}")}

    def in_words(self) -> str:
        """Two digits of each."""
        each = f" ({format_size(self.worker)} in each of {self.jobs} at work)" if self.jobs > 1 else ""
        occasions, events = in_two_digits(self.occasions * self.simulated), in_two_digits(self.events)
        work = f"{self.runs:,} runs with about {occasions} occasions and {events} events of the clock"
        return f"{work}: {_in_time(self.seconds)} and {format_size(self.memory)} of memory{each}"

    def faults(self, name: str, limits: Limits) -> list[str]:
        """Why runs are refused: a line for each of the limits that is exceeded."""
        most, found = available_memory() if limits.memory is None else limits.memory, []
        if self.handled > limits.events:
            handled, occasions, events = map(in_two_digits, (self.handled, self.occasions, self.events))
            got = f"{occasions} occasions in each of {self.simulated:,} worlds simulated, and {events} events of the clock"
            found.append(f"--max-events: at most {limits.events:,}, and predicts {handled}: {got}")
        if most is not None and self.memory > most:
            worker = format_size(self.worker)
            got = f"{format_size(self.memory)}, with {worker} in each of {self.jobs} at work and the rest in points and tables"
            found.append(f"--max-memory: at most {format_size(most)}, and predicts {got}")
        return [f"{name}: {fault}; raise it, or lower sizes, horizon, replications or jobs" for fault in found]


@dataclass(frozen=True)
class _Part:
    """What one scenario takes in all its replications; `rows` are those of the tables, and `keys` those of their summary."""

    occasions: float
    worlds: int
    stacks: int
    events: float
    work: float
    worker: float
    rows: float
    keys: float


@dataclass(frozen=True)
class Size:
    """What is asked for of every scenario.

    Attributes:
        worlds: in which each is run.
        replications: of each.
        points: number of scenarios.
        keep_ledger: every occasion is kept.
        totals: measures in total are kept alone.
        elsewhere: the work is done on other machines, whose memory does not count.
        in_folder: tables with rows for every run go to a folder as they are put together, and do not stay in memory.
    """

    worlds: Sequence[str]
    replications: int
    points: int = 1
    keep_ledger: bool = False
    totals: bool = False
    elsewhere: bool = False
    in_folder: bool = False


def budget_of(scenarios: Sequence[Scenario], size: Size, jobs: int) -> Budget:
    """The budget of as many points as `size` says, of which some scenarios are examples, by so many processes."""
    parts = [_part(scenario, size, jobs) for scenario in scenarios[:: math.ceil(len(scenarios) / MOST_EXAMPLES)]]
    share = size.points / len(parts)
    jobs = max(1, min(jobs, round(share * sum(part.stacks for part in parts))))
    worker, runs = max(part.worker for part in parts), size.points * size.replications * len(size.worlds)
    rows, keys = (share * sum(getattr(part, name) for part in parts) for name in ("rows", "keys"))
    kept = rows * BY_ROW
    if size.in_folder:
        kept = min(kept, AT_A_TIME + keys * BY_ROW + runs * BY_RUN)
    if size.points > 1:
        kept += size.points * len(scenarios[0].model_dump_json()) * BY_CHARACTER
    return Budget(
        occasions=sum(part.occasions for part in parts) / len(parts),
        runs=runs,
        simulated=round(share * sum(part.worlds for part in parts)) * size.replications,
        events=share * sum(part.events for part in parts),
        work=share * sum(part.work for part in parts),
        jobs=jobs,
        worker=worker,
        memory=kept + (PROCESS if size.elsewhere else worker if jobs == 1 else PROCESS + jobs * worker),
    )


def _part(scenario: Scenario, size: Size, jobs: int) -> _Part:
    from sim.measures.table import distinct_worlds, needed_worlds

    expected, simulated = forecast(scenario), distinct_worlds(scenario, needed_worlds(size.worlds))
    people, handled, rows = _people(scenario), expected.occasions * len(simulated), len(size.worlds) * _rows(scenario)
    largest = min(int(LARGEST_TASK / max(handled, 1.0)), RUNS_PER_TASK // len(size.worlds))
    stacks = tasks_of(size.replications, largest, jobs if size.points == 1 else 1)
    stack = math.ceil(size.replications / stacks)
    events = clock_events(scenario, expected, simulated, size.replications, stacks)
    each = people * len(scenario.topics) * len(simulated) * BY_PERSON + _links(scenario) * BY_LINK + handled * BY_OCCASION
    each += len(size.worlds) * expected.occasions * BY_KEPT if size.keep_ledger else 0.0
    work = stacks * (OF_STACK + OF_WINDOW * windows(scenario, expected.occasions * stack)) + events * OF_EVENT
    keys = len(size.worlds) * MEASURES if size.totals else rows
    return _Part(
        occasions=expected.occasions,
        worlds=len(simulated),
        stacks=stacks,
        events=events,
        work=work + size.replications * (handled * OF_OCCASION + people * OF_PERSON + _links(scenario) * OF_LINK + rows * OF_ROW),
        worker=PROCESS + stack * each + events / stacks * BY_EVENT,
        rows=size.replications * keys,
        keys=keys,
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


def in_two_digits(number: float) -> str:
    """A number, rounded to two digits."""
    return f"{float(f'{number:.2g}'):,.0f}"


def _in_time(seconds: float) -> str:
    """Seconds in a unit of which there are a few."""
    unit, size = next(((unit, size) for unit, size in (("d", 86400), ("h", 3600), ("min", 60)) if seconds >= 2 * size), ("s", 1))
    return f"{in_two_digits(math.ceil(seconds / size))} {unit}"


@cache
def slowness() -> float:
    """How much slower this machine is than the one that constants were measured on; never part of a result."""
    return min(_probe() for _ in range(4)) / PROBE


def _probe() -> float:
    """Seconds of this thread, whatever else the machine does, that it takes to sort numbers and to count."""
    import numpy as np

    numbers = np.arange(200_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    started, count = time.thread_time(), 0
    np.sort(numbers)
    for number in range(100_000):
        count += number & 7
    return time.thread_time() - started
