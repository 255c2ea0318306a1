"""Lists of published facts as targets: which rows, of which of our measures, in which unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.calibration.entries import Entries
from sim.calibration.figures import read_figure
from sim.calibration.targets import NORMAL_95, Key, Target
from sim.measures.definitions import MEASURES, Kind
from sim.scenario.problems import Problem, hint, shown
from sim.scenario.tree import Items, Place

QUANTITIES = {"time_to_removal_cdf": "removed_within/within", "removal_fraction_postpub": "removal_rate"}
"""Measures of ours that are what a quantity of a list of facts is; what follows in brackets is then the level."""

Refuse = Callable[[str], None]

_QUANTITY = re.compile(r"(\w+)(?:\[(.*)\])?")
_HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "week": 168.0}


@dataclass(frozen=True)
class _Wanted:
    """A row that is asked for: its id, and the figure that it is said to be of, if any."""

    id: str
    figure: str
    fitted: bool

    @property
    def option(self) -> str:
        return "--targets" if self.fitted else "--out-of-sample"


def read_facts(rows: Items, chosen: str | None, beside: str | None, tolerance: float, found: list[Problem]) -> list[Target]:
    """The rows that are asked for, as targets; what is wrong is added to `found`. See `read_targets`."""
    if chosen is None:
        found.append(Problem(Place("--targets"), (), f"ids of the facts to fit to, such as t_zhu_8,t_zhu_24h, with {rows.place.file}"))
        return []
    read = [Entries(node, (index,), found) for index, node in enumerate(rows.values)]
    by_id = {row.text("id"): row for row in read}
    targets = []
    for wanted in (*_wanted(chosen, fitted=True), *_wanted(beside or "", fitted=False)):
        if wanted.id not in by_id:
            found.append(Problem(Place(wanted.option), (), f"the id of a fact ({hint(wanted.id, by_id)}), and got {shown(wanted.id)}"))
        elif (target := _target(by_id[wanted.id], wanted, tolerance, found)) is not None:
            targets.append(target)
    return targets


def marked(name: str) -> Problem:
    """The refusal to fit to what is marked for validation."""
    return Problem(Place("--targets"), (), f"a target that may be fitted to, and got {name}, which is marked for validation")


def _wanted(text: str, *, fitted: bool) -> Iterator[_Wanted]:
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, figure = part.partition("=")
        yield _Wanted(name.strip(), figure.strip(), fitted)


def _target(row: Entries, wanted: _Wanted, tolerance: float, found: list[Problem]) -> Target | None:
    before = len(found)

    def refuse(text: str) -> None:
        found.append(Problem(Place(wanted.option), (), f"{wanted.id}: {text}"))

    use, value = row.text("use"), row.number("value")
    if wanted.fitted and use == "validate":
        found.append(marked(wanted.id))
    elif use not in ("calibrate", "validate"):
        refuse(f"a fact with a figure to meet, and got one of use {shown(use)}")
    if value is None:
        refuse("a fact with a value, and got none")
    key = _figure(row, wanted, refuse)
    scale = _scale(row, key, refuse) if key else None
    if len(found) > before or value is None or key is None or scale is None:
        return None
    low, high = row.number("low"), row.number("high")
    stated = low is not None and high is not None and low < high
    half = (high - low) / 2 if stated and low is not None and high is not None else tolerance * abs(value)
    if not half > 0:
        refuse("a fact with an interval, as its value is 0, and got none")
        return None
    return Target(
        name=wanted.id,
        key=key,
        value=value * scale,
        sd=half * scale / NORMAL_95,
        use="validate" if use == "validate" else "calibrate",
        fitted=wanted.fitted,
        source=row.text("source", ""),
        source_level=row.text("source_level", ""),
        assumed=not stated,
        place=row.node.place,
    )


def _figure(row: Entries, wanted: _Wanted, refuse: Refuse) -> Key | None:
    """The figure that a row is of: as it is said to be, or as its quantity tells."""
    written = wanted.figure
    quantity = _QUANTITY.fullmatch(row.text("quantity"))
    if not written and quantity and (known := QUANTITIES.get(quantity[1])) and ("/" in known) == (quantity[2] is not None):
        written = known + (f"/{quantity[2]}" if quantity[2] else "")
    if not written:
        refuse(f"ID=MEASURE, or ID=MEASURE/SPLIT/LEVEL, as no measure is known to be {shown(row.text('quantity'))}")
        return None
    measure, *rest = written.partition("@")[0].split("/")
    world = written.partition("@")[2] or "full"
    if measure not in MEASURES or len(rest) not in (0, 2):
        refuse(f"MEASURE or MEASURE/SPLIT/LEVEL, and perhaps @WORLD, and got {shown(written)}; {hint(measure, MEASURES)}")
        return None
    try:
        split, level = rest or ("total", "all")
        return read_figure(split, level, world, measure)
    except ValueError as error:
        refuse(str(error))
        return None


def _scale(row: Entries, key: Key, refuse: Refuse) -> float | None:
    """By how much the value of a row is multiplied to be in the unit of the measure."""
    unit, kind = row.text("unit", ""), MEASURES[key.measure].kind
    factor = _factor(unit, kind)
    if factor is None:
        refuse(f"a unit that can be turned into that of {key.measure} ({kind}), and got {shown(unit)}")
    return factor


def _factor(unit: str, kind: Kind) -> float | None:
    is_percent = unit.startswith(("%", "percentage points"))
    if kind == "hours":
        return next((hours for name, hours in _HOURS.items() if unit.startswith(name)), None)
    if kind in ("share", "points", "per 1000"):
        return {"share": 0.01, "points": 1.0, "per 1000": 10.0}[kind] if is_percent else None
    return None if is_percent else 1.0
