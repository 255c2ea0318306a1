"""Allow-combinations: what switches blocked combinations off, where a text holds it too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sim.importers.base import Imported, Importer, Option, Options
from sim.importers.combinations import PLUS, SEPARATOR, splitter
from sim.importers.files import read_text
from sim.importers.lists import ALIASES as LIST_ALIASES
from sim.importers.lists import collect, describe
from sim.importers.report import Report, Value, counted, masked
from sim.importers.rules import TOO_LONG, Combination, RuleList, Unfit, combination
from sim.importers.tables import find_table
from sim.scenario.combination import Parts
from sim.scenario.rule_list import LONGEST

ALIASES = {
    "combination": (
        "extenuating combination", "allow combination", "allowed combination", "allow", "exception", "whitelist",
        *LIST_ALIASES["combination"],
    ),
    "of": (
        "censored keyword combinations it extenuates", "extenuates", "of", "switches off", "blocked combinations", "blocked combination",
    ),
    "number": ("# of censored keyword combinations it extenuates", "number", "count"),
}  # fmt: skip
"""Columns that are known, by what they mean."""

_BETWEEN = re.compile(r"[,，、;；\n]")


def read(paths: Sequence[Path], options: Options) -> Imported:
    """Allow rows of one file, after the blocked combinations of another where that is given."""
    report, blocked = Report(), RuleList()
    if options.own.get("blocked"):
        blocked = _blocked_list(Path(options.own["blocked"]), options, report)
    reader = _Reader(options, report)
    reader.read(paths[0])
    output = blocked.output(paths[0].name, report, reader.allowed)
    reader.tell(blocked)
    if not blocked.listed:
        report.note("The list holds no blocked combinations, and does nothing alone: --blocked FILE puts those of a list before it.")
    return Imported((output,), report)


def _blocked_list(path: Path, options: Options, report: Report) -> RuleList:
    """The blocked combinations of a list; what it says is added to the report."""
    own = Report()
    rules = collect(path, replace(options, own={"separator": options.own.get("separator")}), splitter(options), own)
    report.add("Read as blocked", own.facts["Read"])
    report.skipped |= {f"{reason}, in the blocked list": skip for reason, skip in own.skipped.items()}
    return rules


@dataclass
class _Reader:
    """Reads one table of allow-combinations.

    Attributes:
        allowed: each with what it switches off (None for all), once.
        rows: how many were read.
        named: how many each combination switches off; 0 for all.
        amiss: rows whose column of numbers says another number.
    """

    options: Options
    report: Report
    allowed: list[tuple[Combination, Combination | None]] = field(default_factory=list)
    rows: int = 0
    named: dict[Parts, int] = field(default_factory=dict)
    amiss: int = 0
    _there: set[tuple[Parts, Parts | None]] = field(default_factory=set)

    def read(self, path: Path) -> None:
        """All that can be used; what cannot is in the report."""
        chosen = {"combination": self.options.own.get("column"), "of": self.options.own.get("of_column")}
        table = find_table(read_text(path, self.options), ALIASES, "combination", self.options, chosen)
        split = splitter(self.options)
        for line, row in table.rows(self.report):
            self.rows += 1
            try:
                if len(row["combination"]) > LONGEST:
                    raise Unfit(TOO_LONG)
                self._add(split(row), row.get("of", ""), row.get("number", ""), line)
            except Unfit as error:
                self.report.skip(str(error), line, masked(row["combination"], self.options.show_terms) or None)
        describe(self.report, table, self.rows)

    def _add(self, switch: Combination, of: str, number: str, line: int) -> None:
        off: list[Combination | None] = [*self._blocked(of, line)] if of.strip() else [None]
        before = len(self.allowed)
        for blocked in off:
            pair = (switch.parts, blocked.parts if blocked else None)
            if pair not in self._there:
                self._there.add(pair)
                self.allowed.append((switch, blocked))
        self.amiss += bool(of.strip()) and number.isascii() and number.isdigit() and int(number[:9]) != len(off)
        self.named[switch.parts] = self.named.get(switch.parts, 0) + (len(self.allowed) - before if of.strip() else 0)

    def _blocked(self, of: str, line: int) -> list[Combination]:
        """What a cell says is switched off."""
        found = []
        for text in filter(None, map(str.strip, _BETWEEN.split(of))):
            try:
                found.append(combination(PLUS.split(text)))
            except Unfit as error:
                self.report.skip(f"switched-off combination: {error}", line, masked(text, self.options.show_terms))
        if not found:
            raise Unfit("nothing that can be switched off")
        return found

    def tell(self, blocked: RuleList) -> None:
        """What was found."""
        report, off = self.report, {entry.parts for _, entry in self.allowed if entry is not None}
        report.add("Allow combinations", {"distinct": len(self.named), "rows written": len(self.allowed)})
        report.add("Parts", counted(len(parts) for parts in self.named))
        if blocked.listed:
            report.add(
                "Blocked combinations", {"listed": len(blocked.listed), "of which can be switched off": len(off & blocked.listed.keys())}
            )
        switched: Value = {"combinations that are switched off": len(off), "allow combinations that switch all off": _for_all(self.named)}
        report.add("Switched off", switched)
        if missing := off - blocked.listed.keys():
            report.add("Not listed as blocked", len(missing))
        if self.amiss:
            report.note(f"The column of numbers says another number than are named. Such rows: {self.amiss:,}.")
        first = [" + ".join(masked(part, self.options.show_terms) for part in _literals(parts)) for parts in list(self.named)[:3]]
        report.add("First", [*first])


def _for_all(named: dict[Parts, int]) -> int:
    return sum(not number for number in named.values())


def _literals(parts: Parts) -> list[str]:
    return ["*".join(part) for part in parts]


IMPORTER = Importer(
    summary="Combinations that switch others off.",
    details="""\
Reads a table of combinations, and of the blocked ones that each switches off, separated by commas in one cell, as they are published
for a mail service; or a plain list, each entry of which then switches all off. A rule list needs what is blocked too: --blocked FILE
puts the combinations of that list before the others.""",
    examples=("extenuating.csv --blocked censored.txt --out mail-rules.csv",),
    read=read,
    options=(
        Option("blocked", "List of blocked combinations, of any form that `combinations` reads.", metavar="FILE"),
        Option("column", "Column of the combinations; found by its name if not given.", metavar="NAME"),
        Option("of_column", "Column of what they switch off.", metavar="NAME"),
        SEPARATOR,
    ),
)
