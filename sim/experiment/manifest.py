"""Where a result comes from."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from sim.experiment.plan import Plan

PACKAGES = ("chillsim", "numpy", "scipy", "simpy", "polars")


def make_manifest(plan: Plan, scenario_yaml: str, started: datetime, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Versions, seed, the scenario's hash, when the run began and ended, and what was asked for; nothing about the machine."""
    return {
        "scenario": plan.scenario.name,
        "scenario_sha256": sha256(scenario_yaml.encode()).hexdigest(),
        "seed": plan.scenario.seed,
        "replications": plan.replications,
        "worlds": list(plan.worlds),
        "versions": dict(versions()),
        "started": _iso(started),
        "finished": _iso(now()),
        "asked": dict(asked),
    }


def request_of(plan: Plan) -> dict[str, Any]:
    """All that a run's tables depend on but how many replications there are, which may grow."""
    from sim.scenario.dumping import resolved

    scenario = resolved(plan.scenario)
    for name in ("replications", "precision"):
        scenario.pop(name)
    return {"scenario": scenario, "worlds": list(plan.worlds), "keep_ledger": plan.keep_ledger, "versions": dict(versions())}


@cache
def versions() -> Mapping[str, str]:
    """Of Python and of the packages that the tables depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
