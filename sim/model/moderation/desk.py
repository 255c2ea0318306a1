"""A review desk: reviewers on a roster who take waiting cases one at a time, on SimPy's clock."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import simpy

from sim.model.hours import WEEK, hours_begun
from sim.scenario.schema import Desk

Decide = Callable[["Case", bool, bool], None]
"""Told of a case when its review ends or it expires: the case, whether it expired, and whether the reviewer errs."""

MOST_ERRORS = 0.5
"""Error rate that neither load nor tiredness exceeds."""


@dataclass(frozen=True, order=True)
class Case:
    """A message to be reviewed.

    `priority` orders the queue; `arrival` and `number` break its ties, and no two cases of a desk share all three. `service` is the time
    that its review will take, `luck` the uniform number that says whether the reviewer errs.
    """

    priority: float
    arrival: float
    number: int
    service: float = field(compare=False)
    subject: int = field(compare=False)
    luck: float = field(default=1.0, compare=False)


@dataclass
class DeskRecord:
    """What a desk did, for the measures: waits in hours, and integrals over time in case hours or reviewer hours."""

    waits: list[float] = field(default_factory=list)
    wait_hours: float = 0.0
    arrived: int = 0
    expired: int = 0
    busy_hours: float = 0.0
    duty_hours: float = 0.0
    backlog_hours: float = 0.0


class ReviewDesk:
    """One desk in one world.

    Cases arrive at their exact times; whenever a reviewer on duty is free, the first case of the queue is taken up. Reviewers who go
    off duty finish the case in hand. A case that nobody takes up in time expires.

    Where a participant stands for several people, so does a case: the desk then has that many times fewer reviewers, at least one, who
    are slowed down by what rounding adds, so that the desk keeps its capacity and its waits.
    """

    def __init__(self, env: simpy.Environment, spec: Desk, decide: Decide, represents: float = 1.0) -> None:
        """`decide` is called when a review ends or a case expires."""
        self._env = env
        self._spec = spec
        self._decide = decide
        self._represents = represents
        self._queue: list[Case] = []
        self._waiting: set[Case] = set()
        self._busy = 0
        self._counted_until = env.now
        self._out_until = env.now
        self.record = DeskRecord()
        self._reviewers = self._at_work(env.now)
        env.process(self._roster())

    @property
    def backlog(self) -> int:
        """Cases waiting."""
        return len(self._waiting)

    def set_spec(self, spec: Desk) -> None:
        """Adopt other parameters from now on; cases that wait already keep their expiry."""
        self._spec = spec
        self._change_shift(self._env.now)

    def close_until(self, hour: float) -> None:
        """Nobody is on duty from now until then; reviewers finish the cases in hand."""
        self._out_until = max(self._out_until, hour)
        self._change_shift(self._env.now)
        reopening = self._env.timeout(hour - self._env.now)
        reopening.callbacks.append(lambda _: self._change_shift(self._env.now))

    def submit(self, case: Case) -> None:
        """Let a case arrive at its time, which is not past."""
        arrival = self._env.timeout(max(case.arrival - self._env.now, 0.0), value=case)
        arrival.callbacks.append(lambda event: self._arrive(event.value))

    def record_anew(self) -> None:
        """Forget what the desk has done so far; cases that wait or are in hand stay."""
        self.settle()
        self.record = DeskRecord()

    def settle(self) -> None:
        """Bring the record up to the present."""
        elapsed = self._env.now - self._counted_until
        self.record.busy_hours += elapsed * self._busy
        self.record.duty_hours += elapsed * max(self._reviewers, self._busy)
        self.record.backlog_hours += elapsed * len(self._waiting)
        self._counted_until = self._env.now

    def _arrive(self, case: Case) -> None:
        self.settle()
        self.record.arrived += 1
        self._waiting.add(case)
        heapq.heappush(self._queue, case)
        self._take_up()
        if case in self._waiting:
            expiry = self._env.timeout(self._spec.expiry, value=case)
            expiry.callbacks.append(lambda event: self._expire(event.value))

    def _expire(self, case: Case) -> None:
        if case in self._waiting:
            self.settle()
            self._waiting.remove(case)
            self.record.expired += 1
            self._decide(case, True, False)

    def _take_up(self) -> None:
        while self._queue and self._busy < self._reviewers:
            case = heapq.heappop(self._queue)
            if case not in self._waiting:
                continue
            self._waiting.remove(case)
            self.record.waits.append(self._env.now - case.arrival)
            self.record.wait_hours += self.record.waits[-1]
            self._busy += 1
            end = self._env.timeout(case.service * self._slowdown(), value=(case, case.luck < self._error_rate()))
            end.callbacks.append(lambda event: self._finish(*event.value))

    def _finish(self, case: Case, errs: bool) -> None:
        self.settle()
        self._busy -= 1
        self._decide(case, False, errs)
        self._take_up()

    def _roster(self) -> simpy.events.ProcessGenerator:
        while True:
            hour = math.floor(self._env.now + 1e-9) + 1
            yield self._env.timeout(hour - self._env.now)
            self._change_shift(hour)

    def _change_shift(self, hour: float) -> None:
        if (reviewers := self._at_work(hour)) != self._reviewers:
            self.settle()
            self._reviewers = reviewers
            self._take_up()

    def _at_work(self, hour: float) -> int:
        """Simulated reviewers at work."""
        real = 0 if hour + 1e-9 < self._out_until else on_duty(self._spec, hour)
        return max(1, round(real / self._represents)) if real else 0

    def _slowdown(self) -> float:
        return self._reviewers * self._represents / (on_duty(self._spec, self._env.now) or self._reviewers * self._represents)

    def _error_rate(self) -> float:
        """Of a reviewer who takes up a case now, whatever the rise with load and hours."""
        spec = self._spec
        if not (spec.error_per_waiting or spec.error_per_hour):
            return spec.error_rate
        reviewers = max(on_duty(spec, self._env.now), 1)
        waiting = len(self._waiting) * self._represents / reviewers
        risen = spec.error_rate + spec.error_per_waiting * waiting + spec.error_per_hour * hours_on_duty(spec, self._env.now)
        return max(spec.error_rate, min(risen, MOST_ERRORS))


def on_duty(spec: Desk, hour: float) -> int:
    """Reviewers on duty at that time; shifts begin and end on the hour, and hour 0 is a Monday's midnight in universal time."""
    hour_of_week = math.floor(hour + 1e-9) % WEEK
    return sum(shift.reviewers for shift in spec.roster if hours_begun(shift, spec.utc_offset)[hour_of_week] >= 0)


def hours_on_duty(spec: Desk, hour: float) -> float:
    """Hours since their shifts began, mean over the reviewers on duty at that time; 0 where there are none."""
    whole = math.floor(hour + 1e-9)
    begun = [(shift.reviewers, int(hours_begun(shift, spec.utc_offset)[whole % WEEK])) for shift in spec.roster]
    reviewers = sum(number for number, since in begun if since >= 0)
    return sum(number * (since + hour - whole) for number, since in begun if since >= 0) / max(reviewers, 1)
