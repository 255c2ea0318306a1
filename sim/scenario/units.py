"""Durations with units, read into hours and written back."""

from __future__ import annotations

import math
import re

HOURS_PER_UNIT = {
    "s": 1 / 3600,
    "sec": 1 / 3600,
    "min": 1 / 60,
    "h": 1.0,
    "hour": 1.0,
    "hours": 1.0,
    "d": 24.0,
    "day": 24.0,
    "days": 24.0,
    "w": 168.0,
    "week": 168.0,
    "weeks": 168.0,
}
PATTERN = r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(s|sec|min|h|hours?|d|days?|w|weeks?)\s*$"
_DURATION = re.compile(PATTERN)


def parse_duration(value: object) -> float:
    """Hours in a text such as ``15 min``, ``3 h`` or ``10 d``.

    Raises:
        ValueError: if the text is not a number followed by a unit.
    """
    match = _DURATION.match(value) if isinstance(value, str) else None
    if match is None or not math.isfinite(float(match[1])):
        raise ValueError("a duration with its unit, such as '15 min', '3 h' or '10 d'")
    return float(match[1]) * HOURS_PER_UNIT[match[2]]


def format_duration(hours: float) -> str:
    """The shortest text that `parse_duration` reads back to the same number of hours."""
    for unit in ("d", "h", "min", "s"):
        amount = hours / HOURS_PER_UNIT[unit]
        if amount == 0 or (amount >= 1 and amount == round(amount, 6)):
            text = f"{amount:g} {unit}"
            if parse_duration(text) == hours:
                return text
    return f"{hours:.17f}".rstrip("0").rstrip(".") + " h"
