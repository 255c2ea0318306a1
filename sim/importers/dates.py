"""Dates as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time

MONTH_FIRST, DAY_FIRST, UNCLEAR = "month-first", "day-first", "unclear"
ORDERS = (MONTH_FIRST, DAY_FIRST)

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?|月)?(?:[T\s].*|Z)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T\s_-]?\d{4,6}Z?)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T\s,].*)?")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]{3})[a-z]*\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})(?:[\s,].*)?")
_TIME = re.compile(r"[T\s]([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONGEST = 60


def order_of(texts: Iterable[str]) -> str | None:
    """What comes first in dates such as 7/1/2016: a number above 12 shows it, else it is unclear; None where there are no such dates."""
    order = None
    for text in texts:
        found = _YEAR_LAST.fullmatch(text)
        if found and found[2] != ".":
            order = UNCLEAR
            if max(int(found[1]), int(found[3])) > 12:
                return DAY_FIRST if int(found[1]) > 12 else MONTH_FIRST
    return order


def read_date(text: str, order: str = MONTH_FIRST) -> date | None:
    """The day that a text names, the first of a month where it names a month; None where it names none."""
    if len(text) > _LONGEST:
        return None
    text = text.strip().casefold()
    try:
        return _read(text, order)
    except ValueError:
        return None


def read_moment(text: str, order: str = MONTH_FIRST) -> datetime | None:
    """The moment that a text names, the start of its day where it names no time; None where it names no day."""
    day = read_date(text, order)
    if day is None:
        return None
    found = _TIME.search(text)
    clock = time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else time()
    return datetime.combine(day, clock)


def _read(text: str, order: str) -> date | None:
    if found := _COMPACT.fullmatch(text) or _YEAR_FIRST.fullmatch(text.upper()):
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    if found := _YEAR_LAST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        day, month = (first, second) if order == DAY_FIRST or found[2] == "." else (second, first)
        return date(int(found[4]), month, day)
    if found := _MONTH_YEAR.fullmatch(text):
        return date(int(found[2]), int(found[1]), 1)
    if (found := _NAMED.fullmatch(text)) and found[2] in _MONTHS:
        return date(int(found[4]), _MONTHS.index(found[2]) + 1, int(found[1] or found[3] or 1))
    return None
