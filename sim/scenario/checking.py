"""A tree into a `Scenario`, or into everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError

from sim.scenario.changes import faults_in_sets
from sim.scenario.crosscheck import clashes
from sim.scenario.evidence import unmatched
from sim.scenario.mending import in_doubt, mended
from sim.scenario.problems import MOST, Problem, shown
from sim.scenario.schema import Scenario
from sim.scenario.tree import Mapping, Node, Path, along, holds_refused, plain
from sim.scenario.vary import faults_in_experiment
from sim.scenario.wording import Fault, locate, worded

MENDINGS = 3
"""Times that a tree is mended to see what else is wrong: one mended key can bring up another fault."""


def checked(tree: Mapping, inputs: dict[str, bytes], found: list[Problem]) -> Scenario | None:
    """The scenario of a tree with the files that it names; all its problems, in its parts and across them, are added to `found`, and it
    is None then."""
    before = len(found)
    lost: list[Path] = []
    scenario = _checked_parts(tree, inputs, found, lost)
    if scenario is not None:
        found += [problem for problem in _across(scenario, tree) if not in_doubt(problem.path, lost)]
    return scenario if len(found) == before else None


def _checked_parts(tree: Mapping, inputs: dict[str, bytes], found: list[Problem], lost: list[Path]) -> Scenario | None:
    """The scenario of a tree, or as it might be without the problems added to `found`; None where that cannot be said."""
    whole: Mapping | None = tree
    for attempt in range(MENDINGS + 1):
        if whole is None:
            return None
        data = plain(whole)
        try:
            return Scenario.model_validate(data, context={"clashes": "later", "inputs": inputs})
        except ValidationError as invalid:
            faults = [locate(error, data) for error in invalid.errors(include_url=False)]
        if attempt == 0:
            found += _worded(faults, tree)
        whole = mended(whole, data, faults, lost)
    return None


def _worded(faults: Sequence[Fault], tree: Node) -> list[Problem]:
    """Problems in order of their lines; past those that can be listed, without the labour of a hint."""
    placed = [(list(along(tree, fault.path))[-1].place, fault) for fault in faults]
    placed.sort(key=lambda pair: (pair[0].file, pair[0].line or 0, pair[0].column or 0))
    first = [worded(fault, tree) for _, fault in placed[:MOST]]
    return [p for p in first if p is not None] + [Problem(place, fault.path, fault.error["msg"]) for place, fault in placed[MOST:]]


def _across(scenario: Scenario, tree: Node) -> list[Problem]:
    """The problems across the parts of a scenario; what was refused when it was read is not said again."""
    found = [(path, f"{rule}, and got {shown(got)}") for path, rule, got in (*clashes(scenario), *unmatched(scenario))]
    found += [*faults_in_sets(scenario), *faults_in_experiment(scenario)]
    passed = [(list(along(tree, path)), path, text) for path, text in found]
    said = [len(nodes) > len(path) > 0 and holds_refused(nodes[-1]) for nodes, path, _ in passed]
    return [Problem(nodes[-1].place, path, text) for (nodes, path, text), again in zip(passed, said, strict=True) if not again]
