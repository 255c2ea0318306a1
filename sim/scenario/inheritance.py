"""`extends`: a scenario file and those that it is laid over."""

from __future__ import annotations

import os

from sim.scenario.inputs import anchored
from sim.scenario.problems import Problem, shown
from sim.scenario.reading import Budget, Unreadable, read_file
from sim.scenario.tree import Mapping, Node, Scalar

LONGEST_CHAIN = 10


def read_with_parents(path: str, found: list[Problem]) -> list[Mapping]:
    """The trees of the files that a scenario file extends, each laid over the one before it, and its own at the end.

    Raises:
        Unreadable: if one of the files cannot be read, or if they extend each other in a circle.
    """
    return _read(path, os.path.normpath(path), Budget(), found, ())


def _read(path: str, shown_as: str, budget: Budget, found: list[Problem], below: tuple[str, ...]) -> list[Mapping]:
    tree = read_file(path, shown_as, budget, found)
    if not isinstance(tree, Mapping):
        got = "an empty file" if isinstance(tree, Scalar) and tree.value is None else "something else"
        raise Unreadable(tree.place, f"a scenario is a mapping of keys to values, and got {got}")
    tree = anchored(tree, os.path.dirname(path))
    parent = tree.entries.pop("extends", None)
    if parent is None:
        return [tree]
    chain = (*below, os.path.realpath(path))
    name = _parent_name(parent)
    above = os.path.join(os.path.dirname(path), name)
    shown_above = os.path.normpath(os.path.join(os.path.dirname(shown_as), name))
    _check_chain(parent, name, above, chain)
    return [*_read(above, shown_above, budget, found, chain), tree]


def _parent_name(parent: Node) -> str:
    if not isinstance(parent, Scalar) or not isinstance(parent.value, str) or not parent.value.strip():
        raise Unreadable(parent.place, "the name of a scenario file, relative to this one, and got something else", ("extends",))
    return parent.value


def _check_chain(parent: Node, name: str, above: str, chain: tuple[str, ...]) -> None:
    rule = None
    if os.path.realpath(above) in chain:
        rule = "a file that does not extend this one in turn"
    elif len(chain) > LONGEST_CHAIN:
        rule = f"a chain of at most {LONGEST_CHAIN} files above the first"
    elif not os.path.isfile(above):
        rule = "a scenario file that exists, relative to this one"
    if rule is not None:
        raise Unreadable(parent.place, f"{rule}, and got {shown(name)}", ("extends",))
