"""MSER-5: how much of the beginning of a series is still under way to where it settles (White 1997; White, Cobb & Spratt 2000)."""

from __future__ import annotations

import numpy as np

from sim.model.luck import Floats

BATCH = 5
FEWEST_BATCHES = 10
"""Batches from which a truncation is reckoned: a half of fewer tells nothing."""


def mser5(series: Floats) -> int | None:
    """How many of the first observations to drop, a multiple of 5 and at most a half; None where the series is too short to tell.

    Of the means Z of m batches of 5 observations, the first d are dropped that minimise the squared standard error of the mean of the
    others, `sum((Z_j - mean)^2, j > d) / (m - d)^2`, over d up to m / 2. At a draw, fewer are dropped.
    """
    batches = len(series) // BATCH
    if batches < FEWEST_BATCHES:
        return None
    means = series[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    errors = np.array([means[dropped:].var() / (batches - dropped) for dropped in range(batches // 2 + 1)])
    rounding = 1e-24 * float((means**2).max())
    return BATCH * int(np.argmax(errors <= errors.min() + rounding))
