"""Thresholds (Granovetter 1978; Kuran 1989): cascades in closed form, and in one room of the simulation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import numpy as np

from sim.model.luck import Floats
from sim.model.voice.threshold import ThresholdVoice, joined
from sim.model.world import World
from sim.scenario.schema import Threshold
from sim.validation.check import Check, Section, exactly
from sim.validation.one_room import CRITICS, held, scenario

PEOPLE = 1_000
MEAN = 0.25


def riot(second: int) -> Floats:
    """The thresholds 0 to 99 of a hundred people, but the second is `second`, as shares of the 99 others."""
    return np.array([0, second, *range(2, 100)]) / 99


def equilibrium(spread: float, mean: float = MEAN) -> float:
    """The smallest x with F(x) = x, F normal: iterating from 0 rises to it."""
    from scipy.special import ndtr

    x, before = 0.0, -1.0
    while x - before > 1e-13:
        x, before = float(ndtr((x - mean) / spread)), x
    return x


def jump(mean: float = MEAN) -> float:
    """The standard deviation at which the equilibrium leaps from a few to all."""
    low, high = 0.05, 0.4
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if equilibrium(middle, mean) > 0.5 else (middle, high)
    return high


def heard(world: World) -> np.ndarray:
    """(P,) who is heard at the end."""
    last = np.zeros(len(world.people), np.int64)
    last[world.occasions.person] = np.arange(len(world.occasions))
    shown: np.ndarray = np.isfinite(world.ledger.shown[last, 0])
    return shown


@cache
def riot_in_a_room(second: int, parted: bool = False) -> int:
    """How many of a hundred are heard in the end, in one room or parted into two."""
    means = {f"p{number:02}": share for number, share in enumerate(riot(second).tolist())}
    voice = {"model": "threshold", "spread": 0.0, "means": means}
    crowd = {name: {"size": 1, "stance": CRITICS, "community": f"c{i % 2 * parted}"} for i, name in enumerate(means)}
    return int(heard(held(scenario(voice, crowd))).sum())


@cache
def strays(spread: float, higher: float = 0.0) -> int:
    """Of a thousand people with normal thresholds, those who end up otherwise in the simulation than in the cascade of their thresholds.

    For the control, these are taken for higher than they are.
    """
    what = scenario(
        {"model": "threshold", "mean": MEAN, "spread": spread}, {"people": {"size": PEOPLE, "stance": CRITICS, "messages_per_day": 15.0}}
    )
    world = held(what)
    model, voice = world.voice, what.voice
    assert isinstance(model, ThresholdVoice)
    assert isinstance(voice, Threshold)
    return int((heard(world) != joined(model.thresholds(voice) + higher)).sum())


def _crowds() -> Iterator[Check]:
    yield Check(
        "riot", "a hundred people with thresholds 0 to 99 all join", 100, exactly(lambda: joined(riot(1)).sum()),
        "more than the threshold must have joined", exactly(lambda: joined(riot(1) + 1e-9).sum()),
    )  # fmt: skip
    yield Check(
        "no-riot", "with the 1 changed to 2, one does", 1, exactly(lambda: joined(riot(2)).sum()),
        "the 1 left as it was", exactly(lambda: joined(riot(1)).sum()),
    )  # fmt: skip


def _normal() -> Iterator[Check]:
    yield Check(
        "before-the-jump", "normal thresholds of mean .25 and standard deviation .122: share that joins", 0.0548,
        exactly(partial(equilibrium, 0.122)), "mean .24", exactly(partial(equilibrium, 0.122, 0.24)), tolerance=5e-5,
    )  # fmt: skip
    yield Check(
        "after-the-jump", "and of standard deviation .1225", 1.0,
        exactly(partial(equilibrium, 0.1225)), "mean .26", exactly(partial(equilibrium, 0.1225, 0.26)), tolerance=5e-3,
    )  # fmt: skip
    yield Check(
        "jump", "standard deviation at which it leaps", 0.1222, exactly(jump), "mean .26", exactly(partial(jump, 0.26)), tolerance=5e-5,
    )  # fmt: skip


def _on_the_engine() -> Iterator[Check]:
    yield Check(
        "engine-riot", "the hundred in one room of the simulation: heard in the end", 100, exactly(partial(riot_in_a_room, 1)),
        "in two rooms", exactly(partial(riot_in_a_room, 1, True)),
    )  # fmt: skip
    yield Check(
        "engine-no-riot", "with the 1 changed to 2", 1, exactly(partial(riot_in_a_room, 2)),
        "the 1 left as it was", exactly(partial(riot_in_a_room, 1)),
    )  # fmt: skip
    for name, spread in (("few", 0.1), ("all", 0.15)):
        yield Check(
            f"engine-{name}",
            f"people, of {PEOPLE:,} with normal thresholds (standard deviation {spread}), who end otherwise than in their cascade", 0,
            exactly(partial(strays, spread)), "thresholds a standard deviation higher", exactly(partial(strays, spread, spread)),
        )  # fmt: skip


SECTION = Section(
    "thresholds",
    "Thresholds",
    "Granovetter 1978; Kuran 1989",
    (*_crowds(), *_normal(), *_on_the_engine()),
)
