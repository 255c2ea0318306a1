"""Surveys with closed questions: who falsifies, what lists hide and find, and who does not answer."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.measures.surveys import answers_of, difference_in_means, sums
from sim.measures.table import Measurer
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.surveys import CONTROL, DIRECT, TREATMENT, Lists
from sim.model.voice import Manner
from sim.model.world import simulate
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, merged, run, same, scenario, value

LIST: dict[str, Any] = {"instrument": "list"}
POLL: dict[str, Any] = {"kind": "survey", "identity": 1.0, "shares_with": {"home": 0.5}, "survey": LIST}
BASE = merged(
    PLAIN,
    {
        "topics": {"climate": None},
        "jurisdictions": {"home": {"sensitivity": {"climate": None}, "perceived_reprisal": 0.5, "reprisal": {"hazard": 0.5}}},
        "groups": {"locals": {"size": 4000, "messages_per_day": 0.5}},
        "platforms": {"chat": None, "poll": POLL},
        "convenor": {"collects": ["poll"]},
    },
)
WORLDS = ("free", "full")


def asking(base: dict[str, Any] = BASE, **changes: Any) -> Scenario:
    return scenario(base, platforms={"poll": changes})


@cache
def asked(identity: float = 1.0, sponsor: str | None = None) -> tuple[Scenario, Ledger]:
    what = asking(identity=identity, survey={**LIST, "sponsor": sponsor} if sponsor else LIST)
    return what, run(what, (0, 1), WORLDS)


def figure(run_: tuple[Scenario, Ledger], measure: str, world: str = "full") -> float:
    pieces = Measurer(*run_).measure(world)
    return float(np.mean([value(pieces, measure, replication=r) for r in (0, 1)]))


def standard_error(run_: tuple[Scenario, Ledger]) -> float:
    """Of the gap in points, from the list's and the direct answers' own."""
    direct = figure(run_, "support_direct")
    answers = answers_of(*run_, run_[1].column("full"))
    n = np.count_nonzero(answers.arm == DIRECT)
    return float(np.hypot(figure(run_, "list_se") / np.sqrt(2), 100 * np.sqrt(direct * (1 - direct) / n)))


# The estimator


def estimate(lists: Lists, n: int, support: float, softens: bool) -> float:
    """Error of the estimate in standard errors, on people of whom a share supports."""
    key = np.arange(n, dtype=np.uint64) * np.uint64(7919)
    nowhere = np.zeros(n, np.int64)
    supports = np.random.default_rng(3).random(n) < support
    arm, answer = lists.counts(key, nowhere, nowhere, supports, np.full(n, softens))
    control, treatment = (sums(arm, answer, which, nowhere, (1,)) for which in (CONTROL, TREATMENT))
    found, variance = difference_in_means(control, treatment)
    return float((found[0] - supports[arm == TREATMENT].mean()) / np.sqrt(variance[0]))


def list_of(**survey: Any) -> Lists:
    return Lists(asking(survey={**LIST, "asked_directly": 0.0, **survey}))


@pytest.mark.statistical
@pytest.mark.parametrize("support", [0.2, 0.6, 0.95])
def test_the_list_is_unbiased_where_nobody_shades(support: float) -> None:
    """Beyond 3.7 standard errors once in 4,600 runs of one case."""
    assert abs(estimate(list_of(), 20_000, support, softens=False)) < 3.7


@pytest.mark.parametrize("hears", [None, ["locals"], ["others"]])
def test_answers_are_weighted_as_messages_are(hears: list[str] | None) -> None:
    """By hand: the critical locals answer more often than others. Control: without weights everybody counts the same."""
    groups = {
        "locals": {"size": 300, "stance": {"median": -0.9}},
        "others": {"size": 400, "messages_per_day": 0.2, "stance": {"median": 0.9}},
    }
    groups["others"] |= {"registered_in": "home", "resides_in": "home"}
    what = [scenario(BASE, groups=groups, convenor={"weights": weights, "hears": hears}) for weights in ("none", "groups")]
    ledger = run(what[0], worlds=WORLDS)
    column, shares = ledger.column("full"), np.array([group["size"] * (hears in (None, [name])) for name, group in groups.items()])
    found = answers_of(what[0], ledger, column)
    group, direct = ledger.people.group[found.person], found.arm == DIRECT
    weight = (shares / shares.sum() / np.bincount(group))[group]
    means = [float(np.average(found.answer[direct], weights=w[direct])) for w in (found.weight, weight)]
    reported = [value(Measurer(one, ledger).measure("full"), "support_direct") for one in what]
    assert reported == pytest.approx(means)
    assert abs(means[0] - means[1]) > 0.02


@pytest.mark.statistical
def test_floors_and_ceilings_bias_it() -> None:
    """Control: shading at the floor raises the estimate, at the ceiling it lowers it, and it does so more the shorter the list."""
    assert estimate(list_of(list_items=[0.1, 0.1]), 20_000, 0.3, softens=True) > 10
    assert estimate(list_of(list_items=[0.9], ceiling_shading=1.0), 20_000, 0.6, softens=False) < -10
    assert estimate(list_of(list_items=[0.1, 0.1], floor_shading=0.0), 20_000, 0.3, softens=True) < 3.7


@pytest.mark.statistical
def test_arms_have_their_shares() -> None:
    """Of 20,000 people; beyond 3.9 standard errors once in 10,000 runs."""
    key, nowhere = np.arange(20_000, dtype=np.uint64), np.zeros(20_000, np.int64)
    arm = Lists(asking()).arms(key, nowhere, nowhere)
    for which in (DIRECT, CONTROL, TREATMENT):
        assert abs(np.mean(arm == which) - 1 / 3) < 3.9 * np.sqrt(2 / 9 / 20_000)
    assert set(Lists(asking(survey={"instrument": "direct"})).arms(key, nowhere, nowhere).tolist()) == {DIRECT}
    assert set(Lists(asking()).arms(key, nowhere, nowhere - 1).tolist()) == {0}, "nothing is asked where there is no survey"


# Falsification


@pytest.mark.statistical
def test_without_fear_there_is_no_gap() -> None:
    """In the free world; beyond 3.7 standard errors once in 4,600 runs."""
    here = asked()
    assert abs(figure(here, "falsification_gap", "free")) < 3.7 * standard_error(here)
    assert abs(figure(here, "support_direct", "free") - figure(here, "support_private", "free")) < 0.05


@pytest.mark.statistical
def test_the_gap_grows_with_perceived_exposure() -> None:
    """The list hardly moves. From end to end it is beyond 3.7 standard errors; control: with fear alone removed it is not."""
    gaps = [figure(asked(identity), "falsification_gap") for identity in (0.02, 0.4, 1.0)]
    error = standard_error(asked())
    assert gaps[0] < gaps[1] < gaps[2]
    assert gaps[2] - gaps[0] > 3.7 * error
    assert abs(gaps[0]) < 3.7 * error
    assert abs(figure(asked(1.0), "falsification_gap", "free") - figure(asked(0.02), "falsification_gap", "free")) < 3.7 * error
    assert abs(figure(asked(1.0), "support_list") - figure(asked(0.02), "support_list")) < 0.05


def test_more_support_is_reported_to_a_government_and_nothing_changes_without_fear() -> None:
    alone, government = asked(0.4), asked(0.4, "government")
    assert figure(government, "support_direct") > figure(alone, "support_direct") + 0.02
    assert figure(asked(0.4, "un"), "support_direct") == figure(alone, "support_direct")
    assert same(columns(government[1], "free"), columns(alone[1], "free"))


def test_only_critics_falsify_and_only_what_tells_on_them_is_found_out() -> None:
    what, ledger = asked()
    column = ledger.column("full")
    stance = ledger.occasions.private_stance(ledger.people)
    said = np.flatnonzero(ledger.outcome[:, column] > Outcome.UNSAID)
    person, topic = ledger.occasions.person[said], ledger.occasions.topic[said].astype(np.int64)
    tells = Lists(what).tells(ledger.people.key[person], topic, ledger.venue[said, column], stance[said] > 0)
    softened = ledger.voice[said, column] == Manner.SOFTENED
    assert softened[tells].mean() > 0.3
    assert softened[~tells].mean() < 0.02, "the noise of the manner"
    assert (ledger.voice[said, column] != Manner.CODED).all(), "nobody answers a closed question in code"
    assert (ledger.softening[said[softened], column] == 1).all(), "there is nothing between yes and no"
    found = (ledger.marks[said, column] & Mark.IDENTIFIED) > 0
    assert found[tells & ~softened].any()
    assert not found[~tells].any()


def test_answers_to_lists_show_no_stance() -> None:
    """The picture is made of direct answers alone, and there is none where everybody gets a list."""
    what, ledger = asked()
    answers, found = answers_of(what, ledger, ledger.column("full")), Measurer(what, ledger).measure("full")
    assert value(found, "brief_messages", "brief", "all/all") == np.count_nonzero((answers.arm == DIRECT) & (answers.replication == 0))
    lists_only = asking(survey={**LIST, "asked_directly": 0.0})
    assert np.isnan(value(Measurer(lists_only, run(lists_only, (0,), WORLDS)).measure("full"), "opinion_gap"))


@pytest.mark.parametrize("model", ["strategic", "threshold", "spiral", "reinforcement"])
def test_every_voice_model_answers(model: str) -> None:
    what = scenario(BASE, groups={"locals": {"size": 200}}, voice={"model": model})
    ledger = run(what, (0,), WORLDS)
    assert (ledger.marks[:, ledger.column("full")] & Mark.COUNTED).any()


# Who does not answer


@pytest.mark.statistical
def test_some_pass_over_whatever_is_asked() -> None:
    """A share of questions, the same ones in every world; beyond 3.9 standard errors once in 10,000 runs."""
    plain, passing = asked(), asking(survey={**LIST, "nonresponse": 0.3})
    ledger = simulate(passing, (0, 1), ("free", "full"))
    before, after = plain[1].outcome[:, plain[1].column("free")], ledger.outcome[:, 0]
    answered = before > Outcome.UNSAID
    share = np.mean(after[answered] == Outcome.UNSAID)
    assert abs(share - 0.3) < 3.9 * np.sqrt(0.21 / answered.sum())
    assert (ledger.outcome[answered & (after == Outcome.UNSAID), 1] <= Outcome.UNSAID).all()


def test_fear_adds_to_nonresponse() -> None:
    """By silence of the voice model; in one place and time for all that are put."""
    assert figure(asked(), "nonresponse_rate") > figure(asked(), "nonresponse_rate", "free") + 0.005
    what, ledger = asked()
    column = ledger.column("full")
    put = ledger.outcome[:, column] >= Outcome.UNSAID
    by_hand = np.mean(ledger.outcome[put, column] == Outcome.UNSAID)
    assert figure((what, ledger), "nonresponse_rate") == pytest.approx(by_hand, abs=0.003)


# Off


def test_an_open_question_is_what_surveys_ask_if_nothing_else_is_said() -> None:
    silent = scenario(BASE, platforms={"poll": {"survey": None}}, groups={"locals": {"size": 300}})
    spoken = scenario(BASE, platforms={"poll": {"survey": {"instrument": "open"}}}, groups={"locals": {"size": 300}})
    first, second = run(silent, (0,), WORLDS), run(spoken, (0,), WORLDS)
    assert all(same(columns(first, world), columns(second, world)) for world in WORLDS)
    measured = [{p.measure for p in Measurer(w, led).measure("full")} for w, led in ((silent, first), (spoken, second))]
    assert measured[0] == measured[1]
    assert "support_list" not in measured[0]


def test_only_surveys_ask() -> None:
    with pytest.raises(ValidationError, match="survey is for the kind survey"):
        scenario(PLAIN, platforms={"chat": {"survey": {}}})
