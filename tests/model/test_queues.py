"""The review desk against queueing theory (validation.md G): Erlang C, Pollaczek-Khinchine, Cobham.

Means come from 30 batches of consecutive cases, long against the queue's memory; tolerance 4.5 standard errors of the batch means, which
with 29 degrees of freedom gives one false alarm in 10,000 for each figure. `chillsim validate queues` has twice as many cases.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import simpy

from sim.model.moderation.desk import Case, ReviewDesk
from sim.scenario.schema import Desk
from sim.validation.queues import BATCHES, TOLERANCE, Served, Services, exponential, fixed, lognormal, serve


def deviation(values: np.ndarray, expected: float) -> float:
    """Of the mean from what is expected, in standard errors of batch means."""
    batches = np.array([batch.mean() for batch in np.array_split(values[np.isfinite(values)], BATCHES)])
    return float((batches.mean() - expected) / (batches.std(ddof=1) / np.sqrt(BATCHES)))


@cache
def ten_reviewers(reviewers: int = 10) -> Served:
    return serve(reviewers, 9.0, exponential, 75_000, seed=1)


@pytest.mark.statistical
def test_erlang_c() -> None:
    """M/M/10 at arrival rate 9: P(wait) .6687, mean wait .6687, mean queue 6.0186."""
    served = ten_reviewers()
    assert abs(deviation((served.waits > 1e-9).astype(float), 0.6687)) < TOLERANCE
    assert abs(deviation(served.waits, 0.6687)) < TOLERANCE
    assert served.queue == pytest.approx(6.0186, rel=0.15)
    assert served.utilisation == pytest.approx(0.9, rel=0.02)


@pytest.mark.statistical
def test_one_reviewer_more_is_found_out() -> None:
    """Negative control."""
    served = ten_reviewers(11)
    assert deviation(served.waits, 0.6687) < -TOLERANCE
    assert deviation((served.waits > 1e-9).astype(float), 0.6687) < -TOLERANCE


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("service", "square"),
    [
        (exponential, 2.0),
        (fixed, 1.0),
        (lognormal, float(np.exp(0.64))),
    ],
    ids=["exponential", "fixed", "lognormal"],
)
def test_pollaczek_khinchine(service: Services, square: float) -> None:
    """M/G/1 at load .8: mean wait = rate E[S^2] / (2 (1 - load)); control: the formula for another variance."""
    served = serve(1, 0.8, service, 45_000, seed=2)
    expected = 0.8 * square / (2 * 0.2)
    assert abs(deviation(served.waits, expected)) < TOLERANCE
    assert abs(deviation(served.waits, expected * 1.5)) > TOLERANCE


@pytest.mark.statistical
def test_cobham_for_two_classes_of_heat() -> None:
    """Non-preemptive M/M/1 at load .8, a third urgent: W_1 = R / (1 - r_1), W_2 = R / ((1 - r_1)(1 - r)), with R = rate E[S^2] / 2."""
    share, rate = 1 / 3, 0.8
    served = serve(1, rate, exponential, 60_000, seed=3, urgent_share=share)
    first = rate / (1 - rate * share)
    assert abs(deviation(served.waits[served.urgent], first)) < TOLERANCE
    assert abs(deviation(served.waits[~served.urgent], first / (1 - rate))) < TOLERANCE
    assert abs(deviation(served.waits[served.urgent], first / (1 - rate))) > TOLERANCE


def test_two_desks_do_not_disturb_each_other() -> None:
    """Exactly: a desk with a hopelessly busy neighbour does what it does alone."""
    alone, beside = side_by_side(0), side_by_side(4000)
    assert len(alone) > 4000
    assert alone == beside
    assert abs(deviation(np.array(alone), 0.8 / (1 - 0.8))) < TOLERANCE


def side_by_side(neighbours: int) -> list[float]:
    """Waits at an M/M/1 desk of load 0.8, on the clock of which another desk has so many cases at load 2."""
    env, spec = simpy.Environment(), Desk.model_validate({"roster": [{"reviewers": 1}], "expiry": "3650 d"})
    office, other = (ReviewDesk(env, spec, lambda case, expired, errs: None) for _ in range(2))
    for desk, cases, rate, seed in ((office, 5000, 0.8, 4), (other, neighbours, 2.0, 5)):
        rng = np.random.default_rng(seed)
        arrivals, services = np.cumsum(rng.exponential(1 / rate, cases)).tolist(), rng.exponential(1.0, cases).tolist()
        for i, (arrival, service) in enumerate(zip(arrivals, services, strict=True)):
            desk.submit(Case(arrival, arrival, i, service, i))
    env.run(until=6000)
    return office.record.waits
