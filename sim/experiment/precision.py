"""How many replications: as many as make intervals narrow enough."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from math import ceil

from sim.experiment.summary import half_width

FIRST_LOOK = 10
"""Replications after which intervals are looked at for the first time."""

LIMIT = 10**9
"""Replications beyond which it does not matter how many are needed."""

WIDEST = 1e12
"""The widest interval that can be asked for, to either side."""

Precision = Mapping[str, float]
"""Half-widths that 95 % intervals are to have at most, by measure."""

Spread = Mapping[str, tuple[int, float | None]]
"""How many replications have a value of a measure, and their standard deviation (None for fewer than two), by measure."""


def faults(precision: Mapping[str, object]) -> list[str]:
    """What is wrong with a precision, one line for each measure."""
    from sim.measures.definitions import MEASURES
    from sim.scenario.problems import hint, shown

    unknown = [f"a measure ({hint(name, MEASURES)}), and got {shown(name)}" for name in precision if name not in MEASURES]
    wide = [
        f"{shown(name)}: a number above 0 and at most {WIDEST:,.0f}, and got {shown(half)}"
        for name, half in precision.items()
        if not (isinstance(half, int | float) and 0 < half <= WIDEST)
    ]
    return unknown + wide


def replications_for(sd: float, half: float) -> int:
    """The smallest n, from 2, at which a 95 % t interval of values with this standard deviation reaches no further than `half` from the
    mean; `LIMIT` if there is none below."""
    return 2 + bisect_left(range(2, LIMIT), True, key=lambda n: bool(half_width(sd, n) <= half))


def next_look(n: int, spread: Spread, precision: Precision, most: int) -> int | None:
    """The number of replications after which to look next; None where the first `n`, whose spread is given, are enough or all.

    It is the number that their spread calls for, but at least a tenth more than n and at most twice as many, in full tens. So it depends
    on the replications in their order alone, and not on how many were at work.
    """
    if n >= most:
        return None
    if n == 0:
        return min(most, FIRST_LOOK)
    needed = max(_needed(half, *spread.get(measure, (0, None)), n) for measure, half in precision.items())
    if needed <= n:
        return None
    return min(most, _in_tens(min(max(needed, n + n // 10), 2 * n)))


def _needed(half: float, values: int, sd: float | None, n: int) -> int:
    """Replications that a measure calls for, if as many of them have a value of it as of the first n."""
    if sd is None:
        return 2 * n
    needed = replications_for(sd, half)
    return n if needed <= values else ceil(needed * n / values)


def _in_tens(n: int) -> int:
    return -(-n // 10) * 10
