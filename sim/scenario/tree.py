"""A scenario file as a tree that remembers where every value was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a scenario down to a value."""

Plain = None | bool | int | float | str
REFUSED = object()
"""Stands in plain data for a value that is already reported: no field accepts it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written; without a line it is a whole file, or an option of the command line, without a column a whole line."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. Like every node it is placed at its key, where it has one."""

    value: Plain
    place: Place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values, in the order of the file."""

    entries: dict[str, Node]
    place: Place


@dataclass(frozen=True, slots=True)
class Refused:
    """A value that is already reported."""

    place: Place


Node = Scalar | Items | Mapping | Refused


def is_null(node: Node) -> bool:
    """Whether a node is YAML's null."""
    return isinstance(node, Scalar) and node.value is None


def plain(node: Node) -> object:
    """A node as dictionaries, lists and single values."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Items):
        return [plain(value) for value in node.values]
    return node.value if isinstance(node, Scalar) else REFUSED


def planted(data: object, place: Place) -> Node:
    """Dictionaries, lists and single values as a node, all of it at one place."""
    if isinstance(data, dict):
        return Mapping({key: planted(value, place) for key, value in data.items()}, place)
    if isinstance(data, list | tuple):
        return Items(tuple(planted(value, place) for value in data), place)
    if data is REFUSED:
        return Refused(place)
    assert data is None or isinstance(data, bool | int | float | str)
    return Scalar(data, place)


def holds_refused(node: Node) -> bool:
    """Whether something in a node was refused when it was read."""
    if isinstance(node, Mapping):
        return any(map(holds_refused, node.entries.values()))
    return any(map(holds_refused, node.values)) if isinstance(node, Items) else isinstance(node, Refused)


def along(node: Node, path: Sequence[str | int]) -> Iterator[Node]:
    """The nodes that a path passes, from the top to the last that exists."""
    yield node
    for key in path:
        if isinstance(node, Mapping) and key in node.entries:
            node = node.entries[str(key)]
        elif isinstance(node, Items) and isinstance(key, int) and 0 <= key < len(node.values):
            node = node.values[key]
        else:
            return
        yield node


def exceeds(node: Node, most: int) -> bool:
    """Whether a tree has more nodes than that; what is shared counts each time."""
    waiting, count = [node], 0
    while waiting and count <= most:
        node = waiting.pop()
        count += 1
        waiting += node.entries.values() if isinstance(node, Mapping) else node.values if isinstance(node, Items) else ()
    return count > most
