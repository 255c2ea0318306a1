"""A review desk: reviewers on a roster who take waiting cases one at a time, on SimPy's clock."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import simpy

from sim.scenario.schema import Desk


@dataclass(frozen=True, order=True)
class Case:
    """A message to be reviewed.

    `priority` orders the queue; `arrival` and `number` break its ties. `service` is the time that its review will take.
    """

    priority: float
    arrival: float
    number: int
    service: float = field(compare=False)
    subject: int = field(compare=False)


@dataclass
class DeskRecord:
    """What a desk did, for the measures: waits in hours, and integrals over time in case hours or reviewer hours."""

    waits: list[float] = field(default_factory=list)
    arrived: int = 0
    expired: int = 0
    busy_hours: float = 0.0
    duty_hours: float = 0.0
    backlog_hours: float = 0.0


class ReviewDesk:
    """One desk in one world.

    Cases arrive at their exact times; whenever a reviewer on duty is free, the first case of the queue is taken up. Reviewers who go
    off duty finish the case in hand. A case that nobody takes up in time expires.
    """

    def __init__(self, env: simpy.Environment, spec: Desk, decide: Callable[[Case, bool], None]) -> None:
        """`decide(case, expired)` is called when a review ends or a case expires."""
        self._env = env
        self._spec = spec
        self._decide = decide
        self._queue: list[Case] = []
        self._busy = 0
        self._counted_until = env.now
        self.record = DeskRecord()
        self._on_duty = on_duty(spec, env.now)
        env.process(self._roster())

    @property
    def backlog(self) -> int:
        """Cases waiting."""
        return len(self._queue)

    def submit(self, case: Case) -> None:
        """Let a case arrive at its time, which is not past."""
        arrival = self._env.timeout(max(case.arrival - self._env.now, 0.0), value=case)
        arrival.callbacks.append(lambda event: self._arrive(event.value))

    def settle(self) -> None:
        """Bring the record up to the present."""
        elapsed = self._env.now - self._counted_until
        self.record.busy_hours += elapsed * self._busy
        self.record.duty_hours += elapsed * max(self._on_duty, self._busy)
        self.record.backlog_hours += elapsed * len(self._queue)
        self._counted_until = self._env.now

    def _arrive(self, case: Case) -> None:
        self.settle()
        self.record.arrived += 1
        heapq.heappush(self._queue, case)
        self._take_up()

    def _take_up(self) -> None:
        while self._queue and self._busy < self._on_duty:
            case = heapq.heappop(self._queue)
            waited = self._env.now - case.arrival
            if waited > self._spec.expiry:
                self.record.expired += 1
                self._decide(case, True)
                continue
            self.record.waits.append(waited)
            self._busy += 1
            end = self._env.timeout(case.service, value=case)
            end.callbacks.append(lambda event: self._finish(event.value))

    def _finish(self, case: Case) -> None:
        self.settle()
        self._busy -= 1
        self._decide(case, False)
        self._take_up()

    def _roster(self) -> simpy.events.ProcessGenerator:
        while True:
            hour = math.floor(self._env.now + 1e-9) + 1
            yield self._env.timeout(hour - self._env.now)
            if (now_on := on_duty(self._spec, hour)) != self._on_duty:
                self.settle()
                self._on_duty = now_on
                self._take_up()


def on_duty(spec: Desk, hour: float) -> int:
    """Reviewers on duty at that time; shifts begin and end on the hour, and hour 0 is a Monday's midnight in universal time."""
    local = math.floor(hour + 1e-9) + spec.utc_offset
    return sum(shift.reviewers for shift in spec.roster if _covers(shift.days, shift.start, shift.end, local))


def _covers(days: str, start: int, end: int, local: int) -> bool:
    length = (end - start) % 24 or 24
    since_start = (local - start) % 24
    weekend = ((local - since_start) // 24) % 7 >= 5
    return since_start < length and (days == "all" or (days == "weekend") == weekend)
