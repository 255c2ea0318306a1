"""What people learn: each belief against its formula, who learns of what, and what fear does to voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.access import rank_platforms
from sim.model.beliefs import Beliefs
from sim.model.ledger import Ledger, Outcome
from sim.model.people import draw_people
from sim.model.policy import compile_policy
from sim.model.rooms import draw_rooms
from sim.model.voice import Manner
from tests.model.small import PLAIN, RICH, columns, merged, rich_run, run, same, scenario

WHO, ROOM, TOPIC = 7, 3, 1
WORLDS = np.arange(2)
EXPLAINED, UNEXPLAINED = np.ones(1, np.bool_), np.zeros(1, np.bool_)
ELSEWHERE = {
    "jurisdictions": {
        "home": {"watches_public": 0.5, "reprisal": {"abroad": 0.25}},
        "away": {"perceived_reprisal": 0.1},
    },
    "groups": {"emigrants": {"size": 5, "registered_in": "home", "resides_in": "away"}},
    "platforms": {
        "chat": {"identity": 0.5, "shares_with": {"home": 0.8, "away": 0.3}},
        "feed": {"kind": "feed", "identity": 0.9, "shares_with": {"home": 0.2}},
    },
}


@dataclass
class Mind:
    """Beliefs with their readings for one person, room and topic, in the first of two worlds."""

    beliefs: Beliefs
    topics: int

    def pair(self) -> np.ndarray:
        return np.array([WHO * self.topics + TOPIC])

    def room_pair(self) -> np.ndarray:
        return np.array([ROOM * self.topics + TOPIC])

    def removal(self, now: float, who: int = WHO, room: int = ROOM, platform: int = 0, world: int = 0) -> float:
        pairs = np.array([[who * self.topics + TOPIC]]), np.array([[room * self.topics + TOPIC]])
        found = self.beliefs.perceived_removal(self.beliefs.priors(np.array([[who]]), np.array([[platform]])), *pairs, WORLDS, now)
        return float(found[0, world])

    def reprisal(self, now: float, who: int = WHO, room: int = ROOM, platform: int = 0, world: int = 0) -> float:
        priors = self.beliefs.priors(np.array([[who]]), np.array([[platform]]))
        found = self.beliefs.perceived_reprisal(priors, np.array([[who]]), np.array([[room]]), WORLDS, now)
        return float(found[0, world])

    def climate(self, now: float) -> float:
        return float(self.beliefs.climate(self.room_pair()[:, None], WORLDS, now)[0, 0])

    def noticed(self, now: float) -> float:
        return float(self.beliefs.noticed(np.array([[WHO]]), np.array([[ROOM]]), WORLDS, now)[0, 0])


def mind(**changes: Any) -> Mind:
    """Beliefs of a fresh population."""
    what = scenario(PLAIN, **changes)
    people = draw_people(what, (0,))
    rooms = draw_rooms(what, people, rank_platforms(what, people))
    return Mind(Beliefs(people, len(rooms.size), compile_policy(what), 2), people.topics)


HALVES: dict[str, Any] = {
    "ambiguity_aversion": 0.0,
    "removal_half_life": "100 h",
    "climate_half_life": "50 h",
    "noticed_half_life": "20 h",
    "reprisal_half_life": "200 h",
}
FIRST = np.array([0])


def decay(hours: float, half_life: float) -> float:
    return float(0.5 ** (hours / half_life))


def test_removal_is_a_beta_belief_over_own_and_witnessed_messages() -> None:
    one = mind(beliefs=HALVES, platforms={"chat": {"perceived_removal": {"home": 0.2}}})
    assert one.removal(0.0) == pytest.approx(0.2)
    one.beliefs.record_submitted(one.pair(), FIRST, np.array([0.8]), np.array([10.0]))
    one.beliefs.record_witnessed(one.room_pair(), FIRST, np.array([0.5]), np.array([15.0]))
    seen = 0.8 * decay(20, 100) + 0.1 * 0.5 * decay(15, 100)
    assert one.removal(30.0) == pytest.approx(5 * 0.2 / (5 + seen))
    one.beliefs.record_action(np.array([WHO]), one.pair(), FIRST, np.array([0.8]), np.array([20.0]), EXPLAINED)
    one.beliefs.record_public_action(np.array([ROOM]), one.room_pair(), FIRST, np.array([0.5]), np.array([16.0]), UNEXPLAINED)
    acted = 0.8 * decay(10, 100) + 0.1 * 0.5 * decay(14, 100)
    assert one.removal(30.0) == pytest.approx((5 * 0.2 + acted) / (5 + seen))
    assert one.removal(30.0, world=1) == pytest.approx(0.2)
    assert one.removal(30.0, who=WHO + 1, room=ROOM + 1) == pytest.approx(0.2)
    assert one.removal(30.0, who=WHO + 1) == pytest.approx((1 + 0.05 * decay(14, 100)) / (5 + 0.05 * decay(15, 100)))


def test_people_reckon_with_the_upper_part_of_a_belief_that_is_wide() -> None:
    """As many actions on similar messages: at random widens, all or none does not, and evidence in plenty leaves the mean."""

    def feared(seen: float, acted: float, aversion: float) -> float:
        one = mind(beliefs={**HALVES, "removal_strength": 1e-3, "ambiguity_aversion": aversion})
        one.beliefs.record_submitted(one.pair(), FIRST, np.array([seen]), np.array([0.0]))
        one.beliefs.record_action(np.array([WHO]), one.pair(), FIRST, np.array([acted]), np.array([0.0]), EXPLAINED)
        return one.removal(0.0)

    assert feared(8, 4, 0.5) == pytest.approx(0.5 + 0.5 * np.sqrt(0.25 / 9), abs=1e-3)
    widened = {(seen, acted): feared(seen, acted, 0.5) - feared(seen, acted, 0.0) for seen, acted in ((8, 0), (8, 4), (8, 8), (800, 400))}
    assert widened[8, 4] > 5 * widened[8, 0]
    assert widened[8, 4] > 5 * widened[8, 8]
    assert widened[800, 400] < 0.01


def test_a_platform_without_a_stated_prior_has_the_general_one() -> None:
    assert mind(beliefs={"removal_prior": 0.07, "ambiguity_aversion": 0.0}).removal(5.0) == pytest.approx(0.07)


def test_reprisal_is_exposure_times_perceived_risk_under_the_stricter_law() -> None:
    both = mind(**ELSEWHERE)
    emigrant = 60
    assert both.reprisal(0.0) == pytest.approx(0.5 * 0.8 * 0.4)
    assert both.reprisal(0.0, platform=1) == pytest.approx(0.9 * (1 - 0.5 * 0.8) * 0.4)
    assert both.reprisal(0.0, who=emigrant) == pytest.approx(max(0.5 * 0.3 * 0.1, 0.25 * 0.5 * 0.8 * 0.4))
    assert both.reprisal(0.0, who=emigrant, platform=1) == pytest.approx(0.25 * 0.9 * 0.6 * 0.4)


def test_news_and_cases_take_away_remaining_safety_by_exposure() -> None:
    one = mind(**ELSEWHERE, beliefs=HALVES)
    one.beliefs.record_news(np.array([WHO]), 1.5, 10.0)
    one.beliefs.record_reprisal(WHO + 1, np.array([ROOM]), 0, 20.0)
    prior, exposure = 0.5 * 0.8 * 0.4, 0.5 * 0.8
    news = 1.5 * decay(40, 200) + 0.05 * decay(30, 200)
    assert one.reprisal(50.0) == pytest.approx(1 - (1 - prior) * np.exp(-news * exposure))
    assert one.reprisal(50.0, world=1) == pytest.approx(1 - (1 - prior) * np.exp(-1.5 * decay(40, 200) * exposure))
    own = 1.0 * decay(30, 200)
    assert one.reprisal(50.0, who=WHO + 1, room=ROOM + 1) == pytest.approx(1 - (1 - prior) * np.exp(-own * exposure))


def test_a_platform_that_passes_nothing_on_is_not_feared_whatever_the_news() -> None:
    one = mind(platforms={"chat": {"shares_with": {"home": 0.0}}})
    one.beliefs.record_news(np.array([WHO]), 9.0, 0.0)
    assert one.reprisal(1.0) == 0


@pytest.mark.parametrize(("believed", "expected"), [(0.0, 0.5 * 0.8 * 0.4), (1.0, 0.0)])
def test_a_promise_helps_those_who_believe_it(believed: float, expected: float) -> None:
    promise = {"no_data_sharing": True, "rules_waived": True, "believed": believed}
    one = mind(beliefs=HALVES, platforms={"chat": {"safeguards": promise, "perceived_removal": {"home": 0.3}}})
    assert one.reprisal(0.0) == pytest.approx(expected)
    assert one.removal(0.0) == pytest.approx(0.3 * (1 - believed))


def test_stated_exposure_takes_the_place_of_the_true_one() -> None:
    one = mind(platforms={"chat": {"perceived_exposure": {"home": 0.9}}})
    assert one.reprisal(0.0) == pytest.approx(0.9 * 0.4)


def test_climate_is_the_mean_stance_shrunk_to_0() -> None:
    one = mind(beliefs=HALVES)
    assert one.climate(0.0) == 0
    one.beliefs.record_published(np.repeat(one.room_pair(), 2), np.zeros(2, np.int64), np.array([-0.8, 0.2]), np.array([0.0, 25.0]))
    said, stance = decay(50, 50) + decay(25, 50), -0.8 * decay(50, 50) + 0.2 * decay(25, 50)
    assert one.climate(50.0) == pytest.approx(stance / (said + 3))


def test_noticed_censorship_saturates() -> None:
    one = mind(beliefs=HALVES)
    assert one.noticed(0.0) == 0
    one.beliefs.record_action(np.array([WHO]), one.pair(), FIRST, np.array([0.1]), np.array([0.0]), UNEXPLAINED)
    one.beliefs.record_public_action(np.array([ROOM]), one.room_pair(), FIRST, np.array([0.9]), np.array([10.0]), UNEXPLAINED)
    actions = decay(20, 20) + 0.1 * decay(10, 20)
    assert one.noticed(20.0) == pytest.approx(1 - np.exp(-actions / 3))


def test_an_explained_action_is_noticed_less_and_teaches_about_its_own_topic_alone() -> None:
    both = []
    for explained in (UNEXPLAINED, EXPLAINED):
        one = mind(beliefs={**HALVES, "removal_prior": 0.0})
        other_topic = np.array([WHO * one.topics + TOPIC - 1])
        one.beliefs.record_action(np.array([WHO]), other_topic, FIRST, np.array([0.6]), np.array([0.0]), explained)
        both.append((one.removal(0.0), one.noticed(0.0)))
    (spilt, noticed), (kept, noticed_less) = both
    assert spilt == pytest.approx(0.1 * 0.6 / 5)
    assert kept == 0
    assert (noticed, noticed_less) == pytest.approx((1 - np.exp(-1 / 3), 1 - np.exp(-0.5 / 3)))


evidence = st.lists(st.tuples(st.sampled_from("span"), st.floats(0, 1), st.floats(-1, 1), st.floats(0, 300)), max_size=20)


@given(found=evidence, now=st.floats(300, 700))
@settings(max_examples=100, deadline=None)
def test_beliefs_stay_within_their_bounds(found: list[tuple[str, float, float, float]], now: float) -> None:
    one = mind(beliefs={**HALVES, "removal_strength": 0.01, "climate_strength": 0.01})
    for kind, heat, stance, time in found:
        at, h = np.array([time]), np.array([heat])
        match kind:
            case "s":
                one.beliefs.record_submitted(one.pair(), FIRST, h, at)
            case "p":
                one.beliefs.record_published(one.room_pair(), FIRST, np.array([stance]), at)
                one.beliefs.record_witnessed(one.room_pair(), FIRST, h, at)
            case "a":
                one.beliefs.record_action(np.array([WHO]), one.pair(), FIRST, h, at, EXPLAINED)
            case _:
                one.beliefs.record_news(np.array([WHO]), 10 * heat, time)
    for reading in (one.removal(now), one.reprisal(now), one.noticed(now)):
        assert 0 <= reading <= 1
    assert -1 <= one.climate(now) <= 1


# Who learns of an action


def taught(notice: str, discovery: float = 0.0) -> tuple[Ledger, np.ndarray]:
    """A run in which everything is removed at once, and by how much each author's R at each occasion exceeds what silence would leave."""
    rule = {"detector": "sample", "share": 0.3, "action": "remove", "notice": notice}
    base = merged(
        PLAIN, {"platforms": {"chat": {"rules": {"some": rule}, "replies": {"branching": 0.0}}}, "beliefs": {"discovery": discovery}}
    )
    quiet = merged(base, {"platforms": {"chat": {"rules": {"some": {"share": 0.0}}}}})
    ledger, other = (
        run(scenario(document, groups={"locals": {"reactance": 0.0}}), worlds=("moderation+fear",)) for document in (base, quiet)
    )
    same_voice = (ledger.voice == other.voice).all(axis=1)
    first_change = int(np.argmin(same_voice)) if not same_voice.all() else len(same_voice)
    return ledger, (ledger.removal_risk - other.removal_risk)[:first_change, 0]


