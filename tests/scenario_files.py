"""Small scenario files for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.scenario import ScenarioError, load
from sim.scenario.schema import Scenario

BASE = """\
name: base
horizon: 10 d
topics:
  climate: {title: Climate}
  rights: {}
jurisdictions:
  here: {}
  there:
    sensitivity: {rights: 0.9}
    reprisal: {delay: {lognormal: {median: 3 d, sigma: 0.5}}}
groups:
  people: {size: 100, registered_in: here, resides_in: here}
platforms:
  chat:
    kind: group
    rules:
      words: {detector: keywords, action: remove, rule_list: synthetic-2020}
      score: {detector: classifier, action: hold, desk: team}
    desks:
      team: {roster: [{reviewers: 2}]}
convenor: {collects: [chat]}
"""
"""A scenario whose problems are placed easily: each test adds lines at its end."""

LINES = BASE.count("\n")


def write(folder: Path, text: str | bytes, name: str = "s.yaml") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(folder: Path, text: str, overrides: Sequence[str] = ()) -> Scenario:
    """The scenario of a text."""
    return load(write(folder, text), overrides)


def problems(folder: Path, text: str | bytes, overrides: Sequence[str] = ()) -> list[str]:
    """What is wrong with a text, without the folder; empty if nothing is."""
    path = write(folder, text)
    try:
        load(path, overrides)
    except ScenarioError as error:
        return [line.replace(f"{folder}/", "") for line in error.problems]
    return []


def problem(folder: Path, text: str | bytes, overrides: Sequence[str] = ()) -> str:
    """The only thing wrong with a text."""
    (line,) = problems(folder, text, overrides)
    return line
