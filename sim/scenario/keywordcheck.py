"""What keyword rules must have in common with the rest of a scenario: its places, and a pace that can be simulated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import TYPE_CHECKING

from sim.scenario.inputs import rule_list
from sim.scenario.presets import shipped
from sim.scenario.problems import hint
from sim.scenario.tree import Path
from sim.scenario.units import format_duration

if TYPE_CHECKING:
    from sim.scenario.crosscheck import Clash
    from sim.scenario.schema import Delay, KeywordRule, Scenario
    from sim.scenario.schema.delay import Lognormal

MOST_CYCLES = 200
"""Spells with their gaps that fit into the horizon."""


def in_keyword_rules(scenario: Scenario) -> Iterator[Clash]:
    """Places of rule lists that do not exist, and turnover too fast for the horizon."""
    for platform, spec in scenario.platforms.items():
        for name, rule in spec.rules.items():
            if rule.detector == "keywords":
                here = ("platforms", platform, "rules", name)
                yield from _places(scenario, rule, here)
                yield from _pace(scenario, rule, here)


def _places(scenario: Scenario, rule: KeywordRule, here: Path) -> Iterator[Clash]:
    """Jurisdictions that a rule list names."""
    if rule.rule_list in shipped("rule-lists") or rule.rule_list in scenario.inputs:
        named = dict.fromkeys(entry.registered_in for entry in rule_list(str(rule.rule_list), scenario.inputs) if entry.registered_in)
        for name in named:
            if name not in scenario.jurisdictions:
                yield (
                    (*here, "rule_list"),
                    f"a list whose registered_in is a jurisdiction here ({hint(name, scenario.jurisdictions)})",
                    name,
                )


def _pace(scenario: Scenario, rule: KeywordRule, here: Path) -> Iterator[Clash]:
    if rule.turnover is not None:
        shortest = scenario.horizon / MOST_CYCLES
        cycle = _mean_within(rule.turnover.lifetime, scenario.horizon) / rule.turnover.listed
        if not cycle >= shortest:
            rule_text = f"spells and gaps of together a two-hundredth of the horizon ({format_duration(shortest)}) at least, on average"
            yield (*here, "turnover"), rule_text, format_duration(cycle)


def _mean_within(lifetime: Delay, horizon: float) -> float:
    """Mean of lifetimes, each cut off at the horizon."""
    if lifetime.lognormal is not None:
        return _lognormal_within(lifetime.lognormal, horizon)
    if lifetime.mixture is not None:
        return sum(part.weight * _lognormal_within(part, horizon) for part in lifetime.mixture)
    return min(float(lifetime.fixed if lifetime.fixed is not None else lifetime.exponential or 0), horizon)


def _lognormal_within(lognormal: Lognormal, horizon: float) -> float:
    if lognormal.sigma == 0:
        return min(lognormal.median, horizon)
    log, sigma, normal = math.log(horizon / lognormal.median), lognormal.sigma, NormalDist()
    below = lognormal.median * math.exp(sigma**2 / 2) * normal.cdf((log - sigma**2) / sigma)
    return below + horizon * (1 - normal.cdf(log / sigma))
