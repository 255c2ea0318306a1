"""Accounting identities: what must add up, and agree, in any scenario; each is counted in violations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from sim.experiment.attribution import attribute
from sim.experiment.task import RunResult, run_task
from sim.measures.definitions import FUNNEL
from sim.model.ledger import Ledger, Outcome
from sim.model.world import simulate
from sim.model.worlds import ALL_WORLDS
from sim.scenario import variants
from sim.scenario.schema import Scenario
from sim.validation.check import Check, Section, exactly

REPLICATIONS = (0, 1)
PARTING_DAY = 5
_SCENARIO: dict[str, Any] = {
    "name": "identities",
    "horizon": "8 d",
    "window": "1 h",
    "topics": {"ordinary": {}, "sensitive": {}},
    "jurisdictions": {
        "home": {
            "sensitivity": {"sensitive": 0.9},
            "blocks": {"feed": 0.5},
            "watches_public": 0.5,
            "perceived_reprisal": 0.4,
            "reprisal": {"hazard": 0.8, "delay": {"lognormal": {"median": "8 h", "sigma": 0.8}}, "silence": "2 d"},
        },
        "away": {},
    },
    "groups": {
        "locals": {"size": 60, "registered_in": "home", "resides_in": "home", "messages_per_day": 2.0, "stance": {"median": -0.3}},
        "others": {"size": 30, "registered_in": "away", "resides_in": "away", "messages_per_day": 2.0},
    },
    "platforms": {
        "chat": {
            "kind": "group",
            "identity": 0.9,
            "shares_with": {"home": 0.7},
            "replies": {"branching": 0.6, "half_life": "40 min"},
            "rules": {
                "blocked": {"detector": "classifier", "threshold": 0.5, "recall": 0.5, "action": "block", "notice": "author"},
                "removed": {"detector": "sample", "share": 0.2, "action": "remove", "delay": {"fixed": "2 h"}, "notice": "public"},
                "hidden": {"detector": "sample", "share": 0.1, "action": "hide"},
            },
        },
        "feed": {"kind": "feed", "replies": {"branching": 0.5}},
    },
    "convenor": {"collects": ["chat", "feed"]},
}
_CHANGE = {"timeline": [{"at": f"{PARTING_DAY} d", "set": {"platforms.chat.rules.blocked.recall": 1.0}}]}
_HARMLESS = {"jurisdictions": {"home": {"sensitivity": {"sensitive": 0.9}, "watches_public": 0.5}, "away": {}}}


def _scenario(**changes: Any) -> Scenario:
    return Scenario.model_validate(_SCENARIO | changes)


@cache
def _ledger(changed: bool = False) -> Ledger:
    what = _scenario(**(_CHANGE if changed else {}))
    return simulate(what, REPLICATIONS, ALL_WORLDS, variants(what))


@cache
def _runs(seed: int = 75) -> list[RunResult]:
    return run_task(_scenario(seed=seed), REPLICATIONS, ALL_WORLDS)


@cache
def _measures(seed: int = 75) -> pl.DataFrame:
    """Measures of all worlds and replications."""
    parts = (run.measures.with_columns(world=pl.lit(run.world), replication=pl.lit(run.replication)) for run in _runs(seed))
    return pl.concat(parts).sort("world", "replication", "measure", "split", "level")


def misplaced(forged: bool = False) -> int:
    """Occasions whose voice, outcome, rule and publication do not fit together; one outcome is forged in the control."""
    ledger = _ledger()
    outcome = ledger.outcome.copy()
    if forged:
        outcome.flat[np.flatnonzero(outcome == Outcome.UNSAID)[0]] = Outcome.STOOD
    said, published = outcome > Outcome.UNSAID, outcome > Outcome.WITHHELD
    wrong = (ledger.voice > 0) != said
    wrong |= (ledger.rule >= 0) != (said & (outcome < Outcome.STOOD))
    wrong |= np.isfinite(ledger.shown) != published
    wrong |= (ledger.venue < 0) & said
    return int(wrong.sum())


def widenings(steps: tuple[str, ...] = FUNNEL) -> int:
    """Steps of the voice funnel, over all worlds and splits, at which there is more than at the step before."""
    table = _measures().filter(pl.col("measure").is_in(FUNNEL), pl.col("split") != "platform")
    wide = table.pivot("measure", index=["world", "replication", "split", "level"], values="value")
    return sum(int((wide[after] > wide[before]).sum()) for before, after in pairwise(steps))


def unattributed(method: str, without: str | None = None) -> float:
    """By how much the parts of a method miss the whole loss."""
    rows = attribute(_measures(), _scenario(), ALL_WORLDS).filter(pl.col("method") == method, pl.col("quantity") == "seen")
    parts = rows.filter(pl.col("mechanism") != "total", pl.col("mechanism") != (without or ""))["mean"].sum()
    return float(abs(parts - rows.filter(pl.col("mechanism") == "total")["mean"].item()))


def differences_from(seed: int) -> int:
    """Measures that differ between a scenario and itself, run again; the control has another seed."""
    _runs.cache_clear()
    again, before = _measures.__wrapped__(seed), _measures()
    if again.height != before.height:
        return abs(again.height - before.height)
    return int((~again["value"].eq_missing(before["value"])).sum())


def parted(before: bool) -> int:
    """Occasions with another voice or outcome in a scenario whose rules change on a day, before that day or after it.

    An outcome counts before the day only where all that befell the message befell it by then.
    """
    one, other = _ledger(), _ledger(True)
    hour = PARTING_DAY * 24.0
    rows = (one.occasions.time < hour) == before
    gone, gone_there = (np.where(ledger.gone < hour, ledger.gone, np.inf) for ledger in (one, other))
    differs = (one.voice != other.voice) | (one.shown != other.shown) | (gone != gone_there)
    return int(differs[rows].sum())


@cache
def _unlike_the_free_world(world: str) -> int:
    ledger = simulate(_scenario(**_HARMLESS), REPLICATIONS, ("free", world))
    return int((ledger.voice[:, 0] != ledger.voice[:, 1]).sum())


def _sums() -> Iterator[Check]:
    yield Check(
        "outcomes", "occasions whose voice, outcome, rule and publication do not fit together", 0, exactly(misplaced),
        "one outcome forged", exactly(partial(misplaced, True)),
    )  # fmt: skip
    yield Check(
        "funnel", "steps at which the voice funnel widens", 0, exactly(widenings),
        "the funnel upside down", exactly(partial(widenings, FUNNEL[::-1])),
    )  # fmt: skip
    for method, name in (("ladder", "ladder"), ("shapley", "Shapley values")):
        yield Check(
            method, f"what the parts of the {name} miss of the whole loss", 0.0, exactly(partial(unattributed, method)),
            "moderation left out", exactly(partial(unattributed, method, "moderation")), tolerance=1e-12,
        )  # fmt: skip


def _sameness() -> Iterator[Check]:
    yield Check(
        "repeated", "measures that differ when the scenario is run again", 0, exactly(partial(differences_from, 75)),
        "another seed", exactly(partial(differences_from, 76)),
    )  # fmt: skip
    yield Check(
        "parting", "occasions on which scenarios that part on a day differ before", 0, exactly(partial(parted, True)),
        "after that day", exactly(partial(parted, False)),
    )  # fmt: skip
    yield Check(
        "free", "occasions voiced otherwise than in the free world where nothing is blocked, moderated, punished or feared", 0,
        exactly(partial(_unlike_the_free_world, "access+surveillance")),
        "with moderation and fear", exactly(partial(_unlike_the_free_world, "full")),
    )  # fmt: skip


SECTION = Section("identities", "Accounting identities", "the definitions of the measures", (*_sums(), *_sameness()))
