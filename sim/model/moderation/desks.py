"""All review desks of all worlds with moderation, and samples of their work over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.model.luck import Floats
from sim.model.moderation.desk import Case, DeskRecord, ReviewDesk
from sim.model.policy import Policy
from sim.scenario.schema import Desk

if TYPE_CHECKING:
    from sim.model.world import World

SAMPLE_EVERY = 6.0
"""Hours between two samples of the desks' work."""

Decide = Callable[[bool, bool], None]
"""Told when a review ends or its case expires: whether it expired, and whether the reviewer errs."""


@dataclass(frozen=True)
class Referral:
    """A message on its way to a desk; `number` tells apart cases that arrive there at the same time."""

    world: int
    replication: int
    desk: str
    number: int
    arrival: float
    heat: float
    audience: int
    service: float
    luck: float = 1.0


class Desks:
    """The desks by world, replication and label, ``platform.desk``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._decisions: dict[int, Decide] = {}
        self._submitted = 0
        self._desks = {
            (column, replication, f"{platform}.{name}"): ReviewDesk(world.env, desk, self._decide, world.scenario.represents)
            for platform, spec in world.scenario.platforms.items()
            for name, desk in spec.desks.items()
            for column in np.flatnonzero(world.switches.moderation).tolist()
            for replication in range(len(world.people.replication_key))
        }
        self._sampled = {key: np.zeros(4) for key in self._desks}
        self._sampled_until = 0.0
        if self._desks:
            world.env.process(self._sample())

    def spec(self, label: str) -> Desk:
        """The parameters of a desk as they now are."""
        platform, name = label.split(".")
        return self._world.policy.scenario.platforms[platform].desks[name]

    def submit(self, referral: Referral, decide: Decide) -> None:
        """Let a case arrive at its time, which is not past."""
        self._submitted += 1
        self._decisions[self._submitted] = decide
        first = {"fifo": referral.arrival, "heat": -referral.heat, "reach": -referral.audience}[self.spec(referral.desk).discipline]
        case = Case(first, referral.arrival, referral.number, referral.service, self._submitted, referral.luck)
        self._desks[referral.world, referral.replication, referral.desk].submit(case)

    def set_policy(self, policy: Policy) -> None:
        """Let the desks adopt new parameters."""
        for (_, _, label), desk in self._desks.items():
            platform, name = label.split(".")
            desk.set_spec(policy.scenario.platforms[platform].desks[name])

    def close_until(self, label: str, hour: float) -> None:
        """Nobody is on duty at a desk from now until then."""
        for (_, _, name), desk in self._desks.items():
            if name == label:
                desk.close_until(hour)

    def close(self) -> None:
        """Hand the desks' records to the ledger."""
        if self._desks:
            self._sample_work()
        self._world.ledger.desks.update({key: desk.record for key, desk in self._desks.items()})

    def _decide(self, case: Case, expired: bool, errs: bool) -> None:
        self._decisions.pop(case.subject)(expired, errs)

    def _sample(self) -> simpy.events.ProcessGenerator:
        """From hour 0 on; what the desks did in a warm-up is forgotten then."""
        if self._world.env.now < 0:
            yield self._world.env.timeout(-self._world.env.now)
            for desk in self._desks.values():
                desk.record_anew()
        while True:
            yield self._world.env.timeout(SAMPLE_EVERY)
            self._sample_work()
            backlog: defaultdict[tuple[int, int], float] = defaultdict(float)
            for (column, replication, _), desk in self._desks.items():
                backlog[column, replication] += desk.backlog
            for where, cases in backlog.items():
                self._note(self._world.env.now, where, "backlog", cases)

    def _sample_work(self) -> None:
        """Utilisation, and mean wait of the cases taken up, since the last sample."""
        work: defaultdict[tuple[int, int], Floats] = defaultdict(lambda: np.zeros(4))
        for key, desk in self._desks.items():
            desk.settle()
            total = _work(desk.record)
            work[key[:2]] += total - self._sampled[key]
            self._sampled[key] = total
        for where, (busy, duty, hours, reviews) in work.items():
            if duty > 0:
                self._note(self._sampled_until, where, "utilisation", busy / duty)
            if reviews > 0:
                self._note(self._sampled_until, where, "review_wait", hours / reviews)
        self._sampled_until = self._world.env.now

    def _note(self, hour: float, where: tuple[int, int], measure: str, value: float) -> None:
        self._world.ledger.samples.append((hour, *where, measure, float(value)))


def _work(record: DeskRecord) -> Floats:
    """Hours of reviewing, of duty, of waiting, and reviews begun."""
    return np.array([record.busy_hours, record.duty_hours, record.wait_hours, len(record.waits)])
