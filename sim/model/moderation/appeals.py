"""Appeals: authors who are told of an action on their message and object, and what their desk decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sim.model.delays import waits
from sim.model.ledger import Mark
from sim.model.luck import Purpose, luck
from sim.model.moderation.desks import Desks, Referral
from sim.model.moderation.lessons import Lessons
from sim.scenario.schema import Rule

if TYPE_CHECKING:
    from sim.model.world import World

DEFAULT_STANDARD = 0.5
"""Heat from which an action was called for, under a rule without a threshold of its own."""


@dataclass(frozen=True)
class Appeal:
    """An objection to an action, and what its review will find."""

    occasion: int
    world: int
    rule: int
    heat: float
    points: float
    acted: float
    succeeds: bool


class Appeals:
    """Lets authors appeal, files the appeals at their desks at the exact time, and tells of reversals."""

    def __init__(self, world: World, desks: Desks, reverse: Callable[[Appeal], None]) -> None:
        """`reverse` is called when an appeal succeeds."""
        self._world = world
        self._desks = desks
        self._reverse = reverse

    def plan(self, acted: Lessons) -> None:
        """Authors who are told of some actions appeal, or not; the actions may lie ahead."""
        world = self._world
        where, notified = (acted["occasion"], acted["world"]), world.pipeline.notified[acted["rule"]]
        world.ledger.marks[where] &= ~np.uint16(Mark.NOTIFIED)
        world.ledger.marks[where] |= np.where(notified, np.uint16(Mark.NOTIFIED), np.uint16(0))
        for rule in np.unique(acted["rule"][notified]).tolist():
            self._plan(rule, acted[notified & (acted["rule"] == rule)])

    def _plan(self, index: int, acted: Lessons) -> None:
        world, rule = self._world, self._world.pipeline.rules[index]
        platform, spec = list(world.policy.scenario.platforms.items())[rule.platform]
        if (appeals := spec.appeals) is None:
            return
        key, abusive = world.occasions.key[acted["occasion"]], world.occasions.is_abuse(acted["occasion"])
        wrong = ~abusive if rule.about_abuse else acted["heat"] < standard(rule.spec)
        appealing = luck(Purpose.APPEAL, key) < np.where(wrong, appeals.propensity_if_wrong, appeals.propensity)
        key, wrong, acted = key[appealing], wrong[appealing], acted[appealing]
        if not len(key):
            return
        arrival = acted["time"] + waits(appeals.delay, luck(Purpose.APPEAL_DELAY, key))
        succeeds = luck(Purpose.APPEAL_RULING, key) < np.where(wrong, appeals.reversal_if_wrong, appeals.reversal)
        desk = spec.desks[appeals.desk]
        service = waits(desk.services.get(rule.name, desk.service), luck(Purpose.APPEAL_SERVICE, key))
        for lesson, at, success, takes in zip(acted, arrival.tolist(), succeeds.tolist(), service.tolist(), strict=True):
            if at < world.scenario.horizon:
                self._expect(_appeal(lesson, success), f"{platform}.{appeals.desk}", at, takes)

    def _expect(self, appeal: Appeal, desk: str, arrival: float, service: float) -> None:
        world = self._world
        referral = Referral(
            world=appeal.world,
            replication=int(world.people.replication[world.occasions.person[appeal.occasion]]),
            desk=desk,
            number=appeal.occasion * (len(world.pipeline.rules) + 1) + len(world.pipeline.rules),
            arrival=arrival,
            heat=appeal.heat,
            audience=int(world.ledger.audience[appeal.occasion, appeal.world]),
            service=service,
        )
        filing = world.env.timeout(arrival - world.env.now)
        filing.callbacks.append(lambda _: self._file(appeal, referral))

    def _file(self, appeal: Appeal, referral: Referral) -> None:
        """File an appeal, unless something else had taken the message before the action came."""
        ledger, where = self._world.ledger, (appeal.occasion, appeal.world)
        if np.isinf(ledger.shown[where]) or ledger.gone[where] == appeal.acted:
            ledger.marks[where] |= np.uint16(Mark.APPEALED)
            self._desks.submit(referral, partial(self._decide, appeal))

    def _decide(self, appeal: Appeal, expired: bool, errs: bool) -> None:
        """Nobody errs here: what a review finds is drawn by whether the action was an error. An appeal that expires is dismissed."""
        reverses = appeal.succeeds and not expired
        self._world.ledger.marks[appeal.occasion, appeal.world] |= np.uint16(Mark.REVERSED if reverses else Mark.DISMISSED)
        if reverses:
            self._reverse(appeal)


def _appeal(lesson: np.void, succeeds: bool) -> Appeal:
    occasion, world, rule, heat, points, acted = (lesson[name].item() for name in ("occasion", "world", "rule", "heat", "points", "acted"))
    return Appeal(occasion, world, rule, heat, points, acted, succeeds)


def standard(rule: Rule) -> float:
    """Heat below which an action under a rule was an error."""
    threshold: float = getattr(rule, "threshold", DEFAULT_STANDARD)
    return threshold
