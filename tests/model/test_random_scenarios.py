"""Identities on scenarios that nobody thought of: whatever the schema allows runs without a warning, and adds up."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sim.measures.definitions import FUNNEL, MEASURES
from sim.measures.series import series
from sim.measures.table import Measurer
from sim.model.ledger import Ledger
from sim.scenario.schema import Scenario
from tests.model.small import TOPICS, columns, differing, rows_of, run
from tests.model.test_accounting import check_ledger

PLACES, PLATFORMS = ("home", "away"), ("one", "two", "three")
HOURS = 72
share = st.sampled_from([0.0, 0.05, 0.5, 0.95, 1.0])
hours = st.integers(0, HOURS - 1).map(lambda hour: f"{hour} h")


def some(values: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping in which any of the keys may be missing."""
    return st.fixed_dictionaries({}, optional=values)


delays = st.sampled_from([{"fixed": "0 s"}, {"fixed": "3 h"}, {"exponential": "20 min"}, {"lognormal": {"median": "2 h", "sigma": 1.5}}])
places = some(
    {
        "utc_offset": st.integers(-12, 14),
        "sensitivity": st.dictionaries(st.sampled_from(TOPICS), share),
        "blocks": st.dictionaries(st.sampled_from(PLATFORMS), share),
        "watches_public": share,
        "perceived_reprisal": share,
        "reprisal": some({"hazard": share, "abroad": share, "delay": delays, "silence": st.sampled_from(["0 s", "5 h", "9 d"])}),
    }
)
groups = st.fixed_dictionaries(
    {"size": st.integers(1, 12), "registered_in": st.sampled_from(PLACES), "resides_in": st.sampled_from(PLACES)},
    optional={
        "messages_per_day": st.sampled_from([0.0, 0.5, 8.0]),
        "activity_sigma": st.sampled_from([0.0, 1.67]),
        "stance": some({"median": st.sampled_from([-0.9, 0.0, 0.9]), "spread": st.sampled_from([0.0, 0.6])}),
        "benefit": st.sampled_from([0.0, 1.0, 50.0]),
        "fear": st.sampled_from([0.0, 1.0, 50.0]),
        "circumvention": share,
        "code_fluency": share,
        "community": st.sampled_from(["x", "y"]),
        "hostile": share,
        "targeted": share,
        "language": st.sampled_from(["en", "zh"]),
    },
)


def rules(desk: bool) -> st.SearchStrategy[dict[str, Any]]:
    acts = ["block", "remove", "hide", *(["hold"] if desk else [])]
    common = {
        "registered_in": st.lists(st.sampled_from(PLACES), unique=True),
        "topics": st.lists(st.sampled_from(TOPICS), unique=True),
        "delay": delays,
        "notice": st.sampled_from(["none", "author", "public"]),
        "severity": st.sampled_from([0.0, 0.5, 3.0]),
        **({"desk": st.just("office")} if desk else {}),
    }
    kinds = [
        {"detector": st.just("sample"), "share": share, "about": st.sampled_from(["heat", "abuse"])},
        {"detector": st.just("classifier"), "threshold": share, "recall": share, "false_positive_rate": share},
        {
            "detector": st.just("classifier"),
            "about": st.just("abuse"),
            "recall": share,
            "false_positive_rate": share,
            "counter_speech": share,
        },
        {"detector": st.just("keywords"), "combinations": st.sampled_from([["camps"], ["the"], ["virus + lock", "e"]])},
    ]
    return st.one_of(st.fixed_dictionaries({**kind, "action": st.sampled_from(acts)}, optional=common) for kind in kinds).map(_consistent)


