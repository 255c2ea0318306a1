"""The shipped scenarios load, say what they are about, and give evidence for every number that they set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from sim import scenario as scenarios
from sim.scenario import parameters
from sim.scenario.schema import Evidence, Scenario
from sim.scenario.units import parse_duration

FOLDER = Path(__file__).parents[2] / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
ISSUE = {
    "un75-base", "un75-website-survey", "un75-tencent", "un75-tencent-safeguards", "un75-western-platforms", "un75-withdrawn", "crackdown",
    "un75-two-track", "un75-meeting", "un75-work-chat", "un75-google", "un75-kahoot", "un75-weibo", "un75-wechat", "un75-messenger",
    "notice", "reprisal-news", "sudden-block", "red-lines", "review-capacity",
}  # fmt: skip
HOW_TO_RUN = {"name", "title", "description", "seed", "horizon", "window", "replications", "evidence"}
"""Keys that say how long and how often to run, not what the world is like."""

each = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@cache
def load(path: Path) -> Scenario:
    """A shipped scenario, read once for all tests."""
    return scenarios.load(path)


def values_set(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], float]]:
    """Path and value, durations in hours, of every number that the file, or one that it extends, has set; choices of design left out."""
    design = {tuple(map(str, parameter.path)) for parameter in parameters(scenario) if parameter.basis == "design"}
    return ((path, found) for path, value in everything_set(scenario) if path not in design and (found := number(value)) is not None)


def everything_set(scenario: Scenario) -> Iterator[tuple[tuple[str, ...], object]]:
    """Path and value of whatever the file, or one that it extends, has set."""
    return _leaves(scenario.model_dump(exclude_unset=True, exclude=HOW_TO_RUN), ())


def _leaves(node: object, here: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*here, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, (*here, str(index)))
    else:
        yield here, node


def number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return parse_duration(value)
    except ValueError:
        return None


def covers(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether an evidence entry speaks for a path: `*` is any one name, and a parent speaks for what lies below."""
    parts = pattern.split(".")
    return len(parts) <= len(path) and all(part in ("*", name) for part, name in zip(parts, path, strict=False))


def closest(scenario: Scenario, path: tuple[str, ...]) -> Evidence | None:
    """The entry that speaks for a path most exactly: the longest, and of those the one with the fewest wildcards."""
    entries = [pattern for pattern in scenario.evidence if covers(pattern, path)]
    best = max(entries, key=lambda pattern: (pattern.count("."), -pattern.count("*")), default=None)
    return None if best is None else scenario.evidence[best]


def test_the_founding_case_ships() -> None:
    assert {path.stem for path in FILES} >= ISSUE


@each
def test_name_title_and_description(path: Path) -> None:
    scenario = load(path)
    assert scenario.name == path.stem
    assert scenario.title
    assert 2 <= len(re.findall(r"[.?](?:\s|$)", scenario.description)) <= 6
    assert all(event.label for event in scenario.timeline)


@each
def test_every_number_has_evidence_with_a_range(path: Path) -> None:
    scenario = load(path)
    missing = [".".join(where) for where, _ in values_set(scenario) if (entry := closest(scenario, where)) is None or entry.range is None]
    assert not missing


@each
def test_check_finds_nothing_without_a_basis(path: Path) -> None:
    """Numbers, switches and choices alike, and the defaults too."""
    assert [parameter.path for parameter in parameters(load(path)) if parameter.basis == "none stated"] == []


@each
def test_values_lie_in_their_ranges(path: Path) -> None:
    scenario = load(path)
    outside = []
    for where, value in values_set(scenario):
        entry = closest(scenario, where)
        assert entry is not None
        assert entry.range is not None
        low, high = (number(bound) for bound in entry.range)
        if low is None or high is None or not low <= value <= high:
            outside.append((".".join(where), value, entry.range))
    assert not outside


@each
def test_no_evidence_about_nothing(path: Path) -> None:
    scenario = load(path)
    paths = [where for where, _ in everything_set(scenario)]
    assert [pattern for pattern in scenario.evidence if not any(covers(pattern, where) for where in paths)] == []


def test_a_number_without_evidence_is_noticed() -> None:
    scenario = scenarios.load(FOLDER / "un75-base.yaml", ["groups.citizens-world.fear_sigma=0.9"])
    assert closest(scenario, ("groups", "citizens-world", "fear_sigma")) is None
    assert (("groups", "citizens-world", "fear_sigma"), 0.9) in list(values_set(scenario))


@pytest.mark.parametrize("base", ["un75-base", "notice"])
def test_scenarios_share_people_and_topics(base: str) -> None:
    """Of whatever extends the same base, so that two of them can be compared person by person."""
    first, *others = [load(path) for path in FILES if path.stem == base or base in ancestors(path)]
    assert others
    assert all((other.groups, other.topics, other.seed) == (first.groups, first.topics, first.seed) for other in others)


def ancestors(path: Path) -> list[str]:
    """Names of the scenarios that a file extends, directly or not."""
    found = re.search(r"^extends: (\S+)\.yaml$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [found[1], *ancestors(path.with_name(f"{found[1]}.yaml"))] if found else []


@pytest.mark.parametrize("name", ["un75-withdrawn", "crackdown"])
def test_timelines_part_from_tencent_on_day_ten(name: str) -> None:
    parent, child = load(FOLDER / "un75-tencent.yaml"), load(FOLDER / f"{name}.yaml")
    before = [event for event in child.timeline if event.at < 240]
    assert before == parent.timeline
    assert len(child.timeline) > len(before)
    assert child.platforms == parent.platforms
    assert child.jurisdictions == parent.jurisdictions
