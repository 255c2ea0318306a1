"""Scenarios of which there is too much, or nothing at all: refused before anything runs, or run to tables that can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hostile.commands import QUICK, TINY, called, refused, runs_or_is_refused
from tests.scenario_files import write

SURVEY = TINY.replace("  chat: {kind: group", "  poll: {kind: survey}\n  chat: {kind: group")

TOO_MUCH: dict[str, tuple[tuple[str, ...], str]] = {
    "10^12 predicted events by people": (
        ("--set", "groups.people.size=10000000", "--set", "groups.people.messages_per_day=1000", "--set", "horizon=366 d"),
        "--max-events: at most 10,000,000,000",
    ),
    "10^12 predicted events by replications": (
        ("-n", "1000000", "--set", "groups.people.size=1000000"),
        "--max-events: at most 10,000,000,000",
    ),
    "10^12 predicted events by surveys": (("--set", "groups.people.size=10000000", "-n", "100000"), "--max-events: at most 10,000,000,000"),
    "10^9 replications": (("-n", "1000000000"), "--replications"),
    "10^9 replications by the file": (("--set", "replications=1000000000"), "a whole number from 1 to 1,000,000, and got 1000000000"),
    "0 replications": (("-n", "0"), "--replications"),
    "0 replications by the file": (("--set", "replications=0"), "a whole number from 1 to 1,000,000, and got 0"),
    "-1 replications": (("-n", "-1"), "--replications"),
    "more memory than there is": (("--max-memory", "1 MB"), "--max-memory: at most 1 MB"),
    "more events than allowed": (("--max-events", "1"), "--max-events: at most 1"),
    "0 jobs": (("--jobs", "0"), "--jobs"),
    "a seed of 2^63": (("--seed", str(2**63)), "--seed"),
    "a world that is none": (("--worlds", "full,hell"), "--worlds"),
    "30,000 worlds": (("--worlds", ",".join(["hell"] * 30_000)), "--worlds"),
    "a warm-up beyond the longest": (("--set", "warm_up=367 d"), "a duration from 0 d to 366 d"),
    "a warm-up before 0": (("--set", "warm_up=-1 d"), "a duration from 0 d to 366 d"),
    "an event after the horizon": (("--set", "timeline=[{at: 3 d, withdraw: chat}]"), "a time within the horizon"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused_before_anything_runs(name: str, tmp_path: Path) -> None:
    options, rule = TOO_MUCH[name]
    found = refused("run", write(tmp_path, SURVEY), "--out", tmp_path / "results", "--quiet", *options)
    assert any(rule in line for line in found), found
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("points", ["[0, 1e9]", "[1, 2, 3]"])
def test_an_experiment_of_too_many_points_is_refused(points: str, tmp_path: Path) -> None:
    vary = "\n".join(f"    voice.{name}: {points}" for name in ("cost", "abuse"))
    path = write(tmp_path, f"{TINY}experiment:\n  design: sobol\n  points: 1000000000\n  vary:\n{vary}\n")
    found = refused("check", path)
    assert any(": experiment" in line for line in found)


def test_a_grid_of_10_to_the_12_points_is_refused_uncounted(tmp_path: Path) -> None:
    parameters = ("voice.cost", "voice.abuse", "represents", "groups.people.messages_per_day")
    values = ", ".join(str(1 + at / 2000) for at in range(1000))
    vary = "".join(f"    {path}: [{values}]\n" for path in parameters)
    found = refused("check", write(tmp_path, f"{TINY}experiment:\n  design: grid\n  vary:\n{vary}"))
    assert any("points" in line for line in found)


NOTHING: dict[str, str] = {
    "no occasions at all": TINY.replace("size: 20", "size: 20, messages_per_day: 0"),
    "one person": TINY.replace("size: 20", "size: 1"),
    "one person who says nothing": TINY.replace("size: 20", "size: 1, messages_per_day: 0"),
    "a rate of 1e-300": TINY.replace("size: 20", "size: 20, messages_per_day: 1e-300"),
    "nobody registered": TINY.replace("size: 20", "size: 20, platforms: {chat: 0}"),
    "a horizon of a minute": TINY.replace("horizon: 2 d", "horizon: 1 min"),
    "a horizon of a moment": TINY.replace("horizon: 2 d", "horizon: 0.000001 s"),
    "a window longer than the horizon": TINY.replace("horizon: 2 d", "horizon: 10 min\nwindow: 24 h"),
    "one replication": TINY.replace("replications: 2", "replications: 1"),
    "warm-up beyond the horizon": TINY + "warm_up: 20 d\n",
    "warm-up without occasions": TINY.replace("size: 20", "size: 20, messages_per_day: 0") + "warm_up: 20 d\n",
    "a platform without rules": TINY.replace(", rules: {words: {detector: keywords, action: remove, rule_list: synthetic-2020}}", ""),
    "a convenor who collects nothing": TINY.replace("collects: [chat]", "collects: []"),
    "represents 1e9": TINY + "represents: 1e9\n",
    "represents 1e-300": TINY + "represents: 1e-300\n",
    "all leave at once": TINY + "timeline: [{at: 0 d, withdraw: chat}]\n",
    "a hundred events at once": TINY + "timeline:\n" + "- {at: 1 d, set: {voice.cost: 0.5}}\n" * 100,
    "the last moment": TINY + "timeline: [{at: 2 d, withdraw: chat}]\n",
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_comes_to_nothing_is_run_and_read_or_refused(name: str, tmp_path: Path) -> None:
    if not runs_or_is_refused(write(tmp_path, NOTHING[name]), seconds=10):
        return
    result = tmp_path / "results" / "tiny"
    done = called("compare", result, result, "--measures", "all", "--format", "json")
    assert done.exit_code == 0
    assert {row["verdict"] for row in json.loads(done.stdout)["rows"]} <= {"no difference shown", "not comparable"}
    assert called("run", tmp_path / "s.yaml", "--jobs", 1, "--worlds", "full", "--resume", "--out", tmp_path / "results").exit_code == 0


@pytest.mark.parametrize("name", ["no occasions at all", "one person who says nothing", "one replication"])
def test_figures_of_nothing_are_drawn_or_left_out(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, NOTHING[name])
    assert called("run", path, "--jobs", 1, "--worlds", "free,full", "--out", tmp_path).exit_code == 0
    done = called("plot", tmp_path / "tiny", seconds=30)
    assert done.exit_code == 0
    assert all(" left out: " in line for line in done.stderr.splitlines())


def test_an_experiment_of_nothing_runs(tmp_path: Path) -> None:
    path = write(tmp_path, NOTHING["no occasions at all"] + "experiment: {design: grid, vary: {voice.cost: [0, 1]}}\n")
    assert called("run", path, *QUICK, "--out", tmp_path).exit_code == 0
    assert called("compare", tmp_path / "tiny", tmp_path / "tiny").exit_code == 0
