"""Files that a scenario names beside what ships: rule lists, phrasebooks, score curves, blocklists, edge lists and traces.

A scenario that is loaded holds what they hold, and names them by it: the same scenario has the same names on any machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from sim.scenario import presets
from sim.scenario.design_file import Rows, read_design
from sim.scenario.domain_blocks import DomainBlock, read_domain_blocks
from sim.scenario.edges import Edge, read_edges
from sim.scenario.phrasebook import Book, read_phrasebook
from sim.scenario.problems import Problem, clean
from sim.scenario.reading import Unreadable, decoded, read_bytes
from sim.scenario.rule_list import Entry, read_rule_list
from sim.scenario.score_curves import Curves, read_score_curves
from sim.scenario.traffic import Traffic, read_traffic
from sim.scenario.tree import Items, Mapping, Node, Path, Place, Refused, Scalar

FOLDER = "inputs"
"""Where a result keeps them."""
MOST_BYTES = 64_000_000
HASH_DIGITS = 12

LONGEST_STEM = 60
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")

Check = Callable[[str, str, list[Problem]], object]
"""Reads a file's text, given with the name to show; what is wrong is added to the problems."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: where a scenario may name one (* for any key), how its name ends, and how it is checked."""

    paths: tuple[tuple[str, ...], ...]
    ending: str
    check: Check | None = None


KINDS = {
    "rule list": Kind(
        (("platforms", "*", "rules", "*", "rule_list"), ("platforms", "*", "interpretation", "rule_list")), ".csv", read_rule_list
    ),
    "phrasebook": Kind((("phrasebook",),), ".yaml", read_phrasebook),
    "file of score curves": Kind((("platforms", "*", "rules", "*", "scores"),), ".csv", read_score_curves),
    "blocklist": Kind((("jurisdictions", "*", "blocklist"),), ".csv", read_domain_blocks),
    "edge list": Kind((("platforms", "*", "rooms", "contacts", "file"),), ".csv", read_edges),
    "trace": Kind((("trace", "file"),), ".csv", read_traffic),
    "design": Kind((("experiment", "file"),), ".csv", read_design),
}


def is_file(name: str) -> bool:
    """Whether a value names a file, not something that ships."""
    return name.endswith((".csv", ".yaml"))


def anchored(tree: Mapping, folder: str) -> Mapping:
    """The tree of a scenario file in a folder, with the files that it names given from where the program runs."""
    result = _changed(tree, (), lambda path, kind, node: Scalar(os.path.join(folder, str(node.value)), node.place))
    assert isinstance(result, Mapping)
    return result


def with_inputs(tree: Mapping, found: list[Problem]) -> tuple[Mapping, dict[str, bytes]]:
    """The tree with each file named by what it holds, and what they hold by these names; what is wrong is added to `found`."""
    reader = _Reader(found)
    result = _changed(tree, (), reader.renamed)
    assert isinstance(result, Mapping)
    return result, reader.inputs


def rule_list(name: str, inputs: dict[str, bytes]) -> list[Entry]:
    """The entries of a rule list that ships, or that a loaded scenario holds."""
    return list(_rule_list(name, inputs.get(name)))


@lru_cache(maxsize=16)
def _rule_list(name: str, raw: bytes | None) -> tuple[Entry, ...]:
    text = presets.text("rule-lists", name) if raw is None else decoded(raw, name)
    return tuple(read_rule_list(text, name, []))


def phrasebook(name: str, inputs: dict[str, bytes]) -> Book:
    """The texts of a phrasebook that ships, or that a loaded scenario holds."""
    return _phrasebook(name, inputs.get(name))


@lru_cache(maxsize=16)
def _phrasebook(name: str, raw: bytes | None) -> Book:
    text = presets.text("phrasebooks", name) if raw is None else decoded(raw, name)
    return read_phrasebook(text, name, [])


def domain_blocks(name: str, inputs: dict[str, bytes]) -> list[DomainBlock]:
    """The rows of a blocklist that ships, or that a loaded scenario holds."""
    return read_domain_blocks(_text("domain-blocks", name, inputs), name, [])


