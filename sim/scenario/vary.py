"""What the parameters of a scenario may vary over, and the scenario with other values of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from sim.scenario.dumping import resolved
from sim.scenario.evidence import parameters
from sim.scenario.inputs import design
from sim.scenario.overrides import UnknownPath, put
from sim.scenario.patterns import covers
from sim.scenario.problems import MOST, dotted
from sim.scenario.revalidation import Fault, revalidated
from sim.scenario.schema import Scenario
from sim.scenario.shape import ROOT, Kind, Shape, Value, child
from sim.scenario.tree import Mapping as Tree
from sim.scenario.tree import Place, planted
from sim.scenario.units import format_duration, parse_duration

Values = Mapping[str, object]
"""Values by dotted path."""

WIDE = 10
"""A range above 0 whose ends differ by this factor is searched on a logarithmic scale, unless somebody says otherwise."""

DIGITS = 6
"""Significant digits of sampled values: what a table shows is what was run."""
_NOWHERE = Place("experiment")


@dataclass(frozen=True)
class Levels:
    """Some values."""

    values: tuple[object, ...]

    def at(self, share: float) -> object:
        """The value at a share from 0 to 1 of the way through them."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True)
class Span:
    """A range of numbers, whole numbers or durations (in hours), both ends included."""

    kind: Kind
    low: float
    high: float
    log: bool = False

    def at(self, share: float) -> object:
        """The value at a share from 0 to 1 of the way from the lowest to the highest."""
        if self.kind == "whole number":
            return int(min(max(math.floor(self._between(self.low, self.high + 1, share)), self.low), self.high))
        return self.written(self._between(self.low, self.high, share))

    def around(self, own: float, share: float) -> object:
        """The same with a value of its own, or the nearest end, at a half."""
        own = min(max(own, self.low), self.high)
        return self.written(self._between(self.low, own, 2 * share) if share < 0.5 else self._between(own, self.high, 2 * share - 1))

    def on_its_scale(self) -> Span:
        """On a logarithmic scale where it lies above 0 and its ends differ by as much as `WIDE`."""
        return replace(self, log=self.low > 0 and self.low * WIDE <= self.high)

    def _between(self, low: float, high: float, share: float) -> float:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low))) if self.log else low + share * (high - low)

    def written(self, number: float) -> object:
        """A number as a scenario file holds it."""
        if self.kind == "whole number":
            return round(number)
        short = float(f"{min(max(number, self.low), self.high):.{DIGITS}g}")
        return format_duration(short) if self.kind == "duration" else short


def span(kind: Kind, low: object, high: object, *, log: bool = False) -> Span:
    """A range with its ends as a file writes them.

    Raises:
        ValueError: if they are no range of that kind.
    """
    lowest, highest = (parse_duration(end) if kind == "duration" else _number(end) for end in (low, high))
    if not lowest < highest:
        raise ValueError(f"a lowest value below the highest, and got {low} and {high}")
    if log and lowest <= 0:
        raise ValueError(f"a lowest value above 0 for a logarithmic scale, and got {low}")
    if kind == "whole number" and not (lowest.is_integer() and highest.is_integer()):
        raise ValueError(f"whole numbers, and got {low} and {high}")
    return Span(kind, lowest, highest, log)


def _number(end: object) -> float:
    if isinstance(end, bool) or not isinstance(end, int | float):
        raise ValueError(f"two numbers, or two durations with units for a duration, and got {end}")
    return float(end)


