"""What review desks decide inside a scenario, and what follows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.voice import expressed_heat
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, merged, run, scenario

WORLD = "moderation"


def reviewed(action: str, *, share: float = 1.0, error_rate: float = 0.0, **office: Any) -> tuple[Scenario, Ledger]:
    """A run in which a desk looks at messages; it finds those from heat 0.3 up against the rule."""
    desk = {"roster": [{"reviewers": 5}], "service": {"fixed": "1 min"}, "threshold": 0.3, "error_rate": error_rate, **office}
    rule = {"detector": "sample", "share": share, "action": action, "desk": "office", "notice": "author"}
    chat = {"rules": {"check": rule}, "desks": {"office": desk}}
    what = scenario(merged(PLAIN, {"platforms": {"chat": chat}, "groups": {"locals": {"size": 200}}}))
    return what, run(what, worlds=(WORLD,))


def said_and_heat(what: Scenario, ledger: Ledger) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of messages said well before the end, their outcomes, and their heat as expressed."""
    at = ledger.worlds.index(WORLD)
    rows = np.flatnonzero((ledger.outcome[:, at] > Outcome.UNSAID) & (ledger.occasions.time < what.horizon - 12))
    sensitivity = np.array([what.jurisdictions["home"].sensitivity[topic] for topic in what.topics])
    person, topic = ledger.occasions.person[rows], ledger.occasions.topic[rows]
    sincere = sensitivity[topic] * (1 - ledger.people.stance[person, topic]) / 2
    return rows, ledger.outcome[rows, at], expressed_heat(what.voice.softening, what.voice.coded_evasion, sincere, ledger.voice[rows, at])


def test_a_faultless_desk_keeps_what_is_against_the_rule_and_releases_the_rest() -> None:
    what, ledger = reviewed("hold")
    _, outcome, heat = said_and_heat(what, ledger)
    assert np.array_equal(outcome == Outcome.WITHHELD, heat >= 0.3)
    assert np.array_equal(outcome == Outcome.STOOD, heat < 0.3)


def test_a_faultless_desk_removes_what_is_against_the_rule_and_leaves_the_rest() -> None:
    what, ledger = reviewed("remove")
    _, outcome, heat = said_and_heat(what, ledger)
    assert np.array_equal(outcome == Outcome.REMOVED, heat >= 0.3)


@pytest.mark.statistical
@pytest.mark.parametrize("action", ["hold", "remove"])
def test_reviewers_err_at_their_rate_in_both_directions(action: str) -> None:
    """4 binomial standard errors, four times: a false alarm in 4,000. Control: half the rate."""
    what, ledger = reviewed(action, error_rate=0.2)
    _, outcome, heat = said_and_heat(what, ledger)
    taken = outcome != Outcome.STOOD
    for against in (heat >= 0.3, heat < 0.3):
        wrong = (taken != (heat >= 0.3))[against]
        z = lambda rate, wrong=wrong: (wrong.sum() - rate * len(wrong)) / np.sqrt(len(wrong) * rate * (1 - rate))  # noqa: E731
        assert abs(z(0.2)) < 4 < abs(z(0.1))


def test_a_released_message_appears_when_it_is_released() -> None:
    """The review takes a minute: nobody sees or answers it before, and the convenor counts it later."""
    what, ledger = reviewed("hold")
    rows, outcome, _ = said_and_heat(what, ledger)
    at = ledger.worlds.index(WORLD)
    released = rows[outcome == Outcome.STOOD]
    wait = ledger.shown[released, at] - ledger.occasions.time[released]
    assert (wait > 1 / 60 - 1e-9).all()
    assert ((ledger.marks[released, at] & Mark.COUNTED) > 0).mean() > 0.9
    replies = np.flatnonzero(ledger.occasions.parent >= 0)
    arose = replies[ledger.outcome[replies, at] > Outcome.NEVER_AROSE]
    parents = ledger.occasions.parent[arose]
    assert (ledger.shown[parents, at] <= ledger.occasions.time[arose]).all()


def test_what_no_reviewer_takes_up_in_time_is_never_released_or_never_removed() -> None:
    never: dict[str, Any] = {"roster": [{"days": "weekend", "start": 23, "end": 24, "reviewers": 1}], "expiry": "1 h"}
    what, ledger = reviewed("hold", **never)
    _, outcome, _ = said_and_heat(what, ledger)
    assert (outcome == Outcome.WITHHELD).all()
    what, ledger = reviewed("remove", **never)
    _, outcome, _ = said_and_heat(what, ledger)
    assert (outcome == Outcome.STOOD).all()
    record = next(iter(ledger.desks.values()))
    assert record.expired > 100
    assert max(record.waits, default=0) <= 1


def test_every_message_that_is_flagged_becomes_a_case() -> None:
    what, ledger = reviewed("remove", share=0.4)
    at = ledger.worlds.index(WORLD)
    said = (ledger.outcome[:, at] > Outcome.UNSAID).sum()
    record = next(iter(ledger.desks.values()))
    assert record.arrived == pytest.approx(0.4 * said, abs=4 * np.sqrt(0.24 * said))
    assert record.busy_hours == pytest.approx(len(record.waits) / 60, abs=5 / 60)
    assert what.platforms["chat"].desks["office"].expiry > max(record.waits)
