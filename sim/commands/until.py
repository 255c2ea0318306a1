"""--until MEASURE=NUMBER"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan


def parsed(texts: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """Half-widths of intervals by measure, and a line for whatever is wrong."""
    if not texts:
        return {}, []
    from sim.experiment.precision import faults
    from sim.scenario.problems import shown

    pairs = [text.partition("=") for text in texts]
    until = {name: _as_number(number) for name, equals, number in pairs if equals}
    found = [f"MEASURE=NUMBER, and got {shown(name)}" for name, equals, _ in pairs if not equals]
    return until, [f"--until: {fault}" for fault in found + faults(until)]


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return nan
