"""Screening by elementary effects (Morris 1991; mu* after Campolongo, Cariboni & Saltelli 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

LEVELS = 4
STEP = LEVELS / (2 * (LEVELS - 1))
"""Morris's step, by which each level is reached equally often."""
RESAMPLES = 1000
DRAWS = 10_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Morris:
    """Trajectories through the unit cube, each of which moves one parameter at a time.

    The effects are changes of the outcome over a whole range: `mu` their mean, `mu_star` the mean of their sizes, `sigma` their standard
    deviation (large where the effect depends on the other parameters). `luck` is the `mu_star` up to which, in 95 % of cases, luck alone
    takes a parameter without effect, if errors are normal and as large as the spread of its effects between replications says; missing
    where there is one replication.
    """

    name: ClassVar[str] = "morris"
    columns: ClassVar[tuple[str, ...]] = ("mu", "mu_star", "mu_star_low", "mu_star_high", "sigma", "luck")
    rank: ClassVar[str] = "mu_star"
    trajectories: int

    @property
    def size(self) -> int:
        """What was asked for."""
        return self.trajectories

    def points(self, parameters: int) -> int:
        """Points of a sample."""
        return self.trajectories * (parameters + 1)

    def sample(self, parameters: int, seed: int) -> Floats:
        """Points x parameters; the points of a trajectory follow one another."""
        rng = np.random.default_rng(seed)
        return np.concatenate([_trajectory(parameters, rng) for _ in range(self.trajectories)])

    def indices(self, sample: Floats, outcomes: Floats, seed: int) -> dict[str, Floats]:
        """By column, parameters x outcomes, from outcomes (replications x points x outcomes) at the points of a sample."""
        effects = self._effects(sample, outcomes.mean(axis=0))
        sizes = np.abs(effects)
        drawn = np.random.default_rng(seed).integers(0, self.trajectories, (RESAMPLES, self.trajectories))
        means = np.stack([sizes[rows].mean(axis=0) for rows in drawn])
        low, high = np.quantile(means, [0.025, 0.975], axis=0)
        spread = effects.std(axis=0, ddof=1) if self.trajectories > 1 else np.full(effects.shape[1:], np.nan)
        found = {"mu": effects.mean(axis=0), "mu_star": sizes.mean(axis=0), "mu_star_low": low, "mu_star_high": high, "sigma": spread}
        return {**found, "luck": self._luck(sample, outcomes)}

    def worlds(self, parameters: int) -> slice:
        """The points that are a fair sample of the space."""
        return slice(0, self.points(parameters))

    def _luck(self, sample: Floats, outcomes: Floats) -> Floats:
        """Parameters x outcomes."""
        n = len(outcomes)
        if n < 2:
            return np.full((sample.shape[1], outcomes.shape[2]), np.nan)
        effects = np.stack([self._effects(sample, outcome) for outcome in outcomes])
        error: Floats = np.sqrt(effects.var(axis=0, ddof=1).mean(axis=0) / n)
        return error * _luckiest(self.trajectories, n)

    def _effects(self, sample: Floats, outcome: Floats) -> Floats:
        """Trajectories x parameters x outcomes."""
        parameters = sample.shape[1]
        steps = np.diff(sample.reshape(self.trajectories, parameters + 1, parameters), axis=1)
        changes = np.diff(outcome.reshape(self.trajectories, parameters + 1, -1), axis=1)
        moved = np.abs(steps).argmax(axis=2)
        slopes = changes / np.take_along_axis(steps, moved[:, :, None], axis=2)
        effects = np.empty_like(slopes)
        np.put_along_axis(effects, moved[:, :, None], slopes, axis=1)
        return effects


@cache
def _luckiest(trajectories: int, replications: int) -> float:
    """The 95 % quantile of the mean size of normal errors, one for each trajectory, over their standard error as it is estimated."""
    rng = np.random.default_rng(0)
    freedom = trajectories * (replications - 1)
    sizes = np.array([np.abs(rng.standard_normal(trajectories)).mean() for _ in range(DRAWS)])
    return float(np.quantile(sizes / np.sqrt(rng.chisquare(freedom, DRAWS) / freedom), 0.95))


def _trajectory(parameters: int, rng: np.random.Generator) -> Floats:
    """Points of one trajectory: from a point of the grid, each parameter moves once by the step, in random order."""
    up = rng.random(parameters) < 0.5
    lowest = rng.integers(0, LEVELS // 2, parameters) / (LEVELS - 1)
    start = np.where(up, lowest, lowest + STEP)
    moves = np.where(up, STEP, -STEP)
    moved = np.argsort(rng.permutation(parameters))[None, :] < np.arange(parameters + 1)[:, None]
    return np.asarray(start + moved * moves, dtype=np.float64)
