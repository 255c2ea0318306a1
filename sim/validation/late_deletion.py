"""Deleting every message late (Schneider & Rizoiu 2023): the fall in conversation emerges from the ledger.

With a kernel proportional to (t + c)^-(1 + gamma) and branching ratio n*, deletion at age D leaves
n_D = n* (1 - c^gamma (c + D)^-gamma), and the conversation, 1 / (1 - n*) messages from each that begins it, falls by
(n* - n_D) / (1 - n_D).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from math import log, log1p

import numpy as np

from sim.model.ledger import Ledger, Outcome
from sim.model.world import simulate
from sim.scenario.schema import Scenario
from sim.validation.check import Check, Finding, Section, mean

OFFSET = 0.5 / 60
"""c = 30 s, in hours."""
BEGIN = 96.0
"""People begin conversations in the first four days of thirty; what they prompt is then followed for at least 26 days."""
CENTROIDS = [(0.75, 7.5, 29.2), (0.44, 14.0, 13.3)]
"""n*, half-life of the kernel in minutes, and the published fall at D = 24 h, per cent."""


def remaining(branching: float, half_life: float, age: float) -> float:
    """n_D, for a half-life in minutes and an age in hours."""
    gamma = log(2) / log1p(half_life / 60 / OFFSET)
    return branching * (1 - float((OFFSET / (OFFSET + age)) ** gamma))


@cache
def conversation(branching: float, half_life: float, age: float, replications: int = 5) -> Ledger:
    """Everybody always speaks, and the platform removes every message at the given age (hours)."""
    people = {"size": 400, "registered_in": "here", "resides_in": "here", "messages_per_day": 0.005, "activity_sigma": 0.0}
    delete = {"detector": "sample", "share": 1.0, "action": "remove", "delay": {"fixed": f"{age} h"}}
    replies = {"branching": branching, "half_life": f"{half_life} min"}
    what = Scenario.model_validate(
        {
            "name": "late-deletion",
            "window": "2 h",
            "topics": {"any": {}},
            "jurisdictions": {"here": {}},
            "groups": {"people": people | {"benefit": 100.0, "benefit_sigma": 0.0}},
            "platforms": {"chat": {"kind": "group", "replies": replies, "rules": {"all": delete}}},
            "convenor": {"collects": ["chat"]},
            "voice": {"model": "logit", "cost": 0.0},
            "timeline": [{"at": "0 d", "surge": {"topic": "any", "factor": 1000.0, "lasts": f"{BEGIN} h"}}],
        }
    )
    return simulate(what, range(replications), ("free", "moderation"))


def sizes(ledger: Ledger, world: int) -> np.ndarray:
    """Messages of each conversation that began in the first four days, its first one included."""
    said = ledger.outcome[:, world] > Outcome.UNSAID
    count = np.bincount(ledger.occasions.root[said], minlength=len(ledger.occasions))
    begins = (ledger.occasions.parent < 0) & (ledger.occasions.time < BEGIN)
    return count[begins]


def fall(branching: float, half_life: float, quick: bool, age: float = 24.0) -> Finding:
    """How much less is said with deletion, per cent.

    Undisturbed conversations go on for months, so their size is taken from theory; those under deletion are over long before the horizon.
    """
    size = mean(sizes(conversation(branching, half_life, age, 2 if quick else 5), world=1))
    return Finding(100 * (1 - size.value * (1 - branching)), 100 * size.error * (1 - branching), size.degrees)


def deleted_size(branching: float, half_life: float, age: float, quick: bool, world: int = 1) -> Finding:
    """Mean size of conversations under deletion."""
    return mean(sizes(conversation(branching, half_life, age, 2 if quick else 5), world))


def _checks() -> Iterator[Check]:
    for branching, half_life, published in CENTROIDS:
        yield Check(
            f"fall-{branching:g}",
            f"n* {branching:g}, half-life {half_life:g} min: fall of conversation if all is deleted after 24 h, per cent", published,
            partial(fall, branching, half_life),
            "deletion after 1 h", partial(fall, branching, half_life, age=1.0), tolerance=0.5, deviations=4,
        )  # fmt: skip
        yield Check(
            f"size-{branching:g}", "messages in a conversation if all is deleted after 1 h, in theory",
            1 / (1 - remaining(branching, half_life, 1.0)), partial(deleted_size, branching, half_life, 1.0),
            "the deletion ignored", partial(deleted_size, branching, half_life, 1.0, world=0), deviations=4,
        )  # fmt: skip


SECTION = Section("late-deletion", "Deleting harmful content late", "Schneider & Rizoiu 2023, PNAS 120(34)", tuple(_checks()))
