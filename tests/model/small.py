"""Small scenarios for tests of the model, and readings of their ledgers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np

from sim.measures.definitions import LADDER
from sim.measures.table import needed_worlds
from sim.model.ledger import Ledger
from sim.model.world import simulate
from sim.scenario import variants
from sim.scenario.schema import Scenario

TOPICS = ("climate", "human-rights", "health-covid")

RICH: dict[str, Any] = {
    "name": "rich",
    "seed": 11,
    "horizon": "12 d",
    "window": "1 h",
    "topics": {topic: {} for topic in TOPICS},
    "jurisdictions": {
        "home": {
            "utc_offset": 8,
            "sensitivity": {"human-rights": 0.9, "health-covid": 0.5},
            "blocks": {"feed": 0.5},
            "watches_public": 0.5,
            "perceived_reprisal": 0.4,
            "reprisal": {"hazard": 0.8, "abroad": 0.5, "delay": {"lognormal": {"median": "8 h", "sigma": 0.8}}, "silence": "2 d"},
        },
        "away": {"sensitivity": {"human-rights": 0.1}},
    },
    "groups": {
        "locals": {
            "size": 60, "registered_in": "home", "resides_in": "home", "messages_per_day": 2.0, "activity_sigma": 1.0,
            "stance": {"median": -0.3}, "circumvention": 0.3, "interests": {"climate": 0.5},
        },
        "abroad": {
            "size": 20, "registered_in": "home", "resides_in": "away", "messages_per_day": 2.0, "activity_sigma": 1.0,
            "stance": {"median": -0.5}, "community": "emigrants",
        },
        "others": {"size": 30, "registered_in": "away", "resides_in": "away", "messages_per_day": 2.0, "activity_sigma": 1.0},
    },
    "platforms": {
        "chat": {
            "kind": "group",
            "habit": 2.0,
            "identity": 0.9,
            "shares_with": {"home": 0.7},
            "perceived_removal": {"home": 0.4},
            "rooms": {"median_size": 10.0, "per_person": 2, "mixing": 0.3},
            "replies": {"branching": 0.6, "half_life": "40 min"},
            "rules": {
                "words": {"detector": "keywords", "combinations": ["camps", "virus + lock"], "action": "block", "notice": "author"},
                "doubtful": {"detector": "classifier", "threshold": 0.5, "recall": 0.5, "action": "hold", "desk": "office"},
                "late": {
                    "detector": "classifier", "threshold": 0.3, "recall": 0.6, "false_positive_rate": 0.03, "action": "remove",
                    "delay": {"lognormal": {"median": "40 min", "sigma": 1.0}}, "registered_in": ["home"], "notice": "public",
                },
                "reviewed": {"detector": "sample", "share": 0.3, "action": "remove", "desk": "office", "notice": "author"},
                "shadow": {"detector": "sample", "share": 0.05, "action": "hide", "topics": ["health-covid"]},
                "reported": {
                    "detector": "reports", "rate": 0.2, "false_rate": 0.02, "action": "remove", "notice": "author", "reason": True,
                    "brigade": {"groups": ["abroad"], "reports": 0.5},
                },
                "ordered": {
                    "detector": "directive", "topics": ["human-rights"], "stance": "critical", "start": "3 d", "end": "5 d",
                    "compliance": 0.5, "action": "remove", "resides_in": ["home"], "rooms": ["group"],
                },
                "disputed": {"detector": "sample", "share": 0.2, "action": "label", "notice": "public", "delay": {"exponential": "1 h"}},
            },
            "desks": {
                "office": {
                    "roster": [{"start": 1, "end": 14, "reviewers": 1}],
                    "service": {"lognormal": {"median": "20 min", "sigma": 0.8}},
                    "threshold": 0.2,
                    "discipline": "heat",
                    "expiry": "12 h",
                },
                "second": {"roster": [{"start": 2, "end": 5, "reviewers": 1}], "service": {"fixed": "10 min"}, "expiry": "15 h"},
            },
            "sanctions": {
                "window": "3 d",
                "ladder": [
                    {"points": 2, "action": "warn"},
                    {"points": 4, "action": "mute", "lasts": "10 h"},
                    {"points": 5, "action": "suspend", "lasts": "1 d"},
                    {"points": 6, "action": "ban"},
                ],
            },
            "appeals": {"desk": "second", "propensity": 0.2, "propensity_if_wrong": 0.5, "reversal": 0.3},
        },
        "feed": {
            "kind": "feed",
            "shares_with": {"home": 0.1},
            "rooms": {"median_size": 30.0, "mixing": 0.5},
            "replies": {"branching": 0.5},
            "rules": {"rude": {"detector": "sample", "share": 0.1, "action": "hide", "delay": {"exponential": "3 h"}}},
        },
        "poll": {"kind": "survey", "habit": 1.0},
    },
    "convenor": {"collects": ["chat", "feed", "poll"], "every": "10 h"},
    "timeline": [
        {"at": "2 d", "surge": {"topic": "human-rights", "factor": 3.0, "lasts": "2 d"}},
        {"at": "3 d", "reprisal_news": {"jurisdiction": "home", "reach": 0.6}},
        {"at": "4 d", "announce": {"platform": "chat", "belief": "removal", "value": 0.1, "believed": 0.5, "groups": ["locals"]}},
        {"at": "5 d", "block": {"platform": "chat", "jurisdiction": "home", "share": 0.7}},
        {"at": "6 d", "set": {"platforms.chat.rules.late.recall": 0.9, "beliefs.discovery": 0.5}},
        {"at": "7 d", "unblock": {"platform": "chat", "jurisdiction": "home"}},
        {"at": "8 d", "surge": {"topic": "climate", "factor": 0.2, "lasts": "1 d"}},
        {"at": "10 d", "withdraw": "feed"},
    ],
}  # fmt: skip
"""Two platforms and a survey, rules of every kind, a desk, heavy surveillance, and events of every kind."""

PLAIN: dict[str, Any] = {
    "name": "plain",
    "seed": 5,
    "horizon": "6 d",
    "window": "1 h",
    "topics": {"climate": {}, "human-rights": {}},
    "jurisdictions": {"home": {"sensitivity": {"human-rights": 0.9, "climate": 0.2}, "perceived_reprisal": 0.4}},
    "groups": {"locals": {"size": 60, "registered_in": "home", "resides_in": "home", "messages_per_day": 2.0, "activity_sigma": 1.0}},
    "platforms": {"chat": {"kind": "group", "rooms": {"median_size": 10.0}, "shares_with": {"home": 0.8}}},
    "convenor": {"collects": ["chat"]},
}  # fmt: skip
"""One place, one group, one platform without rules."""


def scenario(base: Mapping[str, Any] = RICH, **changes: Any) -> Scenario:
    """A scenario that differs from a base: nested mappings are merged, and a value of None takes its key away."""
    return Scenario.model_validate(merged(base, changes))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base with the changes, key by key; both are left as they are."""
    result = deepcopy(dict(base))
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


