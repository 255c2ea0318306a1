"""Times of messages as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import NamedTuple

from sim.importers.dates import DAY_FIRST, MONTH_FIRST

_EPOCH = datetime(1970, 1, 1)
_NUMBER = re.compile(r"-?\d{1,16}(?:\.\d{1,9})?")
_WRITTEN = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4}),?\s+(?:(上午|下午|凌晨|早上|中午|晚上|[ap]\.?\s?m\.?)\s?)?"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?(?:\s?([ap])\.?\s?m\.?)?(?:\s*(?:utc|gmt|z))?",
    re.IGNORECASE,
)
_AFTERNOON = ("p", "下午", "中午", "晚上")
_LONGEST = 60
_FURTHEST = 2e6
SECONDS, MILLISECONDS = 1e8, 1e11
"""Numbers from which a time is one of the Unix clock, in seconds or milliseconds; smaller ones are hours."""


class Moment(NamedTuple):
    """A time.

    Attributes:
        wall: hours since the beginning of 1970 as a clock on the wall showed them.
        offset: by how many hours the wall clock was ahead of universal time; None where that is not said.
        dated: False where it is hours since some start instead.
    """

    wall: float
    offset: float | None = None
    dated: bool = True


def is_ambiguous(text: str) -> bool:
    """Whether a time begins with a date in which day or month may come first."""
    match = _WRITTEN.match(text[:_LONGEST])
    return match is not None and len(match[1]) < 3


def written_order(texts: Iterable[str]) -> str | None:
    """Whether the day or the month comes first in dates such as 7/1/2016: a number above 12 shows it, else the order in which times ascend.

    Messages are listed as they were written, so that the reading under which time runs back less often is the right one; None where both
    fit alike, or where there are no such dates.
    """
    found = [match for text in filter(is_ambiguous, texts) if (match := _WRITTEN.match(text[:_LONGEST]))]
    if any(int(match[1]) > 12 for match in found):
        return DAY_FIRST
    if any(int(match[2]) > 12 for match in found):
        return MONTH_FIRST
    back = {order: _backwards([_written(match, order) for match in found]) for order in (DAY_FIRST, MONTH_FIRST)}
    if back[DAY_FIRST] == back[MONTH_FIRST]:
        return None
    return min(back, key=lambda order: back[order])


def _backwards(times: list[datetime | None]) -> int:
    there = [time for time in times if time is not None]
    return sum(later < earlier for earlier, later in pairwise(there))


def read_moment(text: str, order: str = DAY_FIRST) -> Moment | None:
    """The time that a text names; None where it names none. `order` is that of days and months."""
    text = text.strip()
    moment = _read(text, order) if len(text) <= _LONGEST else None
    return moment if moment is not None and abs(moment.wall) < _FURTHEST else None


def _read(text: str, order: str) -> Moment | None:
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    try:
        return _moment(datetime.fromisoformat(text.removesuffix(" UTC").replace(" +", "+")), aware=text.endswith(" UTC"))
    except (ValueError, OverflowError):
        pass
    if match := _WRITTEN.fullmatch(text):
        time = _written(match, order)
        return None if time is None else _moment(time)
    return _from_mail(text)


def _from_number(number: float) -> Moment:
    hours = number / 3.6e6 if abs(number) >= MILLISECONDS else number / 3600 if abs(number) >= SECONDS else number
    dated = abs(number) >= SECONDS
    return Moment(hours, 0.0 if dated else None, dated)


def _from_mail(text: str) -> Moment | None:
    """As in mail headers, or in Twitter's `Thu Apr 30 17:05:00 +0000 2020`."""
    try:
        return _moment(datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y"))
    except ValueError:
        pass
    try:
        return _moment(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _moment(time: datetime, aware: bool = False) -> Moment:
    ahead = time.utcoffset()
    offset = ahead / timedelta(hours=1) if ahead is not None else 0.0 if aware else None
    return Moment((time.replace(tzinfo=None) - _EPOCH) / timedelta(hours=1), offset)


def _written(match: re.Match[str], order: str) -> datetime | None:
    first, second, third = match[1], match[2], match[3]
    if len(first) > 2:
        year, month, day = int(first), int(second), int(third)
    else:
        year = int(third) + (2000 if len(third) <= 2 else 0)
        day, month = (int(first), int(second)) if order == DAY_FIRST else (int(second), int(first))
    half = (match[4] or match[8] or "").casefold()[:2].strip(". ")
    hour = int(match[5])
    if half:
        hour = hour % 12 + 12 * half.startswith(_AFTERNOON)
    try:
        return datetime(year, month, day, hour, int(match[6]), int(match[7] or 0))
    except ValueError:
        return None


def clock(hours: float) -> str:
    """Hours since the beginning of 1970 as people read them."""
    return f"{(_EPOCH + timedelta(hours=hours)).replace(tzinfo=UTC):%A %Y-%m-%d %H:%M}"
