"""Reinforcement of expression (Gaisbauer, Olbrich & Banisch 2020): resting points, networks that come to rest there, and a room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from sim.model.luck import Floats
from sim.model.voice import Manner
from sim.model.voice.reinforcement import ReinforcementVoice, answer, learned, speaks
from sim.validation.check import Check, Finding, Section, exactly, mean
from sim.validation.one_room import CRITICS, FRIENDS, held, scenario

EXPLOITATION = 30.0
RATE, ROUNDS = 0.02, 1_500
SIZES = (100, 200)
BETWEEN = 0.15
"""Density of links between the two groups of a network."""


@dataclass(frozen=True)
class Case:
    """Ratios of expected own-group to other-group neighbours, the cost of speaking, and what people take it to be worth at first."""

    gamma: float
    delta: float
    cost: float
    start: float = 0.0

    @property
    def own(self) -> Floats:
        """(2,) chance that a random neighbour is of one's own group."""
        return 1 - 1 / (1 + np.array([self.gamma, self.delta]))


COHESIVE, APART, MIXED = Case(2, 1, 0.1), Case(3, 3, 0.1, start=0.2), Case(0.3, 0.3, 0.3)
RESTING_POINTS = (
    ("cohesive", COHESIVE, (0.1, -0.1), (0.567, -0.6)),
    ("reversed", COHESIVE, (-0.1, 0.1), (-0.433, 0.4)),
    ("apart", APART, (0.0, 0.0), (0.4, 0.4)),
    ("mixed", MIXED, (0.0, 0.0), (-0.3, -0.3)),
)
"""Name, case, a start near by, and the published point."""


def rest(case: Case, start: tuple[float, float], costly: bool = True) -> Floats:
    """(2,) what speaking is worth to each group where the mean field comes to rest, from a start near by."""
    worth = np.array(start)
    while True:
        aloud = speaks(worth, EXPLOITATION)
        reward = case.own * aloud - (1 - case.own) * aloud[::-1] - case.cost * costly
        after = learned(worth, reward, RATE)
        if np.abs(after - worth).max() < 1e-13:
            return after
        worth = after


