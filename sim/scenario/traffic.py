"""Traffic: the messages of a trace file, whatever scenario they are used in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.scenario.problems import Problem, shown
from sim.scenario.table import Faults, Table
from sim.scenario.tree import Place

if TYPE_CHECKING:
    from sim.model.arrays import Ints
    from sim.model.counter import Indices
    from sim.model.luck import Floats

MOST_ROWS = 2_000_000
COLUMNS = ("time", "author", "room", "reply_to", "topic", "text", "id", "group", "stance")
REQUIRED = ("time", "author")
FURTHEST = 24 * 3660.0
"""Hours: times that are numbers lie within ten years of the start."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Traffic:
    """N messages in the order of their file, by A authors.

    Attributes:
        time: (N,) hours since the start, or if `dated` since the beginning of 1970, universal time.
        dated: whether the file gives calendar dates.
        author, room: (N,) indices in the order of first appearance; rows without a room share one.
        topic: (N,) index in `topics`; -1 for none.
        stance: (N,) the stance given; NaN for none.
        text: (N,) index in `texts`; -1 for none.
        parent: (N,) row of the message replied to, which is earlier and in the same room; -1 for none.
        orphans: replies whose `reply_to` is no earlier message of the same room, so that they count as spontaneous.
        authors, topics, texts: distinct names and texts.
        topic_lines: line on which each topic comes first.
        groups: group of each author, or empty.
        group_lines: line on which each author's group comes first, or 0.
        rooms: number of rooms.
    """

    time: Floats
    dated: bool
    author: Ints
    room: Ints
    topic: Ints
    stance: Floats
    text: Ints
    parent: Indices
    orphans: int
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    topic_lines: tuple[int, ...]
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    group_lines: tuple[int, ...]
    rooms: int

    def __len__(self) -> int:
        return len(self.time)

    def hours(self, day_zero: str | None) -> Floats:
        """(N,) hours since the start: midnight, universal time, of `day_zero` (YYYY-MM-DD) or of the day of the first message."""
        if not self.dated:
            return self.time
        start = _hours(datetime.combine(date.fromisoformat(day_zero), datetime.min.time())) if day_zero else self.time.min() // 24 * 24
        hours: Floats = self.time - start
        return hours


def read_traffic(text: str, file: str, found: list[Problem]) -> Traffic | None:
    """The messages of a trace in CSV; None where something is wrong, which is then added to `found`. A text is gone through once."""
    traffic, problems = _parsed(text)
    found += [Problem(Place(file, problem.place.line), problem.path, problem.text) for problem in problems]
    return traffic


@lru_cache(maxsize=1)
def _parsed(text: str) -> tuple[Traffic | None, list[Problem]]:
    found: list[Problem] = []
    faults = Faults("", found)
    rows = _Rows(faults)
    for line, row in Table(text, COLUMNS, REQUIRED, MOST_ROWS, faults).rows():
        rows.add(line, row)
    if not rows.time and not found:
        faults.add(1, "", "at least one message, and got none")
    return (None if found else rows.traffic()), found


class _Names:
    """Distinct names, numbered in the order of their first appearance."""

    def __init__(self) -> None:
        self.index: dict[str, int] = {}
        self.lines: list[int] = []

    def number(self, name: str, line: int = 0) -> int:
        """The number of a name."""
        found = self.index.setdefault(name, len(self.index))
        if found == len(self.lines):
            self.lines.append(line)
        return found