def run(what: Scenario, replications: Sequence[int] = (0,), worlds: Sequence[str] = LADDER) -> Ledger:
    """A ledger with these worlds and those that their measures need."""
    return simulate(what, replications, needed_worlds(worlds), variants(what))


@cache
def rich_run() -> tuple[Scenario, Ledger]:
    """The rich scenario, four replications of all worlds of the ladder."""
    what = scenario()
    return what, run(what, (0, 1, 2, 3))


PER_WORLD = ("voice", "outcome", "venue", "rule", "marks", "shown", "gone", "back")


def rows_of(ledger: Ledger, replication: int) -> np.ndarray:
    """Positions of the occasions of the replication at this place of the stack."""
    return np.flatnonzero(ledger.people.replication[ledger.occasions.person] == replication)


def columns(ledger: Ledger, world: str, rows: np.ndarray | slice = slice(None)) -> dict[str, np.ndarray]:
    """All that the ledger says about some occasions in a world, luck keys included, comparable between stacks."""
    at = ledger.column(world)
    result = {name: getattr(ledger, name)[rows, at] for name in PER_WORLD}
    result |= {"key": ledger.occasions.key[rows], "time": ledger.occasions.time[rows], "topic": ledger.occasions.topic[rows]}
    if at in ledger.afraid:
        fear = ledger.afraid.index(at)
        result |= {"removal_risk": ledger.removal_risk[rows, fear], "reprisal_risk": ledger.reprisal_risk[rows, fear]}
    return result


def differing(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> list[str]:
    """Names of the columns that are not equal to the bit."""
    assert first.keys() == second.keys()
    return [name for name in first if first[name].shape != second[name].shape or first[name].tobytes() != second[name].tobytes()]


def same(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> bool:
    """Whether all columns are equal to the bit."""
    return not differing(first, second)


def value(pieces: Iterable[Any], measure: str, split: str = "total", level: str = "all", replication: int = 0) -> float:
    """One figure out of the pieces of a measurer; NaN where it is missing."""
    for piece in pieces:
        if (piece.measure, piece.split) == (measure, split) and level in piece.levels:
            return float(piece.values[replication, list(piece.levels).index(level)])
    return float("nan")