def network(case: Case, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Number of each node's neighbours, and these first among (n, most) nodes: a stochastic block model."""
    group = np.repeat([0, 1], SIZES)
    others = BETWEEN * np.array(SIZES[::-1])
    within = others * np.array([case.gamma, case.delta]) / (np.array(SIZES) - 1)
    density = np.where(group[:, None] == group, within[group], BETWEEN)
    upper = np.triu(rng.random((len(group), len(group))) < density, 1)
    linked = upper | upper.T
    degree = linked.sum(axis=1)
    return degree, np.argsort(~linked, axis=1, kind="stable")[:, : degree.max()]


def played(case: Case, seed: int, costly: bool, learning: bool) -> Floats:
    """(n,) what speaking is worth to each node after many rounds, in each of which a random neighbour answers those who speak."""
    rng = np.random.default_rng(seed)
    degree, neighbours = network(case, rng)
    group, node = np.repeat([0, 1], SIZES), np.arange(sum(SIZES))
    worth = np.full(len(node), case.start)
    for _ in range(ROUNDS):
        aloud = rng.random(len(node)) < speaks(worth, EXPLOITATION)
        met = neighbours[node, (rng.random(len(node)) * degree).astype(np.int64)]
        answers = rng.random(len(node)) < speaks(worth[met], EXPLOITATION)
        alike = group[met] == group
        reward = answer(np.full(len(node), 0.5), answers & alike, answers & ~alike) - case.cost * costly
        worth = np.where(aloud, learned(worth, reward, RATE * learning), worth)
    return worth


@cache
def _networks(case: Case, quick: bool, costly: bool = True, learning: bool = True) -> Floats:
    """(replications, n)."""
    return np.array([played(case, seed, costly, learning) for seed in range(8 if quick else 16)])


def worth_on_networks(case: Case, group: int, quick: bool, costly: bool = True) -> Finding:
    """Mean worth of speaking in a group."""
    return mean(_networks(case, quick, costly)[:, _members(group)].mean(axis=1))


def aloud_on_networks(case: Case, group: int, quick: bool, learning: bool = True) -> Finding:
    """Mean probability of speaking in a group."""
    return mean(speaks(_networks(case, quick, True, learning)[:, _members(group)], EXPLOITATION).mean(axis=1))


def _members(group: int) -> slice:
    return slice(0, SIZES[0]) if group == 0 else slice(SIZES[0], None)


@cache
def _room(cost: float) -> tuple[Floats, Floats]:
    """Worth to each of two hundred in a room, and who speaks last among the hundred of the other camp there."""
    voice = {"model": "reinforcement", "exploitation": EXPLOITATION, "learning_rate": RATE, "expression_cost": cost}
    what = scenario(voice, {"many": {"size": 200, "stance": CRITICS}, "few": {"size": 100, "stance": FRIENDS}}, horizon="8 d")
    world = held(what)
    assert isinstance(world.voice, ReinforcementVoice)
    late = (world.occasions.time > what.horizon - 24) & (world.people.group[world.occasions.person] == 1)
    return world.voice.worth[world.people.group == 0], world.ledger.voice[late, 0] != Manner.SILENT


def _worth_in_a_room(quick: bool, cost: float = 0.1) -> Finding:
    return mean(_room(cost)[0])


def _aloud_in_a_room(many: bool, quick: bool) -> Finding:
    return Finding(float((_room(0.1)[0] > 0).mean() if many else _room(0.1)[1].mean()))


def _at_rest(case: Case, start: tuple[float, float], group: int, costly: bool = True) -> float:
    return float(rest(case, start, costly)[group])


def _mean_fields() -> Iterator[Check]:
    for name, case, start, values in RESTING_POINTS:
        for group, expected in enumerate(values):
            yield Check(
                f"mean-field-{name}-{group + 1}",
                f"gamma {case.gamma:g}, delta {case.delta:g}, cost {case.cost:g}, b 30: worth of speaking to group {group + 1} at rest",
                expected, exactly(partial(_at_rest, case, start, group)),
                "speaking costs nothing", exactly(partial(_at_rest, case, start, group, False)), tolerance=5e-4,
            )  # fmt: skip


def _on_networks() -> Iterator[Check]:
    for name, claim, case, expected in (
        ("cohesive", "a cohesive minority on networks (gamma 2, delta 1): what speaking comes to be worth to it", COHESIVE, 0.567),
        ("apart", "groups apart (gamma 3, delta 3): the same, for the first", APART, 0.4),
    ):
        yield Check(
            f"network-{name}", claim, expected, partial(worth_on_networks, case, 0),
            "speaking costs nothing", partial(worth_on_networks, case, 0, costly=False), tolerance=0.005, deviations=5,
        )  # fmt: skip
    for name, claim, case, group in (
        ("silenced", "majority beside the cohesive minority: probability of speaking", COHESIVE, 1),
        ("mixed", "mixed groups (gamma and delta .3, cost .3): probability of speaking", MIXED, 0),
    ):
        yield Check(
            f"network-{name}", claim, 0.0, partial(aloud_on_networks, case, group),
            "nobody learns", partial(aloud_on_networks, case, group, learning=False), tolerance=0.01, deviations=5,
        )  # fmt: skip


def _on_the_engine() -> Iterator[Check]:
    yield Check(
        "engine-worth", "two hundred and one hundred in one room of the simulation: worth of speaking to the many", 199 / 299 - 0.1,
        _worth_in_a_room, "speaking costs nothing", partial(_worth_in_a_room, cost=0.0), deviations=4,
    )  # fmt: skip
    yield Check(
        "engine-silenced", "and share of occasions on which the few still speak there", 0.0, partial(_aloud_in_a_room, False),
        "the many instead of the few", partial(_aloud_in_a_room, True), tolerance=0.02,
    )  # fmt: skip


SECTION = Section(
    "reinforcement",
    "Reinforcement of expression",
    "Gaisbauer, Olbrich & Banisch 2020, arXiv 1912.12631",
    (*_mean_fields(), *_on_networks(), *_on_the_engine()),
)
