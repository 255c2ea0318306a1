"""Scenarios and runs that look like real ones, made without simulating anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from sim.experiment.task import RunResult
from sim.model.worlds import mechanisms_of
from sim.scenario.schema import Scenario

GROUPS = {
    "citizens-mainland": ("Ordinary people in mainland China", 2000, 1.0),
    "experts-mainland": ("Think-tank experts in mainland China", 200, 1.4),
    "civil-society-mainland": ("Civil society organisations in mainland China", 100, 1.6),
    "citizens-diaspora": ("Ordinary people abroad, registered in mainland China", 400, 0.6),
    "experts-diaspora": ("Think-tank experts abroad, registered in mainland China", 80, 0.8),
    "civil-society-diaspora": ("Civil society abroad, registered in mainland China", 60, 0.9),
    "citizens-elsewhere": ("Ordinary people elsewhere", 1000, 0.1),
    "experts-elsewhere": ("Think-tank experts elsewhere", 100, 0.1),
    "civil-society-elsewhere": ("Civil society elsewhere", 60, 0.1),
}
TOPICS = ("climate", "health-covid", "human-rights", "un-reform", "inequality")
BINS = [f"{centre:.2f}" for centre in np.arange(-0.95, 1, 0.1)]
RULES = ("keywords", "classifier", "review")


def scenario(name: str = "un75-tencent", groups: int = 9, **changes: Any) -> Scenario:
    """A small scenario of the founding case."""
    chosen = list(GROUPS.items())[:groups]
    document: dict[str, Any] = {
        "name": name,
        "title": "UN75 dialogue hosted in China by Tencent",
        "replications": 4,
        "topics": {topic: {} for topic in TOPICS},
        "jurisdictions": {"china": {"title": "mainland China", "utc_offset": 8}, "elsewhere": {}},
        "groups": {
            key: {
                "title": title,
                "size": size,
                "registered_in": "elsewhere" if "elsewhere" in key else "china",
                "resides_in": "china" if "mainland" in key else "elsewhere",
            }
            for key, (title, size, _) in chosen
        },
        "platforms": {"tencent-meeting": {"kind": "group", "title": "Tencent Meeting"}, "un75-survey": {"kind": "survey"}},
        "convenor": {"collects": ["tencent-meeting"]},
        "timeline": [
            {"at": "10 d", "label": "arrests become known", "reprisal_news": {"jurisdiction": "china", "reach": 0.5}},
            {"at": "15 d", "label": "the convenor withdraws", "withdraw": "tencent-meeting"},
        ],
        **changes,
    }
    return Scenario.model_validate(document)


def run_task(
    scenario: Scenario, replications: Sequence[int], worlds: Sequence[str], keep_ledger: bool = False, harshness: float = 1.0
) -> list[RunResult]:
    """Runs with the interface of the real ones; `harshness` scales every loss."""
    return [_run(scenario, replication, world, keep_ledger, harshness) for replication in replications for world in worlds]


def _run(scenario: Scenario, replication: int, world: str, keep_ledger: bool, harshness: float) -> RunResult:
    luck = np.random.default_rng([scenario.seed, replication])
    strength = {name: harshness * (name in mechanisms_of(world)) for name in ("access", "moderation", "surveillance", "fear")}
    rows = [row for name, (_, size, exposure) in _groups(scenario) for row in _group(name, size, exposure, strength, luck)]
    measures = pl.DataFrame(rows, ["measure", "split", "level", "value"], orient="row")
    measures = pl.concat([_total(measures), measures, _rates(strength, luck), _stances(strength, luck)])
    ledger = pl.DataFrame({"occasion": [1, 2], "outcome": ["stood", "unsaid"]}) if keep_ledger else None
    return RunResult(world, replication, 0.25, measures, _series(scenario, strength, luck), ledger)


def _groups(scenario: Scenario) -> list[tuple[str, tuple[str, int, float]]]:
    return [(name, GROUPS[name]) for name in scenario.groups]


def _group(name: str, size: int, exposure: float, on: dict[str, float], luck: np.random.Generator) -> list[tuple[str, str, str, float]]:
    wished = size * 15 * luck.normal(1, 0.01)
    keep = lambda loss: 1 - min(0.95, exposure * loss)  # noqa: E731
    reachable = wished * keep(0.2 * on["access"])
    arose = reachable * keep(0.03 * on["moderation"])
    said = arose * keep(0.25 * on["fear"])
    sincere = said * keep(0.12 * on["fear"])
    published = sincere * keep(0.06 * on["moderation"])
    seen = 0.93 * published * keep(0.04 * on["moderation"] + 0.005 * on["surveillance"])
    counts = [wished, reachable, arose, said, sincere, published, seen, 0.8 * seen * luck.normal(1, 0.01)]
    names = ["wished", "reachable", "arose", "said", "said_sincerely", "published", "seen", "counted"]
    rows = [(measure, "group", name, float(round(count))) for measure, count in zip(names, counts, strict=True)]
    return [*rows, ("heard_share", "group", name, seen / wished)]


def _total(measures: pl.DataFrame) -> pl.DataFrame:
    totals = measures.filter(pl.col("measure") != "heard_share").group_by("measure", maintain_order=True).agg(pl.col("value").sum())
    count = dict(totals.iter_rows())
    shares = {
        "heard_share": count["seen"] / count["wished"],
        "counted_share": count["counted"] / count["wished"],
        "access_loss_share": 1 - count["reachable"] / count["wished"],
        "self_censorship_rate": 1 - count["said"] / count["arose"],
        "softening_rate": 1 - count["said_sincerely"] / count["said"],
    }
    rows = [(name, "total", "all", value) for name, value in {**count, **shares}.items()]
    return pl.DataFrame(rows, measures.schema, orient="row")


def _rates(on: dict[str, float], luck: np.random.Generator) -> pl.DataFrame:
    def noisy(value: float, sd: float = 0.03) -> float:
        return float(value * luck.normal(1, sd))

    rows = [
        ("removal_rate", "total", "all", noisy(0.04 * on["moderation"])),
        ("prior_restraint_rate", "total", "all", noisy(0.06 * on["moderation"])),
        ("chilling_effect", "total", "all", noisy(0.3 * on["fear"])),
        ("people_heard", "total", "all", noisy(0.7 - 0.2 * on["fear"])),
        ("identified_per_1000", "total", "all", noisy(12 * on["surveillance"], 0.1)),
        ("reprisals_per_1000", "total", "all", noisy(0.4 * on["surveillance"], 0.5)),
        ("opinion_gap", "total", "all", noisy(-12 * on["fear"] - 3, 0.1)),
        ("opinion_distance", "total", "all", noisy(0.2 * on["fear"] + 0.04, 0.1)),
    ]
    if on["moderation"]:
        rows.append(("unsaid_per_removal", "total", "all", noisy(3.4 * on["fear"] / on["moderation"], 0.1)))
        rows.append(("conversation_lost", "total", "all", noisy(0.05)))
        rows += [("taken", "rule", f"tencent-meeting.{rule}", noisy(900 / n)) for n, rule in enumerate(RULES, start=1)]
        rows.append(("taken", "total", "all", noisy(1650)))
    return pl.DataFrame(rows, ["measure", "split", "level", "value"], orient="row")


def _stances(on: dict[str, float], luck: np.random.Generator) -> pl.DataFrame:
    rows = []
    for name, shift in (("stance_private", 0.0), ("stance_said", 0.2 * on["fear"]), ("stance_counted", 0.3 * on["fear"])):
        draws = np.tanh(luck.normal(-0.2 + shift, 0.6, 4000))
        shares = np.histogram(draws, bins=20, range=(-1, 1))[0] / 4000
        rows += [(name, "stance", level, float(share)) for level, share in zip(BINS, shares, strict=True)]
    return pl.DataFrame(rows, ["measure", "split", "level", "value"], orient="row")


def _series(scenario: Scenario, on: dict[str, float], luck: np.random.Generator) -> pl.DataFrame:
    hours = np.arange(0.0, scenario.horizon, 6)
    arose = (500 + 300 * np.sin(hours / 24 * 2 * np.pi)) * luck.normal(1, 0.05, len(hours))
    fear = np.minimum(0.9, np.where(hours >= 240, 0.5, 0.25) * on["fear"])
    said = arose * (1 - fear) * (1 - 0.15 * on["access"])
    columns = {
        "wished": arose / 0.97, "said": said, "unsaid": arose * fear, "never_arose": arose * 0.03,
        "out_of_reach": arose * 0.15 * on["access"],
        "removed": said * 0.04 * on["moderation"], "stopped": said * 0.06 * on["moderation"],
        "perceived_reprisal": fear / 2 + 0.05, "perceived_removal": 0.1 + 0.1 * fear,
    }  # fmt: skip
    return pl.concat(
        pl.DataFrame({"hour": hours, "measure": [name] * len(hours), "value": values.astype(float)}) for name, values in columns.items()
    )
