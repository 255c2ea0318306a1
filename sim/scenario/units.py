"""Durations with units, read into hours and written back."""

from __future__ import annotations

import math
import re
from decimal import Decimal

HOURS_PER_UNIT = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1 / 3600),
    **dict.fromkeys(("min", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("h", "hour", "hours"), 1.0),
    **dict.fromkeys(("d", "day", "days"), 24.0),
    **dict.fromkeys(("w", "week", "weeks"), 168.0),
}
PATTERN = r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(s|sec|seconds?|min|minutes?|h|hours?|d|days?|w|weeks?)\s*$"
DURATION = re.compile(PATTERN)


def parse_duration(value: object) -> float:
    """Hours in a text such as ``15 min``, ``3 h`` or ``10 d``.

    Raises:
        ValueError: if the text is not a number followed by a unit.
    """
    match = DURATION.match(value) if isinstance(value, str) else None
    if match is None or not math.isfinite(float(match[1])):
        raise ValueError("a duration with its unit, such as '15 min', '3 h' or '10 d'")
    return float(match[1]) * HOURS_PER_UNIT[match[2]]


def format_duration(hours: float) -> str:
    """The shortest text that `parse_duration` reads back to the same number of hours."""
    for unit in ("d", "h", "min", "s"):
        amount = hours / HOURS_PER_UNIT[unit]
        if amount == 0 or amount >= 1:
            text = f"{_digits(round(amount, 6))} {unit}"
            if parse_duration(text) == hours:
                return text
    return f"{_digits(hours)} h"


def _digits(value: float) -> str:
    """A number without an exponent, which durations do not have."""
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
