"""Distributions of a waiting time."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from sim.scenario.schema.base import Duration, OneOf, Part, parameter


class Lognormal(Part):
    """A lognormal waiting time."""

    median: Annotated[Duration, Field(gt=0)] = parameter(..., "Half of the waits are shorter than this.", unit="duration")
    sigma: float = parameter(..., "Standard deviation of the logarithm.", ge=0, le=5)


class WeightedLognormal(Lognormal):
    """One component of a mixture of lognormals."""

    weight: float = parameter(..., "Share of the waits that come from this component.", gt=0, le=1)


class Delay(OneOf):
    """A waiting time: exactly one of fixed, exponential, lognormal and mixture."""

    alternatives: ClassVar[tuple[str, ...]] = ("fixed", "exponential", "lognormal", "mixture")

    fixed: Duration | None = parameter(None, "The same wait every time.", unit="duration")
    exponential: Annotated[Duration, Field(gt=0)] | None = parameter(None, "An exponential wait of this mean.", unit="duration")
    lognormal: Lognormal | None = parameter(None, "A lognormal wait.")
    mixture: list[WeightedLognormal] | None = parameter(
        None, "A mixture of lognormals; the weights add up to 1.", min_length=1, max_length=16
    )

    @model_validator(mode="after")
    def _weights_add_up(self) -> Delay:
        if self.mixture and not math.isclose(total := sum(part.weight for part in self.mixture), 1, abs_tol=1e-9):
            raise ValueError(f"mixture weights add up to 1, and got {total:.9g}")
        return self
