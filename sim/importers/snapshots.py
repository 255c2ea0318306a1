"""Dated lists, or a log of changes: when each entry came and went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from sim.importers.base import Imported, Importer, Option, Options, UnusableFile
from sim.importers.changes import Change, History, gone_after, history, mark_swaps, quantile
from sim.importers.combinations import SEPARATOR, splitter
from sim.importers.dates import read_moment
from sim.importers.files import shown_path
from sim.importers.lists import LIST_OPTIONS, YES, Row, date_order, describe, report_first, term_table
from sim.importers.report import Report, Value, masked
from sim.importers.rules import Combination, RuleList, Unfit
from sim.importers.tables import Table
from sim.scenario.combination import Parts

MOST_FILES = 5_000
BULK_SHARE = 0.25
BULKS_SHOWN = 10
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d{2})(?:[-_.]?(\d{2}))?(?!\d)")
_QUANTILES = {"a quarter gone within": 0.25, "half gone within": 0.5, "three quarters gone within": 0.75}

_HORIZONS = (7, 30, 365)

Lists: TypeAlias = "dict[datetime, dict[Parts, None]]"
"""What a list held at some moments, in order."""


def read(paths: Sequence[Path], options: Options) -> Imported:
    """A rule list with dates of birth and death, of a log of changes or of two lists and more."""
    reader = _Reader(options)
    files = list(_files(paths, reader.report))
    if len(files) == 1:
        table, conditions = reader.open(files[0])
        if table.has("event", "date"):
            told = reader.log(table, conditions)
        elif table.has("date"):
            told = reader.lists(reader.by_date(table, conditions))
        else:
            raise UnusableFile(
                f"{table.text.name}: a log with date, event and word, or dates and words, or several files, and got one list"
            )
    else:
        told = reader.lists(reader.by_file(files))
    return reader.imported(told, paths[0].name or "snapshots")


def _files(paths: Sequence[Path], report: Report) -> Iterator[Path]:
    """Files, those of folders in order of their names; a folder's files without a date in their names are skipped."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        try:
            inside = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
        except OSError as error:
            raise UnusableFile(f"{shown_path(path)}: a folder that can be read, and got: {error.strerror}") from None
        if len(inside) > MOST_FILES:
            raise UnusableFile(f"{shown_path(path)}: at most {MOST_FILES:,} files, and got {len(inside):,}")
        for file in inside:
            if _date_in(file) is None:
                report.skip("file without a date in its name", shown_path(Path(file.name)))
            else:
                yield file


def _date_in(path: Path) -> datetime | None:
    found = _DATE_IN_NAME.search(path.name)
    return read_moment("-".join(filter(None, found.groups()))) if found else None


class _Reader:
    """Reads lists and logs; `texts` are entries as they are first written."""

    def __init__(self, options: Options) -> None:
        self.report = Report()
        self._options, self._split = options, splitter(options)
        self._texts: dict[Parts, Combination] = {}
        self._share = float(options.own.get("bulk_share", BULK_SHARE))
        if not 0 < self._share <= 1:
            raise UnusableFile(f"--bulk-share: a share above 0 and at most 1, and got {self._share:g}")

    def open(self, path: Path) -> tuple[Table, Row]:
        """The table of a file, and what `--where` demands."""
        return term_table(path, self._options)

    def _entries(self, table: Table, conditions: Row) -> Iterator[tuple[int, Row, Parts | None]]:
        """Rows that are wanted, with what they list, which is None where it cannot be used."""
        for line, row in table.rows(self.report):
            if any(row[column] != value for column, value in conditions.items()):
                self.report.skip("left out by --where", line)
                continue
            try:
                found = self._split(row)
            except Unfit as error:
                if not _is_bulk(row):
                    self.report.skip(str(error), line, masked(row["combination"], self._options.show_terms) or None)
                    continue
                yield line, row, None
            else:
                yield line, row, self._texts.setdefault(found.parts, found).parts

    def log(self, table: Table, conditions: Row) -> History[Parts]:
        """The history that a log of additions and removals tells."""
        order, changes, rows = date_order(table, ("date",), self._options, self.report), dict[datetime, Change[Parts]](), 0
        for line, row, entry in self._entries(table, conditions):
            rows += 1
            at = read_moment(row["date"], order)
            if at is None:
                self.report.skip("date that cannot be read", line, masked(row["date"], self._options.show_terms))
            elif (event := _event(row)) is None:
                self.report.skip("event that is no addition or removal", line, masked(row["event"], self._options.show_terms))
            else:
                _note_event(changes.setdefault(at, Change(at)), event, row, entry)
        describe(self.report, table, rows)
        ordered = [changes[at] for at in sorted(changes)]
        mark_swaps(ordered, [len(self._texts)] * len(ordered), self._share)
        self.report.note("A log names what changed; what was on the list all along is not in it.")
        return self._told(ordered, history(ordered))

    def by_date(self, table: Table, conditions: Row) -> Lists:
        """Lists by the dates of a table."""
        order, found, rows = date_order(table, ("date",), self._options, self.report), dict[datetime, dict[Parts, None]](), 0
        for line, row, entry in self._entries(table, conditions):
            rows += 1
            at = read_moment(row["date"], order)
            if at is None or entry is None:
                self.report.skip("date that cannot be read", line, masked(row["date"], self._options.show_terms))
            else:
                found.setdefault(at, {})[entry] = None
        describe(self.report, table, rows)
        return found

    def by_file(self, files: Sequence[Path]) -> Lists:
        """Lists by the dates in the names of their files."""
        found: Lists = {}
        rows, left = 0, self._options.most_bytes
        for file in files:
            at = _date_in(file)
            if at is None or at in found:
                rule = "a date of its own in the name" if at else "a date such as 2020-04-30 in the name"
                raise UnusableFile(f"{shown_path(file)}: {rule}, and got {'one that another file has' if at else 'none'}")
            table, conditions = self.open(file)
            left -= len(table.text.text)
            if left < 0:
                raise UnusableFile(f"{shown_path(file)}: files of at most {self._options.most_bytes / 1e6:,.4g} MB together, and got more")
            entries = [entry for _, _, entry in self._entries(table, conditions)]
            found[at] = {entry: None for entry in entries if entry is not None}
            rows += len(entries)
        self.report.add("Read", {"files": len(files), "rows": rows})
        return found

    def lists(self, lists: Lists) -> History[Parts]:
        """The history that a list tells by what it held at several moments."""
        if len(lists) < 2:
            raise UnusableFile(f"lists of at least two dates, and got {len(lists)}")
        moments = sorted(lists)
        changes = [
            Change(at, [e for e in lists[at] if e not in lists[before]], [e for e in lists[before] if e not in lists[at]])
            for before, at in pairwise(moments)
        ]
        mark_swaps(changes, [max(len(lists[before]), len(lists[at])) for before, at in pairwise(moments)], self._share)
        self.report.add("Lists", {"dates": len(lists), "smallest": min(map(len, lists.values())), "largest": max(map(len, lists.values()))})
        return self._told(changes, history(changes, lists[moments[0]], moments[-1]))

    def _told(self, changes: Sequence[Change[Parts]], told: History[Parts]) -> History[Parts]:
        bulks = [change for change in changes if change.bulk]
        self.report.add(
            "Changes",
            {"moments": len(changes), "births": told.births, "deaths": told.deaths, "out of order": told.odd, "swaps": len(bulks)},
        )
        if bulks:
            more = [f"and {len(bulks) - BULKS_SHOWN} more"] if len(bulks) > BULKS_SHOWN else []
            self.report.add("Swaps refused as births and deaths", [*map(_bulk_line, bulks[:BULKS_SHOWN]), *more])
        self.report.add("Lifetimes", lifetimes(told.lifetimes))
        return told

    def imported(self, told: History[Parts], name: str) -> Imported:
        """The rule list and its report."""
        rules = RuleList()
        for entry, written in self._texts.items():
            if entry in told.spells:
                rules.add(written, spells=[spell for spell in told.spells[entry] if spell != (None, None)])
        output = rules.output(name, self.report)
        rules.report(self.report)
        report_first(rules, self._options, self.report)
        return Imported((output,), self.report)


