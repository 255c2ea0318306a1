"""Events of the timeline: each parameter that can be set takes effect, and only then."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.measures.series import series
from sim.model.ledger import Ledger, Mark, Outcome
from sim.scenario import variants
from tests.model.small import PLAIN, RICH, merged, run, scenario

BASE = merged(
    RICH,
    {
        "horizon": "108 h",
        "timeline": [],
        "groups": {group: {"code_fluency": 0.8, "reactance": 0.5, "conformity": 0.5} for group in RICH["groups"]},
        "platforms": {"chat": {"safeguards": {"rules_waived": True, "anonymity": True, "kept": 0.2, "believed": 0.5}}},
    },
)
SETS: dict[str, Any] = {
    "platforms.chat.identity": 0.1,
    "platforms.chat.anonymous_identity": 0.9,
    "platforms.chat.shares_with": {"home": 0.1},
    "platforms.chat.perceived_exposure": {"home": 0.9},
    "platforms.chat.perceived_removal": {"home": 0.9},
    "platforms.feed.friction": 0.0,
    "platforms.chat.safeguards.anonymity": False,
    "platforms.chat.safeguards.no_data_sharing": True,
    "platforms.chat.safeguards.rules_waived": False,
    "platforms.chat.safeguards.kept": 1.0,
    "platforms.chat.safeguards.believed": 1.0,
    "platforms.chat.rules.late.registered_in": ["away"],
    "platforms.chat.rules.late.topics": ["climate"],
    "platforms.chat.rules.late.delay": {"fixed": "0 s"},
    "platforms.chat.rules.late.notice": "none",
    "platforms.chat.rules.late.threshold": 0.1,
    "platforms.chat.rules.late.recall": 0.0,
    "platforms.chat.rules.late.false_positive_rate": 0.5,
    "platforms.chat.rules.words.combinations": ["the"],
    "platforms.chat.rules.words.recall": 0.0,
    "platforms.chat.rules.shadow.share": 0.9,
    "platforms.chat.desks.office.roster": [{"days": "weekend", "start": 23, "end": 24, "reviewers": 1}],
    "platforms.chat.desks.office.utc_offset": 12,
    "platforms.chat.desks.office.service": {"fixed": "1 s"},
    "platforms.chat.desks.office.error_rate": 1.0,
    "platforms.chat.desks.office.threshold": 1.0,
    "platforms.chat.desks.office.discipline": "fifo",
    "platforms.chat.desks.office.expiry": "1 min",
    "platforms.chat.desks.office.error_per_waiting": 1.0,
    "platforms.chat.desks.office.error_per_hour": 0.3,
    "platforms.chat.desks.office.services": {"doubtful": {"fixed": "9 h"}},
    "platforms.chat.sanctions.window": "6 h",
    "platforms.chat.sanctions.ladder": [{"points": 1, "action": "ban"}],
    "platforms.chat.appeals.propensity_if_wrong": 0.0,
    "platforms.chat.appeals.reversal": 1.0,
    "platforms.chat.appeals.reinstates": False,
    "jurisdictions.home.sensitivity": {"climate": 1.0},
    "jurisdictions.home.blocks": {"chat": 1.0},
    "jurisdictions.home.watches_public": 0.0,
    "jurisdictions.home.perceived_reprisal": 0.0,
    "jurisdictions.home.reprisal.hazard": 0.1,
    "jurisdictions.home.reprisal.abroad": 0.0,
    "jurisdictions.home.reprisal.delay": {"fixed": "1 h"},
    "jurisdictions.home.reprisal.silence": "10 d",
    "voice.temperature": 2.0,
    "voice.manner_temperature": 1.0,
    "voice.cost": 0.0,
    "voice.softened_value": 1.0,
    "voice.softened_cost": 0.0,
    "voice.coded_value": 0.1,
    "voice.coded_cost": 0.0,
    "voice.coded_evasion": 0.1,
    "voice.fear_of_removal": 9.0,
    "voice.fear_of_reprisal": 0.0,
    "beliefs.removal_strength": 0.1,
    "beliefs.removal_half_life": "1 h",
    "beliefs.witness_weight": 1.0,
    "beliefs.discovery": 1.0,
    "beliefs.reprisal_half_life": "1 h",
    "beliefs.reprisal_witness": 1.0,
    "beliefs.reprisal_own": 9.0,
    "beliefs.ambiguity_aversion": 1.5,
    "beliefs.emboldening": 50.0,
    "beliefs.self_deletion": 50.0,
    "beliefs.self_deletion_delay": {"fixed": "1 min"},
    "beliefs.climate_half_life": "1 h",
    "beliefs.climate_strength": 0.01,
    "beliefs.noticed_half_life": "1 h",
    "beliefs.noticed_scale": 0.01,
}


@cache
def undisturbed() -> Ledger:
    return run(scenario(BASE), (0, 1), ("full",))


def fates(ledger: Ledger, rows: np.ndarray) -> list[np.ndarray]:
    """All that shows what happened to some occasions in the full world."""
    at = ledger.worlds.index("full")
    return [ledger.voice[rows, at], ledger.outcome[rows, at], ledger.rule[rows, at], ledger.marks[rows, at], ledger.removal_risk[rows, 0]]


@pytest.mark.parametrize("path", SETS)
def test_a_parameter_that_is_set_takes_effect(path: str) -> None:
    changed = run(scenario(BASE, timeline=[{"at": "2 d", "set": {path: SETS[path]}}]), (0, 1), ("full",))
    rows = np.arange(len(changed.occasions))
    assert any((before != after).any() for before, after in zip(fates(undisturbed(), rows), fates(changed, rows), strict=True))


def test_a_set_that_changes_nothing_is_seen_as_such() -> None:
    """Control: what is set is what was."""
    changed = run(scenario(BASE, timeline=[{"at": "2 d", "set": {"platforms.chat.identity": 0.9}}]), (0, 1), ("full",))
    rows = np.arange(len(changed.occasions))
    assert all((before == after).all() for before, after in zip(fates(undisturbed(), rows), fates(changed, rows), strict=True))


HELD: dict[str, Any] = merged(
    PLAIN,
    {
        "horizon": "6 d",
        "platforms": {
            "chat": {
                "rules": {"check": {"detector": "sample", "share": 0.5, "action": "hold", "desk": "office"}},
                "desks": {
                    "office": {"roster": [{"start": 6, "end": 7, "reviewers": 9}], "service": {"fixed": "1 min"}, "threshold": 1.0}
                },
            }
        },
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("event", "hours"),
    [
        ({"set": {"platforms.chat.desks.office.roster": [{"days": "weekend", "start": 23, "end": 24, "reviewers": 1}]}}, 3 * 9 + 1),
        ({"outage": {"platform": "chat", "desk": "office", "lasts": "54.5 h"}}, 3.5 * 9),
        ({"outage": {"platform": "chat", "desk": "office", "lasts": "10 d"}}, 3 * 9),
    ],
    ids=["new roster", "outage", "outage to the end"],
)
def test_reviewers_stay_at_home(event: dict[str, Any], hours: float) -> None:
    """Nine are on duty from 6 to 7 each day; the outage begins on day 3 and ends in the middle of that hour of day 5."""
    ledger = run(scenario(HELD, timeline=[{"at": "3 d", **event}]), worlds=("moderation",))
    record = next(iter(ledger.desks.values()))
    assert record.duty_hours == pytest.approx(hours)


def test_an_outage_concerns_its_desk_alone() -> None:
    other = merged(HELD["platforms"]["chat"], {"rooms": {"median_size": 10.0}})
    outage = {"at": "3 d", "outage": {"platform": "other", "desk": "office", "lasts": "9 d"}}
    ledger = run(scenario(HELD, platforms={"other": other}, timeline=[outage]), worlds=("moderation",))
    assert {label: record.duty_hours for (_, _, label), record in ledger.desks.items()} == pytest.approx(
        {"chat.office": 54.0, "other.office": 27.0}
    )


@pytest.mark.parametrize(
    ("path", "setting"),
    [
        ("platforms.chat.reading.share", 0.02),
        ("platforms.chat.rules.late.action", "hide"),
        ("platforms.chat.rules.late.desk", "office"),
        ("platforms.chat.habit", 3.0),
        ("platforms.chat.rooms.mixing", 1.0),
        ("platforms.chat.replies.branching", 0.1),
        ("jurisdictions.home.utc_offset", 3),
        ("voice.softening", 0.9),
        ("convenor.every", "1 h"),
        ("groups.locals.fear", 2.0),
        ("represents", 10.0),
    ],
)
def test_what_could_not_take_effect_is_refused(path: str, setting: Any) -> None:
    with pytest.raises(ValueError, match=path.split(".")[0]):
        variants(scenario(BASE, timeline=[{"at": "2 d", "set": {path: setting}}]))


def test_news_raises_perceived_reprisal_of_those_whom_it_reaches_and_fades() -> None:
    """Exactly: the remaining safety is multiplied by exp(-weight x exposure), and the weight halves every half-life."""
    news = {"at": "1 d", "reprisal_news": {"jurisdiction": "home", "reach": 0.5, "weight": 1.5}}
    what = scenario(PLAIN, timeline=[news], beliefs={"reprisal_half_life": "2 d"}, platforms={"chat": {"identity": 0.5}})
    ledger = run(what, worlds=("fear",))
    risk, time = ledger.reprisal_risk[:, 0], np.floor(ledger.occasions.time)
    exposure = 0.5 * 0.8
    prior = exposure * 0.4
    assert np.allclose(risk[time < 24], prior, rtol=1e-6)
    raised = 1 - (1 - prior) * np.exp(-1.5 * exposure * 0.5 ** ((time - 24) / 48))
    late = time >= 24
    heard = np.isclose(risk, raised, rtol=1e-5) & late
    unheard = np.isclose(risk, prior, rtol=1e-5) & late
    assert (heard ^ unheard)[late].all()
    reached = np.unique(ledger.occasions.person[heard])
    assert not np.intersect1d(reached, ledger.occasions.person[unheard]).size
    assert 15 < len(reached) < 45


def test_an_announcement_replaces_the_prior_of_those_who_believe_it() -> None:
    events = [
        {"at": "1 d", "announce": {"platform": "chat", "belief": "reprisal", "value": 0.05, "believed": 0.5}},
        {"at": "2 d", "announce": {"platform": "chat", "belief": "removal", "value": 0.6, "believed": 1.0}},
        {"at": "3 d", "announce": {"platform": "chat", "belief": "removal", "value": 0.9, "believed": 1.0, "groups": []}},
    ]
    ledger = run(scenario(PLAIN, timeline=events, beliefs={"removal_strength": 1e6, "ambiguity_aversion": 0.0}), worlds=("fear",))
    time, reprisal, removal = np.floor(ledger.occasions.time), ledger.reprisal_risk[:, 0], ledger.removal_risk[:, 0]
    assert np.allclose(reprisal[time < 24], 0.5 * 0.8 * 0.4)
    believe = np.isclose(reprisal, 0.05)
    assert (believe ^ np.isclose(reprisal, 0.16))[time >= 24].all()
    assert 15 < len(np.unique(ledger.occasions.person[believe])) < 45
    assert np.allclose(removal[time < 48], 0.02, rtol=1e-3)
    assert np.allclose(removal[time >= 48], 0.6, rtol=1e-3)


def test_a_surge_multiplies_wishes_on_its_topic_among_its_groups() -> None:
    """5 Poisson standard errors, three times: a false alarm in 500,000. Control: the topic, group and days that it leaves alone."""
    crowd = merged(RICH, {"groups": {group: {"size": 400} for group in RICH["groups"]}, "horizon": "6 d", "window": "12 h", "timeline": []})
    surge = {"topic": "human-rights", "factor": 3.0, "lasts": "36 h", "groups": ["locals"]}
    slump = {"topic": "climate", "factor": 0.25, "lasts": "2 d"}
    calm, stirred = (
        run(scenario(crowd, timeline=events), worlds=("free",))
        for events in ([], [{"at": "30 h", "surge": surge}, {"at": "3 d", "surge": slump}])
    )
    human_rights = (1, (30.0, 66.0), 0)
    assert ratio_of_wishes(stirred, calm, *human_rights) == pytest.approx(3, abs=5 * error(calm, *human_rights, 3))
    assert ratio_of_wishes(stirred, calm, 1, (30.0, 66.0), 1) == 1
    assert ratio_of_wishes(stirred, calm, 1, (66.0, 144.0), 0) == 1
    assert ratio_of_wishes(stirred, calm, 0, (72.0, 120.0), 2) == pytest.approx(0.25, abs=5 * error(calm, 0, (72.0, 120.0), 2, 0.25))


def wishes(ledger: Ledger, topic: int, hours: tuple[float, float], group: int) -> int:
    occasions = ledger.occasions
    chosen = (occasions.parent < 0) & (occasions.topic == topic) & (ledger.people.group[occasions.person] == group)
    return int((chosen & (occasions.time >= hours[0]) & (occasions.time < hours[1])).sum())


def ratio_of_wishes(ledger: Ledger, other: Ledger, topic: int, hours: tuple[float, float], group: int) -> float:
    return wishes(ledger, topic, hours, group) / wishes(other, topic, hours, group)


def error(ledger: Ledger, topic: int, hours: tuple[float, float], group: int, factor: float) -> float:
    """Standard error of the ratio where wishes are added, or thinned, on top of the same ones."""
    return float(np.sqrt(abs(factor - 1) * max(factor, 1) / wishes(ledger, topic, hours, group)))


def test_reprisals_silence_their_targets_for_a_while_and_no_longer() -> None:
    harsh = {"reprisal": {"hazard": 1.0, "silence": "30 h", "delay": {"fixed": "5 h"}}}
    ledger = run(scenario(PLAIN, jurisdictions={"home": harsh}, horizon="8 d"), worlds=("surveillance",))
    at = ledger.worlds.index("surveillance")
    occasions, barred = ledger.occasions, ledger.outcome[:, at] == Outcome.BARRED
    silenced = np.zeros(len(occasions), np.bool_)
    for person, column, hour in ledger.punished:
        assert column == at
        window = np.ceil(hour)
        silenced |= (occasions.person == person) & (occasions.time >= window) & (occasions.time < hour + 30)
    assert barred.any()
    assert np.array_equal(barred, silenced)
    assert ((ledger.marks[:, at] & Mark.IDENTIFIED) > 0).any()


def test_series_show_the_risks_that_people_perceive() -> None:
    news = {"at": "3 d", "reprisal_news": {"jurisdiction": "home", "reach": 1.0}}
    what = scenario(PLAIN, timeline=[news])
    piece = next(piece for piece in series(run(what, worlds=("full",)), "full", 1.0) if piece.measure == "perceived_reprisal")
    before, later = piece.values[0, 11], piece.values[0, 12]
    assert later > before + 0.1
