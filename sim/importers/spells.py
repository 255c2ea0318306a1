"""When something is in force: spells between dates, as lists and logs of changes tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import TypeAlias

Spell: TypeAlias = "tuple[date | None, date | None]"
"""From when, and until when; None without a bound."""

DATES = ("date", "died", "first date", "last date")
"""Columns of dates."""

DAY = timedelta(1)


def spells_of(row: Mapping[str, str], read: Callable[[str], date | None]) -> list[Spell]:
    """When a row says that what it lists was in force; nothing if it gives no date."""
    if "first event" in row and "last event" in row:
        first, last = (read(row.get(f"{end} date", "")) for end in ("first", "last"))
        return _between_events(row["first event"], first, row["last event"], last)
    spell = (read(row.get("date", "")), read(row.get("died", "")))
    return [] if spell == (None, None) else [spell]


def _between_events(first: str, first_date: date | None, last: str, last_date: date | None) -> list[Spell]:
    """Spells that the first and last change known of a word tell; what was seen only is without a bound on that side."""
    born = first_date if first == "add" else None
    died = last_date if last == "del" else None
    if first == "del" and last == "add":
        return [(None, first_date), (last_date, None)]
    return [] if (born, died) == (None, None) else [(born, died)]


def lasting(spell: Spell) -> Spell:
    """A spell that lasts a day at least."""
    born, died = spell
    return (born, min(born, date.max - DAY) + DAY) if born and died and died <= born else spell


def united(spells: Iterable[Spell]) -> list[Spell]:
    """Spells in order, those that touch or overlap made one."""
    result: list[Spell] = []
    for born, died in sorted(spells, key=lambda spell: spell[0] or date.min):
        before = result[-1] if result else None
        if before and (before[1] is None or (born or date.min) <= before[1]):
            result[-1] = (before[0], None if before[1] is None or died is None else max(before[1], died))
        else:
            result.append((born, died))
    return result
