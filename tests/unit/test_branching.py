"""Points that part at a date: their past is simulated once, and their tables are those of separate simulations, to the bit."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim
from sim.experiment import branching, task
from sim.experiment.branching import can_branch, in_copy
from sim.experiment.units import MOST_FUTURES, Unit, bundles
from sim.model.world import World
from sim.scenario.parting import kindred, parting
from sim.scenario.schema import Scenario
from sim.sweep_result import Sweep
from tests.model.small import RICH, scenario

NEWS = {"reprisal_news": {"jurisdiction": "home", "reach": 0.6}}
EVENTS = [event for event in RICH["timeline"] if "surge" not in event]
needs_copies = pytest.mark.skipif(not can_branch(), reason="processes cannot be copied here")


def with_events(*events: dict[str, Any], **changes: Any) -> Scenario:
    return scenario(timeline=list(events), **changes)


def test_scenarios_part_at_the_first_event_that_differs() -> None:
    sooner = with_events(*EVENTS[:3], name="sooner", title="A")
    later = with_events(*EVENTS[:2], EVENTS[3], evidence={"seed": {"source": "b"}})
    assert kindred(sooner) == kindred(later)
    found = parting([sooner, later])
    assert found is not None
    assert found.hour == 5 * 24
    assert [event.at for event in found.past.timeline] == [72, 96]
    assert [[event.at for event in found.events(future)] for future in found.futures] == [[120], [144]]


def test_what_acts_beforehand_is_part_of_the_past() -> None:
    surge = RICH["timeline"][6]
    first, second, without = with_events(surge, EVENTS[0]), with_events(EVENTS[1], surge), with_events(EVENTS[1])
    assert kindred(first) == kindred(second) != kindred(without)
    found = parting([first, second])
    assert found is not None
    assert (found.hour, [event.at for event in found.past.timeline]) == (72, [192])
    assert [[event.at for event in found.events(future)] for future in found.futures] == [[72], [96]]


@pytest.mark.parametrize(
    "timelines",
    [[EVENTS[:2], EVENTS[:2]], [EVENTS[:2]], [[], [{"at": "0 d", **NEWS}]], [[], [{"at": "12 d", **NEWS}]]],
    ids=["same", "alone", "at the beginning", "at the end"],
)
def test_some_never_part_or_have_no_past(timelines: list[list[dict[str, Any]]]) -> None:
    assert parting([with_events(*events) for events in timelines]) is None


def test_a_warm_up_is_a_past_too() -> None:
    found = parting([with_events({"at": "0 d", **NEWS}, warm_up="2 d"), with_events(warm_up="2 d")])
    assert found is not None
    assert found.hour == 0


def sweep(folder: Path, vary: dict[str, list[Any]], **changes: Any) -> Sweep:
    """An experiment on the rich scenario with events of every kind."""
    path = folder / "rich.yaml"
    text = sim.dump(scenario(timeline=EVERYTHING, replications=2, horizon="11 d", window="2 h", groups=FEW, **changes))
    path.write_text(text + yaml.safe_dump({"experiment": {"vary": vary}}), encoding="utf-8")
    return sim.sweep(sim.load(path), jobs=1, worlds="full")


EVERYTHING = [
    {"at": "1 d", **NEWS},
    *[event for event in RICH["timeline"] if "surge" in event],
    {"at": "6 d", "set": {"platforms.chat.rules.late.recall": 0.9, "beliefs.discovery": 0.5}},
    {"at": "6 d", "block": {"platform": "chat", "jurisdiction": "home", "share": 0.7}},
    {"at": "7 d", "announce": {"platform": "chat", "belief": "removal", "value": 0.1, "believed": 0.5}},
    {"at": "8 d", "unblock": {"platform": "chat", "jurisdiction": "home"}},
    {"at": "8 d", "outage": {"platform": "chat", "desk": "office", "lasts": "1 d"}},
    {"at": "10 d", "withdraw": "feed"},
]
"""Events of every kind, at the same time as windows, visits, shifts and exits."""
PATHS: dict[str, list[Any]] = {"timeline.4.block.share": [0.1, 0.7], "timeline.6.at": ["7 d", "9 d"]}
FEW = {"locals": {"size": 24}, "abroad": {"size": 8}, "others": {"size": 10}}
MORE: dict[str, Any] = {"exit": {"removal": 0.05, "sanction": 0.2, "fear": 0.3}, "warm_up": "30 h"}


@needs_copies
def test_tables_are_the_same_with_and_without_and_the_past_is_simulated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lived: list[int] = []

    class Counted(World):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            lived.append(len(self.people.replication_key))

    monkeypatch.setattr("sim.model.world.World", Counted)
    together = sweep(tmp_path, PATHS, **MORE)
    assert sum(lived) == 2
    monkeypatch.setattr(branching, "can_branch", lambda: False)
    apart = sweep(tmp_path, PATHS, **MORE)
    assert sum(lived) == 2 + 4 * 2
    for name in ("measures", "summary", "attribution"):
        first, second = (getattr(result, name) for result in (together, apart))
        assert first.equals(second)
        assert first.write_csv() == second.write_csv()
    assert together.count("failed") == 0
    points = [together.measures.filter(point=point).drop("point") for point in range(4)]
    assert not any(points[point].equals(points[other]) for point in range(4) for other in range(point))


@needs_copies
def test_a_branch_that_fails_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = task._read

    def failing(what: Scenario, *rest: Any) -> Any:
        if what.timeline[4].block is not None and what.timeline[4].block.share == 0.7:
            raise ValueError("no luck")
        return read(what, *rest)

    monkeypatch.setattr(task, "_read", failing)
    result = sweep(tmp_path, {"timeline.4.block.share": [0.0, 0.7]})
    failed = result.runs.filter(status="failed")
    assert failed["point"].unique().to_list() == [1]
    assert "no luck" in failed["error"][0]
    assert result.runs.filter(status="done")["point"].unique().to_list() == [0]


@needs_copies
def test_what_a_copy_does_is_not_done_here() -> None:
    here: list[int] = []
    assert in_copy(lambda: [*here, 1]) == [1]
    assert in_copy(lambda: here.append(1)) is None
    assert not here
    with pytest.raises(RuntimeError, match="a branch came to nothing"):
        in_copy(lambda: 1 // 0)


@needs_copies
def test_a_copy_ends_with_the_process_that_it_is_a_copy_of() -> None:
    """It would hold the lock of a result that its parent, killed, has left to --resume."""
    script = "import os, time; from sim.experiment.branching import in_copy; in_copy(lambda: (os.write(1, b'x'), time.sleep(20)))"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.read(1) == b"x"
        parent.kill()
        started = time.monotonic()
        assert parent.stdout.read() == b"", "ends when the copy does"
        assert time.monotonic() - started < 10


def test_tasks_hold_families_and_leave_work_for_all() -> None:
    scenarios = [
        with_events({"at": "5 d", "block": {"platform": "chat", "jurisdiction": "home", "share": share / 50}}) for share in range(25)
    ]
    other = with_events(name="other", seed=12)
    units = [Unit(point, k, what) for point, what in enumerate([*scenarios, other]) for k in range(8)]
    tasks = bundles(units, 2, 2)
    assert sorted((unit.point, unit.replication) for task in tasks for unit in task) == [(unit.point, unit.replication) for unit in units]
    sizes = {len({unit.point for unit in some}) for some in tasks if some[0].family == 0}
    assert sizes == {MOST_FUTURES}
    assert len(tasks) >= 4
    assert all(unit.family == -1 for some in tasks for unit in some if unit.point == 25)


def test_points_that_differ_elsewhere_have_no_family() -> None:
    scenarios = [with_events({"at": "5 d", **NEWS}), with_events({"at": "6 d", **NEWS}, seed=12)]
    tasks = bundles([Unit(point, 0, what) for point, what in enumerate(scenarios)], 1, 1)
    assert all(unit.family == -1 for some in tasks for unit in some)
