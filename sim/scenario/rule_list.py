"""Rule lists: keyword combinations with scope, severity and dates, one a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from sim.scenario.combination import Parts, parse
from sim.scenario.problems import Problem, shown
from sim.scenario.table import Faults, Table, iso_date, one_of, read_cell

MOST_ROWS = 200_000
LONGEST = 500
"""Characters of a combination."""
HIGHEST_SEVERITY = 1000.0

SCOPES = ("", "group", "direct")
COLUMNS = ("combination", "kind", "of", "scope", "registered_in", "severity", "born", "died", "theme")


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
    cell = partial(read_cell, row, line, faults)
    entry = Entry(
        parts=cell("combination", _combination) or (),
        allow=cell("kind", partial(one_of, ("block", "allow"))) == "allow",
        of=cell("of", _combination) if row["of"] else None,
        scope=cell("scope", partial(one_of, SCOPES[1:])) or "",
        registered_in=row["registered_in"],
        severity=cell("severity", _severity) or 1.0,
        born=cell("born", iso_date),
        died=cell("died", iso_date),
    )
    if not row["combination"]:
        faults.add(line, "combination", "a combination, and got none")
    if row["of"] and not entry.allow:
        faults.add(line, "of", "empty, except where kind is allow, and got a combination")
    if entry.born and entry.died and entry.died <= entry.born:
        faults.add(line, "died", f"a date after {entry.born}, and got {entry.died}")
    return entry if len(faults) == before else None


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


def _severity(text: str) -> float:
    rule = f"a number above 0 and at most {HIGHEST_SEVERITY:,.0f}"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{rule}, and got {shown(text)}") from None
    if not 0 < value <= HIGHEST_SEVERITY:
        raise ValueError(f"{rule}, and got {shown(text)}")
    return value
