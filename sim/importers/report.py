"""What an importer says about what it read, kept and skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sim.scenario.problems import clean

LINES_SHOWN = 5
WIDEST = 100
MASK = "•"

Value: TypeAlias = "int | float | str | list[Value] | dict[str, Value]"


def masked(text: str, show: bool = False) -> str:
    """A text as reports show it: its first character and dots for others, or all of it; never more than a line."""
    return clean(text if show else text[:1] + MASK * (min(len(text), 8) - 1), WIDEST)


@dataclass(slots=True)
class Skip:
    """What was skipped for one reason: how many, and the first of them."""

    rows: int = 0
    first: list[str] = field(default_factory=list)


class Report:
    """Facts under headings, in the order in which they were added, and what was skipped."""

    def __init__(self) -> None:
        self.facts: dict[str, Value] = {}
        self.skipped: dict[str, Skip] = {}
        self.notes: list[str] = []

    def add(self, heading: str, value: Value) -> None:
        """A fact; mappings become tables of two columns, lists one line for each entry."""
        self.facts[heading] = value

    def note(self, text: str) -> None:
        """Something that a careful user wants to know, in one sentence; said once."""
        if text not in self.notes:
            self.notes.append(text)

    def skip(self, reason: str, where: str | int, text: str | None = None) -> None:
        """A row (or message, or line) that was left out; `where` is its line, `text` what it held, masked."""
        skip = self.skipped.setdefault(reason, Skip())
        skip.rows += 1
        if len(skip.first) < LINES_SHOWN:
            line = f"line {where}" if isinstance(where, int) else where
            skip.first.append(line if text is None else f"{line}: {text}")

    def reasons(self) -> str:
        """Why things were skipped, and how many, in one line."""
        return ", ".join(f"{skip.rows:,} {reason}" for reason, skip in self.skipped.items())

    def as_data(self) -> dict[str, Value]:
        """For JSON: headings become keys in lower case with underscores."""
        data: dict[str, Value] = {heading.lower().replace(" ", "_"): value for heading, value in self.facts.items()}
        data["skipped"] = [{"reason": reason, "rows": skip.rows, "first": list(skip.first)} for reason, skip in self.skipped.items()]
        data["notes"] = list(self.notes)
        return data

    def as_text(self) -> str:
        """For people."""
        lines = [line for heading, value in self.facts.items() for line in _paragraph(heading, value)]
        lines += _paragraph("Skipped", {reason: _skipped(skip) for reason, skip in self.skipped.items()} or "nothing")
        if self.notes:
            lines += ["Notes", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines) + "\n"


def _skipped(skip: Skip) -> str:
    more = ", …" if skip.rows > len(skip.first) else ""
    return f"{skip.rows:,} ({', '.join(skip.first)}{more})"


def _paragraph(heading: str, value: Value) -> list[str]:
    if isinstance(value, Mapping):
        width = max((len(key) for key in value), default=0)
        return [heading, *(f"  {key:{width}}  {_shown(entry)}" for key, entry in value.items())]
    if isinstance(value, list):
        return [heading, *(f"  {_shown(entry)}" for entry in value)]
    return [f"{heading}: {_shown(value)}"]


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items())
    return ", ".join(map(_shown, value))


def counted(values: Iterable[Any]) -> dict[str, Value]:
    """How often each value occurs, in ascending order of the values."""
    return {str(key): number for key, number in sorted(Counter(values).items())}
