"""Rule lists: keyword combinations with scope, severity and dates, one a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from sim.scenario.combination import Parts, parse
from sim.scenario.problems import Problem, hint, shown
from sim.scenario.table import Faults, Table

MOST_ROWS = 200_000
LONGEST = 500
"""Characters of a combination."""
HIGHEST_SEVERITY = 1000.0

COLUMNS = ("combination", "kind", "of", "scope", "registered_in", "severity", "born", "died", "theme")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a rule list.

    Attributes:
        parts: what it looks for.
        allow: whether it switches others off, instead of blocking, for a text in which its parts occur.
        of: the one combination that it switches off; None for all.
        scope: `group`, `direct`, or empty for both.
        registered_in: the jurisdiction whose accounts it covers; empty for all.
        severity: factor on the points towards sanctions.
        born, died: in force from the first date, until the second.
    """

    parts: Parts
    allow: bool = False
    of: Parts | None = None
    scope: str = ""
    registered_in: str = ""
    severity: float = 1.0
    born: date | None = None
    died: date | None = None

    @property
    def dated(self) -> bool:
        """Whether the list says when it came or went."""
        return self.born is not None or self.died is not None


def read_rule_list(text: str, file: str, found: list[Problem]) -> list[Entry]:
    """The entries of a rule list in CSV, in order, without those that are wrong, which are added to `found`."""
    faults = Faults(file, found)
    table = Table(text, COLUMNS, ("combination",), MOST_ROWS, faults)
    return [entry for line, row in table.rows() if (entry := _entry(row, line, faults)) is not None]


def _entry(row: dict[str, str], line: int, faults: Faults) -> Entry | None:
    before = len(faults)
    cell = partial(_cell, row, line, faults)
    entry = Entry(
        parts=cell("combination", _combination) or (),
        allow=cell("kind", partial(_one_of, ("block", "allow"))) == "allow",
        of=cell("of", _combination) if row["of"] else None,
        scope=cell("scope", partial(_one_of, ("group", "direct"))) or "",
        registered_in=row["registered_in"],
        severity=cell("severity", _severity) or 1.0,
        born=cell("born", _date),
        died=cell("died", _date),
    )
    if not row["combination"]:
        faults.add(line, "combination", "a combination, and got none")
    if row["of"] and not entry.allow:
        faults.add(line, "of", "empty, except where kind is allow, and got a combination")
    if entry.born and entry.died and entry.died <= entry.born:
        faults.add(line, "died", f"a date after {entry.born}, and got {entry.died}")
    return entry if len(faults) == before else None


def _cell(row: dict[str, str], line: int, faults: Faults, column: str, read: Callable[[str], _T]) -> _T | None:
    """What a cell says; None where it is empty or wrong."""
    if not row[column]:
        return None
    try:
        return read(row[column])
    except ValueError as error:
        faults.add(line, column, str(error))
        return None


def _combination(text: str) -> Parts:
    if len(text) > LONGEST:
        raise ValueError(f"a combination of at most {LONGEST} characters, and got {len(text):,}")
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"{error}, and got {masked(text)}") from None


def masked(text: str) -> str:
    """A combination as messages show it: lists hold slurs and names."""
    return f"'{text[:1]}…' ({len(text)} characters)" if text[:1].isprintable() else f"{len(text)} characters"


def _one_of(known: tuple[str, ...], text: str) -> str:
    if text not in known:
        raise ValueError(f"{' or '.join(known)} or empty, and got {shown(text)}; {hint(text, known)}")
    return text


def _severity(text: str) -> float:
    rule = f"a number above 0 and at most {HIGHEST_SEVERITY:,.0f}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{rule}, and got {shown(text)}") from None
    if not 0 < value <= HIGHEST_SEVERITY:
        raise ValueError(f"{rule}, and got {shown(text)}")
    return value


def _date(text: str) -> date:
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"a date such as 2020-04-30, and got {shown(text)}")
