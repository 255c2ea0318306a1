"""A sample of the posterior, by approximate Bayesian computation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calibration.search import Evaluate, Floats, Found, Goal

EDGE = 1e-9


@dataclass(frozen=True)
class _Particles:
    """Points with what they came to: (n, parameters), (n, targets) with the error of publication drawn, and importance weights (n,)."""

    points: Floats
    outcome: Floats
    weight: Floats

    def take(self, rows: np.ndarray) -> _Particles:
        return _Particles(self.points[rows], self.outcome[rows], self.weight[rows])

    def and_also(self, other: _Particles) -> _Particles:
        pairs = ((getattr(self, name), getattr(other, name)) for name in ("points", "outcome", "weight"))
        return _Particles(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True)
class Abc:
    """Adaptive population Monte Carlo (Lenormand, Jabot & Deffuant 2013) with regression adjustment (Beaumont, Zhang & Balding 2002).

    The prior is even over the ranges. A published value is what the simulation gives, plus a normal error of its standard deviation
    (Wilkinson 2013). Half of the particles, those nearest to what was published, stay from round to round; the others are replaced by
    points near them. In the last round all are drawn anew, so that none weighs much more than the others. Each point has luck of its own,
    so that the luck of the simulation is part of the uncertainty.

    Attributes:
        trials: the most points that are looked at.
        posterior: the size of the sample that is given.
    """

    trials: int = 1000
    posterior: int = 100
    name = "abc"
    own_luck = True

    def __post_init__(self) -> None:
        if 2 * self.posterior > self.trials:
            raise ValueError(f"posterior: at most half of the {self.trials} trials, and got {self.posterior}")

    def search(self, evaluate: Evaluate, goal: Goal, parameters: int, seed: int) -> Found:
        """See `Method`.

        Raises:
            ValueError: if too few points have an outcome.
        """
        luck = np.random.default_rng(seed)

        def looked(points: Floats, weight: Floats) -> _Particles:
            outcome = evaluate(points)
            return _Particles(points, outcome + goal.sd * luck.standard_normal(outcome.shape), weight)

        first = 2 * self.posterior
        kept = _nearest(looked(luck.random((first, parameters)), np.ones(first)), goal, self.posterior)
        for _ in range((self.trials - 2 * first) // self.posterior):
            kept = _nearest(kept.and_also(looked(*_moved(kept, self.posterior, luck))), goal, self.posterior)
        if self.trials >= 2 * first:
            kept = _nearest(looked(*_moved(kept, first, luck)), goal, self.posterior)
        drawn = kept.take(_resampled(kept.weight, self.posterior, luck))
        sample = _adjusted(kept, drawn, goal)
        return Found(np.median(sample, axis=0), sample)


def _nearest(particles: _Particles, goal: Goal, count: int) -> _Particles:
    distance = goal.distance(particles.outcome)
    if np.isfinite(distance).sum() < count:
        raise ValueError(f"{count} points at which every target has a value, and got {np.isfinite(distance).sum()}")
    return particles.take(np.argsort(distance, kind="stable")[:count])


def _moved(kept: _Particles, count: int, luck: np.random.Generator) -> tuple[Floats, Floats]:
    """Points near the particles, with twice their covariance, inside the cube; and their weights under an even prior."""
    share = kept.weight / kept.weight.sum()
    spread = 2 * np.atleast_2d(np.cov(kept.points.T, aweights=share)) + EDGE * np.eye(kept.points.shape[1])
    root = np.linalg.cholesky(spread)
    points, tried = np.empty((0, len(root))), 0
    while len(points) < count:
        moved = kept.points[luck.choice(len(share), count, p=share)] + luck.standard_normal((count, len(root))) @ root.T
        points = np.concatenate([points, moved[((moved >= 0) & (moved <= 1)).all(axis=1)]])
        tried += count
    inside, points = len(points) / tried, points[:count]
    steps = np.linalg.solve(root, (points[:, None, :] - kept.points).reshape(-1, len(root)).T)
    normal = np.exp(-0.5 * (steps**2).sum(axis=0)).reshape(count, -1) / ((2 * np.pi) ** (len(root) / 2) * np.prod(np.diag(root)))
    return points, inside / (normal @ share)


def _resampled(weight: Floats, count: int, luck: np.random.Generator) -> np.ndarray:
    """Positions of a sample in which all weigh the same (systematic resampling)."""
    steps = (luck.random() + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weight) / weight.sum(), steps), len(weight) - 1)


def _adjusted(kept: _Particles, drawn: _Particles, goal: Goal) -> Floats:
    """Draws moved to where they would have been had they come to exactly what was published, on the logit scale of the cube."""
    off = goal.off(kept.outcome)
    if len(off) <= off.shape[1] + 1:
        return drawn.points
    distance = np.sqrt((off**2).sum(axis=1))
    kernel = np.sqrt(kept.weight * (1 - (distance / (distance.max() * (1 + EDGE))) ** 2))
    design = np.column_stack([np.ones(len(off)), off])
    slopes = np.linalg.lstsq(design * kernel[:, None], _logit(kept.points) * kernel[:, None], rcond=None)[0][1:]
    return np.asarray(1 / (1 + np.exp(-(_logit(drawn.points) - goal.off(drawn.outcome) @ slopes))))


def _logit(points: Floats) -> Floats:
    inner = np.clip(points, EDGE, 1 - EDGE)
    return np.asarray(np.log(inner / (1 - inner)))
