"""Decayed counters."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats

_LARGEST_EXPONENT = 300.0


class Counter:
    """Decayed sums: an array of shape (entries, worlds) whose values halve every half-life.

    A sum is held inflated by exp(rate x time of each addition), so that decay costs one scalar a reading, and nothing is
    ever touched for decay alone.
    """

    def __init__(self, entries: int, worlds: int, half_life: float) -> None:
        self._rate = math.log(2) / half_life
        self._epoch = 0.0
        self._sums = np.zeros((entries, worlds))

    def set_half_life(self, half_life: float, now: float) -> None:
        """Decay at another rate from now on."""
        rate = math.log(2) / half_life
        if rate != self._rate:
            self._rebase(now)
            self._rate = rate

    def at(self, entries: NDArray[np.integer], worlds: NDArray[np.integer], now: float) -> Floats:
        """Values now at the broadcast of entries and worlds: (n, 1) or (n, w) against (w,)."""
        values: Floats = self._sums[entries, worlds] * math.exp(-self._rate * (now - self._epoch))
        return values

    def add(self, entries: NDArray[np.integer], worlds: NDArray[np.integer], amounts: Floats | float, times: Floats | float) -> None:
        """Add amounts at the given entries and worlds, as of the given times (all of length m, or scalars)."""
        latest = float(np.max(times, initial=self._epoch))
        if self._rate * (latest - self._epoch) > _LARGEST_EXPONENT:
            self._rebase(latest)
        inflated = np.broadcast_to(amounts * np.exp(self._rate * (np.asarray(times) - self._epoch)), np.shape(entries))
        flat = np.asarray(entries, np.int64) * self._sums.shape[1] + worlds
        np.add.at(self._sums.reshape(-1), flat, inflated)

    def _rebase(self, now: float) -> None:
        self._sums *= math.exp(-self._rate * (now - self._epoch))
        self._epoch = now
