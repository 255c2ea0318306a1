"""How much happens on SimPy's clock: events expected of windows, desks, appeals and authorities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.forecast import QUANTILES, Forecast
from sim.model.delays import waits
from sim.model.moderation.desks import SAMPLE_EVERY
from sim.model.policy import Policy, compile_policy
from sim.model.worlds import mechanisms_of
from sim.scenario import variants
from sim.scenario.schema import ClassifierRule, DirectiveRule, KeywordRule, ReportRule, Rule, SampleRule

if TYPE_CHECKING:
    from sim.model.luck import Floats
    from sim.scenario.schema import Platform, Scenario

SAID = 0.65
"""Share of occasions, of which some never arise, on which somebody speaks: about that in the shipped scenarios."""
MATCHED = 0.02
"""Share of messages that a keyword list takes up, for want of going through them."""
UPHELD = 0.5
"""Share of the cases of a desk that end with an action."""
OF_CASE, OF_APPEAL, OF_REPRISAL, OF_PROCESS = 2.5, 3.5, 3, 2
"""Events of a case (arrival, end of the review, perhaps expiry), of an appeal, of a reprisal, and to begin and end any process."""
MOST_PHASES = 20
"""Parameters in force, one after the other, that are looked at; of more, these stand for the others."""


def clock_events(scenario: Scenario, expected: Forecast, worlds: Sequence[str], replications: int, stacks: int) -> float:
    """Events that the clock handles in some replications of a scenario, simulated in so many stacks.

    Windows in which somebody might speak, the convenor's visits and what the timeline holds are handled once for a stack; desks are for
    every replication and world with moderation, and so are cases and appeals; reprisals for every one with surveillance.
    """
    horizon, hours = scenario.horizon, scenario.warm_up + scenario.horizon
    moderated, watched = (sum(mechanism in mechanisms_of(world) for world in worlds) for mechanism in ("moderation", "surveillance"))
    desks = sum(len(platform.desks) for platform in scenario.platforms.values())
    of_stack = windows(scenario, expected.occasions * replications / stacks) + horizon / scenario.convenor.every
    of_stack += (horizon / SAMPLE_EVERY if desks else 0) + (hours / 24 if scenario.exit else 0)
    of_stack += OF_PROCESS * (len(scenario.timeline) + 2)
    cases, reprisals = _over_time(scenario, expected)
    return stacks * of_stack + replications * (moderated * (desks * (hours + OF_PROCESS) + cases) + watched * OF_REPRISAL * reprisals)


def windows(scenario: Scenario, occasions: float) -> float:
    """Windows in which there is an occasion, were all equally likely to have one."""
    windows = math.ceil((scenario.warm_up + scenario.horizon) / scenario.window)
    return -windows * math.expm1(-occasions / windows)


def _over_time(scenario: Scenario, expected: Forecast) -> tuple[float, float]:
    """Events of cases and appeals in one world, and reprisals in one, by the parameters in force at each time."""
    phases = [(scenario.begins, scenario), *variants(scenario)]
    phases = phases[:: math.ceil(len(phases) / MOST_PHASES)]
    ends = [*(start for start, _ in phases[1:]), scenario.horizon]
    found = np.zeros(2)
    for (start, phase), end in zip(phases, ends, strict=True):
        crowd = _Crowd(phase, expected)
        found += (end - start) / (scenario.warm_up + scenario.horizon) * np.array([crowd.cases((start, end)), crowd.reprisals()])
    return float(found[0]), float(found[1])


class _Crowd:
    """What G groups say on K topics, and how critical it is at Q quantiles of their stances."""

    def __init__(self, scenario: Scenario, expected: Forecast) -> None:
        groups = list(scenario.groups.values())
        self._scenario = scenario
        self._policy: Policy = compile_policy(scenario)
        self._expected = expected
        places = list(scenario.jurisdictions)
        self._registered, self._resident = (np.array([places.index(p) for p in law]) for law in zip(*_laws(scenario), strict=True))
        interest = np.array([[group.interests.get(topic, 1.0) for topic in scenario.topics] for group in groups])
        self._interest = interest / interest.sum(axis=1, keepdims=True)
        stances = [[group.stances.get(topic, group.stance) for topic in scenario.topics] for group in groups]
        median, spread = (np.array([[getattr(s, name) for s in row] for row in stances]) for name in ("median", "spread"))
        self._stance = np.tanh(np.arctanh(median)[:, :, None] + spread[:, :, None] * np.array(QUANTILES))
        sensitivity = self._policy.sensitivity
        self._heat = np.maximum(sensitivity[self._registered], sensitivity[self._resident])[:, :, None] * (1 - self._stance) / 2

    def _said(self, index: int, platform: str) -> Floats:
        """(G, K) messages said on a platform within the horizon."""
        counts = np.array([self._expected.spoken.get((group, platform), 0.0) for group in self._scenario.groups])
        reached = 1 - self._policy.blocked[self._resident, index]
        said: Floats = SAID * (counts * reached)[:, None] * self._interest
        return said

    def cases(self, span: tuple[float, float]) -> float:
        """Events of cases and appeals in a world with moderation, as if what holds in this time held throughout."""
        events = 0.0
        for index, (name, platform) in enumerate(self._scenario.platforms.items()):
            said = self._said(index, name)
            spoken = sum(count for (_, where), count in self._expected.spoken.items() if where == name)
            abuse = self._expected.abuse.get(name, 0.0) * float(said.sum()) / max(spoken, 1e-9)
            judged = 1 - platform.safeguards.kept * platform.safeguards.rules_waived
            for rule in platform.rules.values():
                if rule.rooms is None or platform.kind in rule.rooms:
                    each = (OF_CASE if rule.desk else 0.0) + OF_APPEAL * _appealed(rule, platform)
                    share = judged * _in_force(rule, span) * _in_time(rule, platform, self._scenario.horizon)
                    events += each * share * self._flagged(rule, name, said, abuse)
        return events

    def _flagged(self, rule: Rule, platform: str, said: Floats, abuse: float) -> float:
        """Messages that a rule takes up, were it always in force."""
        scope = np.array([t in (rule.topics or [t]) for t in self._scenario.topics]) * said
        for chosen, law in ((rule.registered_in, self._registered), (rule.resides_in, self._resident)):
            if chosen is not None:
                scope = scope * np.isin(law, [list(self._scenario.jurisdictions).index(place) for place in chosen])[:, None]
        about_abuse = getattr(rule, "about", "heat") == "abuse"
        breaks = np.zeros(self._heat.shape) if about_abuse else self._heat >= getattr(rule, "threshold", 0.0)
        flagged = float((scope * self._share(rule, platform, breaks).mean(axis=2)).sum())
        return flagged + abuse * float(self._share(rule, platform, np.full((1, 1, 1), about_abuse)).mean())

    def _share(self, rule: Rule, platform: str, breaks: Floats) -> Floats:
        """Share of messages that a rule takes up, by whether they break it."""
        if isinstance(rule, SampleRule):
            return np.full(breaks.shape, rule.share)
        if isinstance(rule, KeywordRule):
            return np.full(breaks.shape, MATCHED * rule.recall)
        if isinstance(rule, DirectiveRule):
            meant = {"critical": self._stance < 0, "supportive": self._stance > 0}.get(rule.stance, np.ones(self._stance.shape))
            return rule.compliance * meant * (self._heat >= rule.heat) if breaks.size > 1 else np.zeros(breaks.shape)
        if isinstance(rule, ReportRule):
            return self._reported(rule, platform, breaks)
        return self._classified(rule, breaks)

    def _classified(self, rule: ClassifierRule, breaks: Floats) -> Floats:
        from sim.model.moderation.detectors import accuracy

        recall, false = (rates[:, None, None] for rates in accuracy(rule, list(self._scenario.groups), self._scenario.inputs))
        return np.where(breaks, recall, false)

    def _reported(self, rule: ReportRule, platform: str, breaks: Floats) -> Floats:
        """Chance that a Poisson number of readers' reports reaches the number needed, or that a brigade comes upon a message."""
        from scipy.special import pdtrc

        from sim.experiment.forecast import readers

        spec = self._scenario.platforms[platform]
        expected = np.where(breaks, rule.rate, rule.false_rate) * readers(self._scenario, spec) * spec.reading.share
        share: Floats = pdtrc(rule.needed - 1, expected)
        if rule.brigade is not None:
            share = 1 - (1 - share) * (1 - rule.brigade.share * float(pdtrc(rule.needed - 1, rule.brigade.reports)))
        return share

    def reprisals(self) -> float:
        """Reprisals in a world with surveillance, as if what holds now held throughout."""
        policy, total = self._policy, 0.0
        for index, (name, platform) in enumerate(self._scenario.platforms.items()):
            said, kept = self._said(index, name), np.array([1 - platform.safeguards.kept, platform.safeguards.kept])
            for place in np.flatnonzero(policy.hazard > 0):
                under = np.where(self._resident == place, 1.0, np.where(self._registered == place, policy.abroad[place], 0.0))
                heat = policy.sensitivity[place][:, None] * (1 - self._stance) / 2
                seen = float((kept * policy.passed_on[index, place] * policy.identity[index]).sum())
                total += policy.hazard[place] * seen * float((said * under[:, None] * (heat**2).mean(axis=2)).sum())
        return total


def _laws(scenario: Scenario) -> list[tuple[str, str]]:
    return [(group.registered_in, group.resides_in) for group in scenario.groups.values()]


def _appealed(rule: Rule, platform: Platform) -> float:
    """Appeals to a message that a rule takes up, as if half of what it does were in error."""
    if platform.appeals is None or rule.notice == "none":
        return 0.0
    propensity: float = (platform.appeals.propensity + platform.appeals.propensity_if_wrong) / 2
    return propensity * (UPHELD if rule.desk else 1.0)


def _in_time(rule: Rule, platform: Platform, horizon: float) -> float:
    """Of what a rule takes up of messages spread evenly over the time, the share that it acts on before the end."""
    wait = waits(rule.delay, (np.arange(64) + 0.5) / 64) + (platform.reading.half_life if isinstance(rule, ReportRule) else 0.0)
    share: float = np.maximum(1 - wait / horizon, 0.0).mean()
    return share


def _in_force(rule: Rule, span: tuple[float, float]) -> float:
    """Share of a time in which a rule is in force."""
    start, end = span
    inside = min(end, math.inf if rule.end is None else rule.end) - max(start, rule.start)
    return min(max(inside / (end - start), 0.0), 1.0) if end > start else 0.0
