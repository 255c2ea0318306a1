"""A scenario file into a frozen `Scenario`."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sim.scenario.checking import checked
from sim.scenario.inheritance import read_with_parents
from sim.scenario.inputs import with_inputs
from sim.scenario.likeness import with_copies
from sim.scenario.merging import merged
from sim.scenario.overrides import overridden
from sim.scenario.presetting import grounded, with_presets
from sim.scenario.problems import Problem, ScenarioError, report
from sim.scenario.reading import MOST_NODES, Unreadable
from sim.scenario.schema import Scenario
from sim.scenario.shape import ROOT
from sim.scenario.tree import Mapping, Node, exceeds


def load(path: str | os.PathLike[str], overrides: Sequence[str] = ()) -> Scenario:
    """Reads a scenario: the file over those that it extends and over presets, copies by `like`, then each ``PATH=VALUE`` of `overrides`.

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
    tree = _resolved(read_with_parents(path, found), found)
    tree = grounded(_resolved([overridden(tree, overrides, found)], found))
    tree, inputs = with_inputs(tree, found)
    return checked(tree, inputs, found)


def _resolved(files: Sequence[Mapping], found: list[Problem]) -> Mapping:
    """The tree of files laid over each other, with all that their entries start from: presets, and copies of each other."""
    first, *more = with_presets(files, found)
    tree: Node = first
    for over in more:
        tree = merged(tree, over, ROOT)
    assert isinstance(tree, Mapping)
    return _bounded(with_copies(tree, found))


def _bounded(tree: Mapping) -> Mapping:
    """The tree, unless copies have made it too large."""
    if exceeds(tree, MOST_NODES):
        raise Unreadable(tree.place, f"a scenario of at most {MOST_NODES:,} values, copies by like and preset included, and got more")
    return tree
