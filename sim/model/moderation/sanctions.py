"""Sanctions on accounts: points in a rolling window, and the steps of the ladder that they lead to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.lessons import Lessons
from sim.scenario.schema.sanctions import Sanctions as Spec
from sim.scenario.schema.sanctions import Step

if TYPE_CHECKING:
    from sim.model.world import World

_ROUNDING = 1e-9


class Bar(NamedTuple):
    """A person is kept from posting on a platform in one world, after `since` and before `until`."""

    platform: int
    person: int
    world: int
    since: float
    until: float


class _Strike(NamedTuple):
    time: float
    occasion: int
    points: float


@dataclass
class _Account:
    """Of one person on one platform in one world: strikes in order of time, and by a step's points when it was last taken."""

    strikes: list[_Strike] = field(default_factory=list)
    taken: dict[float, float] = field(default_factory=dict)

    def copy(self) -> _Account:
        return _Account(list(self.strikes), dict(self.taken))

    def strike(self, spec: Spec, strike: _Strike, counts: Callable[[_Strike], bool]) -> list[Step]:
        """Add a strike; the steps that are reached by it and have not been taken within the window."""
        begin = strike.time - spec.window
        self.strikes = [*(old for old in self.strikes if old.time > begin), strike]
        points = sum(strike.points for strike in self.strikes if counts(strike)) + _ROUNDING
        steps = [step for step in spec.ladder if points >= step.points and self.taken.get(step.points, -math.inf) <= begin]
        self.taken.update({step.points: strike.time for step in steps})
        return steps


class Sanctions:
    """The ladders of all platforms, and the accounts that have strikes.

    Attributes:
        barred_to: time until which anybody is barred so far.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._accounts: dict[tuple[int, int, int], _Account] = {}
        self._reversed: dict[tuple[int, int], float] = {}
        self._until: dict[int, Floats] = {}
        self.barred_to = world.scenario.begins

    @property
    def anywhere(self) -> bool:
        """Whether any platform has a ladder."""
        return any(platform.sanctions is not None for platform in self._world.policy.scenario.platforms.values())

    def count(self, happened: Lessons) -> NDArray[np.int64]:
        """Count actions on messages, in order of time, and take the steps that they lead to: (m,) how many.

        An action that has been reversed counts no more from then on; the steps that it led to stand.
        """
        steps = np.zeros(len(happened), np.int64)
        if not self.anywhere:
            return steps
        for lesson in happened[happened["sign"] < 0]:
            self._reversed[int(lesson["occasion"]), int(lesson["world"])] = float(lesson["time"])
        for row, where, strike, spec in self._strikes(happened):
            taken = self._accounts.setdefault(where, _Account()).strike(spec, strike, self._counting(where[2], strike.time))
            steps[row] = len(taken)
            for step in taken:
                self._take(where, step, strike.time)
        return steps

    def foresee(self, ahead: Lessons) -> list[Bar]:
        """Bars that actions to come would lead to, in order of time; nothing happens yet."""
        accounts: dict[tuple[int, int, int], _Account] = {}
        bars = []
        for _, where, strike, spec in self._strikes(ahead[np.argsort(ahead["time"], kind="stable")]):
            account = accounts.setdefault(where, self._accounts.get(where, _Account()).copy())
            steps = account.strike(spec, strike, self._counting(where[2], strike.time))
            bars += [Bar(*where, strike.time, strike.time + _hours(step)) for step in steps if step.action != "warn"]
        return bars

    def barred(self, platform: NDArray[np.int64], person: Indices, time: Floats) -> NDArray[np.bool_]:
        """(n, W) whether n persons are barred from their (n, W) platforms at (n,) times, by steps taken so far."""
        barred = np.zeros(platform.shape, np.bool_)
        for where, until in self._until.items():
            barred |= (platform == where) & (until.take(person, axis=0) > time[:, None])
        return barred

    def _strikes(self, lessons: Lessons) -> Iterator[tuple[int, tuple[int, int, int], _Strike, Spec]]:
        """Row, account, strike and ladder of each action that counts."""
        specs = [platform.sanctions for platform in self._world.policy.scenario.platforms.values()]
        platform = np.array([rule.platform for rule in self._world.pipeline.rules], np.int64)[lessons["rule"]]
        laddered = np.array([spec is not None for spec in specs])
        rows = np.flatnonzero((lessons["sign"] > 0) & (lessons["points"] > 0) & laddered[platform])
        some, person = lessons[rows], self._world.occasions.person[lessons["occasion"][rows]]
        columns = (rows, platform[rows], person, some["world"], some["time"], some["occasion"], some["points"])
        for row, f, who, world, time, occasion, points in zip(*(column.tolist() for column in columns), strict=True):
            spec = specs[f]
            assert spec is not None
            yield row, (f, who, world), _Strike(time, occasion, points), spec

    def _counting(self, world: int, time: float) -> Callable[[_Strike], bool]:
        """Whether a strike still counts at a time."""
        return lambda strike: self._reversed.get((strike.occasion, world), math.inf) > time

    def _take(self, where: tuple[int, int, int], step: Step, time: float) -> None:
        platform, person, world = where
        self._world.ledger.sanctioned.append((person, world, time, step.action))
        if step.action != "warn":
            shape = len(self._world.people), len(self._world.switches)
            until = self._until.setdefault(platform, np.full(shape, self._world.scenario.begins))
            until[person, world] = max(until[person, world], time + _hours(step))
            self.barred_to = max(self.barred_to, time + _hours(step))


def _hours(step: Step) -> float:
    return math.inf if step.lasts is None else step.lasts
