"""A scenario's platforms and places as tables by index, for look-up by row. Rebuilt when the timeline sets a parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.firewall import blocked_shares
from sim.model.luck import Floats
from sim.model.meetings import Meetings, compile_meetings
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Policy:
    """What platforms and places do. F platforms, J jurisdictions, K topics.

    Attributes:
        scenario: the scenario that these tables hold.
        survey: (F,) whether a platform is one.
        meetings: the hours of those that are meetings.
        blocked: (J, F) share of people there who cannot reach the platform.
        friction: (F,) share of occasions that circumvention loses.
        sensitivity: (J, K).
        identity: (F, 2) chance that an author is identified: without and with the promised safeguards.
        shared: (F, J, 2) chance that a message of heat 1 by someone under that law is passed on by the platform.
        passed_on: (F, J, 2) the same, or read by the authority itself where it is published.
        exposure: (2, F, J, 2) what people take to be the chance that the author of a message of heat 1 is identified and passed on:
            in rooms and in direct chats, by those who believe no safeguards and those who do.
        perceived_reprisal: (J,) prior.
        perceived_removal: (F, J, 2) prior by jurisdiction of registration.
        hazard, abroad: (J,) of reprisal.
        waived: (F,) whether the rules are waived.
        kept, believed: (F,) shares, of messages and of participants, for which the safeguards hold.
    """

    scenario: Scenario
    survey: NDArray[np.bool_]
    meetings: Meetings
    blocked: Floats
    friction: Floats
    sensitivity: Floats
    identity: Floats
    shared: Floats
    passed_on: Floats
    exposure: Floats
    perceived_reprisal: Floats
    perceived_removal: Floats
    hazard: Floats
    abroad: Floats
    waived: NDArray[np.bool_]
    kept: Floats
    believed: Floats


def compile_policy(scenario: Scenario) -> Policy:
    """The tables of a scenario."""
    platforms = scenario.platforms
    places = scenario.jurisdictions.values()
    specs = list(platforms.values())
    identity = np.array([[p.identity, p.anonymous_identity if p.safeguards.anonymity else p.identity] for p in specs])
    shared = _shared(scenario)
    watched = np.array([[place.watches_public if p.kind == "feed" else 0.0 for place in places] for p in specs])
    passed_on = 1 - (1 - watched[:, :, None]) * (1 - shared)
    return Policy(
        scenario=scenario,
        survey=np.array([p.kind == "survey" for p in specs]),
        meetings=compile_meetings(scenario),
        blocked=blocked_shares(scenario),
        friction=np.array([p.friction for p in specs]),
        sensitivity=np.array([[place.sensitivity.get(topic, 0.0) for topic in scenario.topics] for place in places]),
        identity=identity,
        shared=shared,
        passed_on=passed_on,
        exposure=np.stack([_perceived_exposure(scenario, identity[:, None, :] * chance) for chance in (passed_on, shared)]),
        perceived_reprisal=np.array([place.perceived_reprisal for place in places]),
        perceived_removal=_perceived_removal(scenario),
        hazard=np.array([place.reprisal.hazard for place in places]),
        abroad=np.array([place.reprisal.abroad for place in places]),
        waived=np.array([p.safeguards.rules_waived for p in specs]),
        kept=np.array([p.safeguards.kept for p in specs]),
        believed=np.array([p.safeguards.believed for p in specs]),
    )


def _shared(scenario: Scenario) -> Floats:
    result = np.zeros((len(scenario.platforms), len(scenario.jurisdictions), 2))
    for f, platform in enumerate(scenario.platforms.values()):
        for j, name in enumerate(scenario.jurisdictions):
            shared = platform.shares_with.get(name, 0.0)
            result[f, j] = shared, 0.0 if platform.safeguards.no_data_sharing else shared
    return result


def _perceived_exposure(scenario: Scenario, true: Floats) -> Floats:
    """The stated perception where there is one, but the promised exposure for those who believe a safeguard; else the true one.

    Who is thought to have commissioned a survey makes it more or less.
    """
    result = true.copy()
    for f, platform in enumerate(scenario.platforms.values()):
        promised = platform.safeguards.anonymity or platform.safeguards.no_data_sharing
        for j, name in enumerate(scenario.jurisdictions):
            if name in platform.perceived_exposure:
                result[f, j, : 1 if promised else 2] = platform.perceived_exposure[name]
        if platform.survey is not None:
            result[f] = np.minimum(result[f] * platform.survey.sponsored, 1.0)
    return result


def _perceived_removal(scenario: Scenario) -> Floats:
    prior = scenario.beliefs.removal_prior
    result = np.empty((len(scenario.platforms), len(scenario.jurisdictions), 2))
    for f, platform in enumerate(scenario.platforms.values()):
        for j, name in enumerate(scenario.jurisdictions):
            raw = platform.perceived_removal.get(name, prior)
            result[f, j] = raw, 0.0 if platform.safeguards.rules_waived else raw
    return result
