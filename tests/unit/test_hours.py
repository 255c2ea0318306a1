"""Hours of the week."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model.hours import hours_begun, hours_of_week
from sim.scenario.schema.desk import Hours


def covered(utc_offset: int = 0, **hours: object) -> list[int]:
    return np.flatnonzero(hours_of_week(Hours.model_validate(hours), utc_offset)).tolist()


def test_hours_cover_their_days_and_no_others() -> None:
    assert covered(days="tuesday", start=9, end=11) == [33, 34]
    assert covered(days="weekend", start=0, end=24) == list(range(120, 168))
    assert covered(days="weekdays", start=23, end=24) == [23, 47, 71, 95, 119]
    assert len(covered(days="all", start=7, end=7)) == 168


def test_hours_that_end_on_the_next_day_run_over_midnight_and_over_the_end_of_the_week() -> None:
    assert covered(days="monday", start=22, end=2) == [22, 23, 24, 25]
    assert covered(days="sunday", start=23, end=2) == [0, 1, 167]


@pytest.mark.parametrize(("utc_offset", "expected"), [(8, [1]), (-5, [14]), (10, [167])])
def test_hours_are_local(utc_offset: int, expected: list[int]) -> None:
    assert covered(utc_offset, days="monday", start=9, end=10) == expected


def test_hours_are_counted_from_when_they_began() -> None:
    begun = hours_begun(Hours.model_validate({"days": "sunday", "start": 22, "end": 2}), 0)
    assert begun[[166, 167, 0, 1]].tolist() == [0, 1, 2, 3]
    assert (begun >= 0).sum() == 4
