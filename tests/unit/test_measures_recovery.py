"""The recovery half-life, on counts by day that are written down by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.measures.crosstab import STATE, STATES
from sim.measures.recovery import recovery_half_life, shock_of
from sim.model.ledger import Outcome
from sim.model.voice import Manner
from tests.model.small import PLAIN, scenario

UNAFRAID = 1000
SINCERE = int(np.flatnonzero((STATE.outcome == Outcome.STOOD) & (STATE.voice == Manner.SINCERE))[0])
SOFTENED = int(np.flatnonzero((STATE.outcome == Outcome.STOOD) & (STATE.voice == Manner.SOFTENED))[0])


def half_life(*sincere_by_day: int, shock: float = 48.0) -> float:
    """Of one replication with these sincere messages a day out of a thousand; the rest is softened."""
    table, fearless = np.zeros((2, 1, len(sincere_by_day), STATES), np.int64)
    table[0, :, SINCERE] = sincere_by_day
    table[0, :, SOFTENED] = UNAFRAID - table[0, :, SINCERE]
    fearless[0, :, SINCERE] = UNAFRAID
    name, values = recovery_half_life(table, fearless, shock)
    assert name == "recovery_half_life"
    assert values.shape == (1, 1)
    return float(values[0, 0])


@pytest.mark.parametrize(
    ("days", "hours"),
    [
        ((900, 900, 500, 600, 700, 710, 900), 48),
        ((900, 900, 700, 500, 720, 720), 24),
        ((900, 900, 500, 750, 600, 750, 750), 72),
    ],
    ids=["half regained on the second day", "counted from the deepest day", "one good day is none"],
)
def test_hours_from_the_deepest_day_until_half_of_the_loss_is_regained(days: tuple[int, ...], hours: float) -> None:
    assert half_life(*days) == hours


def test_the_day_of_the_shock_itself_counts_on_neither_side() -> None:
    assert half_life(900, 900, 100, 500, 800, 800, shock=60.0) == 24


@pytest.mark.parametrize(
    ("days", "shock"),
    [
        ((900, 900, 500, 510, 520, 530), 48.0),
        ((900, 900, 880, 900, 900, 900), 48.0),
        ((900, 500, 900, 900), 12.0),
        ((900, 900, 500, 900), 48.0),
    ],
    ids=["it never recovers", "the loss is within noise", "no full day before", "one day is left"],
)
def test_it_is_missing(days: tuple[int, ...], shock: float) -> None:
    assert math.isnan(half_life(*days, shock=shock))


def test_the_shock_is_the_first_news_of_reprisals() -> None:
    news = {"jurisdiction": "home", "reach": 0.5}
    events = [
        {"at": "1 d", "surge": {"topic": "climate", "factor": 2.0, "lasts": "1 d"}},
        *({"at": f"{d} d", "reprisal_news": news} for d in (4, 3)),
    ]
    assert shock_of(scenario(PLAIN, timeline=events)) == 72
    assert shock_of(scenario(PLAIN)) is None
