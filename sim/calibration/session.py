"""One calibration under way: points in, runs through the executor, what the targets come to out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from sim.calibration.parameters import Parameter
from sim.calibration.search import Floats, Found, Goal, Method
from sim.calibration.targets import Target
from sim.calibration.trials import Trials
from sim.experiment.design import written
from sim.experiment.disk import ResultError
from sim.experiment.journal import Journal
from sim.experiment.plan import SEED_LIMIT, Plan
from sim.experiment.progress import Advance
from sim.experiment.simulation import How, Order, carry_out, kept_open
from sim.experiment.units import Ask, Unit, bundles, work
from sim.scenario.schema import Scenario
from sim.scenario.vary import Varied

AS_IT_IS = 0
"""The trial that is the scenario with its own values."""


class Mean(NamedTuple):
    """A mean over replications with its standard error; NaN where there is none."""

    value: float
    se: float


class _Stopped(Exception):
    """A run failed: what to look at next depends on it."""


class _Carried(Exception):
    """An error on its way through a search, which takes some errors for its own."""

    def __init__(self, error: ResultError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Task:
    """What a calibration is to do.

    Attributes:
        plan: the scenario with its seed, the replications of each trial, and the worlds.
        targets: those to fit to, and those to hold against the outcome.
        parameters: what is fitted.
        method: how.
        final: replications of the scenario as it is, and as it is fitted, for the report.
    """

    plan: Plan
    targets: tuple[Target, ...]
    parameters: tuple[Parameter, ...]
    method: Method
    final: int

    @property
    def fitted(self) -> tuple[Target, ...]:
        """The targets to fit to."""
        return tuple(target for target in self.targets if target.fitted)

    @cached_property
    def settings(self) -> tuple[Mapping[str, object], ...]:
        """All settings, those of the targets to fit to first."""
        ordered = (*self.fitted, *(target for target in self.targets if not target.fitted))
        found: list[Mapping[str, object]] = []
        for setting in (setting for target in ordered for setting in target.settings):
            found += [] if setting in found else [setting]
        return tuple(found)

    def settings_of(self, targets: Sequence[Target]) -> tuple[int, ...]:
        """The numbers of the settings of some targets."""
        return tuple(dict.fromkeys(self.settings.index(setting) for target in targets for setting in target.settings))

    @property
    def goal(self) -> Goal:
        """What is to be met."""
        return Goal(np.array([target.value for target in self.fitted]), np.array([target.sd for target in self.fitted]))

    def values(self, point: Floats) -> dict[str, object]:
        """Values by path at a point."""
        parts = (parameter.values(float(share)) for parameter, share in zip(self.parameters, point, strict=True))
        return {path: value for part in parts for path, value in part.items()}


class Session:
    """Looks for the values, and keeps what it has seen.

    Attributes:
        points: those looked at, in order; the first is trial 1.
        found: where the search ended; None before it does.
        simulated: what the targets to fit to came to at each.
    """

    def __init__(self, task: Task, name: str, how: How) -> None:
        self.task, self._name, self._how = task, name, how
        self._varied = Varied(task.plan.scenario)
        self.points: list[Floats] = []
        self.simulated: list[Floats] = []
        self.found: Found | None = None
        self._trials = self.begin(None)
        self._advance: Advance = lambda runs: None

    def begin(self, journal: Journal | None) -> Trials:
        """Where the runs go."""
        keys = [target.key for target in self.task.targets]
        self._trials = Trials(self._name, len(self.task.settings), self.task.plan.worlds, keys, journal)
        return self._trials

    def carry_out(self, trials: Trials) -> None:
        """Has the scenario run as it is, looks for values, and has it run with those found; stops at the first run that fails."""
        task = self.task
        with kept_open(self._how) as how, how.progress(self._name, self._most_runs()) as advance, suppress(_Stopped):
            self._how, self._advance = replace(how, progress=lambda label, total: nullcontext(advance)), advance
            self._run(self._final_units(AS_IT_IS, {}))
            self.found = self._search()
            self._run(self._final_units(self.last, task.values(self.found.best)))
            trials.ended = True

    def _search(self) -> Found:
        """Where the method ends.

        Raises:
            ResultError: if it cannot go on, or its evaluations cannot.
        """
        task = self.task
        try:
            return task.method.search(self._evaluate, task.goal, len(task.parameters), task.plan.scenario.seed)
        except _Carried as carried:
            raise carried.error from None
        except ValueError as error:
            raise ResultError(f"{self._name}: {task.method.name} needs {error}") from None

    @property
    def last(self) -> int:
        """The trial that is the scenario with the values found."""
        return len(self.points) + 1

    def mean(self, trial: int, target: Target) -> Mean:
        """What a target came to in a trial."""
        values = self._trials.values(trial, [self.task.settings.index(setting) for setting in target.settings], target)
        if not values:
            return Mean(math.nan, math.nan)
        return Mean(float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values))) if len(values) > 1 else math.nan)

    def _evaluate(self, points: Floats) -> Floats:
        """What the targets come to at some points; see `Evaluate`."""
        try:
            return self._looked_at(points)
        except ResultError as error:
            raise _Carried(error) from error

    def _looked_at(self, points: Floats) -> Floats:
        first, fitted = self.last, self.task.fitted
        self._run([unit for number, point in enumerate(points, first) for unit in self._trial_units(number, point)])
        simulated = np.array([[self.mean(number, target).value for target in fitted] for number in range(first, first + len(points))])
        if first == 1:
            self._check(simulated)
        self.points += list(points)
        self.simulated += list(simulated)
        return simulated

    def _check(self, simulated: Floats) -> None:
        """Whether every target has a value somewhere among the first points."""
        for target, values in zip(self.task.fitted, simulated.T, strict=True):
            if np.isnan(values).all():
                figure = "/".join(target.key[1:])
                raise ResultError(f"{target.name}: a figure that some point has, and got none of {figure} at the first {len(values)}")

    def _trial_units(self, number: int, point: Floats) -> list[Unit]:
        seed = self.task.plan.scenario.seed + (number if self.task.method.own_luck else 0)
        return self._units(number, self.task.values(point), seed, self.task.settings_of(self.task.fitted), self.task.plan.replications)

    def _final_units(self, number: int, values: Mapping[str, object]) -> list[Unit]:
        """With luck that no trial had, so that nothing was fitted to it."""
        settings = tuple(range(len(self.task.settings)))
        return self._units(number, values, self.task.plan.scenario.seed - 1, settings, self.task.final)

    def _units(self, number: int, values: Mapping[str, object], seed: int, settings: Sequence[int], replications: int) -> list[Unit]:
        """None for a setting in which the values are no scenario."""
        found = []
        for setting in settings:
            point, changes = number * len(self.task.settings) + setting, {**values, **self.task.settings[setting]}
            scenario = self._varied.with_values(changes)[0]
            if scenario is not None:
                with_luck = scenario.model_copy(update={"seed": seed % SEED_LIMIT})
                pairs = (f"{path}={written(value)}" for path, value in {**changes, "seed": with_luck.seed}.items())
                self._trials.name(point, with_luck.seed, [*chain.from_iterable(("--set", pair) for pair in pairs)])
                found += [Unit(point, k, with_luck) for k in self.task.plan.numbers(replications)]
        return found

    def _run(self, units: Sequence[Unit]) -> None:
        trials, worlds = self._trials, self.task.plan.worlds
        missing = trials.missing(units)
        self._advance((len(units) - len(missing)) * len(worlds))
        carry_out(Order(self._name, Ask(worlds), partial(bundles, missing, len(worlds)), len(worlds), work), trials, self._how)
        if trials.count("failed"):
            raise _Stopped

    def _most_runs(self) -> int:
        task = self.task
        searched = task.method.trials * len(task.settings_of(task.fitted)) * task.plan.replications
        return (searched + 2 * len(task.settings) * task.final) * len(task.plan.worlds)

    def fitted_scenario(self) -> Scenario | None:
        """The scenario with the values found."""
        return None if self.found is None else self._varied.with_values(self.task.values(self.found.best))[0]
