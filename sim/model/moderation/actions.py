"""What follows from the rules' verdicts: outcomes, notices and their lessons, and the review desks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.delays import waits
from sim.model.ledger import Outcome
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.desk import Case, ReviewDesk
from sim.model.moderation.pipeline import Cases, Verdict
from sim.model.moderation.submissions import Submissions

if TYPE_CHECKING:
    from sim.model.world import Simulation

SAMPLE_EVERY = 6.0
"""Hours between two samples of the desks' backlogs."""

_OUTCOME = {"block": Outcome.BLOCKED, "hold": Outcome.WITHHELD, "hide": Outcome.HIDDEN, "remove": Outcome.REMOVED}


@dataclass(frozen=True)
class _Review:
    """A case with what its decision needs: `upheld` is what the reviewer will find."""

    occasion: int
    world: int
    rule: int
    upheld: bool
    heat: float


class Actions:
    """Carries out verdicts in the worlds of a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        scenario = simulation.scenario
        outcomes = [_OUTCOME[rule.spec.action] for rule in simulation.pipeline.rules]
        self._outcome = np.array([*outcomes, Outcome.STOOD], np.uint8)
        self._pending = _Pending.nothing()
        self._reviews: list[_Review] = []
        replications = range(len(simulation.people.replication_key))
        self._desks = {
            (world, replication, f"{platform}.{name}"): ReviewDesk(simulation.env, desk, self._decide)
            for platform, spec in scenario.platforms.items()
            for name, desk in spec.desks.items()
            for world in np.flatnonzero(simulation.switches.moderation).tolist()
            for replication in replications
        }
        if self._desks:
            simulation.env.process(self._sample())

    def follow(self, messages: Submissions, verdict: Verdict, said: NDArray[np.bool_]) -> None:
        """Note outcomes of the messages that were said, teach what is learned at once, and queue the rest."""
        ledger, horizon = self._simulation.ledger, self._simulation.scenario.horizon
        goes = said & ~verdict.blocked & (verdict.gone < horizon)
        acted = np.flatnonzero(said & (verdict.blocked | verdict.held) | goes)
        ledger.outcome[messages.occasion[acted], messages.world[acted]] = self._outcome[verdict.rule[acted]]
        ledger.rule[messages.occasion[acted], messages.world[acted]] = verdict.rule[acted]
        blocked = np.flatnonzero(said & verdict.blocked)
        self._teach(_Pending.of(messages, blocked, verdict.rule, messages.time))
        self._pending = self._pending.joined(_Pending.of(messages, np.flatnonzero(goes), verdict.rule, verdict.gone))
        for cases in verdict.cases:
            self._send(messages, cases, said)

    def teach(self, now: float) -> None:
        """Teach the removals that have happened by now."""
        due = self._pending.time <= now
        if due.any():
            happened = self._pending.take(due)
            self._pending = self._pending.take(~due)
            stands = self._simulation.ledger.gone[happened.occasion, happened.world] == happened.time
            self._teach(happened.take(stands))

    def close(self) -> None:
        """Hand the desks' records to the ledger."""
        for key, desk in self._desks.items():
            desk.settle()
            self._simulation.ledger.desks[key] = desk.record

    def _teach(self, lesson: _Pending) -> None:
        """Authors learn by notice or by discovery; rooms learn by public notice."""
        if not len(lesson.occasion):
            return
        simulation = self._simulation
        occasions, beliefs = simulation.occasions, simulation.beliefs
        notices = np.array([rule.spec.notice for rule in simulation.pipeline.rules])[lesson.rule]
        discovery = simulation.policy.scenario.beliefs.discovery
        learns = (notices != "none") | (luck(Purpose.DISCOVERY, occasions.key[lesson.occasion]) < discovery)
        known = lesson.take(learns)
        beliefs.record_action(occasions.person[known.occasion], occasions.topic[known.occasion], known.world, known.heat, known.time)
        public = lesson.take(notices == "public")
        if len(public.occasion):
            room = simulation.room_at(public.occasion, public.world)
            inside = room > 0
            public = public.take(inside)
            beliefs.record_public_action(room[inside], occasions.topic[public.occasion], public.world, public.heat, public.time)

    def _send(self, messages: Submissions, cases: Cases, said: NDArray[np.bool_]) -> None:
        simulation = self._simulation
        rule = simulation.pipeline.rules[cases.rule]
        platform = list(simulation.policy.scenario.platforms.values())[rule.platform]
        label = f"{list(simulation.scenario.platforms)[rule.platform]}.{rule.spec.desk}"
        desk = platform.desks[str(rule.spec.desk)]
        due = said[cases.message] & (cases.arrival < simulation.scenario.horizon)
        own, arrival = messages.take(cases.message[due]), cases.arrival[due]
        service = waits(desk.service, luck(Purpose.SERVICE, own.key, rule.salt)) * simulation.scenario.represents
        errs = luck(Purpose.REVIEW_ERROR, own.key, rule.salt) < desk.error_rate
        upheld = (own.heat >= desk.threshold) != errs
        replication = simulation.people.replication[own.person]
        for i in range(len(own)):
            world, heat = int(own.world[i]), float(own.heat[i])
            review = _Review(int(own.occasion[i]), world, cases.rule, bool(upheld[i]), heat)
            priority = -heat if desk.discipline == "heat" else float(arrival[i])
            case = Case(priority, float(arrival[i]), review.occasion, float(service[i]), len(self._reviews))
            self._reviews.append(review)
            self._desks[world, int(replication[i]), label].submit(case)

    def _decide(self, case: Case, expired: bool) -> None:
        review = self._reviews[case.subject]
        holds = self._simulation.pipeline.rules[review.rule].spec.action == "hold"
        if holds and not expired and not review.upheld:
            self._release(review)
        elif not holds and not expired and review.upheld:
            self._take_down(review)
        elif holds and not expired:
            self._teach(self._lesson(review))

    def _release(self, review: _Review) -> None:
        simulation = self._simulation
        where = review.occasion, review.world
        simulation.ledger.shown[where] = simulation.env.now
        simulation.ledger.outcome[where] = Outcome.STOOD
        simulation.ledger.rule[where] = -1
        simulation.convenor.release(*where)

    def _take_down(self, review: _Review) -> None:
        ledger, now = self._simulation.ledger, self._simulation.env.now
        where = review.occasion, review.world
        if ledger.gone[where] > now:
            ledger.gone[where] = now
            ledger.outcome[where] = self._outcome[review.rule]
            ledger.rule[where] = review.rule
            self._teach(self._lesson(review))

    def _lesson(self, review: _Review) -> _Pending:
        now = self._simulation.env.now
        return _Pending(
            np.array([now]), np.array([review.occasion]), np.array([review.world]), np.array([review.rule]), np.array([review.heat])
        )

    def _sample(self) -> Iterator[simpy.Event]:
        while True:
            yield self._simulation.env.timeout(SAMPLE_EVERY)
            backlog: dict[tuple[int, int], int] = {}
            for (world, replication, _), desk in self._desks.items():
                backlog[world, replication] = backlog.get((world, replication), 0) + desk.backlog
            now = self._simulation.env.now
            self._simulation.ledger.samples += [(now, w, r, "backlog", float(count)) for (w, r), count in backlog.items()]


@dataclass(frozen=True)
class _Pending:
    """Actions on messages, at the times at which they happen; all arrays have the same length."""

    time: Floats
    occasion: NDArray[np.int64]
    world: NDArray[np.int64]
    rule: NDArray[np.int64]
    heat: Floats

    @classmethod
    def nothing(cls) -> _Pending:
        return cls(np.zeros(0), *(np.zeros(0, np.int64) for _ in range(3)), np.zeros(0))

    @classmethod
    def of(cls, messages: Submissions, rows: NDArray[np.int64], rule: NDArray[np.int16], time: Floats) -> _Pending:
        return cls(time[rows], messages.occasion[rows], messages.world[rows], rule[rows], messages.heat[rows])

    def take(self, rows: NDArray[np.bool_]) -> _Pending:
        return _Pending(self.time[rows], self.occasion[rows], self.world[rows], self.rule[rows], self.heat[rows])

    def joined(self, other: _Pending) -> _Pending:
        if not len(other.time):
            return self
        names = ("time", "occasion", "world", "rule", "heat")
        return _Pending(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in names))
