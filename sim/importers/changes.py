"""Lists over time: from the changes of a list to when each entry was on it, and how long entries stay."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from sim.importers.spells import Spell

FEWEST_IN_BULK = 10
"""Fewer changes at once are never a swap of the list."""

_SECONDS = 86_400.0

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Change(Generic[K]):
    """What changed at one moment.

    Attributes:
        at: when.
        added, removed: entries, in order.
        bulk: whether it is a swap of the list, whose additions and removals are neither births nor deaths.
        counted: how many more were added and removed, where only their number is known.
    """

    at: datetime
    added: list[K] = field(default_factory=list)
    removed: list[K] = field(default_factory=list)
    bulk: bool = False
    counted: tuple[int, int] = (0, 0)

    @property
    def size(self) -> int:
        """How many entries are named."""
        return len(self.added) + len(self.removed)


@dataclass(slots=True)
class History(Generic[K]):
    """What changes tell of each entry.

    Attributes:
        spells: when each was on the list, without a bound where that was not seen.
        lifetimes: days on the list of those whose birth was seen, and whether their death was.
        births, deaths: that were seen.
        odd: additions of what was there, and removals of what was gone.
    """

    spells: dict[K, list[Spell]] = field(default_factory=dict)
    lifetimes: list[tuple[float, bool]] = field(default_factory=list)
    births: int = 0
    deaths: int = 0
    odd: int = 0


def history(changes: Sequence[Change[K]], there: Iterable[K] = (), end: datetime | None = None) -> History[K]:
    """The history of a list.

    Args:
        changes: in order of time.
        there: entries that are on the list before the first change.
        end: until when the list was watched; the last change if None.
    """
    teller = _Teller[K]()
    for entry in there:
        teller.began[entry] = (None, False)
    for change in changes:
        (teller.swap if change.bulk else teller.change)(change)
    if changes or end:
        teller.finish(end or changes[-1].at)
    return teller.told


class _Teller(Generic[K]):
    """Follows a list; `began` tells of those on it since when, and whether that was seen."""

    def __init__(self) -> None:
        self.told: History[K] = History()
        self.began: dict[K, tuple[datetime | None, bool]] = {}

    def change(self, change: Change[K]) -> None:
        """Births and deaths."""
        for entry in change.removed:
            if entry in self.began or entry not in self.told.spells:
                self._die(entry, change.at)
            else:
                self.told.odd += 1
        for entry in change.added:
            if entry in self.began:
                self.told.odd += 1
            else:
                self.began[entry] = (change.at, True)
                self.told.births += 1

    def swap(self, change: Change[K]) -> None:
        """What a swap brings was there from a time unknown, unless it had gone before; what it takes away is held to be there."""
        for entry in change.added:
            self.began.setdefault(entry, (change.at if entry in self.told.spells else None, False))
        for entry in change.removed:
            self.began.setdefault(entry, (None, False))

    def finish(self, end: datetime) -> None:
        """What is on the list when it is last seen stays."""
        for entry, (born, seen) in self.began.items():
            self.told.spells.setdefault(entry, []).append((_day(born), None))
            if seen and born:
                self.told.lifetimes.append((_days(born, end), False))

    def _die(self, entry: K, at: datetime) -> None:
        born, seen = self.began.pop(entry, (None, False))
        self.told.spells.setdefault(entry, []).append((_day(born), at.date()))
        self.told.deaths += 1
        if seen and born:
            self.told.lifetimes.append((_days(born, at), True))


def mark_swaps(changes: Iterable[Change[K]], sizes: Iterable[int], share: float) -> None:
    """Marks as swaps the changes of more than a share of a list; `sizes` are those of the list before or after, the larger."""
    for change, size in zip(changes, sizes, strict=True):
        change.bulk |= change.size >= FEWEST_IN_BULK and change.size > share * size


def quantile(lifetimes: Iterable[tuple[float, bool]], share: float) -> float | None:
    """Days within which a share of entries is gone, by the estimator of Kaplan and Meier; None if not seen for so many.

    Args:
        lifetimes: days, and whether they ended then or were last seen then.
        share: above 0 and below 1.
    """
    return next((days for days, gone in _gone(lifetimes) if gone >= share - 1e-12), None)


def gone_after(lifetimes: Iterable[tuple[float, bool]], days: float) -> float:
    """Share of entries that are gone after some days, by the same estimator."""
    return max((gone for at, gone in _gone(lifetimes) if at <= days), default=0.0)


def _gone(lifetimes: Iterable[tuple[float, bool]]) -> Iterator[tuple[float, float]]:
    """Share that is gone after each lifetime that ended; what is last seen at the same age counts as there."""
    ordered = sorted(lifetimes, key=lambda lifetime: (lifetime[0], not lifetime[1]))
    there = 1.0
    for index, (days, ended) in enumerate(ordered):
        if ended:
            there *= 1 - 1 / (len(ordered) - index)
            yield days, 1 - there


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _days(start: datetime, end: datetime) -> float:
    return max((end - start).total_seconds(), 0.0) / _SECONDS
