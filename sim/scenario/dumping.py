"""A scenario written out in full, the same text every time, which loads back to the same scenario."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.schema import Scenario
from sim.scenario.schema.base import Part
from sim.scenario.shape import Many, Named, Shape, Value, fields
from sim.scenario.units import format_duration

_BARE = re.compile(r"[^\W\d](?:[\w .,;/()+~%'-]*[\w.)%])?|[0-9.]+ (?:d|h|min|s)")
"""Texts that need no quotes: words, and durations."""
_NO_TEXTS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""Words that some reader of YAML does not take for texts."""
_ESCAPED = re.compile(r"[^\x20-\x7e\xa0-\u2027\u2030-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def dump(scenario: Scenario) -> str:
    """The scenario as YAML: every parameter with its value, in the order of the schema, durations with units."""
    return as_yaml(resolved(scenario))


def as_yaml(data: Mapping[str, Any]) -> str:
    """Part of a scenario, as dictionaries, lists and single values, written as `dump` writes it."""
    return "".join(f"{line}\n" for line in _lines(data, ""))


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a file would hold it, in full: dictionaries, lists, single values, and durations with units."""
    return _part(scenario)


def _part(part: Part) -> dict[str, Any]:
    given = {name: (shape, getattr(part, name)) for name, shape in fields(type(part)).items()}
    return {name: _plain(value, shape) for name, (shape, value) in given.items() if value is not None}


def _plain(value: Any, shape: Shape) -> Any:
    if isinstance(value, Part):
        return _part(value)
    if isinstance(shape, Named):
        return {name: _plain(inner, shape.value) for name, inner in value.items()}
    if isinstance(shape, Many):
        return [_plain(inner, shape.value) for inner in value]
    return format_duration(value) if isinstance(shape, Value) and shape.kind == "duration" else value


def _lines(value: Mapping[str, Any] | list[Any], indent: str) -> Iterator[str]:
    """The lines of a mapping or list that is not empty."""
    items = value.items() if isinstance(value, Mapping) else [(None, inner) for inner in value]
    for key, inner in items:
        start = f"{indent}-" if key is None else f"{indent}{_text(key)}:"
        if not isinstance(inner, Mapping | list) or not inner or _is_row(inner):
            yield f"{start} {_scalar(inner)}"
        elif key is None and isinstance(inner, Mapping):
            first, *rest = _lines(inner, f"{indent}  ")
            yield f"{start} {first.lstrip()}"
            yield from rest
        else:
            yield start
            yield from _lines(inner, f"{indent}  ")


def _is_row(value: object) -> bool:
    """Whether a list is one of numbers, which reads better in one line."""
    return isinstance(value, list) and all(isinstance(inner, int | float) for inner in value)


def _scalar(value: Any) -> str:
    match value:
        case list():
            return f"[{', '.join(map(_scalar, value))}]"
        case None | bool() | Mapping():
            return json.dumps(value)
        case str():
            return _text(value)
        case _:
            return repr(value)


def _text(value: str) -> str:
    if _BARE.fullmatch(value) and value.lower() not in _NO_TEXTS:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
