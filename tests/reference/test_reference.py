"""The committed tables of every shipped scenario are what the code gives today."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import polars.testing
import pytest

from tests.reference.regenerate import REFERENCE, SCENARIOS, tables


def test_every_scenario_has_reference_tables_and_nothing_else_does() -> None:
    assert {folder.name for folder in REFERENCE.iterdir() if folder.is_dir()} == {path.stem for path in SCENARIOS}


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_reference(path: Path) -> None:
    """To rounding, since the mathematics libraries of two processors may differ in the last digit."""
    for name, table in tables(path).items():
        committed = pl.read_csv(REFERENCE / path.stem / name, schema=table.schema)
        polars.testing.assert_frame_equal(table, committed, check_exact=False, rel_tol=1e-6, abs_tol=1e-8)
