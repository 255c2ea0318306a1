"""What every part of a scenario shares: strictness, names, and fields that carry unit and evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from sim.scenario.units import PATTERN, format_duration, parse_duration


class Part(BaseModel):
    """A frozen part of a scenario: unknown keys, NaN and loose types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class OneOf(Part):
    """A part in which exactly one of several keys is given."""

    alternatives: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [name for name in self.alternatives if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(self.alternatives)}, and got {' and '.join(given) or 'none'}")
        return self


NAME_PATTERN = r"^[a-z][a-z0-9-]{0,62}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
"""A name in a scenario: lower-case letters, digits and hyphens, at most 63 characters."""

Probability = Annotated[float, Field(ge=0, le=1)]

Duration = Annotated[
    float,
    BeforeValidator(parse_duration),
    Field(ge=0, le=24 * 3660),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": PATTERN}),
]
"""Hours, written with a unit (``15 min``, ``3 h``, ``10 d``)."""


def calendar_date(text: str) -> str:
    """A date of the calendar, YYYY-MM-DD.

    Raises:
        ValueError: if it is none.
    """
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a date such as 2020-03-30")
    return text


Date = Annotated[str, AfterValidator(calendar_date), WithJsonSchema({"type": "string", "format": "date"})]


def parameter(
    default: Any,
    description: str,
    *,
    unit: str = "",
    source: str | None = None,
    assumption: str | None = None,
    range: tuple[Any, Any] | None = None,
    design: bool = False,
    **constraints: Any,
) -> Any:
    """A schema field whose default states its unit and its evidence.

    Exactly one of `source` (a published one) and `assumption` belongs to a default that changes the outcome; `range`
    holds the plausible lowest and highest value, in the form in which a scenario file would write them. A `design` field
    is a choice of whoever makes the scenario, not a claim about the world, and needs no evidence.
    """
    evidence: Any = {
        key: value
        for key, value in {"source": source, "assumption": assumption, "range": list(range) if range else None}.items()
        if value is not None
    }
    extra: dict[str, Any] = {"unit": unit, "evidence": evidence, "design": design}
    return Field(
        default,
        description=description,
        validate_default=True,
        json_schema_extra={key: value for key, value in extra.items() if value},
        **constraints,
    )
