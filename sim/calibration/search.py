"""What every way of searching is given, and gives back. Points lie in the unit cube, a dimension for each parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Evaluate = Callable[[Floats], Floats]
"""What the targets are at some points, (points, parameters) -> (points, targets); NaN where there is nothing to compare."""


@dataclass(frozen=True)
class Goal:
    """The published values, and their standard deviations: (targets,) each."""

    value: Floats
    sd: Floats

    def off(self, simulated: Floats) -> Floats:
        """By how many standard deviations what was simulated is off: (points, targets)."""
        return (simulated - self.value) / self.sd

    def distance(self, simulated: Floats) -> Floats:
        """Root mean square of these, (points,); infinite where anything is missing."""
        distance = np.sqrt(np.mean(self.off(simulated) ** 2, axis=1))
        return np.where(np.isnan(distance), np.inf, distance)


@dataclass(frozen=True)
class Found:
    """Where a search ended.

    Attributes:
        best: (parameters,) the point that is taken.
        sample: (draws, parameters) draws from the posterior, where the method gives any.
    """

    best: Floats
    sample: Floats | None = None


class Method(Protocol):
    """A way of searching."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def trials(self) -> int:
        """The most points that it looks at."""

    @property
    def own_luck(self) -> bool:
        """Whether each point has luck of its own, so that the luck of the simulation is part of the outcome."""

    def search(self, evaluate: Evaluate, goal: Goal, parameters: int, seed: int) -> Found:
        """Looks for the points that meet the goal; what it looks at depends on the outcomes and the seed alone."""


class Seen:
    """The points that were looked at, with their distances."""

    def __init__(self, evaluate: Evaluate, goal: Goal) -> None:
        self._evaluate, self._goal = evaluate, goal
        self.points: list[Floats] = []
        self.distances: list[float] = []

    def look(self, points: Floats) -> Floats:
        """What the targets are at some points."""
        simulated = self._evaluate(points)
        self.points += list(points)
        self.distances += self._goal.distance(simulated).tolist()
        return simulated

    @property
    def best(self) -> Floats:
        """The point of the smallest distance, the first of several.

        Raises:
            ValueError: if none has any.
        """
        if not np.isfinite(self.distances).any():
            raise ValueError(f"a point at which every target has a value, and got none among {len(self.distances)}")
        return self.points[int(np.argmin(self.distances))]