def _consistent(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule that holds has a desk, one that blocks has none."""
    if rule["action"] == "block":
        return {key: value for key, value in rule.items() if key != "desk"}
    return {**rule, "desk": "office"} if rule["action"] == "hold" else rule


shift = st.fixed_dictionaries(
    {"reviewers": st.integers(1, 3)},
    optional={"start": st.integers(0, 24), "end": st.integers(0, 24), "days": st.sampled_from(["all", "weekdays", "weekend"])},
)
offices = st.fixed_dictionaries(
    {"roster": st.lists(shift, min_size=1, max_size=2)},
    optional={
        "service": delays, "error_rate": share, "threshold": share, "discipline": st.sampled_from(["fifo", "heat", "reach"]),
        "expiry": st.sampled_from(["0 s", "2 h", "9 d"]), "error_per_waiting": share, "error_per_hour": share,
    },
)  # fmt: skip
steps = st.tuples(st.sampled_from(["warn", "mute", "suspend", "ban"]), st.sampled_from(["20 min", "9 h"])).map(
    lambda step: {"action": step[0], **({"lasts": step[1]} if step[0] in ("mute", "suspend") else {})}
)
sanctions = st.fixed_dictionaries(
    {"ladder": st.lists(steps, min_size=1, max_size=4).map(lambda ladder: [{"points": n + 0.5, **step} for n, step in enumerate(ladder)])},
    optional={"window": st.sampled_from(["1 h", "1 d", "90 d"])},
)
appeals = st.fixed_dictionaries(
    {"desk": st.just("office")},
    optional={
        "propensity": share, "propensity_if_wrong": share, "reversal": share, "reversal_if_wrong": share, "delay": delays,
        "reinstates": st.booleans(),
    },
)  # fmt: skip
interpretation = st.fixed_dictionaries({"combinations": st.sampled_from([["e"], ["的", "the"]])}, optional={"recall": share})
contacts = st.fixed_dictionaries(
    {"graph": st.sampled_from(["random", "small-world", "scale-free", "communities"])},
    optional={"degree": st.sampled_from([2.0, 3.5, 30.0]), "rewiring": share, "mixing": share, "share": share, "retold": share},
)
platform_parts = {
    "interpretation": interpretation,
    "habit": st.sampled_from([0.0, 1.0, 9.0]),
    "identity": share,
    "shares_with": st.dictionaries(st.sampled_from(PLACES), share),
    "perceived_exposure": st.dictionaries(st.sampled_from(PLACES), share),
    "perceived_removal": st.dictionaries(st.sampled_from(PLACES), share),
    "friction": share,
    "rooms": some(
        {
            "median_size": st.sampled_from([2.0, 8.0]),
            "per_person": st.integers(1, 3),
            "mixing": share,
            "direct": share,
            "contacts": contacts,
        }
    ),
    "replies": some({"branching": st.sampled_from([0.0, 0.8]), "half_life": st.sampled_from(["1 min", "3 h"])}),
    "reading": some({"share": share}),
    "safeguards": some({"anonymity": st.booleans(), "no_data_sharing": st.booleans(), "rules_waived": st.booleans(), "kept": share}),
}
questions = some(
    {
        "instrument": st.sampled_from(["open", "direct", "list"]),
        "asked_directly": share,
        "list_items": st.sampled_from([[0.5], [0.1, 0.9]]),
        "floor_shading": share,
        "ceiling_shading": share,
        "nonresponse": share,
        "sponsor": st.sampled_from(["un", "government", "firm"]),
    }
)
of_surveys = {"survey": questions, **{name: part for name, part in platform_parts.items() if name != "rooms"}}
sessions = st.fixed_dictionaries(
    {}, optional={"days": st.sampled_from(["all", "weekdays", "tuesday"]), "start": st.integers(0, 24), "end": st.integers(0, 24)}
)
kinds = st.one_of(
    st.sampled_from([{"kind": "group"}, {"kind": "direct"}, {"kind": "feed"}]),
    st.fixed_dictionaries(
        {"kind": st.just("meeting"), "hours": st.lists(sessions, min_size=1, max_size=2), "utc_offset": st.integers(-12, 14)}
    ),
)
platforms = st.one_of(
    st.builds(dict.__or__, kinds, some(platform_parts)),
    st.fixed_dictionaries({"kind": st.just("survey")}, optional=of_surveys),
    st.builds(
        dict.__or__,
        kinds,
        st.fixed_dictionaries(
            {
                "rules": st.dictionaries(st.sampled_from("abc"), rules(desk=True), max_size=3),
                "desks": st.fixed_dictionaries({"office": offices}),
            },
            optional={**platform_parts, "sanctions": sanctions, "appeals": appeals},
        ),
    ),
    st.fixed_dictionaries({"kind": st.just("survey"), "rules": st.dictionaries(st.sampled_from("ab"), rules(desk=False), max_size=2)}),
)
reach = st.fixed_dictionaries(
    {"platform": st.sampled_from(PLATFORMS), "jurisdiction": st.sampled_from(PLACES)}, optional={"share": share, "recruits": share}
)
events = st.one_of(
    st.fixed_dictionaries({"at": hours, "block": reach}),
    st.fixed_dictionaries({"at": hours, "unblock": reach}),
    st.fixed_dictionaries({"at": hours, "withdraw": st.sampled_from(PLATFORMS)}),
    st.fixed_dictionaries({"at": hours, "reprisal_news": st.fixed_dictionaries({"jurisdiction": st.sampled_from(PLACES), "reach": share})}),
    st.fixed_dictionaries(
        {
            "at": hours,
            "surge": st.fixed_dictionaries(
                {"topic": st.sampled_from(TOPICS), "factor": st.sampled_from([0.0, 0.3, 4.0]), "lasts": st.just("30 h")}
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "at": hours,
            "announce": st.fixed_dictionaries(
                {
                    "platform": st.sampled_from(PLATFORMS), "belief": st.sampled_from(["removal", "reprisal"]), "value": share,
                    "believed": share,
                }
            ),
        }
    ),
    st.fixed_dictionaries(
        {
            "at": hours,
            "set": st.sampled_from(
                [
                    {"beliefs.discovery": 1.0, "beliefs.removal_half_life": "1 h"},
                    {"jurisdictions.home.sensitivity": dict.fromkeys(TOPICS, 1.0)},
                    {"voice.cost": 0.0, "platforms.one.identity": 1.0},
                ]
            ),
        }
    ),
)  # fmt: skip
scenarios = st.fixed_dictionaries(
    {
        "name": st.just("random"),
        "seed": st.integers(0, 2**63 - 1),
        "horizon": st.just(f"{HOURS} h"),
        "window": st.sampled_from(["1 h", "7 h", "24 h"]),
        "represents": st.sampled_from([1.0, 250.0]),
        "topics": st.just({topic: {} for topic in TOPICS}),
        "jurisdictions": st.fixed_dictionaries(dict.fromkeys(PLACES, places)),
        "groups": st.dictionaries(st.sampled_from(["p", "q", "r"]), groups, min_size=1),
        "platforms": st.fixed_dictionaries(dict.fromkeys(PLATFORMS, platforms)),
        "convenor": st.fixed_dictionaries(
            {"collects": st.lists(st.sampled_from(PLATFORMS), min_size=1, unique=True)},
            optional={
                "start": hours,
                "every": st.sampled_from(["5 h", "24 h"]),
                "languages": st.just(["en"]),
                "weights": st.sampled_from(["none", "groups"]),
                "loses": share,
            },
        ),
        "timeline": st.lists(events, max_size=4),
        "abuse": some({"rate": st.sampled_from([0.0, 0.2, 2.0]), "half_life": st.sampled_from(["1 h", "30 d"])}),
    },
    optional={"exit": some({**dict.fromkeys(("removal", "sanction", "abuse", "fear"), st.sampled_from([0.0, 0.1, 50.0]))})},
)


def check_measures(what: Scenario, ledger: Ledger, world: str) -> None:
    """The funnel narrows, splits add up, shares are shares, and no figure is infinite."""
    pieces = Measurer(what, ledger).measure(world)
    values = {(piece.measure, piece.split): piece.values for piece in pieces}
    for split in ("total", "group", "topic", "day"):
        steps = np.stack([values[name, split] for name in FUNNEL])
        assert (np.diff(steps, axis=0) <= 0).all()
        assert np.allclose(steps.sum(axis=2), np.stack([values[name, "total"] for name in FUNNEL])[:, :, 0])
    for piece in pieces:
        there = piece.values[~np.isnan(piece.values)]
        assert np.isfinite(there).all(), piece.measure
        if (
            piece.measure in MEASURES
            and MEASURES[piece.measure].kind == "share"
            and piece.measure not in ("chilling_effect", "support_list")
        ):
            assert ((there >= 0) & (there <= 1 + 1e-12)).all(), piece.measure
    assert all(not np.isinf(piece.values).any() for piece in series(ledger, world, what.represents))


@given(document=scenarios)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_scenario_runs_without_a_warning_and_adds_up(document: dict[str, Any]) -> None:
    """Sixty scenarios, always the same ones; two replications, and one of them again by itself in other worlds."""
    try:
        what = Scenario.model_validate(document)
    except ValidationError as error:
        raise AssertionError(document) from error
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ledger = run(what, (0, 1), ("access", "moderation", "full"))
        check_ledger(ledger)
        for world in ("free", "access", "moderation", "full"):
            check_measures(what, ledger, world)
        alone = run(what, (1,), ("full", "surveillance"))
    rows = rows_of(ledger, 1)
    for world in ("free", "full", "access+moderation+surveillance"):
        assert not differing(columns(ledger, world, rows), columns(alone, world)), world
