"""The point of the smallest distance, by optuna's tree-structured Parzen estimator."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from sim.calibration.search import Evaluate, Found, Goal, Seen

BATCH = 8
"""Points that are chosen together, whatever the number of processes."""
FAR = 1e6


@dataclass(frozen=True)
class TreeParzen:
    """Tree-structured Parzen estimator (Bergstra et al. 2011); luck is the same at every point.

    Raises:
        ValueError: if optuna is not installed.
    """

    trials: int = 200
    name = "optuna"
    own_luck = False

    def __post_init__(self) -> None:
        if find_spec("optuna") is None:
            raise ValueError("method: optuna needs the package optuna, which is not installed: pip install optuna")

    def search(self, evaluate: Evaluate, goal: Goal, parameters: int, seed: int) -> Found:
        """See `Method`."""
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=seed % 2**32, n_startup_trials=max(2 * BATCH, 4 * parameters))
        study = optuna.create_study(sampler=sampler)
        cube: dict[str, optuna.distributions.BaseDistribution] = {
            str(index): optuna.distributions.FloatDistribution(0, 1) for index in range(parameters)
        }
        seen = Seen(evaluate, goal)
        while (left := self.trials - len(seen.points)) > 0:
            asked = [study.ask(cube) for _ in range(min(BATCH, left))]
            seen.look(np.array([[trial.params[name] for name in cube] for trial in asked]))
            for trial, distance in zip(asked, seen.distances[-len(asked) :], strict=True):
                study.tell(trial, min(distance, FAR))
        return Found(seen.best)
