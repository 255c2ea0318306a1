"""What each detector flags, whom rules cover, and in which order they act."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.measures.table import Measurer
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.luck import luck
from sim.model.moderation.reports import ReportDetector
from sim.model.moderation.submissions import Submissions
from sim.scenario.schema import Platform, ReportRule, Scenario
from tests.model.small import PLAIN, RICH, merged, run, scenario

WORLD = "moderation"
MANY = 20_000


def moderated(*rules: dict[str, Any], base: dict[str, Any] = PLAIN, **changes: Any) -> tuple[Scenario, Ledger]:
    """A run with rules that act by themselves, in the order given."""
    named = {f"rule-{number}": rule for number, rule in enumerate(rules)}
    what = scenario(merged(base, {"platforms": {"chat": {"rules": named}}}), **changes)
    return what, run(what, worlds=(WORLD,))


def said(ledger: Ledger) -> tuple[np.ndarray, int]:
    """Rows of what was said, and the column of the world with rules."""
    at = ledger.worlds.index(WORLD)
    return np.flatnonzero(ledger.outcome[:, at] > Outcome.UNSAID), at


def taken(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Rows of what was said, and whether a rule took each."""
    rows, at = said(ledger)
    return rows, ledger.outcome[rows, at] != Outcome.STOOD


# Reports


def messages(audience: int, heat: float = 1.0) -> Submissions:
    """Many messages that differ in nothing but luck."""
    numbers = np.zeros(MANY, np.int64)
    fields = dict.fromkeys(Submissions.__dataclass_fields__, numbers)
    fields |= {"key": np.arange(MANY, dtype=np.uint64), "audience": np.full(MANY, audience), "heat": np.full(MANY, heat)}
    return Submissions(**fields | {"stance": np.full(MANY, -0.5)})


def report_hours(audience: int = 500, heat: float = 1.0, **rule: Any) -> np.ndarray:
    spec = ReportRule.model_validate({"detector": "reports", "action": "remove", "rate": 0.01, "false_rate": 0.001, **rule})
    platform = Platform.model_validate({"kind": "group", "reading": {"share": 0.4, "half_life": "2 h"}})
    many = messages(audience, heat)
    return ReportDetector(spec, platform, {"g": None}, {"t": None}, 7).hours(many, np.arange(MANY), luck(0, many.key, 3))  # type: ignore[arg-type, dict-item]


@pytest.mark.statistical
@pytest.mark.parametrize(("needed", "heat", "mean"), [(1, 1.0, 2.0), (3, 1.0, 2.0), (1, 0.1, 0.2)])
def test_the_needed_report_comes_when_a_poisson_process_brings_it(needed: int, heat: float, mean: float) -> None:
    """Shares by 1 h, 5 h and in the end against the Poisson tail; 4 standard errors: a false alarm in 1,700. Control: one report more."""
    hours = report_hours(needed=needed, heat=heat)
    for until in (1.0, 5.0, 1e9):
        expected = mean * (1 - 0.5 ** (until / 2))
        share = (hours <= until).mean()
        z = lambda k, share=share, expected=expected: (share - (p := stats.poisson.sf(k - 1, expected))) / np.sqrt(p * (1 - p) / MANY)  # noqa: E731
        assert abs(z(needed)) < 4 < abs(z(needed + 1))


@pytest.mark.statistical
def test_a_brigade_adds_its_reports_at_its_own_time() -> None:
    """4 standard errors, three times: a false alarm in 5,000. Control: the brigade ignored."""
    brigade = {"reports": 2.0, "delay": {"fixed": "3 h"}}
    hours, alone = report_hours(needed=2, brigade=brigade), report_hours(needed=2)
    before, p = (hours < 2.99).mean(), stats.poisson.sf(1, 2.0 * (1 - 0.5**1.495))
    assert abs(before - p) < 4 * np.sqrt(p * (1 - p) / MANY)
    both = stats.poisson.sf(1, 2.0 * (1 - 0.5**1.5) + 2.0)
    assert abs((hours <= 3.0).mean() - both) < 4 * np.sqrt(both * (1 - both) / MANY) < abs((alone <= 3.0).mean() - both)
    assert (hours == 3.0).any()


