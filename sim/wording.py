"""Names and numbers as people read them, on terminals, in documents and on figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from sim.measures.definitions import MEASURES, Kind, Measure

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

MINUS = "\N{MINUS SIGN}"
MECHANISM_TITLES = {
    "abuse": "abuse",
    "access": "no access",
    "moderation": "moderation",
    "surveillance": "reprisals",
    "fear": "fear",
    "total": "all together",
}
"""Mechanisms as people read them, in the order of the ladder."""


class Titled(Protocol):
    """Anything in a scenario that may carry a title."""

    @property
    def title(self) -> str:
        """The title; empty where there is none."""


def clean(text: object) -> str:
    """One line of printable characters: no control sequence of a file reaches a terminal or a figure."""
    return " ".join("".join(character if character.isprintable() else " " for character in str(text)).split())


def measure_of(name: str) -> Measure:
    """The definition of a measure; a plain number of the same name where the registry has none."""
    return MEASURES.get(name) or Measure(name, name.replace("_", " "), "number", "")


def measure_title(measure: Measure) -> str:
    """The measure's title, with its unit where values do not show it."""
    return f"{measure.title}, per 1000" if measure.kind == "per 1000" else measure.title


def scenario_title(scenario: Scenario) -> str:
    """The scenario's title, or its name."""
    return clean(scenario.title or scenario.name)


def level_title(scenario: Scenario, split: str, level: str) -> str:
    """The title of a group, topic or platform; the level itself for anything else."""
    parts: Mapping[str, Mapping[str, Titled]] = {
        "group": scenario.groups,
        "topic": scenario.topics,
        "platform": scenario.platforms,
    }
    part = parts.get(split, {}).get(level)
    return clean(part.title if part is not None and part.title else level)


def shortened(path: str, most: int = 46) -> str:
    """The end of a parameter's path, which tells it apart, in so many characters."""
    text = clean(path)
    return text if len(text) <= most else f"\N{HORIZONTAL ELLIPSIS}{text[1 - most :]}"


def number(value: float | None, kind: Kind) -> str:
    """A value with its unit; an en dash where there is none."""
    if value is None:
        return "\N{EN DASH}"
    return f"{bare(value, kind)}{_UNITS.get(kind, '')}".replace("-", MINUS)


def difference(value: float | None, kind: Kind) -> str:
    """A signed difference with its unit; shares differ by percentage points (pp)."""
    if value is None:
        return "\N{EN DASH}"
    unit = " pp" if kind == "share" else _UNITS.get(kind, "")
    return f"{_signed(bare(value, kind))}{unit}".replace("-", MINUS)


def interval(low: float | None, high: float | None, kind: Kind) -> str:
    """An interval without its unit; empty where there is none."""
    if low is None or high is None:
        return ""
    scale = max(abs(low), abs(high))
    return f"[{bare(low, kind, scale)}, {bare(high, kind, scale)}]".replace("-", MINUS)


def percent(value: float | None) -> str:
    """A signed relative change."""
    if value is None:
        return "\N{EN DASH}"
    return f"{_signed(_rounded(100 * value, 0 if abs(value) >= 0.1 else 1))} %".replace("-", MINUS)


def bare(value: float, kind: Kind, scale: float | None = None) -> str:
    """A value without its unit: shares in per cent, and as many digits as suit a value of that scale (its own if not given)."""
    size = abs(value if scale is None else scale)
    return _rounded(100 * value if kind == "share" else value, _digits(size, kind))


def _digits(size: float, kind: Kind) -> int:
    """Digits after the point."""
    if kind == "share":
        return 2 if 0.00005 <= size < 0.001 else 1
    if kind == "points":
        return 1
    if kind == "count":
        return 0 if size >= 10 or size == 0 else 1
    if size >= 0.1 or size == 0:
        return 0 if size >= 100 else 2
    return 3 if size >= 0.001 else min(6, 1 - math.floor(math.log10(size)))


def _rounded(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if math.isclose(float(text.replace(",", "")), 0) else text


def _signed(text: str) -> str:
    return text if text.startswith("-") or not text.strip("0.") else f"+{text}"


_UNITS: dict[Kind, str] = {"share": " %", "hours": " h", "points": " pp"}
