"""What follows from the rules' verdicts: outcomes, lessons, and the decisions of the review desks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.ledger import Mark, Outcome
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.desk import Case, ReviewDesk
from sim.model.moderation.lessons import Teacher, lessons, lessons_of
from sim.model.moderation.pipeline import Verdict
from sim.model.moderation.submissions import Submissions
from sim.model.policy import Policy

if TYPE_CHECKING:
    from sim.model.world import World

SAMPLE_EVERY = 6.0
"""Hours between two samples of the desks' backlogs."""


@dataclass(frozen=True)
class _Review:
    """A case with what its decision needs: `upheld` is what the reviewer will find."""

    occasion: int
    world: int
    rule: int
    upheld: bool
    heat: float


class Actions:
    """Carries out verdicts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._teacher = Teacher(world)
        self._reviews: list[_Review] = []
        self._released: list[tuple[int, int, float]] = []
        self._learned: list[tuple[float, int, int, int, float]] = []
        self._desks = {
            (column, replication, f"{platform}.{name}"): ReviewDesk(world.env, desk, self._decide, world.scenario.represents)
            for platform, spec in world.scenario.platforms.items()
            for name, desk in spec.desks.items()
            for column in np.flatnonzero(world.switches.moderation).tolist()
            for replication in range(len(world.people.replication_key))
        }
        if self._desks:
            world.env.process(self._sample())

    def follow(self, messages: Submissions, verdict: Verdict) -> None:
        """Note the outcomes of messages that were said, plan the lessons, and send cases to the desks."""
        ledger = self._world.ledger
        goes = ~verdict.unpublished & (verdict.gone < self._world.scenario.horizon)
        acted = np.flatnonzero(verdict.unpublished | goes)
        where = messages.occasion[acted], messages.world[acted]
        ledger.outcome[where] = self._world.pipeline.outcomes[verdict.rule[acted]]
        ledger.rule[where] = verdict.rule[acted]
        self._teacher.plan(lessons_of(messages, np.flatnonzero(verdict.blocked), verdict.rule, messages.time))
        self._teacher.plan(lessons_of(messages, np.flatnonzero(goes), verdict.rule, verdict.gone))
        labelled = np.flatnonzero(verdict.labelled < np.minimum(verdict.gone, self._world.scenario.horizon))
        self._label(messages.occasion[labelled], messages.world[labelled], verdict.label[labelled], verdict.labelled[labelled])
        for cases in verdict.cases:
            due = cases.arrival < self._world.scenario.horizon
            self._send(messages.take(cases.rows[due]), cases.rule, cases.arrival[due])

    def teach(self, now: float) -> None:
        """Let people learn from what has happened by now, also at the desks."""
        if self._released:
            occasion, column, times = (np.array(values) for values in zip(*self._released, strict=True))
            self._world.conversation.hear(occasion, column, times)
            self._released.clear()
        if self._learned:
            self._teacher.plan(lessons(*(np.array(values) for values in zip(*self._learned, strict=True))))
            self._learned.clear()
        self._teacher.teach(now)

    def set_policy(self, policy: Policy) -> None:
        """Let the desks adopt new parameters."""
        for (_, _, label), desk in self._desks.items():
            platform, name = label.split(".")
            desk.set_spec(policy.scenario.platforms[platform].desks[name])

    def close(self) -> None:
        """Hand the desks' records to the ledger."""
        for key, desk in self._desks.items():
            desk.settle()
            self._world.ledger.desks[key] = desk.record

    def _label(self, occasion: Indices, column: Indices, rule: NDArray[np.integer], times: Floats) -> None:
        """Mark messages, and turn some of their readers to come away."""
        world, ledger = self._world, self._world.ledger
        turns_away = np.array([compiled.spec.turns_away for compiled in world.pipeline.rules])[rule]
        half_life = np.array([platform.reading.half_life for platform in world.policy.scenario.platforms.values()])
        to_come = 2.0 ** -((times - ledger.shown[occasion, column]) / half_life[ledger.venue[occasion, column]])
        ledger.marks[occasion, column] |= np.uint8(Mark.LABELLED)
        ledger.audience[occasion, column] = np.rint(ledger.audience[occasion, column] * (1 - turns_away * to_come))

    def _send(self, messages: Submissions, rule_index: int, arrivals: np.ndarray) -> None:
        world, rule = self._world, self._world.pipeline.rules[rule_index]
        name, spec = list(world.policy.scenario.platforms.items())[rule.platform]
        desk = spec.desks[str(rule.spec.desk)]
        service = waits(desk.service, luck(Purpose.SERVICE, messages.key, rule.salt))
        errs = luck(Purpose.REVIEW_ERROR, messages.key, rule.salt) < desk.error_rate
        upheld = (messages.heat >= desk.threshold) != errs
        replication = world.people.replication[messages.person]
        priority = -messages.heat if desk.discipline == "heat" else arrivals
        columns = (messages.occasion, messages.world, upheld, messages.heat, replication, priority, arrivals, service)
        for occasion, column, upholds, heat, r, first, arrival, takes in zip(*(c.tolist() for c in columns), strict=True):
            case = Case(first, arrival, occasion, takes, len(self._reviews))
            self._reviews.append(_Review(occasion, column, rule_index, upholds, heat))
            self._desks[column, r, f"{name}.{rule.spec.desk}"].submit(case)

    def _decide(self, case: Case, expired: bool) -> None:
        review = self._reviews[case.subject]
        held = self._world.pipeline.rules[review.rule].spec.action == "hold"
        if held and (expired or review.upheld):
            self._learn(review)
        elif held:
            self._release(review)
        elif review.upheld and not expired:
            self._act(review)

    def _release(self, review: _Review) -> None:
        ledger, where = self._world.ledger, (review.occasion, review.world)
        ledger.shown[where] = self._world.env.now
        ledger.outcome[where] = Outcome.STOOD
        ledger.rule[where] = -1
        self._world.convenor.release(*where)
        self._released.append((*where, self._world.env.now))

    def _act(self, review: _Review) -> None:
        ledger, where = self._world.ledger, (review.occasion, review.world)
        if ledger.gone[where] <= self._world.env.now:
            return
        if self._world.pipeline.rules[review.rule].spec.action == "label":
            self._label(*(np.array([value]) for value in (*where, review.rule, self._world.env.now)))
        else:
            ledger.gone[where] = self._world.env.now
            ledger.outcome[where] = self._world.pipeline.outcomes[review.rule]
            ledger.rule[where] = review.rule
            self._learn(review)

    def _learn(self, review: _Review) -> None:
        self._learned.append((self._world.env.now, review.occasion, review.world, review.rule, review.heat))

    def _sample(self) -> simpy.events.ProcessGenerator:
        while True:
            yield self._world.env.timeout(SAMPLE_EVERY)
            backlog: dict[tuple[int, int], int] = {}
            for (column, replication, _), desk in self._desks.items():
                backlog[column, replication] = backlog.get((column, replication), 0) + desk.backlog
            now = self._world.env.now
            self._world.ledger.samples += [(now, w, r, "backlog", float(count)) for (w, r), count in backlog.items()]
