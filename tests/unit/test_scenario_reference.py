"""The scenario reference is up to date, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario import load
from sim.scenario.reference import page
from sim.scenario.schema import Scenario
from sim.scenario.shape import PartOf, fields
from tests.scenario_files import write

PAGE = Path(__file__).parents[2] / "docs" / "scenario-reference.md"
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_page_is_generated() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m sim.scenario.reference > docs/scenario-reference.md"


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_load(example: str, tmp_path: Path) -> None:
    write(tmp_path, EXAMPLES[0], "minimal.yaml")
    load(write(tmp_path, example))


@pytest.mark.parametrize("name", list(Scenario.model_fields))
def test_every_part_has_a_table_with_every_key(name: str) -> None:
    shape = fields(Scenario)[name]
    keys = fields(shape.model) if isinstance(shape, PartOf) else [name]
    assert all(f"\n| `{key}` | " in page() for key in keys)


def test_links_lead_to_headings() -> None:
    headings = [line[3:].lower().replace(" ", "-") for line in page().splitlines() if line.startswith("## ")]
    assert set(re.findall(r"\]\(#([^)]*)\)", page())) <= set(headings)
    assert len(headings) == len(set(headings))
