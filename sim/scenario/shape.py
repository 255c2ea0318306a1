"""The anatomy of the scenario format, read off the schema: what may stand at a path, and how to say so."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from sim.scenario.schema import Scenario
from sim.scenario.schema.base import NAME_PATTERN, Part, calendar_date
from sim.scenario.units import format_duration, parse_duration

Kind = Literal["number", "whole number", "duration", "switch", "choice", "name", "date", "text", "anything"]


@dataclass(frozen=True)
class Bounds:
    """Limits of a number, or of a length."""

    low: float | None = None
    high: float | None = None
    above: bool = False
    below: bool = False


@dataclass(frozen=True)
class Value:
    """A single value."""

    kind: Kind
    bounds: Bounds = Bounds()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartOf:
    """A part with a fixed set of keys."""

    model: type[Part]


@dataclass(frozen=True)
class Choice:
    """One of several parts, told apart by one of their keys; where it is not given, it may have a default."""

    key: str
    parts: dict[str, PartOf] = field(hash=False)
    default: str | None = None


@dataclass(frozen=True)
class Named:
    """Things by freely chosen name."""

    value: Shape
    bounds: Bounds = Bounds()


@dataclass(frozen=True)
class Many:
    """A list."""

    value: Shape
    bounds: Bounds = Bounds()


Shape = Value | PartOf | Choice | Named | Many
ROOT = PartOf(Scenario)


@cache
def fields(model: type[Part]) -> dict[str, Shape]:
    """The shapes of a part's fields, in the order of the schema."""
    return {name: _shape(info.annotation, info.metadata, info.discriminator) for name, info in model.model_fields.items()}


def _shape(annotation: Any, metadata: Sequence[Any] = (), discriminator: Any = None) -> Shape:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        infos = [extra for extra in args[1:] if isinstance(extra, FieldInfo)]
        inner = [part for extra in args[1:] for part in (extra.metadata if isinstance(extra, FieldInfo) else [extra])]
        return _shape(args[0], [*inner, *metadata], next((info.discriminator for info in infos if info.discriminator), discriminator))
    if origin in (Union, types.UnionType):
        options = [option for option in args if option is not type(None)]
        return _shape(options[0], metadata, discriminator) if len(options) == 1 else _choice(options, str(discriminator))
    if origin is dict:
        return Named(_shape(args[1]), _bounds(metadata))
    if origin is list:
        return Many(_shape(args[0]), _bounds(metadata))
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return PartOf(annotation)
    return _value(annotation, metadata)


def _choice(options: Sequence[type[Part]], key: str) -> Choice:
    tags = {tag: option for option in options for tag in get_args(option.model_fields[key].annotation)}
    default = next((tag for tag, option in tags.items() if not option.model_fields[key].is_required()), None)
    return Choice(key, {tag: PartOf(option) for tag, option in tags.items()}, default)


def _value(annotation: Any, metadata: Sequence[Any]) -> Value:
    bounds = _bounds(metadata)
    if get_origin(annotation) is Literal:
        return Value("choice", choices=get_args(annotation))
    if any(isinstance(extra, BeforeValidator) and extra.func is parse_duration for extra in metadata):
        return Value("duration", bounds)
    if any(isinstance(extra, AfterValidator) and extra.func is calendar_date for extra in metadata):
        return Value("date")
    if any(isinstance(extra, StringConstraints) and extra.pattern == NAME_PATTERN for extra in metadata):
        return Value("name")
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole number", float: "number", str: "text"}
    return Value(kinds.get(annotation, "anything"), bounds)


def _bounds(metadata: Sequence[Any]) -> Bounds:
    """The strictest of the limits."""
    result = Bounds()
    for extra in metadata:
        low: Any = getattr(extra, "ge", getattr(extra, "gt", getattr(extra, "min_length", None)))
        high: Any = getattr(extra, "le", getattr(extra, "lt", getattr(extra, "max_length", None)))
        if low is not None and (result.low is None or low >= result.low):
            result = replace(result, low=low, above=hasattr(extra, "gt"))
        if high is not None and (result.high is None or high <= result.high):
            result = replace(result, high=high, below=hasattr(extra, "lt"))
    return result


def part_of(shape: Shape, data: object) -> PartOf | None:
    """The part that data of this shape is: for a choice, by its telling key; None where that does not say."""
    if isinstance(shape, Choice):
        tag = data.get(shape.key, shape.default) if isinstance(data, dict) else None
        return shape.parts.get(tag) if isinstance(tag, str) else None
    return shape if isinstance(shape, PartOf) else None


def child(shape: Shape | None, key: str | int, data: object) -> Shape | None:
    """The shape of what stands at a key of data of this shape; None where nothing may."""
    if isinstance(shape, Named | Many):
        return shape.value
    part = part_of(shape, data) if shape is not None else None
    return fields(part.model).get(str(key)) if part else None


def readable(shape: Shape) -> str:
    """What may stand there, as the start of a sentence's object: 'a number from 0 to 1'."""
    match shape:
        case Named(value, bounds):
            return f"a mapping of {_length(bounds)}names, each to {readable(value)}"
        case Many(value, bounds):
            return f"a list of {_length(bounds)}values, each {readable(value)}"
        case Choice(key, parts):
            return f"a mapping whose {key} is one of {', '.join(parts)}"
        case PartOf(model):
            return f"a mapping with keys such as {', '.join(list(model.model_fields)[:3])}"
        case Value():
            return _readable_value(shape)


def _readable_value(value: Value) -> str:
    match value.kind:
        case "choice":
            return value.choices[0] if len(value.choices) == 1 else f"one of {', '.join(value.choices)}"
        case "switch":
            return "true or false"
        case "name":
            return "a name (lower-case letters, digits and hyphens)"
        case "date":
            return "a date such as '2020-03-30'"
        case "text":
            return "a text" + (f" of {_length(value.bounds)}characters" if value.bounds.high else "")
        case "duration":
            return f"a duration{_range(value.bounds, format_duration)}, with its unit ('15 min', '3 h', '10 d')"
        case "anything":
            return "a value"
        case _:
            return f"a {value.kind}{_range(value.bounds, amount)}"


def amount(value: float) -> str:
    """A number as a sentence shows it."""
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _range(bounds: Bounds, show: Any) -> str:
    low, high = (None if limit is None else show(limit) for limit in (bounds.low, bounds.high))
    if low is not None and high is not None and not bounds.above and not bounds.below:
        return f" from {low} to {high}"
    lower = None if low is None else f"above {low}" if bounds.above else f"of at least {low}"
    upper = None if high is None else f"below {high}" if bounds.below else f"at most {high}"
    limits = " and ".join(limit for limit in (lower, upper) if limit)
    return f" {limits}" if limits else ""


def _length(bounds: Bounds) -> str:
    low, high = bounds.low, bounds.high
    if low and high:
        return f"{amount(low)} " if low == high else f"{amount(low)} to {amount(high)} "
    return f"{amount(low)} or more " if low else f"at most {amount(high)} " if high else ""


def voice_models() -> dict[str, type[Part]]:
    """The voice models that a scenario can name."""
    voice = fields(Scenario)["voice"]
    parts = voice.parts.values() if isinstance(voice, Choice) else [voice]
    models = [part.model for part in parts if isinstance(part, PartOf)]
    return {str(get_args(model.model_fields["model"].annotation)[0]): model for model in models}
