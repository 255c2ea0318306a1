"""How review desks go about their work inside a scenario: whose cases first, how long, and what is seen of it over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.measures.series import series
from sim.model.ledger import Outcome
from tests.model.test_reviews import WORLD, reviewed


def test_the_service_time_may_differ_by_the_rule_that_sends_the_case() -> None:
    _, ledger = reviewed("remove", services={"check": {"fixed": "3 min"}})
    record = next(iter(ledger.desks.values()))
    assert record.busy_hours == pytest.approx(len(record.waits) * 3 / 60, abs=15 / 60)


def test_utilisation_and_waits_over_time() -> None:
    """Two reviewers are there from 8 to 10 each day: on duty for two of the six hours from 6 on, and taking up cases then only."""
    what, ledger = reviewed("remove", roster=[{"start": 8, "end": 10, "reviewers": 2}])
    pieces = {piece.measure: piece.values[0] for piece in series(ledger, WORLD, 1.0)}
    record, duty = next(iter(ledger.desks.values())), np.arange(len(pieces["backlog"])) % 4 == 1
    for measure in ("utilisation", "review_wait"):
        assert np.array_equal(np.isfinite(pieces[measure]), duty), measure
    assert pieces["utilisation"][duty].mean() == pytest.approx(record.busy_hours / record.duty_hours, rel=0.01)
    assert 0 < pieces["utilisation"][duty].max() <= 1
    assert min(record.waits) <= pieces["review_wait"][duty].min()
    assert pieces["review_wait"][duty].max() <= what.platforms["chat"].desks["office"].expiry


def test_the_message_that_most_people_may_see_is_taken_first() -> None:
    """One reviewer an hour a day: of what waits, those who wait longest have the smallest rooms."""
    few: dict[str, Any] = {
        "roster": [{"start": 8, "end": 9, "reviewers": 1}],
        "service": {"fixed": "4 min"},
        "expiry": "24 h",
        "threshold": 0.0,
    }
    _, ledger = reviewed("remove", discipline="reach", **few)
    at = ledger.worlds.index(WORLD)
    night = (ledger.occasions.time > 10) & (ledger.occasions.time < 32) & (ledger.outcome[:, at] > Outcome.UNSAID)
    taken = night & (ledger.gone[:, at] < 33.1)
    assert taken.sum() == 15
    assert ledger.audience[taken, at].min() >= np.sort(ledger.audience[night, at])[-15]
