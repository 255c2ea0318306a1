"""Hours of the week, as rosters and meetings keep them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema.desk import Days, Hours

WEEK = 168
"""Hours of a week; hour 0 is a Monday's midnight in universal time."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {"all": range(7), "weekdays": range(5), "weekend": range(5, 7), **{day: (n,) for n, day in enumerate(_WEEKDAYS)}}


def hours_of_week(hours: Hours, utc_offset: int) -> NDArray[np.bool_]:
    """(168,) which hours of the week in universal time they cover; hours with the same start and end last a day."""
    return hours_begun(hours, utc_offset) >= 0


def hours_begun(hours: Hours, utc_offset: int) -> NDArray[np.int64]:
    """(168,) how many whole hours before each hour of the week in universal time they began; negative where they do not cover it."""
    return _begun(hours.days, hours.start, hours.end, utc_offset)


@cache
def _begun(days: Days, start: int, end: int, utc_offset: int) -> NDArray[np.int64]:
    begun = np.full(WEEK, -1)
    begins = 24 * np.array(_NUMBERS[days]) + start % 24 - utc_offset
    since = np.arange((end - start) % 24 or 24)
    begun[(begins[:, None] + since) % WEEK] = since
    begun.setflags(write=False)
    return begun
