"""Lists of terms: plain ones, and tables with dates, scope, themes and status, into a rule list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

from sim.importers.base import Imported, Option, Options, UnusableFile
from sim.importers.dates import MONTH_FIRST, ORDERS, UNCLEAR, order_of, read_date
from sim.importers.files import read_text
from sim.importers.report import Report, masked
from sim.importers.rules import TOO_LONG, Combination, RuleList, Unfit, written_parts
from sim.importers.spells import DATES, spells_of
from sim.importers.tables import Table, find_table
from sim.scenario.problems import shown
from sim.scenario.rule_list import LONGEST

ALIASES = {
    "combination": (
        "keyword combination", "combination", "keyword", "keywords", "word", "words", "term", "terms", "phrase", "phrases", "pattern",
        "关键词", "关键字", "敏感词",
    ),
    "date": (
        "born", "detected on", "date tested", "date detected", "tested on", "first seen", "date added", "added on", "added", "observed utc",
        "date", "timestamp", "created at",
    ),
    "died": ("died", "date removed", "removed on", "removed", "date deleted", "deleted on", "deleted", "unblocked on"),
    "event": ("event", "event type", "action"),
    "bulk": ("bulk update", "bulk"),
    "first event": ("earliest event type",),
    "first date": ("earliest event date",),
    "last event": ("latest event type",),
    "last date": ("latest event date",),
    "is group": ("is group chat",),
    "in group": ("group chat",),
    "in direct": ("1 1 chat", "1 on 1 chat", "1 to 1 chat", "one to one chat", "one on one chat", "direct chat"),
    "scope": ("scope",),
    "type": ("keyword type", "entry type"),
    "theme": ("theme", "topic", "category"),
    "status": ("is curr blocked", "is currently blocked", "currently blocked", "still blocked", "is blocked", "status"),
}  # fmt: skip
"""Columns that are known, by what they mean; the first that is there counts."""

LIST_OPTIONS = (
    Option("column", "Column of the terms; found by its name if not given.", metavar="NAME"),
    Option("date_column", "Column of the date on which each was found or put on the list.", metavar="NAME"),
    Option("date_order", "What comes first in dates such as 7/1/2016; found out, or month-first, if not given.", choices=ORDERS),
    Option("where", "Keep only rows with this value in this column; repeatable.", metavar="COLUMN=VALUE", many=True),
)
"""Options of all kinds that read lists of terms."""

YES = {"1", "true", "yes", "y", "t", "x", "blocked", "censored", "是"}
NO = {"0", "false", "no", "n", "f", "", "not blocked", "unblocked", "uncensored", "否"}

Row: TypeAlias = Mapping[str, str]
"""Cells by what their columns mean."""

Split: TypeAlias = Callable[[Row], Combination]
"""The combination of a row; raises Unfit."""

_SAMPLED = 10_000
_EXAMPLES = 3


class LogOfChanges(UnusableFile):
    """A file that is no list, but tells when entries came and went."""


def read_list(path: Path, options: Options, split: Split) -> Imported:
    """A rule list of what a file lists."""
    report = Report()
    rules = collect(path, options, split, report)
    rules.report(report)
    report_first(rules, options, report)
    return Imported((rules.output(path.name, report),), report)


def collect(path: Path, options: Options, split: Split, report: Report) -> RuleList:
    """What a file lists; what was read, and as what, is added to the report."""
    table, conditions = term_table(path, options)
    if table.has("event", "date"):
        raise LogOfChanges(f"{table.text.name}: a list, and got a log of changes, which `chillsim import snapshots` reads")
    reader = _Reader(table, conditions, split, options, report)
    rules = reader.read()
    describe(report, table, reader.rows)
    if reader.statuses:
        report.add("Status", dict(reader.statuses))
        report.note(f"The status does not decide what is kept; --where '{table.names['status']}=…' does.")
    return rules


def report_first(rules: RuleList, options: Options, report: Report) -> None:
    """The first entries, masked, by which one sees that the right column was read."""
    entries = (written_parts(text) for text in rules.first(_EXAMPLES))
    report.add("First", [" + ".join(masked(part, options.show_terms) for part in parts) for parts in entries])


def term_table(path: Path, options: Options) -> tuple[Table, dict[str, str]]:
    """The table of a list of terms, and what `--where` demands of its columns, by meaning.

    Raises:
        UnusableFile: as `find_table`.
    """
    demands = dict(map(_demand, options.own.get("where") or ()))
    chosen = {"combination": options.own.get("column"), "date": options.own.get("date_column")}
    conditions = {f"where {name}": value for name, value in demands.items()}
    columns = {**chosen, **{f"where {name}": name for name in demands}}
    return find_table(read_text(path, options), ALIASES, "combination", options, columns), conditions


def _demand(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UnusableFile(f"--where: COLUMN=VALUE, and got {shown(text)}")
    return name.strip(), value.strip()


def date_order(table: Table, columns: Iterable[str], options: Options, report: Report) -> str:
    """Whether days or months come first in the dates of these columns."""
    given = options.own.get("date_order")
    if given is not None:
        return str(given)
    found = order_of(_sample(table, [column for column in columns if table.has(column)]))
    if found == UNCLEAR:
        report.note("Dates such as 7/1/2016 are taken to have the month first; --date-order says otherwise.")
    return MONTH_FIRST if found in (None, UNCLEAR) else str(found)


def _sample(table: Table, columns: Iterable[str]) -> Iterable[str]:
    for _, (_, row) in zip(range(_SAMPLED), table.rows(Report()), strict=False):
        yield from (row[column] for column in columns)


def describe(report: Report, table: Table, rows: int) -> None:
    """What was read, and as what."""
    form = "plain list" if table.delimiter is None else "table"
    report.add("Read", {"file": table.text.name, "rows": rows, "encoding": table.text.encoding, "form": form})
    if table.names:
        report.add("Columns", {**table.described(), "not used": table.ignored})


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, table: Table, conditions: Row, split: Split, options: Options, report: Report) -> None:
        self._table, self._conditions, self._split, self._show, self._report = table, conditions, split, options.show_terms, report
        self._order = date_order(table, DATES, options, report)
        self._rules = RuleList()
        self.rows = 0
        self.statuses: Counter[str] = Counter()

    def read(self) -> RuleList:
        """All that can be used; what cannot is in the report."""
        for line, row in self._table.rows(self._report):
            self.rows += 1
            try:
                self._add(line, row)
            except Unfit as error:
                self._report.skip(str(error), line, masked(row["combination"], self._show) or None)
        return self._rules

    def _add(self, line: int, row: Row) -> None:
        if self._table.delimiter is None and (row["combination"] == "#" or row["combination"].startswith("# ")):
            raise Unfit("comment")
        if any(row[column] != value for column, value in self._conditions.items()):
            raise Unfit("left out by --where")
        if len(row["combination"]) > LONGEST:
            raise Unfit(TOO_LONG)
        found = self._split(row)
        scope = scope_of(row)
        if "status" in row:
            self.statuses[status_of(row["status"])] += 1
        self._rules.add(found, scope, spells_of(row, self._date(line)), row.get("theme", ""))

    def _date(self, line: int) -> Callable[[str], date | None]:
        def read(text: str) -> date | None:
            found = read_date(text, self._order)
            if text and found is None:
                self._report.skip("date that cannot be read (its row is kept)", line, masked(text, self._show))
            return found

        return read


def scope_of(row: Row) -> str:
    """In which rooms a row says that its combination is blocked.

    Raises:
        Unfit: if it says that it is blocked in none.
    """
    if "is group" in row:
        flag = row["is group"].casefold()
        return "group" if flag in YES else "direct" if flag in NO - {""} else ""
    if "in group" in row or "in direct" in row:
        scopes = [scope for scope in ("group", "direct") if row.get(f"in {scope}", "").casefold() in YES]
        if not scopes:
            raise Unfit("blocked neither in groups nor in direct chats")
        return scopes[0] if len(scopes) == 1 else ""
    scope = row.get("scope", "").casefold()
    return scope if scope in ("group", "direct") else ""


def status_of(text: str) -> str:
    """What a status says."""
    return "blocked" if text.casefold() in YES else "not blocked" if text.casefold() in NO else "something else"
