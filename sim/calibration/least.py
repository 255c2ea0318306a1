"""The point of the smallest distance, by scipy: differential evolution over the whole cube, then least squares from the best of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.calibration.search import Evaluate, Floats, Found, Goal, Seen
from sim.experiment.design import unit_sample

SHARE_GLOBAL = 0.6
"""Share of the trials that goes to the search of the whole cube."""
STEP = 0.03
"""Distance over which slopes are taken: counts move in steps, and so do the targets."""
FAR = 1e3
"""Standard deviations that stand for a target without a value."""


class _Spent(Exception):
    """No trials are left."""


@dataclass(frozen=True)
class Least:
    """Differential evolution (Storn & Price 1997), then trust-region least squares; luck is the same at every point.

    A population or all slopes at a point are evaluated at once.
    """

    trials: int = 200
    name = "scipy"
    own_luck = False

    def search(self, evaluate: Evaluate, goal: Goal, parameters: int, seed: int) -> Found:
        """See `Method`."""
        seen = Seen(evaluate, goal)
        self._evolve(seen, goal, parameters, seed)
        with suppress(_Spent):
            self._refine(seen, goal)
        return Found(seen.best)

    def _evolve(self, seen: Seen, goal: Goal, parameters: int, seed: int) -> None:
        from scipy.optimize import Bounds, differential_evolution

        population = min(max(8, 4 * parameters), self.trials)
        start = unit_sample("latin-hypercube", population, parameters, seed)
        generations = int(SHARE_GLOBAL * self.trials) // population - 1
        if generations < 1 or population < 5:
            seen.look(start)
            return

        def distance(points: Floats) -> Any:
            return np.minimum(goal.distance(seen.look(points.T)), FAR)

        differential_evolution(
            distance,
            Bounds(np.zeros(parameters), np.ones(parameters)),
            init=start,
            maxiter=generations,
            tol=1e-3,
            recombination=0.9,
            polish=False,
            vectorized=True,
            updating="deferred",
            rng=np.random.default_rng(seed),
        )

    def _refine(self, seen: Seen, goal: Goal) -> None:
        from scipy.optimize import least_squares

        def off(points: Floats) -> Floats:
            if len(seen.points) + len(points) > self.trials:
                raise _Spent
            return np.nan_to_num(goal.off(seen.look(points)), nan=FAR)

        def slopes(point: Floats) -> Floats:
            steps = np.where(point > 0.5, -STEP, STEP)
            return np.asarray(((off(point + np.diag(steps)) - off_at(point)) / steps[:, None]).T)

        @lru_cache(1)
        def off_there(point: bytes) -> Floats:
            return np.asarray(off(np.frombuffer(point)[None])[0])

        def off_at(point: Floats) -> Floats:
            return off_there(point.tobytes())

        least_squares(off_at, seen.best, jac=slopes, bounds=(0, 1), xtol=1e-4, ftol=1e-4)
