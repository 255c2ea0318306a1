"""Edge lists: files that say who is whose contact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.scenario.problems import Problem, hint, shown
from sim.scenario.table import Faults, Table
from sim.scenario.tree import Path, Place

if TYPE_CHECKING:
    from sim.scenario.crosscheck import Clash
    from sim.scenario.schema import Scenario

MOST_ROWS = 1_000_000
COLUMNS = ("author", "other")


@dataclass(frozen=True, slots=True)
class Edge:
    """Two participants as a file names them, and the line on which it does."""

    author: str
    other: str
    line: int


class UnknownParticipant(ValueError):
    """A name that is no participant of a scenario; says what would be."""


def read_edges(text: str, file: str, found: list[Problem]) -> tuple[Edge, ...]:
    """The rows of an edge list in CSV, in order, without those that are wrong, which are added to `found`."""
    edges, problems = _parsed(text)
    found += [Problem(Place(file, problem.place.line), problem.path, problem.text) for problem in problems]
    return edges


@lru_cache(maxsize=4)
def _parsed(text: str) -> tuple[tuple[Edge, ...], list[Problem]]:
    found: list[Problem] = []
    faults = Faults("", found)
    rows = Table(text, COLUMNS, COLUMNS, MOST_ROWS, faults).rows()
    edges = tuple(edge for line, row in rows if (edge := _edge(row, line, faults)) is not None)
    if not edges and not found:
        faults.add(1, "", "at least one pair, and got none")
    return edges, found


def _edge(row: dict[str, str], line: int, faults: Faults) -> Edge | None:
    before = len(faults)
    for column in COLUMNS:
        if not row[column]:
            faults.add(line, column, "the name of a participant, and got none")
    if row["author"] and row["author"] == row["other"]:
        faults.add(line, "other", f"somebody else than the author, and got again {shown(row['other'])}")
    return Edge(row["author"], row["other"], line) if len(faults) == before else None


class Participants:
    """Finds the participants of a scenario by the names of an edge list."""

    def __init__(self, scenario: Scenario) -> None:
        self._groups = {name: group.size for name, group in scenario.groups.items()}
        sizes = list(self._groups.values())
        self._first = dict(zip(self._groups, (sum(sizes[:index]) for index in range(len(sizes))), strict=True))
        self._authors = _trace_authors(scenario, self._first)

    def number(self, name: str) -> int:
        """The participant of a name, counted from 0 through all groups.

        Raises:
            UnknownParticipant: if there is none.
        """
        if name in self._authors:
            return self._authors[name]
        group, _, digits = name.rpartition(":")
        if not group or not (digits.isascii() and digits.isdigit()):
            rule = f"a participant such as {next(iter(self._groups))}:1" + (", or an author of the trace" if self._authors else "")
            raise UnknownParticipant(rule)
        if group not in self._groups:
            raise UnknownParticipant(f"a participant of a group of this scenario ({hint(group, self._groups)})")
        if len(digits) > 9 or not 1 <= int(digits) <= self._groups[group]:
            raise UnknownParticipant(f"a participant from {group}:1 to {group}:{self._groups[group]}")
        return self._first[group] + int(digits) - 1


def _trace_authors(scenario: Scenario, first: dict[str, int]) -> dict[str, int]:
    """The participants that the authors of a scenario's trace are, by name; none where it has no trace that can be read."""
    from sim.model.trace import authors_by_group
    from sim.scenario.inputs import traffic
    from sim.scenario.reading import Unreadable

    if scenario.trace is None or scenario.trace.file not in scenario.inputs:
        return {}
    try:
        found = traffic(scenario.trace.file, scenario.inputs)
    except Unreadable:
        return {}
    members = authors_by_group(scenario, found).items()
    return {found.authors[author]: first[group] + k for group, authors in members for k, author in enumerate(authors)}


def links_of(scenario: Scenario, platform: str) -> tuple[tuple[int, int], ...]:
    """The pairs of participants, counted from 0 through all groups, in a platform's edge list, once each."""
    from sim.scenario.inputs import edges

    contacts = scenario.platforms[platform].rooms.contacts
    assert contacts is not None
    assert contacts.file is not None
    known = Participants(scenario)
    numbers = ((known.number(edge.author), known.number(edge.other)) for edge in edges(contacts.file, scenario.inputs))
    return tuple(sorted({(min(pair), max(pair)) for pair in numbers}))


def in_contacts(scenario: Scenario) -> Iterator[Clash]:
    """What of contacts does not fit a scenario; nothing of a file that is itself at fault."""
    from sim.scenario.inputs import edges

    for platform, spec in scenario.platforms.items():
        contacts, here = spec.rooms.contacts, ("platforms", platform, "rooms", "contacts")
        if contacts is not None and spec.kind == "survey":
            yield here, "no contacts on a survey, which has no rooms", contacts.graph
        if contacts is None or contacts.file is None:
            continue
        if contacts.file not in scenario.inputs:
            yield (*here, "file"), "a file (.csv) that was read with the scenario (load it from its own file)", contacts.file
            continue
        yield from _strangers(Participants(scenario), edges(contacts.file, scenario.inputs), (*here, "file"))


def _strangers(known: Participants, pairs: tuple[Edge, ...], here: Path) -> Iterator[Clash]:
    """Names in an edge list that are no participants, and pairs of two names of one."""
    for edge in pairs:
        numbers = set()
        for name in (edge.author, edge.other):
            try:
                numbers.add(known.number(name))
            except UnknownParticipant as error:
                numbers.add(-1 - len(numbers))
                yield here, f"{error} on line {edge.line} of the file", name
        if len(numbers) == 1:
            yield here, f"two participants on line {edge.line} of the file", f"{edge.author} and {edge.other}, who are one"
