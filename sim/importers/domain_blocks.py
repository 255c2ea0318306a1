"""Lists of blocked domains: AutoProxy filters, Mastodon's domain blocks, and plain lists."""

from __future__ import annotations

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from sim.importers.base import Imported, Importer, Option, Options, Output, UnusableFile
from sim.importers.dates import ORDERS, read_date
from sim.importers.files import Text, read_text
from sim.importers.filters import Filter, read_filter
from sim.importers.lists import date_order, describe
from sim.importers.report import Report, masked
from sim.importers.rules import FORMULA, Unfit, dates_of
from sim.importers.spells import Spell, lasting, spells_of, united
from sim.importers.tables import Table, find_table, refuse_long
from sim.importers.writing import table_text
from sim.scenario.domain_blocks import COLUMNS, MOST_ROWS
from sim.scenario.problems import clean

ALIASES = {
    "domain": ("domain", "#domain", "domains", "host", "hostname", "site", "instance", "domain name", "url"),
    "severity": ("severity", "#severity"),
    "date": ("born", "blocked on", "date", "date added", "added", "first seen", "created at"),
    "died": ("died", "unblocked on", "removed", "date removed"),
    "note": ("public comment", "#public comment", "note", "comment", "reason", "category"),
}
"""Columns that are known, by what they mean."""

SEVERITIES = {
    "suspend": "block",
    "block": "block",
    "blocked": "block",
    "": "block",
    "silence": "limit",
    "limit": "limit",
    "limited": "limit",
}
ENDING = "-domains.csv"
LONGEST_NOTE = 200

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{8,}={0,2}")
_AUTOPROXY = re.compile(r"\s*\[auto\s?proxy", re.IGNORECASE)


def read(paths: Sequence[Path], options: Options) -> Imported:
    """A blocklist of one file."""
    report = Report()
    text = _unpacked(read_text(paths[0], options), report)
    refuse_long(text, options)
    chosen = {"domain": options.own.get("column")}
    table = (
        find_table(text, ALIASES, "domain", options, chosen) if not _AUTOPROXY.match(text.text) else Table(text, {"domain": 0}, {}, None)
    )
    reader = _Reader(options, report, date_order(table, ("date", "died"), options, report))
    reader.read(table)
    return Imported((reader.output(paths[0].name),), report)


def _unpacked(text: Text, report: Report) -> Text:
    """The text, or what it says in Base64, as AutoProxy lists are published."""
    if not _BASE64.fullmatch(text.text.strip()):
        return text
    try:
        inside = base64.b64decode("".join(text.text.split()), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return text
    if not _AUTOPROXY.match(inside):
        return text
    report.note("The file was encoded in Base64; lines are those of what it says.")
    return replace(text, text=inside)


@dataclass(slots=True)
class _Block:
    """What a list says of one domain."""

    severity: str
    note: str
    spells: list[Spell] = field(default_factory=list)


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, options: Options, report: Report, order: str) -> None:
        self._options, self._report, self._order = options, report, order
        self._blocks: dict[str, _Block] = {}
        self._excepted: set[str] = set()
        self._repeated = 0

    def read(self, table: Table) -> None:
        """All that can be used; what cannot is in the report."""
        rows = 0
        for line, row in table.rows(self._report):
            rows += 1
            try:
                self._add(read_filter(row["domain"]), row, line)
            except Unfit as error:
                self._report.skip(str(error), line, masked(row["domain"], self._options.show_terms) or None)
        describe(self._report, table, rows)
        self._tell()

    def _add(self, found: Filter, row: Mapping[str, str], line: int) -> None:
        if found.excepted:
            self._excepted.add(found.domain)
            return
        severity = severity_of(row.get("severity", "").casefold())
        self._repeated += found.domain in self._blocks
        block = self._blocks.setdefault(found.domain, _Block(severity, clean(row.get("note", ""), LONGEST_NOTE)))
        block.severity = min(block.severity, severity)
        block.spells += map(lasting, spells_of(row, partial(self._date, line)))

    def _date(self, line: int, text: str) -> date | None:
        found = read_date(text, self._order)
        if text and found is None:
            self._report.skip("date that cannot be read (its row is kept)", line, masked(text, self._options.show_terms))
        return found

    def _tell(self) -> None:
        report, spared = self._report, [domain for domain in self._blocks if _within(domain, self._excepted)]
        inside = sum(_within(domain, self._blocks) for domain in self._excepted)
        for domain in spared:
            del self._blocks[domain]
        report.add("Domains", len(self._blocks))
        report.add("Duplicates", self._repeated)
        report.add("Severity", dict(Counter(block.severity for block in self._blocks.values())))
        report.add("Dates", dates_of(block.spells for block in self._blocks.values()))
        report.add("Exceptions", {"read": len(self._excepted), "domains that they take off": len(spared)})
        if inside - len(spared) > 0:
            report.note("Exceptions within a blocked domain are not kept: a blocklist blocks a domain with all below it.")
        covered = sum(_within(domain.partition(".")[2], self._blocks) for domain in self._blocks)
        report.add("Within another domain of the list", covered)
        report.add("First", [masked(domain, self._options.show_terms) for domain in list(self._blocks)[:3]])

    def output(self, name: str) -> Output:
        """The blocklist.

        Raises:
            UnusableFile: if it holds nothing, or more than a scenario reads.
        """
        rows = list(self._rows())
        if not rows:
            why = self._report.reasons() or "the list is empty"
            raise UnusableFile(f"{clean(name, 500)}: a domain that can be used, and got none ({why})")
        if len(rows) > MOST_ROWS:
            raise UnusableFile(f"{clean(name, 500)}: at most {MOST_ROWS:,} domains, as a scenario reads no more, and got {len(rows):,}")
        return Output(ENDING, table_text(COLUMNS, rows, name), "blocklist: {file}")

    def _rows(self) -> Iterator[Sequence[str]]:
        for domain, block in self._blocks.items():
            note = f"'{block.note}" if block.note.startswith(("+", *FORMULA)) else block.note
            for born, died in united(block.spells) or [(None, None)]:
                yield domain, block.severity, str(born or ""), str(died or ""), note


def severity_of(text: str) -> str:
    """What a severity is called in a blocklist.

    Raises:
        Unfit: if nothing is blocked by it, or if it is not known.
    """
    if text in ("noop", "none"):
        raise Unfit("severity noop, which blocks nothing")
    if text and text not in SEVERITIES:
        raise Unfit("unknown severity")
    return SEVERITIES.get(text, "block")


def _within(domain: str, others: Mapping[str, object] | set[str]) -> bool:
    """Whether a domain is among others, or below one of them."""
    labels = domain.split(".")
    return any(".".join(labels[start:]) in others for start in range(len(labels)))


IMPORTER = Importer(
    summary="Blocked domains: AutoProxy, Mastodon's CSV, plain lists.",
    details="""\
Reads AutoProxy filters as the list of a firewall is published (also wholly in Base64), Mastodon's domain blocks (suspend becomes block,
silence becomes limit, noop is skipped), hosts files, and one domain a line. What covers less than a domain is skipped: paths, regular
expressions, keywords, filters with conditions. Exceptions (@@) take domains off.""",
    examples=("gfwlist.txt --out firewall-domains.csv", "domain_blocks.csv"),
    read=read,
    options=(
        Option("column", "Column of the domains; found by its name if not given.", metavar="NAME"),
        Option("date_order", "What comes first in dates such as 7/1/2016; found out, or month-first, if not given.", choices=ORDERS),
    ),
)
