"""Presets of platforms and places say what they are, and give evidence for every value that they set."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sim.scenario.presets import shipped, text
from sim.scenario.schema import Evidence, Scenario
from tests.scenario_files import loaded
from tests.unit.test_shipped_scenarios import closest, covers, everything_set, number, values_set

SCENARIO = """\
name: s
topics: {{rights: {{}}}}
jurisdictions:
  china: {place}
groups: {{people: {{size: 10, registered_in: china, resides_in: china}}}}
platforms:
  chat: {platform}
convenor: {{collects: [chat]}}
"""
KINDS = {"platforms": "platform", "jurisdictions": "jurisdiction"}
PRESETS = [(kind, name) for kind in KINDS for name in shipped(kind)]

each = pytest.mark.parametrize(("kind", "name"), PRESETS)


def said(kind: str, name: str) -> dict[str, object]:
    """A preset's file."""
    return dict(yaml.safe_load(text(kind, name)))


def prefix(kind: str) -> tuple[str, str]:
    """Where the preset stands in the scenario."""
    return kind, "chat" if kind == "platforms" else "china"


def lies_within(value: float, entry: Evidence | None) -> bool:
    """Whether a value lies in the range of its evidence."""
    low, high = (number(end) for end in entry.range) if entry is not None and entry.range is not None else (None, None)
    return low is not None and high is not None and low <= value <= high


def scenario(folder: Path, kind: str, name: str) -> Scenario:
    """A scenario with this preset alone."""
    entry = f"{{preset: {name}}}"
    parts = {"place": entry, "platform": "{kind: survey}"} if kind == "jurisdictions" else {"place": "{}", "platform": entry}
    return loaded(folder, SCENARIO.format(**parts))


@each
def test_title_year_and_description(kind: str, name: str) -> None:
    preset = said(kind, name)
    assert list(preset) == ["title", "year", "description", KINDS[kind], "evidence"]
    assert name.endswith(f"-{preset['year']}")
    assert 100 < len(str(preset["description"])) < 300


@each
def test_every_value_has_evidence_and_every_number_a_range_around_it(tmp_path: Path, kind: str, name: str) -> None:
    what, here = scenario(tmp_path, kind, name), prefix(kind)
    places = [path for path, _ in everything_set(what) if path[:2] == here and path[2:] not in (("title",), ("kind",))]
    assert [path for path in places if closest(what, path) is None and path[-1] != "detector"] == []
    numbers = {path: value for path, value in values_set(what) if path[:2] == here}
    ranges = {path: closest(what, path) for path in numbers}
    assert [path for path, entry in ranges.items() if entry is None or entry.range is None] == []
    assert [path for path, value in numbers.items() if not lies_within(value, ranges[path])] == []


@each
def test_no_evidence_about_nothing(tmp_path: Path, kind: str, name: str) -> None:
    what = scenario(tmp_path, kind, name)
    paths = [path for path, _ in everything_set(what)]
    preset = said(kind, name)["evidence"]
    assert isinstance(preset, dict)
    brought = [".".join((*prefix(kind), path)) for path in preset]
    assert [path for path in brought if not any(covers(path, where) for where in paths)] == []
    assert set(brought) <= set(what.evidence)
