"""Decayed counters."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats

Indices = NDArray[np.integer]


class Counters:
    """Decayed sums, some to an entry and world: each halves every half-life.

    A sum is held inflated by exp(rate x time of each addition), so that decay costs one scalar a reading, and nothing is
    ever touched for decay alone. Half-lives are a nine-hundredth of the simulated time at least (the scenario sees to that), so that no sum
    overflows.
    """

    def __init__(self, sums: int, entries: int, worlds: int, half_life: float, begins: float = 0.0) -> None:
        self._rate = math.log(2) / half_life
        self._epoch = begins
        self._turns: list[float] = [begins]
        self._logs: list[float] = [0.0]
        self._worlds = worlds
        self._sums = np.zeros((sums, entries * worlds))
        self.empty = True

    def set_half_life(self, half_life: float, now: float) -> None:
        """Decay at another rate from now on."""
        rate = math.log(2) / half_life
        if rate != self._rate:
            self._rebase(now)
            self._rate = rate

    def at(self, entries: Indices, worlds: Indices, now: float) -> Floats:
        """(sums, ...) values now at the broadcast of entries and worlds: (n, 1) or (n, w) against (w,)."""
        values: Floats = self._sums.take(entries * self._worlds + worlds, axis=1)
        values *= math.exp(-self._rate * (now - self._epoch))
        return values

    def add(self, entries: Indices, worlds: Indices, amounts: tuple[Floats | float, ...], times: Floats | float) -> None:
        """Add one amount to each sum at the given entries and worlds, as of the given times: arrays of length m, or scalars."""
        if not len(entries):
            return
        self.empty = False
        where = entries * np.int64(self._worlds) + worlds
        inflation = np.exp(self._log_inflation(times))
        for sums, amount in zip(self._sums, amounts, strict=True):
            if isinstance(amount, np.ndarray) or amount:
                np.add.at(sums, where, amount * inflation)

    def _log_inflation(self, times: Floats | float) -> Floats:
        """Of what is added as of the given times, which may lie before the rate last changed."""
        if len(self._turns) == 1:
            return np.asarray(self._rate * (times - self._epoch))
        before = np.interp(times, self._turns, self._logs)
        return np.asarray(before + self._rate * np.maximum(times - self._epoch, 0.0))

    def _rebase(self, now: float) -> None:
        grown = self._rate * (now - self._epoch)
        self._sums *= math.exp(-grown)
        self._epoch = now
        self._turns.append(now)
        self._logs = [*(log - grown for log in self._logs), 0.0]