def test_a_silent_removal_teaches_nobody() -> None:
    _, excess = taught("none")
    assert len(excess) > 100
    assert not excess.any()


def test_a_notice_teaches_the_author_alone() -> None:
    ledger, excess = taught("author")
    at = ledger.column("moderation+fear")
    assert (excess > 0).any()
    for row in np.flatnonzero(excess):
        earlier = np.flatnonzero(ledger.occasions.person[:row] == ledger.occasions.person[row])
        assert (ledger.outcome[earlier, at] == Outcome.REMOVED).any()


def test_a_tombstone_teaches_the_room() -> None:
    ledger, excess = taught("public")
    at = ledger.column("moderation+fear")
    bystanders = 0
    for row in np.flatnonzero(excess):
        removed = np.flatnonzero(ledger.outcome[:row, at] == Outcome.REMOVED)
        assert (ledger.occasions.room[removed] == ledger.occasions.room[row]).any()
        bystanders += ledger.occasions.person[row] not in ledger.occasions.person[removed]
    assert bystanders


@pytest.mark.parametrize(("notice", "same_lesson"), [("none", True), ("author", False)])
def test_who_finds_out_about_a_silent_action_is_given_no_reason(notice: str, same_lesson: bool) -> None:
    """Control: where authors are told, a reason makes a difference."""
    rule = {"detector": "sample", "share": 0.3, "action": "remove", "notice": notice}
    ledgers = [
        run(
            scenario(PLAIN, platforms={"chat": {"rules": {"some": {**rule, "reason": reason}}}}, beliefs={"discovery": 1.0}),
            worlds=("full",),
        )
        for reason in (False, True)
    ]
    assert same(*(columns(ledger, "full") for ledger in ledgers)) == same_lesson


