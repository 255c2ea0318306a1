"""What follows from the rules' verdicts: outcomes, lessons, and the decisions of the review desks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.ledger import Mark, Outcome
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.appeals import Appeal, Appeals
from sim.model.moderation.desks import Desks, Referral
from sim.model.moderation.lessons import Lessons, Teacher, lessons, one_lesson
from sim.model.moderation.pipeline import Verdict
from sim.model.moderation.sanctions import Sanctions
from sim.model.moderation.submissions import Submissions
from sim.model.policy import Policy

if TYPE_CHECKING:
    from sim.model.world import World


@dataclass(frozen=True)
class _Review:
    """A case with what its decision needs: `breaks` is whether it breaks the desk's standard."""

    occasion: int
    world: int
    rule: int
    breaks: bool
    heat: float
    points: float


class Actions:
    """Carries out verdicts.

    Attributes:
        sanctions: what they lead to for their authors.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._teacher = Teacher(world)
        self._desks = Desks(world)
        self._appeals = Appeals(world, self._desks, self._reverse)
        self.sanctions = Sanctions(world)
        self._released: list[tuple[int, int, float]] = []
        self._learned: list[Lessons] = []

    def follow(self, messages: Submissions, verdict: Verdict) -> None:
        """Note the outcomes of messages that were said, plan the lessons, and send cases to the desks."""
        ledger, horizon = self._world.ledger, self._world.scenario.horizon
        acted = np.flatnonzero(verdict.unpublished | (verdict.gone < horizon))
        where = messages.occasion[acted], messages.world[acted]
        ledger.outcome[where] = self._world.pipeline.outcomes[verdict.rule[acted]]
        ledger.rule[where] = verdict.rule[acted]
        planned = self._automatic(messages, verdict)
        self._teacher.plan(planned)
        self._appeals.plan(planned)
        if len(labelled := np.flatnonzero(verdict.labelled < np.minimum(verdict.gone, horizon))):
            some = messages.take(labelled)
            self._label(verdict.labelled[labelled], some.occasion, some.world, verdict.label[labelled], some.heat)
        for cases in verdict.cases:
            due = cases.arrival < horizon
            self._send(messages.take(cases.rows[due]), cases.rule, cases.arrival[due])
        if self._world.texts is not None:
            self._world.texts.note(messages)

    def ahead(self, messages: Submissions, verdict: Verdict, until: float) -> Lessons:
        """Actions without a desk that come by then, on earlier messages and on these if they are said."""
        planned = self._automatic(messages, verdict)
        return np.concatenate([self._teacher.ahead(until), planned[planned["time"] <= until]])

    def teach(self, now: float) -> None:
        """Let people learn from what has happened by now, also at the desks."""
        if self._released:
            occasion, column, times = (np.array(values) for values in zip(*self._released, strict=True))
            self._world.conversation.hear(occasion, column, times)
            self._released.clear()
        if self._learned:
            self._teacher.plan(np.concatenate(self._learned))
            self._learned.clear()
        self._teacher.teach(now)

    def set_policy(self, policy: Policy) -> None:
        """Let the desks adopt new parameters."""
        self._desks.set_policy(policy)

    def close_desk(self, label: str, until: float) -> None:
        """Nobody is on duty at a desk, ``platform.desk``, from now until then."""
        self._desks.close_until(label, until)

    def close(self) -> None:
        """Count what has happened since the last window, and hand the desks' records to the ledger."""
        self.teach(self._world.env.now)
        self._desks.close()

    def _automatic(self, messages: Submissions, verdict: Verdict) -> Lessons:
        """Actions without a desk within the horizon."""
        goes = ~verdict.unpublished & (verdict.gone < self._world.scenario.horizon)
        rows = np.concatenate([np.flatnonzero(verdict.blocked), np.flatnonzero(goes)])
        time = np.where(verdict.blocked, messages.time, verdict.gone)[rows]
        points = self._world.pipeline.points(messages, rows, verdict.rule[rows])
        return lessons(time, messages.occasion[rows], messages.world[rows], verdict.rule[rows], messages.heat[rows], points)

    def _label(self, times: Floats, occasion: Indices, column: Indices, rule: Indices, heat: Floats) -> None:
        """Mark messages, turn some of their readers to come away, and let people learn of it; a label adds no points."""
        world, ledger = self._world, self._world.ledger
        turns_away = np.array([compiled.spec.turns_away for compiled in world.pipeline.rules])[rule]
        half_life = np.array([platform.reading.half_life for platform in world.policy.scenario.platforms.values()])
        to_come = 2.0 ** -((times - ledger.shown[occasion, column]) / half_life[ledger.venue[occasion, column]])
        ledger.marks[occasion, column] |= np.uint16(Mark.LABELLED)
        ledger.audience[occasion, column] = np.rint(ledger.audience[occasion, column] * (1 - turns_away * to_come))
        self._teacher.plan(lessons(times, occasion, column, rule, heat, np.zeros(len(times))))

    def _send(self, messages: Submissions, rule_index: int, arrivals: np.ndarray) -> None:
        world, rule = self._world, self._world.pipeline.rules[rule_index]
        label = f"{list(world.policy.scenario.platforms)[rule.platform]}.{rule.spec.desk}"
        desk, every = self._desks.spec(label), np.arange(len(messages))
        service = waits(desk.services.get(rule.name, desk.service), luck(Purpose.SERVICE, messages.key, rule.salt))
        errs = luck(Purpose.REVIEW_ERROR, messages.key, rule.salt)
        replication = world.people.replication[messages.person]
        breaks = messages.abusive if rule.about_abuse else messages.heat >= desk.threshold
        number = messages.occasion * (len(world.pipeline.rules) + 1) + rule_index
        case = (messages.world, replication, number, arrivals, messages.heat, messages.audience, service, errs)
        columns = (*case, messages.occasion, breaks, rule.points(messages, every))
        for w, r, n, at, heat, audience, takes, err, occasion, breaks, points in zip(*(c.tolist() for c in columns), strict=True):
            review = _Review(occasion, w, rule_index, breaks, heat, points)
            self._desks.submit(Referral(w, r, label, n, at, heat, audience, takes, err), partial(self._decide, review))

    def _decide(self, review: _Review, expired: bool, errs: bool) -> None:
        upheld = review.breaks != errs
        held = self._world.pipeline.rules[review.rule].spec.action == "hold"
        if held and (expired or upheld):
            self._learn(review, 0.0 if expired else review.points)
        elif held:
            self._release(review.occasion, review.world)
        elif upheld and not expired:
            self._act(review)

    def _release(self, occasion: int, column: int) -> None:
        """A message that had been held back is published now."""
        now = self._world.env.now
        self._world.ledger.shown[occasion, column] = now
        self._restore(occasion, column)
        self._released.append((occasion, column, now))

    def _restore(self, occasion: int, column: int) -> None:
        """A message is there to be seen from now on, and no rule has it."""
        ledger, where = self._world.ledger, (occasion, column)
        ledger.outcome[where] = Outcome.STOOD
        ledger.rule[where] = -1
        self._world.convenor.release(*where)

    def _act(self, review: _Review) -> None:
        ledger, where = self._world.ledger, (review.occasion, review.world)
        if ledger.gone[where] <= self._world.env.now:
            return
        if self._world.pipeline.rules[review.rule].spec.action == "label":
            self._label(*(np.array([value]) for value in (self._world.env.now, *where, review.rule, review.heat)))
        else:
            ledger.gone[where] = self._world.env.now
            ledger.outcome[where] = self._world.pipeline.outcomes[review.rule]
            ledger.rule[where] = review.rule
            self._learn(review, review.points)

    def _learn(self, review: _Review, points: float) -> None:
        acted = one_lesson(self._world.env.now, review.occasion, review.world, review.rule, review.heat, points)
        self._learned.append(acted)
        self._appeals.plan(acted)

    def _reverse(self, appeal: Appeal) -> None:
        """An appeal has succeeded: the action counts no more, and where the platform reinstates, the message comes back."""
        now, world, where = self._world.env.now, self._world, (appeal.occasion, appeal.world)
        self._learned.append(one_lesson(now, *where, appeal.rule, appeal.heat, appeal.points, appeal.acted, -1))
        spec = list(world.policy.scenario.platforms.values())[world.pipeline.rules[appeal.rule].platform]
        if spec.appeals is not None and spec.appeals.reinstates:
            world.ledger.back[where] = now
            world.ledger.marks[where] |= np.uint16(Mark.REINSTATED)
            if np.isinf(world.ledger.shown[where]):
                self._release(*where)
            else:
                self._restore(*where)
