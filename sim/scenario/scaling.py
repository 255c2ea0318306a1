"""A scenario with another number of simulated people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.scenario.patterns import covers
from sim.scenario.problems import ScenarioError, dotted
from sim.scenario.vary import Varied

if TYPE_CHECKING:
    from sim.scenario.schema import Evidence, Scenario


def of_people(scenario: Scenario, people: int) -> Scenario:
    """The scenario with about so many people in all: groups in proportion, at least one person each.

    Each stands for as many more or fewer (`represents`), so that counts and the load of review desks stay what they were;
    ranges that evidence states of the numbers changed are left out.

    Raises:
        ScenarioError: if a scenario of so many people cannot be, such as one with fewer of a group than its trace has authors.
    """
    before = sum(group.size for group in scenario.groups.values())
    sizes = {f"groups.{name}.size": max(1, round(group.size * people / before)) for name, group in scenario.groups.items()}
    values = {**sizes, "represents": scenario.represents * before / sum(sizes.values())}
    after, faults = Varied(scenario).with_values(values)
    if after is None or faults:
        raise ScenarioError([f"{scenario.name}: {dotted(path)}: {text}" for path, text in faults])
    evidence = {path: _of_others(path, own, values) for path, own in scenario.evidence.items()}
    return after.model_copy(update={"experiment": scenario.experiment, "evidence": evidence})


def _of_others(path: str, evidence: Evidence, changed: Iterable[str]) -> Evidence:
    """Evidence at a path, without its range if that is one of values that have changed."""
    keys = path.split(".")
    own = any(len(other) == len(keys) and covers(tuple(keys), other) for other in (tuple(name.split(".")) for name in changed))
    return evidence.model_copy(update={"range": None}) if own else evidence