def test_a_brigade_reports_only_those_whom_it_means() -> None:
    assert not np.isfinite(report_hours(audience=0, brigade={"reports": 9.0, "stance": "supportive"})).any()
    assert np.isfinite(report_hours(audience=0, brigade={"reports": 9.0, "stance": "critical"})).mean() > 0.99


# Directives and classifiers


def test_a_directive_is_carried_out_on_its_topics_stance_and_dates() -> None:
    order = {"detector": "directive", "topics": ["climate"], "stance": "critical", "start": "2 d", "end": "4 d", "compliance": 1.0}
    _, ledger = moderated({**order, "action": "remove"}, voice={"manner_temperature": 0.01, "softened_cost": 9, "coded_cost": 9})
    rows, gone = taken(ledger)
    occasions = ledger.occasions
    critical = ledger.people.stance[occasions.person[rows], occasions.topic[rows]] < 0
    during = (occasions.time[rows] >= 48) & (occasions.time[rows] < 96)
    assert np.array_equal(gone, critical & during & (occasions.topic[rows] == 0))
    assert gone.sum() > 10


@pytest.mark.statistical
def test_a_platform_complies_in_part() -> None:
    """4 binomial standard errors: a false alarm in 16,000. Control: half the compliance."""
    _, ledger = moderated({"detector": "directive", "compliance": 0.6, "action": "block"})
    _, gone = taken(ledger)
    error = np.sqrt(0.6 * 0.4 / len(gone))
    assert abs(gone.mean() - 0.6) < 4 * error < abs(gone.mean() - 0.3)


def test_a_classifier_may_be_blind_to_one_group_and_too_keen_on_another() -> None:
    accuracy = {"locals": {"recall": 0.0, "false_positive_rate": 0.0}, "others": {"recall": 1.0, "false_positive_rate": 1.0}}
    groups = {"others": {"size": 30, "registered_in": "home", "resides_in": "home", "messages_per_day": 2.0}}
    _, ledger = moderated({"detector": "classifier", "by_group": accuracy, "action": "remove"}, groups=groups)
    rows, gone = taken(ledger)
    assert np.array_equal(gone, ledger.people.group[ledger.occasions.person[rows]] == 1)


# Scope


@pytest.mark.parametrize(("scope", "covered"), [("registered_in", [True, True, False]), ("resides_in", [True, False, False])])
def test_rules_cover_by_registration_or_by_residence(scope: str, covered: list[bool]) -> None:
    base = merged(
        RICH, {"platforms": {"chat": {"rules": None, "desks": None, "appeals": None}, "feed": None, "poll": None}, "timeline": None}
    )
    base["jurisdictions"]["home"].pop("blocks")
    base["convenor"]["collects"] = ["chat"]
    _, ledger = moderated({"detector": "sample", "share": 1.0, scope: ["home"], "action": "block"}, base=base)
    rows, gone = taken(ledger)
    assert np.array_equal(gone, np.array(covered)[ledger.people.group[ledger.occasions.person[rows]]])
    assert len(np.unique(ledger.people.group[ledger.occasions.person[rows]])) == 3


@pytest.mark.parametrize(("rooms", "covered"), [(["group"], True), (["direct", "feed"], False), (None, True)])
def test_rules_cover_kinds_of_rooms(rooms: list[str] | None, covered: bool) -> None:
    _, ledger = moderated({"detector": "sample", "share": 1.0, "rooms": rooms, "action": "block"})
    _, gone = taken(ledger)
    assert len(gone)
    assert gone.all() == gone.any() == covered


# Order and labels


def test_of_rules_before_publication_the_first_written_acts_and_of_those_after_it_the_soonest() -> None:
    everything: dict[str, Any] = {"detector": "sample", "share": 1.0}
    slow, quick = ({**everything, "action": "remove", "delay": {"fixed": delay}} for delay in ("2 h", "1 h"))
    half = {"detector": "sample", "share": 0.5, "action": "block"}
    _, ledger = moderated(slow, half, {**everything, "share": 0.999999, "action": "block", "topics": ["climate"]}, quick)
    rows, at = said(ledger)
    rows = rows[ledger.occasions.time[rows] < 140]
    by_topic = [set(ledger.rule[rows[ledger.occasions.topic[rows] == topic], at].tolist()) for topic in (0, 1)]
    assert by_topic == [{1, 2}, {1, 3}]


