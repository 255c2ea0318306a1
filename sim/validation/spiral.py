"""The spiral of silence on networks (Ross et al. 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from scipy.sparse import csr_array

from sim.model.luck import Floats
from sim.model.voice.spiral import confidence, delta, gathered
from sim.validation.check import Check, Finding, Section, exactly, mean
from sim.validation.one_room import CRITICS, FRIENDS, held, scenario

PEOPLE, BOTS = 1_000, 50
DEGREE_EXPONENT = 2.5
STILL, MOST_TICKS = 1e-3, 3_000
RUNS = {1: 200, 5: 120, 10: 60}
"""Runs by links of each new node; half of them in haste."""


def preferential_attachment(links: int, bots: int, rng: np.random.Generator) -> csr_array:
    """The neighbours of everybody in a network that grows by preferential attachment; bots join a finished one.

    A new node links to a node of degree k with weight k + (DEGREE_EXPONENT - 3) links, so that degrees follow a power law of that
    exponent (Dorogovtsev, Mendes & Samukhin 2000); bots link by the same weights. It begins as a star.
    """
    degree = np.zeros(PEOPLE + bots)
    degree[: links + 1] = 1
    degree[links] = links
    ends = [(links, node) for node in range(links)]
    for node in range(links + 1, PEOPLE + bots):
        known = min(node, PEOPLE)
        weight = np.cumsum(np.maximum(degree[:known] + (DEGREE_EXPONENT - 3) * links, 0.25))
        chosen: set[int] = set()
        while len(chosen) < links:
            chosen.add(int(np.searchsorted(weight, rng.random() * weight[-1], side="right")))
        ends += [(node, other) for other in chosen]
        degree[list(chosen)] += node < PEOPLE
        degree[node] = links
    one, other = np.array(ends).T
    return csr_array((np.ones(2 * len(ends)), (np.append(one, other), np.append(other, one))), shape=(len(degree),) * 2)


@dataclass(frozen=True)
class Rest:
    """Where a run came to rest: which share of all people speaks in the smaller camp, ticks to get there, and whether bots' camp leads."""

    minority: float
    ticks: int
    bots_win: bool


def run(links: int, bots: int, seed: int, inverted: bool) -> Rest:
    """One run, to rest; bots always speak for the second camp. Inverted, people speak below their thresholds, as printed."""
    rng = np.random.default_rng((links, bots, seed))
    neighbours = preferential_attachment(links, bots, rng)
    human = np.arange(PEOPLE + bots) < PEOPLE
    second = np.append(rng.permutation(PEOPLE) < PEOPLE // 2, np.ones(bots, np.bool_))
    raw, threshold = rng.random((2, PEOPLE + bots))
    ticks, sure = 0, confidence(raw)
    while True:
        aloud = ((sure < threshold) if inverted else (sure > threshold)) | ~human
        heard = neighbours @ np.stack([aloud & ~second, aloud & second], axis=1).astype(float)
        own, other = np.where(second, heard[:, 1], heard[:, 0]), np.where(second, heard[:, 0], heard[:, 1])
        raw, before = gathered(raw, delta(own, other)), sure
        sure, ticks = confidence(raw), ticks + 1
        if (np.abs(sure - before)[human] <= STILL).all() or ticks == MOST_TICKS:
            break
    aloud = human & ((sure < threshold) if inverted else (sure > threshold))
    counts = (aloud & ~second).sum(), (aloud & second).sum()
    return Rest(min(counts) / PEOPLE, ticks, bool(counts[1] > counts[0]))


@cache
def runs(links: int, bots: int, quick: bool, inverted: bool) -> tuple[Rest, ...]:
    """Independent runs."""
    count = RUNS[links] // (4 if inverted else 2 if quick else 1)
    return tuple(run(links, bots, seed, inverted) for seed in range(count))


def of_all(quantity: str, links: int, bots: int, quick: bool, inverted: bool = False) -> Finding:
    """The mean of a quantity over runs; shares in per cent."""
    values: Floats = np.array([getattr(rest, quantity) for rest in runs(links, bots, quick, inverted)], float)
    return mean(values if quantity == "ticks" else 100 * values)


@cache
def silenced_in_a_room(world: str = "fear") -> float:
    """In one room of the simulation with two camps: share of the occasions on the last day that the quieter camp takes."""
    what = scenario({"model": "spiral"}, {"critics": {"size": 150, "stance": CRITICS}, "friends": {"size": 150, "stance": FRIENDS}})
    ledger = held(what, world=world).ledger
    last_day = ledger.occasions.time > what.horizon - 24
    camp = ledger.people.group[ledger.occasions.person]
    return float(min((ledger.voice[last_day & (camp == side), 0] > 0).mean() for side in (0, 1)))


_TICKS = "31.3 in 4,000 runs (standard error .3); a test of rest ten times stricter gives 36.1 here, but then 260 at m 5"
_BOTS = "81.7 in 4,000 runs (standard error .6); bots linked evenly, or by inverse degree, give 76; docs/validation.md has other readings"
PUBLISHED = (
    ("minority-m1", "m 1: share of all people who speak in the smaller camp, per cent", "minority", 1, 0, 16.8, ""),
    ("minority-m10", "m 10: the same", "minority", 10, 0, 0.1, ""),
    ("ticks-m1", "m 1: ticks to rest", "ticks", 1, 0, 36.0, _TICKS),
    ("ticks-m5", "m 5: ticks to rest", "ticks", 5, 0, 210.1, ""),
    ("bots-m1", "m 1: runs in which 5 % of bots make their camp win, per cent", "bots_win", 1, BOTS, 70.6, _BOTS),
    ("bots-m5", "m 5: the same", "bots_win", 5, BOTS, 82.4, ""),
)
"""Name, claim, quantity, links of a new node, bots, published value, and how it is known to differ."""


def _worked_case() -> Iterator[Check]:
    yield Check(
        "confident", "raw confidence 1.5 is a confidence of", 0.635, exactly(lambda: confidence(np.array(1.5))),
        "the formula as printed, without the -1", exactly(lambda: confidence(np.array(1.5)) + 1), tolerance=5e-4,
    )  # fmt: skip
    yield Check(
        "falls-silent", "after one supporter and three opponents it is below a threshold of .6", 0.462,
        exactly(partial(_after_hearing, 1, 3)),
        "supporters and opponents exchanged", exactly(partial(_after_hearing, 3, 1)), tolerance=5e-4,
    )  # fmt: skip


def _after_hearing(supporters: int, opponents: int) -> float:
    return float(confidence(gathered(np.array(1.5), delta(np.array(supporters), np.array(opponents)))))


def _on_networks() -> Iterator[Check]:
    for name, claim, quantity, links, bots, expected, known in PUBLISHED:
        inverted, without = partial(of_all, quantity, links, bots, inverted=True), partial(of_all, quantity, links, 0)
        yield Check(
            name, claim, expected, partial(of_all, quantity, links, bots),
            "no bots" if bots else "the test of who speaks inverted, as printed", without if bots else inverted,
            tolerance=0.05, deviations=4, known=known,
        )  # fmt: skip


def _on_the_engine() -> Iterator[Check]:
    yield Check(
        "engine", "two camps in one room of the simulation: share of occasions on which the quieter one still speaks in the end", 0.0,
        exactly(silenced_in_a_room), "the free world", exactly(partial(silenced_in_a_room, "free")),
    )  # fmt: skip


SECTION = Section(
    "spiral",
    "Spiral of silence",
    "Ross et al. 2019, European Journal of Information Systems 28(4)",
    (*_worked_case(), *_on_networks(), *_on_the_engine()),
)