class Varied:
    """A scenario of which values can be changed."""

    def __init__(self, scenario: Scenario) -> None:
        self._bare = scenario.model_copy(update={"experiment": None, "evidence": {}})
        self._evidence = scenario.evidence
        self._within: dict[str, frozenset[str]] = {}
        self._scenario = scenario
        tree = planted(resolved(self._bare), _NOWHERE)
        assert isinstance(tree, Tree)
        self._tree = tree

    def with_values(self, values: Values, name: str | None = None) -> tuple[Scenario | None, list[Fault]]:
        """The scenario with values in place of its own, without its experiment; None, and what is wrong with them."""
        tree, faults = self._tree, list[Fault]()
        for path, value in values.items():
            try:
                tree = put(tree, tuple(path.split(".")), planted(value, _NOWHERE))
            except UnknownPath as error:
                faults.append((error.path, str(error)))
        after, more = revalidated(tree, self._bare)
        if after is None or faults or more:
            return None, [*faults, *more]
        changed = frozenset[str]().union(*map(self._evidence_within, values))
        kept = {key: own for key, own in self._evidence.items() if key not in changed}
        return after.model_copy(update={"evidence": kept, **({"name": name} if name else {})}), []

    def _evidence_within(self, path: str) -> frozenset[str]:
        """The paths of evidence for what lies at or below a path."""
        if path not in self._within:
            self._within[path] = frozenset(key for key in self._evidence if covers(tuple(path.split(".")), tuple(key.split("."))))
        return self._within[path]

    def over(self, path: str, stated: Any) -> Levels | Span:
        """What a parameter varies over: a list of values; {low, high, log}; or {} for the range in its evidence.

        Raises:
            ValueError: if it cannot vary so.
        """
        if isinstance(stated, list):
            return Levels(tuple(stated))
        kind = self._kind(path)
        if kind is None:
            put(self._tree, tuple(path.split(".")), planted(0, _NOWHERE))
        if kind == "switch":
            return Levels((False, True))
        if kind not in ("number", "whole number", "duration"):
            raise ValueError(f"a list of values, as {path} is no number or duration")
        limits = (stated["low"], stated["high"]) if "low" in stated else self.ranges.get(path)
        if limits is None:
            raise ValueError("low and high, as its evidence states no range")
        return span(kind, *limits, log=stated.get("log", False))

    @cached_property
    def ranges(self) -> dict[str, tuple[object, object]]:
        """The ranges in the evidence, by path."""
        return {dotted(found.path): found.range for found in parameters(self._scenario) if found.range is not None}

    def _kind(self, path: str) -> Kind | None:
        shape: Shape | None = ROOT
        data: Any = resolved(self._bare)
        for key in path.split("."):
            at = int(key) if isinstance(data, list) and key.isdigit() and int(key) < len(data) else key
            shape = child(shape, at, data)
            data = data.get(key) if isinstance(data, dict) else data[at] if isinstance(at, int) else None
        return shape.kind if isinstance(shape, Value) else None


def faults_in_experiment(scenario: Scenario) -> list[Fault]:
    """What is wrong with the values of an experiment, each taken alone."""
    if scenario.experiment is None:
        return []
    return list(islice(_faults(Varied(scenario), scenario), MOST + 1))


def _faults(varied: Varied, scenario: Scenario) -> Iterator[Fault]:
    experiment = scenario.experiment
    assert experiment is not None
    if experiment.file is not None:
        rows = design(experiment.file, scenario.inputs) if experiment.file in scenario.inputs else []
        yield from ((("experiment", "file"), text) for text in dict.fromkeys(_in_rows(varied, rows)))
    for path, stated in experiment.vary.items():
        here = ("experiment", "vary", path)
        try:
            over = varied.over(path, stated)
        except ValueError as error:
            yield here, str(error)
            continue
        tried = list(over.values) if isinstance(over, Levels) else [over.at(0), over.at(1)]
        for index, value in enumerate(tried):
            for at, text in varied.with_values({path: value})[1]:
                yield (*here, index) if isinstance(stated, list) else here, _worded(path, at, text)


def _in_rows(varied: Varied, rows: Sequence[Values]) -> Iterator[str]:
    for number, row in enumerate(rows):
        for at, text in varied.with_values(row)[1]:
            yield f"point {number}: {dotted(at)}: {text}"


def _worded(path: str, at: Sequence[str | int], text: str) -> str:
    """What is wrong, and where it is if that is not at the path that varies."""
    return text if dotted(tuple(at)) == path else f"{dotted(tuple(at))}: {text}"
