"""Hours of the week, and the review desks that keep them."""

from __future__ import annotations

from typing import Literal

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay

Days = Literal["all", "weekdays", "weekend", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Hours(Part):
    """Hours of some days of the week."""

    days: Days = parameter("all", "Days of the week on which they begin; day 0 of the scenario is a Monday.", design=True)
    start: int = parameter(0, "Hour at which they begin, local time.", unit="h", ge=0, le=24, design=True)
    end: int = parameter(
        24, "Hour at which they end, local time; before `start` it is on the next day.", unit="h", ge=0, le=24, design=True
    )


class Shift(Hours):
    """Reviewers on duty between two hours of the day."""

    reviewers: int = parameter(..., "Reviewers on duty.", unit="people", ge=1, le=100_000)


class Desk(Part):
    """People who review cases one at a time."""

    roster: list[Shift] = parameter(..., "Shifts; those that overlap add up.", min_length=1, max_length=50)
    utc_offset: int = parameter(0, "Local time of the roster minus universal time.", unit="h", ge=-12, le=14, design=True)
    service: Delay = parameter(
        {"lognormal": {"median": "30 s", "sigma": 0.8}},
        "Time that one review takes.",
        assumption="a few hundred decisions per reviewer and day",
        range=("10 s", "3 min"),
    )
    services: dict[Name, Delay] = parameter({}, "Time that one review takes, by the rule that sends the case, where it differs.")
    error_rate: Probability = parameter(
        0.1,
        "Share of decisions that go against the rule's own standard.",
        source="reviewers make the wrong call in more than 1 of 10 cases (Zuckerberg 2018; Barrett 2020)",
        range=(0.05, 0.2),
    )
    error_per_waiting: float = parameter(
        0.0,
        "Rise of the error rate for every case that waits per reviewer on duty; errors never exceed one half.",
        assumption="no rise with load, for want of a source",
        range=(0, 0.01),
        ge=0,
        le=1,
    )
    error_per_hour: float = parameter(
        0.0,
        "Rise of the error rate for every hour since the shift began; errors never exceed one half.",
        assumption="no rise with hours, for want of a source",
        range=(0, 0.03),
        ge=0,
        le=1,
    )
    threshold: Probability = parameter(
        0.5, "Heat from which a case breaks the standard that the desk applies.", unit="heat", assumption="half-way", range=(0.2, 0.8)
    )
    discipline: Literal["fifo", "heat", "reach"] = parameter(
        "fifo",
        "Which waiting case is taken next: the oldest, the hottest, or the one that most people may see.",
        assumption="first come, first served",
    )
    expiry: Duration = parameter(
        "3 d",
        "A case not taken up by then is dropped: held messages are never released, others stay.",
        unit="duration",
        assumption="no source",
        range=("1 d", "7 d"),
    )
