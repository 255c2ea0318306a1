"""Where every parameter of a scenario comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter

from sim.scenario.crosscheck import Clash
from sim.scenario.dumping import resolved
from sim.scenario.patterns import covers, specificity
from sim.scenario.problems import MOST, dotted, hint
from sim.scenario.schema import Evidence, Scenario
from sim.scenario.schema.base import Part
from sim.scenario.shape import Many, Named, Shape, Value, fields
from sim.scenario.tree import Path
from sim.scenario.units import DURATION, format_duration, parse_duration

Basis = Literal["source", "assumption", "design", "none stated"]
NOT_PARAMETERS = ("evidence", "experiment", "title", "description")


@dataclass(frozen=True)
class Parameter:
    """A number, duration or switch of a scenario, and what it rests on.

    Attributes:
        path: keys from the top of the scenario.
        field: the same with * for names and positions: which parameter of the format it is.
        value: as a file would write it.
        unit: empty for what has none.
        basis: what it rests on; design choices need no evidence.
        text: the source or the assumption.
        range: lowest and highest plausible value.
        where: whether the scenario states the evidence, or the default that it uses; empty where nobody does.
    """

    path: Path
    field: Path
    value: object
    unit: str
    basis: Basis
    text: str = ""
    range: tuple[object, object] | None = None
    where: Literal["scenario", "default", ""] = ""


@dataclass(frozen=True)
class _Spot:
    """Where a walk through a scenario stands, and what the schema says of the field there."""

    path: Path = ()
    field: Path = ()
    unit: str = ""
    design: bool = False
    evidence: dict[str, Any] | None = None

    def named(self, name: str | int) -> _Spot:
        """One thing of a mapping or list."""
        return replace(self, path=(*self.path, name), field=(*self.field, "*"))

    def key(self, model: type[Part], name: str, value: object) -> _Spot:
        """A field of a part; evidence of a default holds for all that lies below it, as long as it is left as it is."""
        extra = model.model_fields[name].json_schema_extra
        own: dict[str, Any] = extra if isinstance(extra, dict) else {}
        as_default = "evidence" in own and value == _default(model, name)
        return _Spot(
            path=(*self.path, name),
            field=(*self.field, name),
            unit=own.get("unit", self.unit),
            design=own.get("design", self.design),
            evidence=own["evidence"] if as_default else self.evidence,
        )


def parameters(scenario: Scenario) -> list[Parameter]:
    """Every number, duration and switch of a scenario, in the order of the schema, with its evidence.

    The scenario's own evidence comes first, its most specific path winning; then that of a default left as it is.
    """
    patterns = [(tuple(path.split(".")), evidence) for path, evidence in scenario.evidence.items()]
    patterns.sort(key=lambda item: specificity(item[0]), reverse=True)
    return [_judged(spot, leaf, value, patterns) for spot, leaf, value in _walk_part(scenario, _Spot())]


def _walk_part(part: Part, spot: _Spot) -> Iterator[tuple[_Spot, Value, object]]:
    for name, shape in fields(type(part)).items():
        value = getattr(part, name)
        if value is not None and name not in NOT_PARAMETERS:
            yield from _walk(value, shape, spot.key(type(part), name, value))


def _walk(value: Any, shape: Shape, spot: _Spot) -> Iterator[tuple[_Spot, Value, object]]:
    if isinstance(value, Part):
        yield from _walk_part(value, spot)
    elif isinstance(shape, Named) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, shape.value, spot.named(name))
    elif isinstance(shape, Many) and not (isinstance(shape.value, Value) and shape.value.kind == "number"):
        for index, inner in enumerate(value):
            yield from _walk(inner, shape.value, spot.named(index))
    elif isinstance(leaf := shape.value if isinstance(shape, Many) else shape, Value) and _is_parameter(leaf, value):
        yield spot, leaf, value


def _is_parameter(leaf: Value, value: object) -> bool:
    if leaf.kind == "anything":
        return isinstance(value, bool | int | float) or (isinstance(value, str) and DURATION.match(value) is not None)
    return leaf.kind in ("number", "whole number", "duration", "switch") or (leaf.kind == "choice" and len(leaf.choices) > 1)


@cache
def _default(model: type[Part], name: str) -> object:
    """The value of a field that is not given."""
    info = model.model_fields[name]
    if info.is_required():
        return None
    annotation: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    return adapter.validate_python(info.default)


def _judged(spot: _Spot, leaf: Value, value: object, patterns: list[tuple[tuple[str, ...], Evidence]]) -> Parameter:
    written = format_duration(value) if leaf.kind == "duration" and isinstance(value, float) else value
    what = (spot.path, spot.field, written, "" if leaf.kind == "duration" else spot.unit)
    pattern, own = next((item for item in patterns if covers(item[0], spot.path)), ((), None))
    if own is not None:
        limits = _fitting(own.range, leaf, value, exact=len(pattern) == len(spot.path))
        return Parameter(*what, *_grounds(own.source, own.assumption), limits, "scenario")
    if (default := spot.evidence) is not None:
        limits = _fitting(default.get("range"), leaf, value, exact=False)
        return Parameter(*what, *_grounds(default.get("source"), default.get("assumption")), limits, "default")
    return Parameter(*what, "design" if spot.design else "none stated")


def _grounds(source: str | None, assumption: str | None) -> tuple[Basis, str]:
    return ("source", source) if source is not None else ("assumption", assumption or "")


def _fitting(limits: list[Any] | None, leaf: Value, value: object, *, exact: bool) -> tuple[object, object] | None:
    """A range, where it is one of this parameter: that of a part need not be one of everything in it."""
    if limits is None or (leaf.kind == "anything" and not exact):
        return None
    if leaf.kind == "duration":
        low, high = (parse_duration(end) if isinstance(end, str) else math.nan for end in limits)
    else:
        wanted = bool if leaf.kind == "switch" else int | float if leaf.kind in ("number", "whole number") else ()
        low, high = (end if isinstance(end, wanted) else math.nan for end in limits)
    inside = isinstance(value, int | float) and low <= value <= high
    return (limits[0], limits[1]) if inside or (exact and low <= high) or isinstance(value, list) else None


def unmatched(scenario: Scenario) -> list[Clash]:
    """The evidence whose path leads to nothing in the scenario."""
    data = resolved(scenario)
    ends = ((path, _dead_end(data, tuple(path.split(".")), ())) for path in scenario.evidence)
    return list(islice(((("evidence", path), _no_parameter(end), path) for path, end in ends if end is not None), MOST + 1))


def _no_parameter(end: _DeadEnd) -> str:
    path, known = end
    return f"the path of a parameter of this scenario; {dotted(path)} is none ({hint(str(path[-1]), known)})"


_DeadEnd = tuple[Path, list[str]]
"""The first path that leads nowhere, and the keys that would have led on."""


def _dead_end(data: object, pattern: tuple[str, ...], done: Path) -> _DeadEnd | None:
    """Where a path leads nowhere; None if it leads somewhere."""
    if not pattern:
        return None
    inner: dict[str, object] = {}
    if isinstance(data, dict):
        inner = data
    elif isinstance(data, list):
        inner = {str(index): value for index, value in enumerate(data)}
    chosen = inner if pattern[0] == "*" else {pattern[0]: inner[pattern[0]]} if pattern[0] in inner else {}
    first = None if chosen else ((*done, pattern[0]), list(inner))
    for name, value in chosen.items():
        end = _dead_end(value, pattern[1:], (*done, name))
        if end is None:
            return None
        first = first or end
    return first