def score_curves(name: str, inputs: dict[str, bytes]) -> Curves:
    """The score curves that a scenario holds."""
    return read_score_curves(decoded(inputs[name], name), name, [])


def edges(name: str, inputs: dict[str, bytes]) -> tuple[Edge, ...]:
    """The pairs of an edge list that a scenario holds."""
    return read_edges(decoded(inputs[name], name), name, [])


def design(name: str, inputs: dict[str, bytes]) -> Rows:
    """The points of a design that a scenario holds."""
    return read_design(decoded(inputs[name], name), name, [])


def traffic(name: str, inputs: dict[str, bytes]) -> Traffic:
    """The messages of a trace that a scenario holds.

    Raises:
        Unreadable: if it is at fault.
    """
    found = read_traffic(decoded(inputs[name], name), name, [])
    if found is None:
        raise Unreadable(Place(name), "a trace that can be replayed, and got one with faults")
    return found


def _text(kind: str, name: str, inputs: dict[str, bytes]) -> str:
    return decoded(inputs[name], name) if name in inputs else presets.text(kind, name)


@dataclass
class _Reader:
    """Reads each file once."""

    found: list[Problem]
    inputs: dict[str, bytes] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)

    def renamed(self, path: Path, kind: str, node: Scalar) -> Node:
        """The node with the name of the file that it names; where that is not usable, nothing that need be said again."""
        file = str(node.value)
        try:
            if (kind, file) not in self.names:
                self.names[kind, file] = self._read(kind, file, node.place)
        except Unreadable as error:
            named = Problem(node.place, path, f"{error}: '{clean(os.path.normpath(file), 300)}'")
            self.found.append(named if error.problem.place == node.place else error.problem)
            return node if path[0] == "timeline" else Refused(node.place)
        return Scalar(self.names[kind, file], node.place)

    def _read(self, kind: str, file: str, place: Place) -> str:
        """The name of a file; problems inside it are added to what is found."""
        ending, check = KINDS[kind].ending, KINDS[kind].check
        if not file.endswith(ending):
            raise Unreadable(place, f"a {kind} is a {ending} file, and got another")
        raw = read_bytes(file, place, MOST_BYTES, f"a {kind}")
        text = decoded(raw, os.path.normpath(file))
        if check is not None:
            check(text, os.path.normpath(file), self.found)
        name = name_of(file, ending, raw)
        self.inputs[name] = raw
        return name


def name_of(file: str, ending: str, raw: bytes) -> str:
    """The name by which a scenario that is loaded knows a file: how it is called, and what it holds."""
    digest = sha256(raw).hexdigest()[:HASH_DIGITS]
    stem = os.path.basename(file).removesuffix(ending).removesuffix(f"-{digest}")
    return f"{FOLDER}/{_STRANGE.sub('-', stem)[:LONGEST_STEM]}-{digest}{ending}"


def _changed(node: Node, path: Path, change: Callable[[Path, str, Scalar], Node]) -> Node:
    """A tree in which whatever names a file is changed, given its path and kind."""
    if isinstance(node, Mapping):
        return Mapping({key: _changed(inner, (*path, key), change) for key, inner in node.entries.items()}, node.place)
    if isinstance(node, Items):
        return Items(tuple(_changed(inner, (*path, index), change) for index, inner in enumerate(node.values)), node.place)
    kind = _kind_at(path) if isinstance(node, Scalar) and isinstance(node.value, str) and is_file(node.value) else None
    return change(path, kind, node) if kind is not None and isinstance(node, Scalar) else node


def _kind_at(path: Path) -> str | None:
    """The kind of file that a value at a path names; what the timeline sets is known by the path that it sets."""
    if path[:1] == ("timeline",) and path[2:3] == ("set",):
        path = (*str(path[3]).split("."), *path[4:])
    return next((name for name, kind in KINDS.items() if any(_is_like(path, pattern) for pattern in kind.paths)), None)


def _is_like(path: Path, pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(wanted in ("*", key) for key, wanted in zip(path, pattern, strict=True))
