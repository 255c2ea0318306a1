"""A scenario of which some values were changed, checked again."""

from __future__ import annotations

from pydantic import ValidationError

from sim.scenario.crosscheck import clashes
from sim.scenario.problems import shown
from sim.scenario.schema import Scenario
from sim.scenario.tree import Mapping, Path, plain
from sim.scenario.wording import locate, worded

Fault = tuple[Path, str]
"""A path in the scenario, and what is wrong there."""


def revalidated(tree: Mapping, before: Scenario) -> tuple[Scenario | None, list[Fault]]:
    """The scenario of a changed tree; and what is wrong with it that was not wrong before."""
    data = plain(tree)
    try:
        after = Scenario.model_validate(data, context={"clashes": "later", "inputs": before.inputs})
    except ValidationError as invalid:
        problems = [worded(locate(error, data), tree) for error in invalid.errors(include_url=False)]
        return None, [(problem.path, problem.text) for problem in problems if problem is not None]
    found = clashes(after)
    new = [clash for clash in found if clash not in clashes(before)] if found else []
    return after, [(path, f"{rule}, and got {shown(got)}") for path, rule, got in new]