def lifetimes(found: Sequence[tuple[float, bool]]) -> Value:
    """How long entries whose birth was seen stay, counting those that stayed on as such (Kaplan-Meier)."""
    if not found:
        return "no birth was seen"
    report: dict[str, Value] = {"births that were seen": len(found), "of which gone when last seen": sum(ended for _, ended in found)}
    for text, share in _QUANTILES.items():
        days = quantile(found, share)
        report[text] = "not seen" if days is None else f"{days:,.1f} days"
    return report | {f"gone after {days} days": f"{gone_after(found, days):.1%}" for days in _HORIZONS}


def _is_bulk(row: Row) -> bool:
    return row.get("bulk", "").casefold() in YES or "bulk" in row.get("event", "").casefold()


def _event(row: Row) -> str | None:
    """Whether a row of a log is about an addition or a removal."""
    words = set(re.split(r"[^a-z+-]+", row["event"].casefold()))
    for event, names in _EVENTS.items():
        if words & names:
            return event
    return None


_EVENTS: Mapping[str, frozenset[str]] = {
    "add": frozenset(("add", "added", "addition", "insert", "inserted", "new", "born", "+")),
    "remove": frozenset(("del", "delete", "deleted", "remove", "removed", "removal", "died", "-")),
}


def _note_event(change: Change[Parts], event: str, row: Row, entry: Parts | None) -> None:
    """Adds a row of a log to the change of its moment."""
    change.bulk |= _is_bulk(row)
    if "count" in row["event"].casefold():
        number = int(row["combination"]) if re.fullmatch(r"[0-9]{1,9}", row["combination"]) else 0
        added, removed = change.counted
        change.counted = (added + number, removed) if event == "add" else (added, removed + number)
    elif entry is not None:
        (change.added if event == "add" else change.removed).append(entry)


def _bulk_line(change: Change[Parts]) -> str:
    added, removed = len(change.added) + change.counted[0], len(change.removed) + change.counted[1]
    return f"{change.at:%Y-%m-%d %H:%M}: {added:,} added, {removed:,} removed"


IMPORTER = Importer(
    summary="Dated lists, or a log of changes, with births and deaths.",
    details="""\
Reads a log of changes (a table with a date, an event that is an addition or a removal, and a word), or one table of dates and words, all
words of a date being the list of that date, or several files with one list each and a date in their names, or a folder of these. Words
may be combinations, as `combinations` reads them.

An entry is born when it is first seen after it had not been there, and dies when it is first missed; what was there at first has no date
of birth. A change of a large share of the list at once, or one that a column bulk_update marks, is a swap: it tells no births and no
deaths, and is reported. In a log the share is that of all words of the log.""",
    examples=(
        "events.csv --out list-with-dates.csv",
        "lists/",
        "list-2019-10-01.txt list-2019-11-01.txt list-2019-12-01.txt --bulk-share 0.5",
    ),
    read=read,
    options=(
        *LIST_OPTIONS,
        SEPARATOR,
        Option("bulk_share", "A change of more than this share of the list is a swap.", default=BULK_SHARE, metavar="SHARE"),
    ),
    several=True,
)
