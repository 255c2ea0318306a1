"""The vectorised engine against the plain re-statement of the model in `plain.py`, outcome by outcome."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.measures.definitions import LADDER
from sim.model.access import rank_platforms
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.voice import Manner
from sim.scenario.schema import Scenario
from tests.model.plain import Plain
from tests.model.small import RICH, merged, run, scenario

TINY: dict[str, Any] = merged(
    RICH,
    {
        "horizon": "5 d",
        "window": "1 h",
        "groups": {
            "locals": {"size": 16, "code_fluency": 0.7, "reactance": 0.6, "conformity": 0.6, "circumvention": 0.6},
            "abroad": {"size": 6},
            "others": {"size": 6},
        },
        "jurisdictions": {"home": {"blocks": {"chat": 0.3}}},
        "platforms": {
            "chat": {
                "rules": {
                    "words": None,
                    "doubtful": None,
                    "reviewed": None,
                    "stop": {"detector": "classifier", "threshold": 0.4, "recall": 0.5, "action": "block", "notice": "author"},
                    "late": {"notice": "public"},
                    "shadow": {"severity": 0.5},
                },
                "desks": None,
                "appeals": None,
                "sanctions": {
                    "window": "40 h",
                    "ladder": [
                        {"points": 1, "action": "warn"},
                        {"points": 2, "action": "mute", "lasts": "5 h"},
                        {"points": 3, "action": "suspend", "lasts": "12 h"},
                        {"points": 6, "action": "ban"},
                    ],
                },
                "safeguards": {"anonymity": True, "no_data_sharing": True, "rules_waived": True, "kept": 0.3, "believed": 0.5},
                "perceived_exposure": {"home": 0.6},
            },
            "feed": {"perceived_removal": {"home": 0.2}},
        },
        "beliefs": {
            "self_deletion": 0.0,
            "discovery": 0.4, "removal_half_life": "2 d", "climate_half_life": "20 h", "noticed_half_life": "1 d", "noticed_scale": 1.0,
        },
        "timeline": [
            {"at": "40 h", "reprisal_news": {"jurisdiction": "home", "reach": 0.6}},
            {"at": "2 d", "announce": {"platform": "chat", "belief": "removal", "value": 0.8, "believed": 0.5, "groups": ["locals"]}},
            {"at": "3 d", "announce": {"platform": "feed", "belief": "reprisal", "value": 0.05, "believed": 0.5}},
            {"at": "50.5 h", "block": {"platform": "feed", "jurisdiction": "away", "share": 0.6, "recruits": 0.7}},
            {"at": "70 h", "unblock": {"platform": "chat", "jurisdiction": "home"}},
            {"at": "77.3 h", "set": {"platforms.chat.rules.late.recall": 1.0, "jurisdictions.home.sensitivity": {"climate": 0.7}}},
            {"at": "4 d", "set": {"voice.cost": 0.1, "platforms.chat.identity": 0.2, "jurisdictions.home.reprisal.hazard": 0.1}},
            {"at": "30 h", "surge": {"topic": "human-rights", "factor": 2.0, "lasts": "1 d"}},
        ],
        "convenor": {"start": "6 h", "every": "11 h"},
    },
)  # fmt: skip
WORLDS = (*LADDER, "moderation+fear")
ACTIONS = ("warn", "mute", "suspend", "ban")


def engine(seed: int, **changes: Any) -> tuple[Scenario, Ledger]:
    what = scenario(TINY, seed=seed, **changes)
    return what, run(what, worlds=WORLDS)


@cache
def undisturbed(seed: int) -> tuple[Scenario, Ledger]:
    """The tiny scenario itself, run once for all that look at it."""
    return engine(seed)


@cache
def frequent() -> tuple[Scenario, Ledger]:
    """People who talk much, in windows of 12 hours, into which many sanctions fall."""
    often = {group: {"messages_per_day": 8.0} for group in TINY["groups"]}
    return engine(3, window="12 h", horizon="3 d", groups=often, timeline=[])


def plainly(what: Scenario, ledger: Ledger, world: str) -> Plain:
    plain = Plain(what, ledger, world, rank_platforms(what, ledger.people))
    plain.run()
    return plain


def disagreements(ledger: Ledger, plain: Plain) -> list[str]:
    """Columns in which the two differ for any occasion."""
    at = ledger.column(plain.world)
    count = range(len(ledger.occasions))
    fates = [plain.message.get(i) for i in count]
    exact = {
        "venue": plain.venue,
        "outcome": plain.outcome,
        "voice": plain.voice,
        "marks": plain.marks,
        "rule": [fate.rule if fate else -1 for fate in fates],
    }
    close = {
        "shown": [fate.shown if fate else np.inf for fate in fates],
        "gone": [fate.gone if fate else np.inf for fate in fates],
    }
    found = [name for name, values in exact.items() if not np.array_equal(getattr(ledger, name)[:, at], values)]
    found += [name for name, values in close.items() if not np.allclose(getattr(ledger, name)[:, at], values, rtol=1e-12)]
    return found + _beliefs_apart(ledger, plain, at)


def _beliefs_apart(ledger: Ledger, plain: Plain, at: int) -> list[str]:
    if at not in ledger.afraid:
        return []
    rows, fear = np.array(plain.venue) >= 0, ledger.afraid.index(at)
    return [
        name
        for name in ("removal_risk", "reprisal_risk")
        if not np.allclose(getattr(ledger, name)[rows, fear], np.array(getattr(plain, name))[rows], rtol=1e-5, atol=1e-7)
    ]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("world", WORLDS)
def test_the_engine_does_what_the_model_says(world: str, seed: int) -> None:
    what, ledger = undisturbed(seed)
    plain = plainly(what, ledger, world)
    assert not disagreements(ledger, plain)
    at = ledger.column(world)
    punished = sorted((time, person) for person, column, time in ledger.punished if column == at)
    assert [person for _, person in punished] == [person for _, person, _ in plain.cases]
    assert np.allclose([time for time, _ in punished], [time for time, _, _ in plain.cases])
    assert steps_taken(ledger, at) == pytest.approx(plain_steps(what, plain))


EVERY_KIND: dict[str, Any] = {
    "chat": {"rooms": {"direct": 0.3}},
    "feed": {"rooms": {"direct": 0.4}, "habit": 2.0},
    "mail": {"kind": "direct", "shares_with": {"home": 0.5}, "replies": {"branching": 0.6}},
    "hall": {
        "kind": "meeting",
        "habit": 4.0,
        "hours": [{"days": "weekdays", "start": 14, "end": 19}, {"days": "tuesday", "start": 19, "end": 2}],
        "utc_offset": 3,
        "rooms": {"median_size": 8.0, "direct": 0.2},
        "replies": {"branching": 0.7},
        "rules": {
            "late": {"detector": "sample", "share": 0.4, "action": "remove", "delay": {"exponential": "30 min"}, "notice": "public"},
            "cut": {"detector": "sample", "share": 0.2, "action": "hide", "rooms": ["meeting"]},
            "stop": {"detector": "sample", "share": 0.1, "action": "block", "rooms": ["direct"]},
        },
    },
}
"""Direct chats beside rooms and by themselves, and a meeting that many would rather go to."""


@pytest.mark.parametrize("world", ["free", "access+moderation", "full"])
def test_the_engine_does_what_the_model_says_on_platforms_of_every_kind(world: str) -> None:
    every_kind = {"jurisdictions": {"home": {"blocks": {"mail": 0.5, "hall": 0.3}}}, "convenor": {"collects": ["chat", "feed", "hall"]}}
    what, ledger = engine(4, platforms=EVERY_KIND, **every_kind)
    assert not disagreements(ledger, plainly(what, ledger, world))
    venue = ledger.venue[:, ledger.column(world)]
    assert set(np.unique(venue)) >= set(range(5))
    moved = (venue >= 0) & (venue != ledger.occasions.home)
    assert moved.any() == (world != "free")


NETWORKS: dict[str, Any] = {
    "chat": {"rooms": {"direct": 0.2, "contacts": {"graph": "scale-free", "degree": 4.0, "share": 0.6}}},
    "feed": {"rooms": {"contacts": {"graph": "communities", "degree": 3.0, "share": 1.0}}, "habit": 2.0},
}
"""Contacts on two platforms, of which one has direct chats as well."""


@pytest.mark.parametrize("world", ["free", "full"])
def test_the_engine_does_what_the_model_says_where_people_have_contacts(world: str) -> None:
    what, ledger = engine(4, platforms=NETWORKS)
    assert not disagreements(ledger, plainly(what, ledger, world))
    contacts = ledger.rooms.contacts
    assert contacts is not None
    at_home = ledger.occasions.home >= 0
    assert 0.3 < np.isin(ledger.occasions.room[at_home], contacts.room).mean() < 1
    if world == "full":
        silent = [person for person, _, _ in ledger.punished]
        assert any(len(contacts.everybody_of(person)) for person in silent)


def steps_taken(ledger: Ledger, at: int) -> list[float]:
    """Times of sanctions, and person and action written as numbers, in order."""
    steps = sorted((time, person, ACTIONS.index(action)) for person, column, time, action in ledger.sanctioned if column == at)
    return [number for step in steps for number in step]


def plain_steps(what: Scenario, plain: Plain) -> list[float]:
    """The same as the plain model has it."""
    everybody, platforms = range(len(plain.drawn.people)), range(len(what.platforms))
    moderated = [(p, f) for p in everybody for f in platforms if "moderation" in plain.on]
    steps = [(time, p, ACTIONS.index(step.action)) for p, f in moderated for time, _, step in plain.steps(p, f, what.horizon)]
    return [number for step in sorted(steps) for number in step]


@pytest.mark.parametrize("world", ["access+moderation", "full"])
def test_a_sanction_that_falls_into_a_window_bars_the_rest_of_it(world: str) -> None:
    what, ledger = frequent()
    plain = plainly(what, ledger, world)
    assert not disagreements(ledger, plain)
    at, time = ledger.column(world), ledger.occasions.time
    assert steps_taken(ledger, at) == pytest.approx(plain_steps(what, plain))
    barred = [
        (ledger.outcome[:, at] == Outcome.BARRED) & (ledger.occasions.person == person) & (time > since) & (time // 12 == since // 12)
        for person, column, since, _ in ledger.sanctioned
        if column == at
    ]
    assert np.sum(barred) > 20


def test_the_tiny_scenario_shows_nearly_everything() -> None:
    _, ledger = undisturbed(1)
    full = ledger.column("full")
    assert set(np.unique(ledger.outcome[:, full])) >= set(Outcome) - {
        Outcome.NOT_OFFERED,
        Outcome.LEFT,
        Outcome.WITHHELD,
        Outcome.SELF_DELETED,
    }
    assert set(np.unique(ledger.voice[:, full])) == set(Manner)
    assert all(
        (ledger.marks[:, full] & mark).any() for mark in (Mark.IDENTIFIED, Mark.CIRCUMVENTED, Mark.COUNTED, Mark.SEEN, Mark.LABELLED)
    )
    assert ledger.punished
    assert {action for _, _, _, action in ledger.sanctioned} == set(ACTIONS)


@pytest.mark.parametrize(
    "mistake",
    [
        {"beliefs": {"removal_half_life": "3 d"}},
        {"beliefs": {"discovery": 0.0}},
        {"beliefs": {"label_weight": 0.0}},
        {"voice": {"softened_cost": 0.1}},
        {"jurisdictions": {"home": {"reprisal": {"silence": "1 d"}}}},
        {"convenor": {"every": "12 h"}},
        {"platforms": {"chat": {"sanctions": {"window": "60 h"}}}},
    ],
    ids=[
        "forgets more slowly",
        "never discovers",
        "takes no notice of labels",
        "softens more easily",
        "is silent for less long",
        "visits less often",
        "strikes last longer",
    ],
)
def test_a_model_that_differs_a_little_is_noticed(mistake: dict[str, Any]) -> None:
    """Control: the plain model with one other parameter."""
    _, ledger = undisturbed(1)
    assert disagreements(ledger, plainly(scenario(merged(TINY, mistake), seed=1), ledger, "full"))
