"""Rule lists as they are written: combinations escaped, those that look for the same merged, scope and dates with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sim.importers.base import Output, UnusableFile
from sim.importers.report import Report, Value, counted
from sim.importers.spells import Spell, lasting, united
from sim.importers.writing import table_text
from sim.scenario.combination import Parts, parse
from sim.scenario.problems import clean
from sim.scenario.rule_list import LONGEST, MOST_ROWS

COLUMNS = ("combination", "kind", "of", "scope", "born", "died", "theme")
ENDING = "-rules.csv"
LONGEST_THEME = 100
TOO_LONG = f"more than {LONGEST} characters"
FORMULA = "=-@"
"""What begins a formula in a spreadsheet; + is escaped anyway."""

_SPECIAL = re.compile(r"[+*\\]")
_ESCAPED = re.compile(r"[+\\]")
_ESCAPE = re.compile(r"\\([+*\\])")
_WRITTEN = re.compile(r"(?:\\.|[^+\\])+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


class Unfit(ValueError):
    """A text that is no combination; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Combination:
    """A combination as a rule list has it.

    Attributes:
        text: as it is written.
        parts: as it is compared.
    """

    text: str
    parts: Parts


def combination(parts: Iterable[str], wild: bool = False) -> Combination:
    """A combination of literal parts, or of parts in which * stands for any characters.

    Raises:
        Unfit: if it looks for nothing, holds control characters or is too long.
    """
    stripped = [part.strip() for part in parts]
    if not any(stripped):
        raise Unfit("empty")
    if any(map(_CONTROL.search, stripped)):
        raise Unfit("control characters")
    text = "+".join((_ESCAPED if wild else _SPECIAL).sub(r"\\\g<0>", part) for part in stripped if part)
    if text.startswith(tuple(FORMULA)):
        text = f"*{text}"
    if len(text) > LONGEST:
        raise Unfit(TOO_LONG)
    try:
        return Combination(text, parse(text))
    except ValueError:
        raise Unfit("nothing to look for") from None


def written_parts(text: str) -> list[str]:
    """The parts of a combination as it is written in a rule list, without escapes."""
    return [_ESCAPE.sub(r"\1", part) for part in _WRITTEN.findall(text)]


@dataclass(slots=True)
class Listed:
    """What a list says of one combination.

    Attributes:
        text: how it is first written.
        scopes: rooms in which it was found; both where one row does not say.
        spells: when it was in force; empty where no row says.
        theme: the first that is given.
        rows: how many rows are about it.
    """

    text: str
    scopes: set[str] = field(default_factory=set)
    spells: list[Spell] = field(default_factory=list)
    theme: str = ""
    rows: int = 0

    @property
    def scope(self) -> str:
        """As a rule list has it."""
        return next(iter(self.scopes)) if len(self.scopes) == 1 else ""


class RuleList:
    """Combinations in the order in which they are first met, merged where they look for the same."""

    def __init__(self) -> None:
        self.listed: dict[Parts, Listed] = {}
        self.row_sizes: list[int] = []

    def add(self, found: Combination, scope: str = "", spells: Iterable[Spell] = (), theme: str = "") -> None:
        """A row about a combination; one without spells says nothing where another row gives dates."""
        listed = self.listed.setdefault(found.parts, Listed(found.text))
        listed.rows += 1
        listed.scopes.add(scope)
        listed.spells += map(lasting, spells)
        listed.theme = listed.theme or clean(theme, LONGEST_THEME)
        self.row_sizes.append(len(found.parts))

    def output(self, title: str, report: Report, of: Sequence[tuple[Combination, Combination | None]] = ()) -> Output:
        """The rule list; `of` are allow-combinations, each with what it switches off; the report says why nothing is left, if so.

        Raises:
            UnusableFile: if it holds nothing, or more than a scenario reads.
        """
        rows = [*self._rows(), *((switch.text, "allow", off.text if off else "", "", "", "", "") for switch, off in of)]
        if not rows:
            raise UnusableFile(f"{clean(title, 500)}: an entry that can be used, and got none ({report.reasons() or 'the list is empty'})")
        if len(rows) > MOST_ROWS:
            raise UnusableFile(f"{clean(title, 500)}: at most {MOST_ROWS:,} rules, as a scenario reads no more, and got {len(rows):,}")
        return Output(ENDING, table_text(COLUMNS, rows, title), "rule_list: {file}")

    def _rows(self) -> Iterator[Sequence[str]]:
        for listed in self.listed.values():
            theme = f"'{listed.theme}" if listed.theme.startswith(("+", *FORMULA)) else listed.theme
            for born, died in united(listed.spells) or [(None, None)]:
                yield listed.text, "block", "", listed.scope, str(born or ""), str(died or ""), theme

    def first(self, number: int) -> list[str]:
        """The first entries as they are written."""
        return [listed.text for listed in islice(self.listed.values(), number)]

    def report(self, report: Report) -> None:
        """What the list holds: how many, of how many parts, where and when."""
        report.add("Combinations", len(self.listed))
        report.add("Duplicates", len(self.row_sizes) - len(self.listed))
        rows, distinct = counted(self.row_sizes), counted(len(parts) for parts in self.listed)
        report.add("Parts", {size: {"rows": rows[size], "combinations": distinct[size]} for size in rows})
        report.add("Scope", self._scopes())
        report.add("Dates", dates_of(listed.spells for listed in self.listed.values()))
        if any(listed.text.startswith(tuple(f"*{sign}" for sign in FORMULA)) for listed in self.listed.values()):
            report.note("An entry that begins as a spreadsheet's formula does is written with a * before it, which matches the same.")

    def _scopes(self) -> Value:
        named = {"": "group and direct", "group": "group only", "direct": "direct only"}
        return {named[scope]: number for scope, number in counted(listed.scope for listed in self.listed.values()).items()}


def dates_of(spells: Iterable[Sequence[Spell]]) -> Value:
    """From when to when dates range, and how many are without."""
    every = list(spells)
    for_all = [day for one in every for spell in one for day in spell if day is not None]
    undated = sum(not one for one in every)
    if not for_all:
        return "none"
    births, deaths = (sum(any(spell[end] for spell in one) for one in every) for end in (0, 1))
    return {"first": str(min(for_all)), "last": str(max(for_all)), "born": births, "died": deaths, "without": undated}
