"""Variance-based indices (Sobol 2001; estimators of Saltelli et al. 2010, as in scipy)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sobol:
    """Two matrices of a scrambled Sobol sequence, and the first with each column of the second in turn.

    `first` is the share of the outcome's variance that a parameter explains by itself, `total` that in which it has any part.
    """

    name: ClassVar[str] = "sobol"
    columns: ClassVar[tuple[str, ...]] = ("first", "first_low", "first_high", "total", "total_low", "total_high")
    rank: ClassVar[str] = "total"
    samples: int

    def __post_init__(self) -> None:
        if self.samples < 2 or self.samples & (self.samples - 1):
            raise ValueError(f"samples: a power of 2, such as 64, and got {self.samples}")

    @property
    def size(self) -> int:
        """What was asked for."""
        return self.samples

    def points(self, parameters: int) -> int:
        """Points of a sample."""
        return self.samples * (parameters + 2)

    def sample(self, parameters: int, seed: int) -> Floats:
        """Points x parameters: first A, then B, then A with each column of B."""
        from scipy.stats import qmc

        both = qmc.Sobol(2 * parameters, seed=np.random.default_rng(seed)).random(self.samples)
        first, second = both[:, :parameters], both[:, parameters:]
        mixed = np.repeat(first[None], parameters, axis=0)
        for column in range(parameters):
            mixed[column, :, column] = second[:, column]
        return np.concatenate([first, second, mixed.reshape(-1, parameters)])

    def indices(self, sample: Floats, outcomes: Floats, seed: int) -> dict[str, Floats]:
        """By column, parameters x outcomes, from outcomes (replications x points x outcomes) at the points of a sample; 95 % percentile
        intervals."""
        blocks = outcomes.mean(axis=0).reshape(sample.shape[1] + 2, self.samples, -1).transpose(0, 2, 1)
        rng = np.random.default_rng(seed)
        drawn = [_indices(blocks[:, :, rng.integers(0, self.samples, self.samples)]) for _ in range(RESAMPLES)]
        found: dict[str, Floats] = {}
        for at, name in enumerate(("first", "total")):
            low, high = np.quantile(np.stack([pair[at] for pair in drawn]), [0.025, 0.975], axis=0)
            found |= {name: _indices(blocks)[at], f"{name}_low": low, f"{name}_high": high}
        return found

    def worlds(self, parameters: int) -> slice:
        """The points that are a fair sample of the space: A and B."""
        return slice(0, 2 * self.samples)


def _indices(blocks: Floats) -> tuple[Floats, Floats]:
    """First-order and total indices, parameters x outcomes; 0 where the outcome does not vary at all."""
    from scipy.stats import sobol_indices

    parts: Any = {"f_A": blocks[0].copy(), "f_B": blocks[1].copy(), "f_AB": blocks[2:].copy()}
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore")
        found = sobol_indices(func=parts, n=blocks.shape[2])
    still = np.ptp(blocks[:2], axis=(0, 2)) == 0
    first, total = (np.where(still, 0.0, np.atleast_2d(index).T) for index in (found.first_order, found.total_order))
    return first, total
