"""Lists of different lengths in one array."""

from __future__ import annotations

import numpy as np

from sim.model.counter import Indices


class Ragged:
    """Several values for each of some rows."""

    def __init__(self, row: Indices, value: Indices, rows: int) -> None:
        """Pairs of a row, ascending, and a value of it."""
        self._start = np.searchsorted(row, np.arange(rows + 1))
        self._value = value

    @property
    def empty(self) -> bool:
        """Whether no row has any value."""
        return not len(self._value)

    def count(self, rows: Indices) -> Indices:
        """How many values some rows have."""
        count: Indices = self._start[rows + 1] - self._start[rows]
        return count

    def nth(self, rows: Indices, number: Indices) -> Indices:
        """One value of each of some rows, by its number from 0."""
        value: Indices = self._value[self._start[rows] + number]
        return value

    def of(self, rows: Indices) -> tuple[Indices, Indices]:
        """All values of some rows: the position among `rows` that each belongs to, and the value."""
        first, count = self._start[rows], self.count(rows)
        position = np.repeat(np.arange(len(rows)), count)
        within = np.arange(len(position)) - np.repeat(np.cumsum(count) - count, count)
        return position, self._value[first[position] + within]
