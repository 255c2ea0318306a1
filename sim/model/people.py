"""Participants as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.scenario.schema import Group, Scenario


@dataclass(frozen=True)
class People:
    """Participants of one or several replications, one after the other; all arrays have P entries unless stated.

    Attributes:
        key: luck key; person k of a group has the same one whatever else the scenario holds.
        replication: position in the stack of replications.
        replication_key: (replications,) luck key of each replication.
        group, registered, resident, community, language: index in the scenario's order (communities and languages sorted by name).
        rate: spontaneous occasions per day.
        stance: (P, K) private stance by topic, in (-1, 1).
        benefit, fear, conformity, reactance, code_fluency: weights of the voice model.
        hostile, targeted: whether the person abuses targets, and is one.
        circumvention_luck: the person circumvents where this is below the share of those who do.
        topic_cdf: (G, K) cumulated interests by group.
    """

    key: Keys
    replication: NDArray[np.int32]
    replication_key: Keys
    group: NDArray[np.int32]
    registered: NDArray[np.int32]
    resident: NDArray[np.int32]
    community: NDArray[np.int32]
    language: NDArray[np.int32]
    rate: Floats
    stance: Floats
    benefit: Floats
    fear: Floats
    conformity: Floats
    reactance: Floats
    code_fluency: Floats
    circumvention: Floats
    circumvention_luck: Floats
    topic_cdf: Floats
    hostile: NDArray[np.bool_]
    targeted: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.key)

    @property
    def topics(self) -> int:
        """Number of topics."""
        return int(self.stance.shape[1])


def draw_people(scenario: Scenario, replications: Sequence[int]) -> People:
    """The participants of some replications, each drawn from its own luck."""
    keys = [
        child_keys(np.full(group.size, name_key("person", scenario.seed, replication, name), np.uint64), np.arange(group.size))
        for replication in replications
        for name, group in scenario.groups.items()
    ]
    groups = list(scenario.groups.values())
    sizes = [group.size for group in groups]
    group_index = np.tile(np.repeat(np.arange(len(groups), dtype=np.int32), sizes), len(replications))
    key = np.concatenate(keys)
    places = {name: index for index, name in enumerate(scenario.jurisdictions)}
    communities = {name: i for i, name in enumerate(sorted({_community(group) for group in groups}))}

    def by_group(values: list[float]) -> Floats:
        return np.array(values, dtype=np.float64)[group_index]

    def codes(values: list[int]) -> NDArray[np.int32]:
        return np.array(values, dtype=np.int32)[group_index]

    return People(
        key=key,
        replication=np.repeat(np.arange(len(replications), dtype=np.int32), sum(sizes)),
        replication_key=np.array([name_key("replication", scenario.seed, r) for r in replications], np.uint64),
        group=group_index,
        registered=codes([places[g.registered_in] for g in groups]),
        resident=codes([places[g.resides_in] for g in groups]),
        community=codes([communities[_community(g)] for g in groups]),
        language=codes([languages(scenario).index(g.language) for g in groups]),
        rate=_rates(key, by_group([g.messages_per_day for g in groups]), by_group([g.activity_sigma for g in groups])),
        stance=_stances(scenario, key, group_index),
        benefit=_median_lognormal(Purpose.BENEFIT, key, by_group([g.benefit for g in groups]), by_group([g.benefit_sigma for g in groups])),
        fear=_median_lognormal(Purpose.FEAR, key, by_group([g.fear for g in groups]), by_group([g.fear_sigma for g in groups])),
        conformity=by_group([g.conformity for g in groups]),
        reactance=by_group([g.reactance for g in groups]),
        code_fluency=by_group([g.code_fluency for g in groups]),
        circumvention=by_group([g.circumvention for g in groups]),
        circumvention_luck=luck(Purpose.CIRCUMVENTS, key),
        topic_cdf=_interest_cdf(scenario),
        hostile=luck(Purpose.HOSTILE, key) < by_group([g.hostile for g in groups]),
        targeted=luck(Purpose.TARGETED, key) < by_group([g.targeted for g in groups]),
    )


def languages(scenario: Scenario) -> list[str]:
    """Languages of the people, in the order of their indices."""
    return sorted({group.language for group in scenario.groups.values()})


def _community(group: Group) -> str:
    return group.community or group.resides_in


def _rates(key: Keys, mean: Floats, sigma: Floats) -> Floats:
    rates: Floats = mean * np.exp(sigma * ndtri(luck(Purpose.RATE, key)) - sigma**2 / 2)
    return rates


def _median_lognormal(purpose: Purpose, key: Keys, median: Floats, sigma: Floats) -> Floats:
    draws: Floats = median * np.exp(sigma * ndtri(luck(purpose, key)))
    return draws


def _stances(scenario: Scenario, key: Keys, group_index: NDArray[np.int32]) -> Floats:
    """(P, K): tanh of normals that share a common factor within the person."""
    groups = scenario.groups.values()
    location = np.array([[np.arctanh(g.stances.get(topic, g.stance).median) for topic in scenario.topics] for g in groups])
    spread = np.array([[g.stances.get(topic, g.stance).spread for topic in scenario.topics] for g in groups])
    shared = np.array([g.stance_correlation for g in groups])[group_index]
    common = np.sqrt(shared) * ndtri(luck(Purpose.STANCE_COMMON, key))
    own = np.sqrt(1 - shared)
    result = np.empty((len(key), len(scenario.topics)))
    for k, topic in enumerate(scenario.topics):
        normal = common + own * ndtri(luck(Purpose.STANCE_TOPIC, key, name_key("topic", topic)))
        result[:, k] = np.tanh(location[group_index, k] + spread[group_index, k] * normal)
    return result


def _interest_cdf(scenario: Scenario) -> Floats:
    weights = np.array([[g.interests.get(topic, 1.0) for topic in scenario.topics] for g in scenario.groups.values()])
    cumulated: Floats = np.cumsum(weights, axis=1)
    return cumulated / cumulated[:, -1:]
