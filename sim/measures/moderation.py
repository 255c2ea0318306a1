"""Measures of removals, rules and review desks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.measures.voice import Values, ratio
from sim.model.ledger import Ledger, Outcome
from sim.model.luck import Floats
from sim.model.moderation.desk import DeskRecord
from sim.model.policy import Policy
from sim.model.readers import expected_readers

FEWEST_REMOVALS = 20
"""Removals, or reviews, from which a quantile or a mean is reported."""

WITHIN = {"8 min": 8 / 60, "30 min": 0.5, "2 h": 2.0, "24 h": 24.0}
"""Times, in hours, at which deletion on Weibo was published (Zhu et al. 2013; Douglas & Caesar 2016)."""


def removal_measures(ledger: Ledger, world: int, policy: Policy, replication: NDArray[np.int32], replications: int) -> Iterator[Values]:
    """Time to removal and readers before it, over removed messages."""
    removed = np.flatnonzero(ledger.outcome[:, world] == Outcome.REMOVED)
    hours = ledger.gone[removed, world] - ledger.shown[removed, world]
    where = replication[removed]
    for quantile in (10, 50, 90):
        values = [_quantile(hours[where == r], quantile, FEWEST_REMOVALS) for r in range(replications)]
        yield f"time_to_removal_p{quantile}", np.array(values)[:, None]
    readers = expected_readers(policy, ledger, removed, world)
    seen = [_mean(readers[where == r]) for r in range(replications)]
    yield "views_before_removal", np.array(seen)[:, None]


def removed_within(ledger: Ledger, world: int, replication: NDArray[np.int32], replications: int) -> Values:
    """Shares of removed messages that went within each of the times of `WITHIN`: (replications, times)."""
    removed = np.flatnonzero(ledger.outcome[:, world] == Outcome.REMOVED)
    hours, where = ledger.gone[removed, world] - ledger.shown[removed, world], replication[removed]
    shares = [[_mean(hours[where == r] <= limit) for limit in WITHIN.values()] for r in range(replications)]
    return "removed_within", np.array(shares)


def taken_by_rule(ledger: Ledger, world: int, replication: NDArray[np.int32], shape: tuple[int, int]) -> Values:
    """Messages that each rule took; shape is (replications, rules)."""
    rule = ledger.rule[:, world].astype(np.int64)
    taken = rule >= 0
    counts = np.bincount(replication[taken] * shape[1] + rule[taken], minlength=shape[0] * shape[1])
    return "taken", counts.reshape(shape).astype(np.float64)


def desk_measures(records: list[list[DeskRecord]], horizon: float) -> Iterator[Values]:
    """Load of some desks of a world together; `records` holds one list a replication."""
    busy, duty, backlog, expired, arrived = (
        np.array([[sum(getattr(record, name) for record in desks)] for desks in records], np.float64)
        for name in ("busy_hours", "duty_hours", "backlog_hours", "expired", "arrived")
    )
    yield "reviewer_utilisation", ratio(busy, duty)
    waits = [np.array([wait for record in desks for wait in record.waits]) for desks in records]
    yield "review_wait_p50", np.array([[_quantile(wait, 50, FEWEST_REMOVALS)] for wait in waits])
    yield "review_wait_p95", np.array([[_quantile(wait, 95, 5 * FEWEST_REMOVALS)] for wait in waits])
    yield "backlog_mean", np.where(duty > 0, backlog / horizon, np.nan)
    yield "reviews_expired", ratio(expired, arrived)


def _quantile(values: Floats, percent: float, fewest: int) -> float:
    return float(np.quantile(values, percent / 100)) if len(values) >= fewest else float("nan")


def _mean(values: Floats | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) >= FEWEST_REMOVALS else float("nan")
