"""The review desk against queueing theory: Erlang C, Pollaczek-Khinchine, Cobham."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import simpy

from sim.model.moderation.desk import Case, ReviewDesk
from sim.scenario.schema import Desk
from sim.validation.check import Check, Finding, Section, mean

BATCHES = 30
"""Batches of consecutive cases from which means come: long against the queue's memory."""
TOLERANCE = 4.5
"""Standard errors of batch means: with 29 degrees of freedom, one false alarm in 10,000 for each figure."""

Services = Callable[[np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class Served:
    """Waits of cases in the order of arrival (hours), which class each was of, and the mean queue."""

    waits: np.ndarray
    urgent: np.ndarray
    queue: float
    utilisation: float


def exponential(rng: np.random.Generator, cases: int) -> np.ndarray:
    """Service times of mean 1, exponential."""
    return rng.exponential(1.0, cases)


def fixed(rng: np.random.Generator, cases: int) -> np.ndarray:
    """Service times of 1."""
    return np.ones(cases)


def lognormal(rng: np.random.Generator, cases: int) -> np.ndarray:
    """Service times of mean 1, lognormal; their mean square is exp(.64)."""
    return np.exp(0.8 * rng.standard_normal(cases) - 0.32)


@cache
def serve(reviewers: int, rate: float, service: Services, cases: int, seed: int, urgent_share: float = 0.0) -> Served:
    """Poisson arrivals at a desk that is always staffed; urgent cases go first."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / rate, cases))
    times, urgent = service(rng, cases), rng.random(cases) < urgent_share
    env, begun = simpy.Environment(), np.full(cases, np.nan)
    spec = Desk.model_validate({"roster": [{"reviewers": reviewers}], "expiry": "3650 d"})
    desk = ReviewDesk(env, spec, lambda case, expired, errs: begun.__setitem__(case.subject, env.now - case.service))
    for i in range(cases):
        desk.submit(Case(-float(urgent[i]), arrivals[i], i, times[i], i))
    env.run(until=arrivals[-1])
    desk.settle()
    done = slice(cases // (BATCHES + 1), int(cases * 0.999))
    record = desk.record
    return Served((begun - arrivals)[done], urgent[done], record.backlog_hours / env.now, record.busy_hours / record.duty_hours)


def batch_mean(values: np.ndarray) -> Finding:
    """The mean of what there is, with the standard error of batch means."""
    return mean([batch.mean() for batch in np.array_split(values[np.isfinite(values)], BATCHES)])


def many_reviewers(quick: bool, reviewers: int = 10) -> Served:
    """A desk of ten reviewers at an arrival rate of nine; the control has one more."""
    return serve(reviewers, 9.0, exponential, 75_000 if quick else 150_000, seed=1)


def must_wait(quick: bool, reviewers: int = 10) -> Finding:
    """Share of cases that wait."""
    return batch_mean((many_reviewers(quick, reviewers).waits > 1e-9).astype(float))


def wait_of_many(quick: bool, reviewers: int = 10) -> Finding:
    """Mean wait at that desk."""
    return batch_mean(many_reviewers(quick, reviewers).waits)


def wait_of_one(service: Services, quick: bool, rate: float = 0.8) -> Finding:
    """Mean wait at a desk of one."""
    return batch_mean(serve(1, rate, service, 45_000 if quick else 90_000, seed=2).waits)


def wait_by_class(urgent: bool, quick: bool) -> Finding:
    """Mean wait of urgent cases, a third of all, and of the others, at a desk of one at load .8."""
    served = serve(1, 0.8, exponential, 60_000 if quick else 120_000, seed=3, urgent_share=1 / 3)
    return batch_mean(served.waits[served.urgent == urgent])


def _many() -> Iterator[Check]:
    yield Check(
        "erlang-c", "ten reviewers, arrival rate 9, service rate 1: share of cases that wait", 0.6687, must_wait,
        "one reviewer more", partial(must_wait, reviewers=11), deviations=TOLERANCE,
    )  # fmt: skip
    yield Check(
        "erlang-c-wait", "and their mean wait", 0.6687, wait_of_many,
        "one reviewer more", partial(wait_of_many, reviewers=11), deviations=TOLERANCE,
    )  # fmt: skip


def _one() -> Iterator[Check]:
    for name, service, square in (("exponential", exponential, 2.0), ("fixed", fixed, 1.0), ("lognormal", lognormal, float(np.exp(0.64)))):
        yield Check(
            f"pollaczek-khinchine-{name}", f"one reviewer at load .8, {name} service: mean wait", 0.8 * square / (2 * 0.2),
            partial(wait_of_one, service), "load .7", partial(wait_of_one, service, rate=0.7), deviations=TOLERANCE,
        )  # fmt: skip


def _classes() -> Iterator[Check]:
    first = 0.8 / (1 - 0.8 / 3)
    for name, urgent, expected in (("urgent", True, first), ("others", False, first / (1 - 0.8))):
        yield Check(
            f"cobham-{name}", f"one reviewer at load .8, a third of cases urgent: mean wait of the {name}", expected,
            partial(wait_by_class, urgent), "the other class", partial(wait_by_class, not urgent), deviations=TOLERANCE,
        )  # fmt: skip


SECTION = Section(
    "queues",
    "Review desk as a queue",
    "textbook: Erlang C, Pollaczek-Khinchine, Cobham 1954",
    (*_many(), *_one(), *_classes()),
)
