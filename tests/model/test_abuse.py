"""Abuse: who abuses whom, what of it is met, and what that does to voice."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from sim.experiment.task import run_task
from sim.measures.table import Measurer, distinct_worlds, needed_worlds
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.world import simulate
from sim.model.worlds import ALL_WORLDS
from sim.scenario import load
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, differing, merged, rows_of, run, same, scenario, value
from tests.model.test_accounting import check_ledger

HOSTILE: dict[str, Any] = merged(
    PLAIN,
    {
        "name": "hostile",
        "horizon": "12 d",
        "jurisdictions": {"home": {"perceived_reprisal": 0.0}},
        "groups": {"locals": {"size": 120, "hostile": 0.15, "targeted": 0.4}},
        "platforms": {
            "chat": {
                "rules": {
                    "filter": {
                        "detector": "classifier", "about": "abuse", "recall": 0.6, "false_positive_rate": 0.02, "action": "remove",
                        "delay": {"lognormal": {"median": "1 h", "sigma": 1.0}}, "notice": "author",
                    }
                }
            }
        },
        "abuse": {"rate": 0.15},
    },
)  # fmt: skip
"""One group, a seventh of whom abuse two in five, on a platform that looks for abuse."""
WORLDS = ("abuse", "moderation", "full")
HARASSMENT = Path(__file__).parents[2] / "scenarios" / "harassment.yaml"
AT_ONCE = {"lognormal": None, "fixed": "0 s"}


def with_rule(**rule: Any) -> Scenario:
    return scenario(HOSTILE, platforms={"chat": {"rules": {"filter": rule}}})


@cache
def lived() -> tuple[Scenario, Ledger]:
    what = scenario(HOSTILE)
    return what, run(what, (0, 1), WORLDS)


def outcomes(ledger: Ledger, world: str) -> np.ndarray:
    return ledger.outcome[:, ledger.column(world)]


def test_ledger_adds_up_and_abuse_is_said_in_worlds_with_abuse_alone() -> None:
    _, ledger = lived()
    check_ledger(ledger)
    abusive = ledger.occasions.is_abuse()
    for world in ledger.worlds:
        said = outcomes(ledger, world)[abusive] > Outcome.UNSAID
        assert said.any() == ("abuse" in world or world == "full")
        assert (outcomes(ledger, world)[abusive] != Outcome.UNSAID).all(), "abuse does not censor itself"


def test_hostile_people_abuse_targets_of_their_rooms_and_nobody_twice_over() -> None:
    _, ledger = lived()
    occasions, people = ledger.occasions, ledger.people
    abuse = np.flatnonzero(occasions.is_abuse())
    parent = occasions.parent[abuse]
    assert people.hostile[occasions.person[abuse]].all()
    assert people.targeted[occasions.person[parent]].all()
    assert (occasions.person[abuse] != occasions.person[parent]).all()
    assert not occasions.is_abuse(parent).any()
    assert np.array_equal(occasions.room[abuse], occasions.room[parent])
    members = [set(ledger.rooms.member[ledger.rooms.start[r] : ledger.rooms.start[r + 1]].tolist()) for r in range(len(ledger.rooms.size))]
    assert all(who in members[room] for who, room in zip(occasions.person[abuse].tolist(), occasions.room[abuse].tolist(), strict=True))


@pytest.mark.statistical
def test_number_of_abusive_replies_is_the_rate_for_each_hostile_member() -> None:
    """Four standard errors of a Poisson number; control: two fifths more are told apart."""
    what, ledger = lived()
    occasions, people, rooms, replies = ledger.occasions, ledger.people, ledger.rooms, what.platforms["chat"].replies
    hostile = np.bincount(np.repeat(np.arange(len(rooms.size)), rooms.size), people.hostile[rooms.member], len(rooms.size))
    abusive, below = occasions.is_abuse(), np.zeros(len(occasions), np.bool_)
    for at in np.flatnonzero(occasions.parent >= 0):
        below[at] = below[occasions.parent[at]] or abusive[occasions.parent[at]]
    asked = np.flatnonzero(~abusive & ~below & people.targeted[occasions.person])
    gamma = np.log(2) / np.log1p(replies.half_life / replies.offset)
    in_time = 1 - (1 + (what.horizon - occasions.time[asked]) / replies.offset) ** -gamma
    others = hostile[occasions.room[asked]] - people.hostile[occasions.person[asked]]
    expected = what.abuse.rate * (others * in_time).sum()
    assert expected > 200
    assert abs(abusive.sum() - expected) < 4 * np.sqrt(expected)
    assert abs(abusive.sum() - 1.4 * expected) > 4 * np.sqrt(1.4 * expected)


def test_people_and_wishes_are_those_of_the_scenario_without_abuse() -> None:
    _, ledger = lived()
    peaceful = run(scenario(HOSTILE, groups={"locals": {"hostile": 0.0}}), (0, 1), WORLDS)
    assert peaceful.occasions.abusive is None
    ordinary = np.isin(ledger.occasions.key, peaceful.occasions.key)
    assert not ledger.occasions.is_abuse()[ordinary].any()
    assert np.array_equal(ledger.occasions.key[ordinary], peaceful.occasions.key)
    assert np.array_equal(outcomes(ledger, "free")[ordinary], outcomes(peaceful, "free"))
    assert (outcomes(ledger, "free")[~ordinary] < Outcome.UNSAID).all()
    assert not (outcomes(ledger, "abuse")[ordinary] == outcomes(peaceful, "abuse")).all(), "control: where there is abuse, voice differs"


def test_without_targets_or_at_no_rate_nothing_happens() -> None:
    for changes in ({"groups": {"locals": {"targeted": 0.0}}}, {"abuse": {"rate": 0.0}}):
        ledger = run(scenario(HOSTILE, **changes), worlds=("free", "abuse"))
        assert not ledger.occasions.is_abuse().any()
        assert same(columns(ledger, "free"), columns(ledger, "abuse"))


def test_abuse_that_has_no_weight_silences_nobody() -> None:
    ledger = run(scenario(HOSTILE, voice={"abuse": 0.0}, beliefs={"climate_strength": 1e6}), worlds=("free", "abuse"))
    ordinary = outcomes(ledger, "free") > Outcome.NEVER_AROSE
    assert (ledger.marks[:, 1] & Mark.MET).any()
    assert np.array_equal(outcomes(ledger, "abuse")[ordinary], outcomes(ledger, "free")[ordinary])


def test_what_is_taken_at_once_is_not_met() -> None:
    ledger = run(with_rule(recall=1.0, delay=AT_ONCE), worlds=("abuse", "full"))
    abusive = ledger.occasions.is_abuse()
    assert (outcomes(ledger, "full")[abusive] != Outcome.STOOD).all()
    assert not (ledger.marks[:, ledger.column("full")] & Mark.MET).any()
    met = (ledger.marks[:, ledger.column("abuse")] & Mark.MET) > 0
    assert met.any()
    assert not (met & ~abusive).any()


def test_what_is_met_was_read_before_it_went() -> None:
    """Part of what is removed later has been met by then, and nothing of what is stopped before publication."""
    _, ledger = lived()
    at = ledger.column("full")
    met, abusive = (ledger.marks[:, at] & Mark.MET) > 0, ledger.occasions.is_abuse()
    removed = abusive & (ledger.outcome[:, at] == Outcome.REMOVED)
    assert 0 < met[removed].mean() < met[abusive & (ledger.outcome[:, at] == Outcome.STOOD)].mean()
    stopped = run(with_rule(action="block", recall=1.0, delay=AT_ONCE), worlds=("full",))
    assert not (stopped.marks[:, stopped.column("full")] & Mark.MET).any()


@pytest.mark.statistical
def test_targets_fall_silent_and_others_do_not() -> None:
    """Loss of voice of the targets, on common luck, over that of the others; more where witnesses count."""
    losses = {}
    for weight in (0.0, 0.1, 0.5):
        ledger = run(scenario(HOSTILE, beliefs={"witness_weight": weight}), range(4), ("free", "abuse"))
        wished = outcomes(ledger, "free") > Outcome.UNSAID
        unsaid = wished & (outcomes(ledger, "abuse") == Outcome.UNSAID)
        target = ledger.people.targeted[ledger.occasions.person]
        losses[weight] = unsaid[wished & target].mean(), unsaid[wished & ~target].mean()
    assert losses[0.1][0] > 0.05
    assert all(others < 0.01 for _, others in losses.values())
    assert losses[0.0][0] < losses[0.1][0] < losses[0.5][0]


def test_counter_speech_can_be_flagged_by_itself() -> None:
    """Targets' replies to abuse are taken at their own rate, nobody else's speech is."""
    ledger = run(with_rule(recall=0.0, false_positive_rate=0.0, counter_speech=1.0, delay=AT_ONCE), (0, 1, 2), ("full",))
    at, occasions = ledger.column("full"), ledger.occasions
    taken = np.flatnonzero(ledger.rule[:, at] >= 0)
    assert len(taken) > 10
    assert occasions.is_abuse(occasions.parent[taken]).all()
    assert ledger.people.targeted[occasions.person[taken]].all()


def test_reports_and_reviewers_look_for_abuse() -> None:
    """Readers who report abuse alone, and a desk without error, take abuse and nothing else."""
    rules = {
        "filter": None,
        "reported": {
            "detector": "reports", "about": "abuse", "rate": 0.5, "false_rate": 0.0, "action": "remove", "desk": "office",
        },
        "checked": {"detector": "sample", "about": "abuse", "share": 0.5, "action": "remove", "desk": "office"},
    }  # fmt: skip
    desk = {"roster": [{"reviewers": 20}], "service": {"fixed": "1 min"}, "error_rate": 0.0}
    what = scenario(HOSTILE, platforms={"chat": {"rules": rules, "desks": {"office": desk}}})
    ledger = run(what, worlds=("full",))
    check_ledger(ledger)
    at = ledger.column("full")
    for rule in (0, 1):
        taken = np.flatnonzero(ledger.rule[:, at] == rule)
        assert len(taken)
        assert ledger.occasions.is_abuse(taken).all()


def test_worlds_without_hostile_people_are_simulated_once() -> None:
    hostile, peaceful = scenario(HOSTILE), scenario(PLAIN)
    assert distinct_worlds(hostile, ALL_WORLDS) == ALL_WORLDS
    assert len(distinct_worlds(peaceful, ALL_WORLDS)) == len(ALL_WORLDS) / 2
    assert distinct_worlds(peaceful, ("free", "abuse", "abuse+access", "full")) == ("free", "abuse+access", "full")
    runs = {result.world: result.measures for result in run_task(peaceful, (0,), ("free", "abuse", "abuse+fear", "fear"))}
    assert runs["free"].equals(runs["abuse"])
    assert runs["fear"].equals(runs["abuse+fear"])
    assert not runs["free"].equals(runs["fear"]), "control"


def test_worlds_simulated_once_are_what_both_would_be() -> None:
    what = scenario(PLAIN)
    both = simulate(what, (0,), needed_worlds(("fear", "abuse+fear")))
    once = simulate(what, (0,), distinct_worlds(what, needed_worlds(("fear", "abuse+fear"))))
    assert len(both.worlds) == 2 * len(once.worlds)
    assert all(same(columns(both, world), columns(once, world)) for world in both.worlds)


def test_what_is_stacked_with_what_changes_nothing() -> None:
    what, ledger = lived()
    alone = run(what, (1,), ("full", "abuse+fear"))
    for world in ("free", "full"):
        assert not differing(columns(ledger, world, rows_of(ledger, 1)), columns(alone, world)), world


def test_a_trace_brings_no_hostile_people() -> None:
    from sim.scenario.tracecheck import in_trace

    what = scenario(HOSTILE).model_copy(update={"trace": scenario_trace()})
    assert any(path == ("groups", "locals", "hostile") for path, _, _ in in_trace(what))


def scenario_trace() -> Any:
    from sim.scenario.schema.scenario import Trace

    return Trace.model_validate({"file": "none.csv", "platform": "chat"})


# Measures


def test_measures_are_counted_as_they_are_defined() -> None:
    what, ledger = lived()
    pieces, at = Measurer(what, ledger).measure("full"), ledger.column("full")
    outcome, abusive = ledger.outcome[:, at], ledger.occasions.is_abuse()
    here = rows_of(ledger, 0)
    outcome, abusive, mark = outcome[here], abusive[here], ledger.marks[here, at]
    said, taken = outcome > Outcome.UNSAID, (outcome > Outcome.UNSAID) & (outcome < Outcome.STOOD)
    assert value(pieces, "over_removal") == pytest.approx((taken & ~abusive).sum() / (said & ~abusive).sum())
    assert value(pieces, "recall") == pytest.approx((taken & abusive).sum() / (said & abusive).sum())
    assert value(pieces, "precision") == pytest.approx((taken & abusive).sum() / taken.sum())
    assert value(pieces, "missed_harm") == pytest.approx(1 - value(pieces, "recall"))
    targets = ledger.people.targeted[ledger.people.replication == 0].sum()
    assert value(pieces, "abuse_met_per_target") == pytest.approx(((mark & Mark.MET) > 0).sum() / targets)
    assert 0 < value(pieces, "abuse_exposure") < 0.5
    published = (outcome > Outcome.WITHHELD) & ~abusive
    assert value(pieces, "removal_rate") == pytest.approx((outcome == Outcome.REMOVED)[~abusive].sum() / published.sum())


def test_measures_are_missing_where_there_is_no_abuse_or_no_rule() -> None:
    what, ledger = lived()
    abuse, moderation = Measurer(what, ledger).measure("abuse"), Measurer(what, ledger).measure("moderation")
    for name in ("over_removal", "precision", "recall", "missed_harm"):
        assert np.isnan(value(abuse, name))
    for name in ("precision", "recall", "missed_harm", "abuse_exposure", "abuse_met_per_target"):
        assert np.isnan(value(moderation, name))
    assert value(abuse, "abuse_exposure") > 0
    assert value(moderation, "over_removal") == pytest.approx(0.02, abs=0.02)


def test_abuse_moves_no_measure_of_voice_where_nobody_minds_it() -> None:
    """With no weight on voice and in the climate, abuse is in no rate of voice: the free world and the world of abuse agree."""
    what = scenario(HOSTILE, voice={"abuse": 0.0}, platforms={"chat": {"replies": {"branching": 0.0}}})
    ledger = run(what, (0, 1), ("free", "abuse"))
    free, abuse = ({(p.measure, p.split): p.values for p in Measurer(what, ledger).measure(world)} for world in ("free", "abuse"))
    assert {measure for measure, _ in abuse.keys() - free.keys()} == {"abuse_exposure", "abuse_met_per_target"}
    assert all(np.array_equal(values, abuse[key], equal_nan=True) for key, values in free.items())


# The shapes that are published


def fell_silent(weight: float) -> tuple[float, int]:
    """In `scenarios/harassment.yaml`: the share of those abused on a topic whose last five wishes on it since then were all unsaid."""
    what = load(HARASSMENT, [f"voice.abuse={weight}", "window=6h"])
    ledger = simulate(what, range(3), ("free", "abuse"))
    occasions, topics = ledger.occasions, ledger.people.topics
    met = np.flatnonzero(ledger.marks[:, 1] & Mark.MET)
    parent = occasions.parent[met]
    abused, first = np.unique(occasions.person[parent] * topics + occasions.topic[parent], return_index=True)
    wishes = np.flatnonzero((ledger.outcome[:, 0] > Outcome.UNSAID) & (ledger.outcome[:, 1] > Outcome.NEVER_AROSE))
    whose, silent = occasions.person[wishes] * topics + occasions.topic[wishes], ledger.outcome[wishes, 1] == Outcome.UNSAID
    lasting = []
    for pair, since in zip(abused, occasions.time[met[first]], strict=True):
        since_then = silent[(whose == pair) & (occasions.time[wishes] > since)]
        if len(since_then) >= 5:
            lasting.append(since_then[-5:].all())
    return float(np.mean(lasting)), len(lasting)


@pytest.mark.statistical
def test_a_third_of_abused_targets_fall_silent_on_the_topic() -> None:
    """The weight of abuse has been set to this; four standard errors. Control: a fifth of the weight does not do it."""
    share, people = fell_silent(1.5)
    assert people > 90
    assert abs(share - 1 / 3) < 4 * np.sqrt(2 / 9 / people)
    assert fell_silent(0.3)[0] < 1 / 3 - 4 * np.sqrt(2 / 9 / people)


def strictness(false_positive_rate: float, hostile: float, replications: int = 6) -> np.ndarray:
    """Share of voice that was seen, by replication, at a point of a curve of equal separation (d' = 3)."""
    caught = float(norm.cdf(norm.ppf(false_positive_rate) + 3)) if false_positive_rate else 0.0
    rule = {"recall": caught, "false_positive_rate": false_positive_rate, "delay": {"lognormal": {"median": "5 min", "sigma": 1.0}}}
    what = scenario(HOSTILE, groups={"locals": {"hostile": hostile}}, platforms={"chat": {"rules": {"filter": rule}}})
    runs = run_task(what, range(replications), ("full",))
    totals = [dict(r.measures.filter(split="total").select("measure", "value").iter_rows()) for r in runs]
    return np.array([total["seen"] / total["wished"] for total in totals])


@pytest.mark.statistical
def test_voice_peaks_at_a_middling_strictness_where_there_is_abuse_and_falls_where_there_is_none() -> None:
    """Differences on common luck, each beyond three standard errors (of six replications: one false alarm in 66)."""
    none, middling, harsh = (strictness(rate, 0.15) for rate in (0.0, 0.02, 0.4))
    assert beyond(middling - none)
    assert beyond(middling - harsh)
    curve = [strictness(rate, 0.0) for rate in (0.0, 0.02, 0.4)]
    assert beyond(curve[0] - curve[1])
    assert beyond(curve[1] - curve[2])


def beyond(differences: np.ndarray) -> bool:
    return bool(differences.mean() > 3 * differences.std(ddof=1) / np.sqrt(len(differences)))
