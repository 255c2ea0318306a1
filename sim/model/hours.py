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
    return _covered(hours.days, hours.start, hours.end, utc_offset)


@cache
def _covered(days: Days, start: int, end: int, utc_offset: int) -> NDArray[np.bool_]:
    covered = np.zeros(WEEK, np.bool_)
    begins = 24 * np.array(_NUMBERS[days]) + start % 24 - utc_offset
    covered[(begins[:, None] + np.arange((end - start) % 24 or 24)) % WEEK] = True
    covered.setflags(write=False)
    return covered
