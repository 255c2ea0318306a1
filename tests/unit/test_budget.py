"""What runs are predicted to take, and what becomes of those that would take, or do take, too much."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.experiment.budget import Budget, Size, budget_of
from sim.experiment.forecast import forecast
from sim.experiment.limits import Limits
from sim.experiment.memory import LEAST, available_memory, format_size, parse_size
from sim.experiment.plan import cut, tasks_of
from sim.measures.definitions import LADDER
from sim.model.world import World
from sim.scenario import variants

ROOT = Path(__file__).parents[2]
TINY = ["horizon=6 h", "timeline=[]", "evidence={}", "experiment=null"]
ABUSE = ["groups.people.hostile=0.3", "groups.people.targeted=0.5", "abuse.rate=0.2"]
SURGE = "timeline=[{at: 6 h, surge: {topic: prices, factor: 20, lasts: 12 h}}]"


def notice(*overrides: str) -> sim.Scenario:
    return sim.load(ROOT / "scenarios" / "notice.yaml", [*TINY, *overrides])


@pytest.mark.parametrize(
    ("name", "overrides"),
    [
        ("notice", []),
        ("notice", ["horizon=3 d", SURGE, "groups.people.activity_sigma=0.5"]),
        ("notice", [*ABUSE, "horizon=3 d"]),
        ("un75-meeting", ["horizon=14 d"]),
        ("un75-website-survey", ["horizon=14 d"]),
        ("un75-messenger", ["horizon=1 d"]),
        ("harassment", ["horizon=10 d"]),
    ],
)
def test_occasions_and_events_are_predicted_within_a_factor_of_two(
    name: str, overrides: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import simpy

    scenario, steps, step = sim.load(ROOT / "scenarios" / f"{name}.yaml", [*TINY, *overrides]), [0], simpy.Environment.step

    def counted(env: simpy.Environment) -> None:
        steps[0] += 1
        step(env)

    monkeypatch.setattr(simpy.Environment, "step", counted)
    world = World(scenario, range(2), ("free", "full"), variants(scenario))
    world.run()
    budget = budget_of([scenario], Size(("free", "full"), 2), 1)
    assert 0.5 < budget.occasions / (len(world.occasions) / 2) < 2
    assert 0.4 < budget.events / steps[0] < 2.5  # of three worlds: the budget has one without fear, too


@pytest.mark.statistical
def test_the_mean_of_occasions_is_the_one_predicted() -> None:
    """Activity is even here, so that the mean over 40 replications has a small error; 4 of them leave a false alarm in 16,000 runs, and
    3 % are for replies to replies, which have less time left than the forecast gives them."""
    scenario, longer = (notice("groups.people.activity_sigma=0.3", f"horizon={days} d") for days in (5, 6))
    counts = np.array([len(World(scenario, [number], ("free",)).occasions) for number in range(40)])
    error = 4 * counts.std(ddof=1) / math.sqrt(len(counts)) + 0.03 * counts.mean()
    assert abs(counts.mean() - forecast(scenario).occasions) < error < abs(counts.mean() - forecast(longer).occasions)


def test_tasks_are_counted_as_they_are_cut() -> None:
    for count, largest, workers in ((1, 1, 1), (20, 7, 1), (20, 7, 2), (1000, 10**6, 4), (37, 5, 8)):
        assert tasks_of(count, largest, workers) == len(cut(range(count), largest, workers))


def test_a_budget_grows_with_what_is_asked_for() -> None:
    one, many = (budget_of([notice()], Size(LADDER, n), 1) for n in (10, 1000))
    assert many.runs == 100 * one.runs
    assert many.work > 20 * one.work
    assert many.memory > one.memory
    in_folder, larger = (budget_of([notice()], Size(LADDER, n, in_folder=True), 1) for n in (1000, 10_000))
    assert in_folder.memory < many.memory
    assert larger.memory < 2 * in_folder.memory
    designed = budget_of([notice(), notice()], Size(LADDER, 10, 200), 1)
    assert designed.runs == 200 * one.runs
    two = budget_of([notice()], Size(LADDER, 1000), 2)
    assert two.memory > many.memory
    assert two.seconds < many.seconds


def huge() -> sim.Scenario:
    return sim.load(ROOT / "scenarios" / "notice.yaml", ["groups.people.size=10000000", "window=1 min"])


def test_what_exceeds_the_limits_is_refused_before_it_starts(tmp_path: Path) -> None:
    with pytest.raises(sim.ScenarioError, match=r"^notice: --max-events: at most 10,000,000,000, and predicts [\d,]+: [\d,]+ occasions "):
        sim.run(huge(), replications=1_000_000, jobs=1, out=tmp_path)
    with pytest.raises(sim.ScenarioError, match=r"^notice: --max-memory: at most 200 MB, and predicts 44 GB"):
        sim.run(huge(), replications=1, jobs=1, out=tmp_path, limits=Limits(memory=2 * 10**8))
    with pytest.raises(sim.ScenarioError, match="--max-events: at most 10, "):
        sim.sweep(notice("experiment={vary: {voice.cost: [0.1, 0.5]}}"), jobs=1, out=tmp_path, limits=Limits(events=10))
    assert list(tmp_path.iterdir()) == []


def test_a_billion_people_are_predicted_without_being_drawn() -> None:
    group = notice().groups["people"].model_copy(update={"size": 10**9})
    budget = budget_of([notice().model_copy(update={"groups": {"people": group}})], Size(LADDER, 1), 1)
    assert budget.memory > 1e11
    assert budget.faults("crowd", Limits(memory=10**10))


def test_a_run_that_outgrows_its_worker_fails_alone() -> None:
    scenario = notice("experiment={vary: {groups.people.size: [50, 3000000, 60]}}")
    result = sim.sweep(scenario, replications=1, jobs=1, worlds="full", limits=Limits(worker=4 * 10**8))
    assert result.runs["status"].to_list() == ["done", "failed", "done"]
    assert result.runs["error"][1].startswith("memory: the process outgrew its limit of 400 MB: ")
    assert sorted(result.measures["point"].unique()) == [0, 2]


def test_a_limit_on_workers_changes_no_table() -> None:
    free = sim.run(notice(), replications=2, jobs=1, worlds="full")
    limited = sim.run(notice(), replications=2, jobs=1, worlds="full", limits=Limits(worker=10**9))
    assert limited.measures.equals(free.measures)


def test_workers_that_are_not_started_here_have_no_limit_here() -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(ValueError, match="limits: worker: of processes started here"):
        sim.run(notice(), replications=1, executor=executor, limits=Limits(worker=10**9))


@pytest.mark.parametrize(("name", "value"), [("memory", 0), ("events", 1.5), ("events", True), ("worker", LEAST - 1)])
def test_limits_that_cannot_be_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^limits: {name}: .* and got {value}"):
        Limits(**{name: value})


def test_sizes_are_read_and_written() -> None:
    assert [parse_size(text) for text in ("2 GB", "500MB", "1.5 GiB")] == [2 * 10**9, 5 * 10**8, 3 * 2**29]
    assert [format_size(size) for size in (123456789, 1.5e9, 2.4e13)] == ["120 MB", "1.5 GB", "24,000 GB"]
    for text in ("2", "", "0 GB", "-1 GB", "1e9 GB", "٣ GB", "9" * 40 + " MB"):
        with pytest.raises(ValueError, match="a size above 0 with its unit"):
            parse_size(text)


def test_some_memory_is_left() -> None:
    left = available_memory()
    assert left is None or left > 10**7


def test_a_budget_is_said_in_a_line() -> None:
    said = Budget(1000, 12, 12, 3456, 0.0, 2, 2e8, 6.1e8).in_words()
    assert said.startswith("12 runs with about 12,000 occasions and 3,500 events of the clock: ")
    assert said.endswith("s and 610 MB of memory (200 MB in each of 2 at work)")
