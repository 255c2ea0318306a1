"""Blocklists of a firewall: domains, how hard they are blocked, and since when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from sim.scenario.problems import Problem, shown
from sim.scenario.table import Faults, Table, iso_date, one_of, read_cell

MOST_ROWS = 200_000
COLUMNS = ("domain", "severity", "born", "died", "note")
_DOMAIN = re.compile(r"[^\s/:*@]{1,253}")


@dataclass(frozen=True, slots=True)
class DomainBlock:
    """A row of a blocklist.

    Attributes:
        domain: in lower case; its subdomains are meant too.
        severity: `block`, or `limit` for what is only made harder to find or to reach.
        born, died: in force from the first date, until the second.
    """

    domain: str
    severity: str = "block"
    born: date | None = None
    died: date | None = None

    def in_force(self, day: date | None) -> bool:
        """Whether it blocks on a day; without one, dates do not matter."""
        if self.severity != "block" or day is None:
            return self.severity == "block"
        return (self.born is None or self.born <= day) and (self.died is None or day < self.died)


def read_domain_blocks(text: str, file: str, found: list[Problem]) -> list[DomainBlock]:
    """The rows of a blocklist in CSV, in order, without those that are wrong, which are added to `found`."""
    faults = Faults(file, found)
    table = Table(text, COLUMNS, ("domain",), MOST_ROWS, faults)
    return [block for line, row in table.rows() if (block := _block(row, line, faults)) is not None]


def blocked_domains(blocks: Iterable[DomainBlock], day: date | None) -> frozenset[str]:
    """The domains that are blocked on a day."""
    return frozenset(block.domain for block in blocks if block.in_force(day))


def is_blocked(domain: str, blocked: frozenset[str]) -> bool:
    """Whether a domain, or one above it, is among those that are blocked."""
    labels = canonical(domain).split(".")
    return any(".".join(labels[start:]) in blocked for start in range(len(labels)))


def canonical(domain: str) -> str:
    """A domain as it is compared."""
    return domain.lower().rstrip(".")


def _block(row: dict[str, str], line: int, faults: Faults) -> DomainBlock | None:
    before = len(faults)
    cell = partial(read_cell, row, line, faults)
    block = DomainBlock(
        domain=cell("domain", _domain) or "",
        severity=cell("severity", partial(one_of, ("block", "limit"))) or "block",
        born=cell("born", iso_date),
        died=cell("died", iso_date),
    )
    if not row["domain"]:
        faults.add(line, "domain", "a domain, and got none")
    if block.born and block.died and block.died <= block.born:
        faults.add(line, "died", f"a date after {block.born}, and got {block.died}")
    return block if len(faults) == before else None


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text) or not all(canonical(text).split(".")):
        raise ValueError(f"a domain without protocol, path and *, such as example.org, and got {shown(text)}")
    return canonical(text)