@pytest.mark.statistical
def test_discovery_teaches_a_share_of_authors() -> None:
    """More than nobody and fewer than by notice; deterministic for the seed."""
    learned = [np.count_nonzero(excess > 0) for _, excess in (taught("none"), taught("none", 0.5), taught("author"))]
    assert learned[0] < learned[1] < learned[2]


# What fear does


def test_fear_that_weighs_nothing_is_no_fear() -> None:
    """To the bit: by the weights of the voice model, and by those of people."""
    fearless = "access+moderation+surveillance"
    for changes in (
        {"voice": {"fear_of_removal": 0.0, "fear_of_reprisal": 0.0}, "beliefs": {"self_deletion": 0.0}},
        {"groups": {name: {"fear": 0.0} for name in RICH["groups"]}},
    ):
        ledger = run(scenario(horizon="6 d", timeline=RICH["timeline"][:4], **changes), worlds=("full",))
        names = ("voice", "outcome", "venue", "rule", "marks", "shown", "gone")
        one, other = columns(ledger, "full"), columns(ledger, fearless)
        assert same({name: one[name] for name in names}, {name: other[name] for name in names})


def test_in_the_free_world_nearly_everything_voiced_is_sincere() -> None:
    """Softening and coding then measure fear and not noise."""
    _, ledger = rich_run()
    for world, most in (("free", 0.03), ("full", 1.0)):
        voice = ledger.voice[:, ledger.column(world)]
        disguised = (voice > Manner.SINCERE).sum() / (voice > Manner.SILENT).sum()
        assert disguised < most
    assert disguised > 0.05


def test_chill_is_selective() -> None:
    """A topic that crosses no line keeps its voice to the bit; the other loses some."""
    ledger = run(scenario(PLAIN, jurisdictions={"home": {"sensitivity": {"climate": 0.0}}}), worlds=("free", "fear"))
    free, afraid = (ledger.voice[:, ledger.column(world)] for world in ("free", "fear"))
    ordinary = ledger.occasions.topic == 0
    assert np.array_equal(free[ordinary], afraid[ordinary])
    assert (afraid[~ordinary] == Manner.SINCERE).sum() < 0.8 * (free[~ordinary] == Manner.SINCERE).sum()
