"""Runs that failed, as commands report them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.calibration.result import Calibration
    from sim.result import Result
    from sim.sensitivity.study import Study
    from sim.sweep_result import Sweep


def report_failures(result: Result | Sweep | Study | Calibration, so: str = "") -> bool:
    """Says which runs failed, why, and how to have them again; whether any did. What came of it may be added to the first line."""
    import polars as pl

    failed = result.runs.filter(status="failed")
    if failed.is_empty():
        return False
    count = f"{failed.height} of {result.runs.height} runs failed{so}"
    print(f"{result.name}: {count}; {result.folder} holds the others, and --resume tries again", file=sys.stderr)
    for error, times, replay in failed.group_by("error", maintain_order=True).agg(pl.len(), pl.first("replay")).iter_rows():
        print(f"  {times} x {error}; the first of them again, alone: {replay}", file=sys.stderr)
    return True
