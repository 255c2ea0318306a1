"""A scenario file into a frozen `Scenario`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sim.scenario.checking import checked
from sim.scenario.inheritance import read_with_parents
from sim.scenario.inputs import with_inputs
from sim.scenario.likeness import with_copies
from sim.scenario.overrides import overridden
from sim.scenario.problems import Problem, ScenarioError, report
from sim.scenario.reading import MOST_NODES, Unreadable
from sim.scenario.schema import Scenario
from sim.scenario.tree import Mapping, exceeds


def load(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Scenario:
    """Reads a scenario: the file over those that it extends, copies made by `like`, then each ``PATH=VALUE`` of `overrides`.

    Raises:
        ScenarioError: if anything is wrong, with one line for each problem.
    """
    found: list[Problem] = []
    try:
        scenario = _loaded(os.fspath(path), overrides, found)
    except Unreadable as error:
        raise ScenarioError(report([*found, error.problem])) from None
    if found or scenario is None:
        raise ScenarioError(report(found))
    return scenario


def _loaded(path: str, overrides: Sequence[str], found: list[Problem]) -> Scenario | None:
    """The scenario; problems are added to `found`, and it is None where they lie in the tree."""
    tree = _bounded(with_copies(read_with_parents(path, found), found))
    tree = _bounded(with_copies(overridden(tree, overrides, found), found))
    tree, inputs = with_inputs(tree, found)
    return checked(tree, inputs, found)


def _bounded(tree: Mapping) -> Mapping:
    """The tree, unless copies of copies have made it too large."""
    if exceeds(tree, MOST_NODES):
        raise Unreadable(tree.place, f"a scenario of at most {MOST_NODES:,} values, copies by like included, and got more")
    return tree
