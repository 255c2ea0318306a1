"""Where every parameter of a scenario comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import TypeAdapter

from sim.scenario.crosscheck import Clash
from sim.scenario.dumping import resolved
from sim.scenario.problems import MOST, dotted, hint
from sim.scenario.schema import Evidence, Scenario
from sim.scenario.schema.base import Part
from sim.scenario.shape import Many, Named, Shape, Value, fields
from sim.scenario.tree import Path
from sim.scenario.units import DURATION, format_duration

Basis = Literal["source", "assumption", "design", "none stated"]
NOT_PARAMETERS = ("evidence", "title", "description")


@dataclass(frozen=True)
class Parameter:
    """A number, duration or switch of a scenario, and what it rests on.

    Attributes:
        path: keys from the top of the scenario.
        value: as a file would write it.
        unit: empty for what has none.
        basis: what it rests on; design choices need no evidence.
        text: the source or the assumption.
        range: lowest and highest plausible value.
        where: whether the scenario states the evidence, or the default that it uses; empty where nobody does.
    """

    path: Path
    value: object
    unit: str
    basis: Basis
    text: str = ""
    range: tuple[object, object] | None = None
    where: Literal["scenario", "default", ""] = ""


@dataclass(frozen=True)
class _Stated:
    """What the schema says of the field in which a walk stands."""

    unit: str = ""
    design: bool = False
    evidence: dict[str, Any] | None = None


def parameters(scenario: Scenario) -> list[Parameter]:
    """Every number, duration and switch of a scenario, in the order of the schema, with its evidence.

    The scenario's own evidence comes first, its most specific path winning; then that of a default left as it is.
    """
    patterns = [(tuple(path.split(".")), evidence) for path, evidence in scenario.evidence.items()]
    patterns.sort(key=lambda item: _specificity(item[0]), reverse=True)
    return [_judged(*found, patterns) for found in _walk_part(scenario, (), _Stated())]


def _walk_part(part: Part, here: Path, outer: _Stated) -> Iterator[tuple[Path, Value, object, _Stated]]:
    for name, shape in fields(type(part)).items():
        value = getattr(part, name)
        if value is not None and name not in NOT_PARAMETERS:
            yield from _walk(value, shape, (*here, name), _stated(type(part), name, value, outer))


def _walk(value: Any, shape: Shape, here: Path, stated: _Stated) -> Iterator[tuple[Path, Value, object, _Stated]]:
    if isinstance(value, Part):
        yield from _walk_part(value, here, stated)
    elif isinstance(shape, Named) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, shape.value, (*here, name), stated)
    elif isinstance(shape, Many) and not (isinstance(shape.value, Value) and shape.value.kind == "number"):
        for index, inner in enumerate(value):
            yield from _walk(inner, shape.value, (*here, index), stated)
    elif isinstance(leaf := shape.value if isinstance(shape, Many) else shape, Value) and _is_parameter(leaf, value):
        yield here, leaf, value, stated


def _is_parameter(leaf: Value, value: object) -> bool:
    if leaf.kind == "anything":
        return isinstance(value, bool | int | float) or (isinstance(value, str) and DURATION.match(value) is not None)
    return leaf.kind in ("number", "whole number", "duration", "switch") or (leaf.kind == "choice" and len(leaf.choices) > 1)


def _stated(model: type[Part], name: str, value: object, outer: _Stated) -> _Stated:
    """What a field says of itself; evidence of a default holds for all that lies below it, as long as it is left as it is."""
    extra = model.model_fields[name].json_schema_extra
    own: dict[str, Any] = extra if isinstance(extra, dict) else {}
    as_default = "evidence" in own and value == _default(model, name)
    return _Stated(own.get("unit", outer.unit), own.get("design", outer.design), own["evidence"] if as_default else outer.evidence)


@cache
def _default(model: type[Part], name: str) -> object:
    """The value of a field that is not given."""
    info = model.model_fields[name]
    if info.is_required():
        return None
    annotation: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    return adapter.validate_python(info.default)


def _judged(here: Path, leaf: Value, value: object, stated: _Stated, patterns: list[tuple[tuple[str, ...], Evidence]]) -> Parameter:
    written = format_duration(value) if leaf.kind == "duration" and isinstance(value, float) else value
    unit = "" if leaf.kind == "duration" else stated.unit
    own = next((evidence for pattern, evidence in patterns if _covers(pattern, here)), None)
    if own is not None:
        return Parameter(here, written, unit, *_grounds(own.source, own.assumption), _fitting(own.range, leaf), "scenario")
    if (default := stated.evidence) is not None:
        grounds = _grounds(default.get("source"), default.get("assumption"))
        return Parameter(here, written, unit, *grounds, _fitting(default.get("range"), leaf), "default")
    return Parameter(here, written, unit, "design" if stated.design else "none stated")


def _grounds(source: str | None, assumption: str | None) -> tuple[Basis, str]:
    return ("source", source) if source is not None else ("assumption", assumption or "")


def _fitting(limits: list[Any] | None, leaf: Value) -> tuple[object, object] | None:
    """A range, where it is one of this kind of value: that of a part need not be one of everything in it."""
    if limits is None:
        return None
    forms = {"duration": str, "switch": bool, "number": int | float, "whole number": int | float, "anything": object}
    form = forms.get(leaf.kind, ())
    return (limits[0], limits[1]) if all(isinstance(end, form) for end in limits) else None


def _covers(pattern: tuple[str, ...], path: Path) -> bool:
    """Whether evidence at a path, with * for any one name, is evidence for another at or below it."""
    return len(pattern) <= len(path) and all(want in ("*", str(got)) for want, got in zip(pattern, path, strict=False))


def _specificity(pattern: tuple[str, ...]) -> tuple[int, list[bool]]:
    return len(pattern), [segment != "*" for segment in pattern]


def unmatched(scenario: Scenario) -> list[Clash]:
    """The evidence whose path leads to nothing in the scenario."""
    data = resolved(scenario)
    ends = ((path, _dead_end(data, tuple(path.split(".")), ())) for path in scenario.evidence)
    return list(islice(((("evidence", path), _no_parameter(end), path) for path, end in ends if end is not None), 2 * MOST))


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