@dataclass
class _Rows:
    """Takes the rows of a file one by one."""

    faults: Faults
    dated: bool | None = None
    time: list[float] = field(default_factory=list)
    author: list[int] = field(default_factory=list)
    room: list[int] = field(default_factory=list)
    topic: list[int] = field(default_factory=list)
    stance: list[float] = field(default_factory=list)
    text: list[int] = field(default_factory=list)
    reply_to: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    groups: dict[int, tuple[str, int]] = field(default_factory=dict)
    authors: _Names = field(default_factory=_Names)
    rooms: _Names = field(default_factory=_Names)
    topics: _Names = field(default_factory=_Names)
    texts: _Names = field(default_factory=_Names)

    def add(self, line: int, row: dict[str, str]) -> None:
        """One row more; what is wrong with it is added to the faults."""
        author = self.authors.number(row["author"])
        if not row["author"]:
            self.faults.add(line, "author", "the name of an author, and got none")
        if row["group"]:
            self._belongs(line, author, row["group"])
        if row["id"] and self.ids.setdefault(row["id"], len(self.time)) != len(self.time):
            self.faults.add(line, "id", f"an id of one message only, and got again {shown(row['id'])}")
        self.time.append(self._time(line, row["time"]))
        self.author.append(author)
        self.room.append(self.rooms.number(row["room"]))
        self.topic.append(self.topics.number(row["topic"], line) if row["topic"] else -1)
        self.stance.append(self._number(line, "stance", row["stance"], _stance) if row["stance"] else math.nan)
        self.text.append(self.texts.number(row["text"]) if row["text"] else -1)
        self.reply_to.append(row["reply_to"])

    def _belongs(self, line: int, author: int, group: str) -> None:
        first, there = self.groups.setdefault(author, (group, line))
        if first != group:
            self.faults.add(line, "group", f"one group for each author, who on line {there} is of {shown(first)}, and got {shown(group)}")

    def _time(self, line: int, cell: str) -> float:
        if self.dated is None:
            self.dated = not _is_number(cell)
        return self._number(line, "time", cell, _dated if self.dated else _undated)

    def _number(self, line: int, column: str, cell: str, read: Callable[[str], float]) -> float:
        try:
            return read(cell)
        except ValueError as error:
            self.faults.add(line, column, f"{error}, and got {shown(cell) if cell else 'none'}")
            return 0.0

    def traffic(self) -> Traffic:
        """All of them as arrays."""
        import numpy as np

        time, room = np.array(self.time), np.array(self.room, np.int32)
        parent = self._parents()
        replies = np.flatnonzero(parent >= 0)
        asked = parent[replies]
        earlier = (time[asked] < time[replies]) | ((time[asked] == time[replies]) & (asked < replies))
        parent[replies[~earlier | (room[asked] != room[replies])]] = -1
        return Traffic(
            time=time,
            dated=bool(self.dated),
            author=np.array(self.author, np.int32),
            room=room,
            topic=np.array(self.topic, np.int32),
            stance=np.array(self.stance),
            text=np.array(self.text, np.int32),
            parent=parent,
            orphans=sum(map(bool, self.reply_to)) - int(np.count_nonzero(parent >= 0)),
            authors=tuple(self.authors.index),
            topics=tuple(self.topics.index),
            topic_lines=tuple(self.topics.lines),
            texts=tuple(self.texts.index),
            groups=tuple(self.groups.get(author, ("", 0))[0] for author in range(len(self.authors.index))),
            group_lines=tuple(self.groups.get(author, ("", 0))[1] for author in range(len(self.authors.index))),
            rooms=len(self.rooms.index),
        )

    def _parents(self) -> Indices:
        """Rows of the messages replied to, by their ids or, where no row has one, by their number from 1."""
        import numpy as np

        if self.ids:
            found = (self.ids.get(asked, -1) if asked else -1 for asked in self.reply_to)
        else:
            found = (int(asked) - 1 if asked.isdecimal() and 0 < int(asked) <= len(self.time) else -1 for asked in self.reply_to)
        return np.fromiter(found, np.int64, len(self.time))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _undated(cell: str) -> float:
    if _is_number(cell) and -FURTHEST <= float(cell) <= FURTHEST:
        return float(cell)
    raise ValueError(f"hours since the start, as on the first row, from {-FURTHEST:,.0f} to {FURTHEST:,.0f}")


def _dated(cell: str) -> float:
    try:
        return _hours(datetime.fromisoformat(cell))
    except (ValueError, OverflowError):
        raise ValueError("a date and time such as 2020-04-30T17:05:00 (or hours since the start, on every row)") from None


def _hours(moment: datetime) -> float:
    """Hours since the beginning of 1970; a time without an offset is taken as universal time."""
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH).total_seconds() / 3600


def _stance(cell: str) -> float:
    if _is_number(cell) and -1 <= float(cell) <= 1:
        return float(cell)
    raise ValueError("a stance from -1 to 1, or nothing")
