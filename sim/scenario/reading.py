"""YAML text into a tree: strict, bounded, and every value with its place."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from sim.scenario.problems import Problem, shown
from sim.scenario.scalars import resolve
from sim.scenario.tree import Items, Mapping, Node, Path, Place, Plain, Refused, Scalar

MOST_BYTES = 400_000
MOST_NODES = 20_000
DEEPEST = 50

_NOT_YAML = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
"""Also what ends a line or turns the direction of writing: a text then shows as something else than it is."""


class Unreadable(Exception):
    """Reading cannot go on."""

    def __init__(self, place: Place, text: str, path: Path = ()) -> None:
        super().__init__(text)
        self.problem = Problem(place, path, text)


@dataclass
class Budget:
    """How much may still be read, over all files of a scenario."""

    nodes: int = MOST_NODES


def read_file(path: str, shown_as: str, budget: Budget, found: list[Problem]) -> Node:
    """The tree of a file; problems that leave the rest readable are added to `found`.

    Raises:
        Unreadable: if the file is no bounded YAML text of one document without anchors, aliases, merge keys and tags.
    """
    return read_text(decoded(read_bytes(path, Place(shown_as), MOST_BYTES, "a scenario"), shown_as), shown_as, budget, found)


def read_bytes(path: str, place: Place, most: int, what: str) -> bytes:
    """What a file holds; `place` is that of a refusal, `what` the thing that the file should be.

    Raises:
        Unreadable: if it is no file that can be read, or if it has more than `most` bytes.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise Unreadable(place, f"{what} is a file, and got {'a folder' if os.path.isdir(path) else 'something else'}")
        with open(path, "rb") as file:
            raw = file.read(most + 1)
    except FileNotFoundError:
        raise Unreadable(place, "a file that exists, and got none of this name") from None
    except (OSError, ValueError) as error:
        raise Unreadable(place, f"a file that can be read, and got: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > most:
        raise Unreadable(place, f"a file of at most {most:,} bytes, and got a larger one")
    return raw


def decoded(raw: bytes, shown_as: str) -> str:
    """A file's bytes as text.

    Raises:
        Unreadable: if they are no UTF-8.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(Place(shown_as, 1, 1), "a text file in UTF-8, and got UTF-16")
    if b"\0" in raw:
        raise Unreadable(Place(shown_as, raw[: raw.index(0)].count(b"\n") + 1, 1), "a text file, and got a binary one (it holds NUL bytes)")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line_start = raw.rfind(b"\n", 0, error.start) + 1
        place = Place(shown_as, raw[: error.start].count(b"\n") + 1, len(raw[line_start : error.start].decode("utf-8", "replace")) + 1)
        raise Unreadable(place, f"a text file in UTF-8, and got the byte 0x{raw[error.start]:02x}") from None


def read_text(text: str, file: str, budget: Budget, found: list[Problem], place: Place | None = None) -> Node:
    """The tree of a text; `place`, if given, stands for every place in it.

    Raises:
        Unreadable: as `read_file`.
    """
    strange = _NOT_YAML.search(text)
    if strange:
        before = text[: strange.start()]
        where = place or Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise Unreadable(where, f"a text without control characters, and got {shown(strange[0])}")
    composer = _Composer(yaml.parse(text, Loader=yaml.SafeLoader), file, budget, found, place)
    try:
        return composer.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = place or (Place(file, mark.line + 1, mark.column + 1) if mark else Place(file))
        rest = f" ({error.context})" if error.context else ""
        raise Unreadable(where, f"YAML that can be read, and got: {_one_line(error.problem)}{_one_line(rest)}") from None
    except (yaml.YAMLError, ValueError, OverflowError):
        raise Unreadable(composer.last, "YAML that can be read, and got an escape or a number that stands for nothing") from None


def _one_line(text: str | None) -> str:
    return shown((text or "").replace("\n", " "))[1:-1] if len(text or "") > 60 else (text or "")


@dataclass
class _Composer:
    """Builds nodes from PyYAML's stream of events, so that bounds hold before anything is built."""

    events: Iterator[Event]
    file: str
    budget: Budget
    found: list[Problem]
    fixed: Place | None = None
    last: Place = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.fixed or Place(self.file, 1, 1)

    def document(self) -> Node:
        next(self.events)
        if not isinstance(self._next(), DocumentStartEvent):
            return Scalar(None, self.last)
        node = self._node(self._next(), (), 1, None)
        self._next()
        if isinstance(self._next(), DocumentStartEvent):
            raise Unreadable(self.last, "one YAML document, and got several (a line --- begins another)")
        return node

    def _next(self) -> Event:
        event = next(self.events)
        mark = event.start_mark
        if self.fixed is None and mark is not None:
            self.last = Place(self.file, mark.line + 1, mark.column + 1)
        return event

    def _node(self, event: Event, path: Path, depth: int, key: Place | None) -> Node:
        self._bound(event, path, depth)
        place = key or self.last
        if isinstance(event, MappingStartEvent):
            return Mapping(self._entries(path, depth), place)
        if isinstance(event, SequenceStartEvent):
            return Items(tuple(self._values(path, depth)), place)
        assert isinstance(event, ScalarEvent)
        try:
            return Scalar(_value(event), place)
        except ValueError as error:
            self.found.append(Problem(place, path, f"{error}, and got {shown(event.value)}"))
            return Refused(place)

    def _bound(self, event: Event, path: Path, depth: int) -> None:
        self.budget.nodes -= 1
        if self.budget.nodes < 0:
            raise Unreadable(self.last, f"a scenario of at most {MOST_NODES:,} keys and values, and got more")
        if depth > DEEPEST:
            raise Unreadable(self.last, f"values nested at most {DEEPEST} deep, and got deeper ones")
        assert isinstance(event, NodeEvent)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            mark = "*" if isinstance(event, AliasEvent) else "&"
            raise Unreadable(self.last, f"no anchors and aliases (use extends or like), and got {shown(f'{mark}{event.anchor}')}", path)
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise Unreadable(self.last, f"no tags, and got {shown(tag)}", path)

    def _values(self, path: Path, depth: int) -> Iterator[Node]:
        index = 0
        while not isinstance(event := self._next(), CollectionEndEvent):
            yield self._node(event, (*path, index), depth + 1, None)
            index += 1

    def _entries(self, path: Path, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := self._next(), CollectionEndEvent):
            place = self.last
            key = self._key(event, path, depth, entries)
            node = self._node(self._next(), (*path, key or "?"), depth + 1, place)
            if key is not None and key not in entries:
                entries[key] = node
        return entries

    def _key(self, event: Event, path: Path, depth: int, entries: dict[str, Node]) -> str | None:
        """The key; None where it is not usable, which is then in `found`."""
        self._bound(event, path, depth)
        if not isinstance(event, ScalarEvent):
            raise Unreadable(self.last, "a text as key, and got a list or a mapping", path)
        if event.value == "<<" and event.implicit[0]:
            raise Unreadable(self.last, "no merge keys (use extends or like), and got '<<'", path)
        try:
            key = _value(event)
            if not isinstance(key, str):
                raise ValueError("a text as key (in quotes, if it is meant)")
        except ValueError as error:
            self.found.append(Problem(self.last, path, f"{error}, and got {shown(event.value)}"))
            return None
        if key in entries:
            first = entries[key].place
            text = f"a key is given once, and got it again (the first is on line {first.line})"
            self.found.append(Problem(self.last, (*path, key), text))
        return key


def _value(event: ScalarEvent) -> Plain:
    if event.implicit[0]:
        value = resolve(event.value)
        if not isinstance(value, str):
            return value
    if _CONTROL.search(event.value):
        raise ValueError("a text without control characters")
    return str(event.value)