def test_a_label_leaves_the_message_and_turns_readers_away() -> None:
    label = {"detector": "sample", "share": 0.5, "action": "label", "turns_away": 0.5}
    what, ledger = moderated(label, groups={"locals": {"size": 400}}, platforms={"chat": {"rooms": {"median_size": 40}}})
    rows, at = said(ledger)
    labelled = (ledger.marks[rows, at] & Mark.LABELLED) > 0
    free = ledger.worlds.index("free")
    both = ledger.outcome[rows, free] == Outcome.STOOD
    assert (ledger.outcome[rows, at] == Outcome.STOOD).all()
    assert 0.4 < labelled.mean() < 0.6
    shares = [piece for piece in Measurer(what, ledger).measure(WORLD) if piece.measure == "labelled_rate"]
    assert {piece.split for piece in shares} == {"total", "group", "topic", "platform", "day"}
    assert shares[0].values.item() == labelled.mean()
    whole = ledger.audience[rows, free]
    assert np.array_equal(ledger.audience[rows[both & ~labelled], at], whole[both & ~labelled])
    assert np.array_equal(ledger.audience[rows[both & labelled], at], np.rint(whole[both & labelled] * 0.5))


def test_a_late_label_turns_away_only_who_had_not_read_yet() -> None:
    label = {"detector": "sample", "share": 1.0, "action": "label", "turns_away": 1.0, "delay": {"fixed": "2 h"}}
    reading = {"half_life": "2 h"}
    _, ledger = moderated(label, platforms={"chat": {"reading": reading}})
    rows, at = said(ledger)
    rows = rows[(ledger.occasions.time[rows] < 140) & (ledger.outcome[rows, 0] == Outcome.STOOD)]
    halved = ledger.audience[rows, 0] * 0.5
    assert halved.any()
    assert (np.abs(ledger.audience[rows, at] - halved) < 0.5001).all()


@pytest.mark.parametrize(("notice", "learn"), [("none", False), ("author", True), ("public", True)])
def test_people_learn_of_a_label_as_far_as_they_are_told(notice: str, learn: bool) -> None:
    label = {"detector": "sample", "share": 1.0, "action": "label", "notice": notice}
    risks = []
    for weight in (0.0, 0.5):
        beliefs = {"discovery": 0.0, "label_weight": weight, "ambiguity_aversion": 0.0}
        named = merged(PLAIN, {"platforms": {"chat": {"rules": {"mark": label}}}, "groups": {"locals": {"reactance": 0.0}}})
        risks.append(run(scenario(named, beliefs=beliefs, voice={"fear_of_removal": 0.0}), worlds=("moderation+fear",)).removal_risk)
    assert (risks[1] >= risks[0]).all()
    assert (risks[1] > risks[0]).any() == learn


def test_a_label_may_be_put_by_a_desk() -> None:
    desk = {"roster": [{"reviewers": 3}], "service": {"fixed": "6 min"}, "threshold": 0.3, "error_rate": 0.0}
    label = {"detector": "sample", "share": 1.0, "action": "label", "turns_away": 1.0, "desk": "office"}
    _, ledger = moderated(label, platforms={"chat": {"desks": {"office": desk}}})
    rows, at = said(ledger)
    labelled = (ledger.marks[rows, at] & Mark.LABELLED) > 0
    assert labelled.any()
    assert not labelled.all()
    assert (ledger.outcome[rows, at] == Outcome.STOOD).all()


def test_one_message_may_go_to_two_desks_and_the_sooner_decision_takes_it() -> None:
    desk = {"roster": [{"reviewers": 50}], "threshold": 0.0, "error_rate": 0.0}
    desks = {"slow": {**desk, "service": {"fixed": "2 h"}}, "quick": {**desk, "service": {"fixed": "1 h"}}}
    rules = [{"detector": "sample", "share": 1.0, "action": "remove", "desk": name} for name in desks]
    _, ledger = moderated(*rules, platforms={"chat": {"desks": desks}})
    rows, at = said(ledger)
    rows = rows[ledger.occasions.time[rows] < 140]
    assert set(ledger.rule[rows, at].tolist()) == {1}
    assert np.allclose(ledger.gone[rows, at] - ledger.shown[rows, at], 1.0)
    assert [record.arrived > 0 for record in ledger.desks.values()] == [True, True]
