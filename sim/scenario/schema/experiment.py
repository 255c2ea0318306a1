"""A designed experiment: which parameters vary, over what, and which combinations are run."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from sim.scenario.schema.base import Part, parameter
from sim.scenario.schema.rules import InputName

MOST_POINTS = 100_000
RANGE_KEYS = ("low", "high", "log")


class Experiment(Part):
    """A designed experiment: the scenario is run at every point of a design, with the same luck at each."""

    sampled: ClassVar[tuple[str, ...]] = ("latin-hypercube", "sobol")

    vary: dict[str, Any] = parameter(
        {},
        "What varies, by dotted path as for --set: a list of values; or {low, high} with log: true for a logarithmic scale; or {}, which "
        "stands for the range in the parameter's evidence.",
        max_length=200,
        design=True,
    )
    design: Literal["grid", "latin-hypercube", "sobol", "file"] = parameter(
        "grid",
        "Which points are run: all combinations, a Latin hypercube, a scrambled Sobol sequence, or the rows of a file.",
        design=True,
    )
    points: int | None = parameter(
        None,
        "Points of a Latin hypercube or Sobol sequence; in a grid, the evenly spaced values that a range stands for (3 if not given).",
        ge=2,
        le=MOST_POINTS,
        design=True,
    )
    file: InputName | None = parameter(
        None, "File (.csv) of the design, relative to this one: a column for each path, a row for each point.", design=True
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if problem := self._problem():
            raise ValueError(problem)
        return self

    def _problem(self) -> str | None:
        if (self.design == "file") != (self.file is not None):
            return f"file: given with the design file alone, and got {self.file or 'none'} with the design {self.design}"
        if self.file is not None and not self.file.endswith(".csv"):
            return f"file: a file whose name ends in .csv, and got '{self.file}'"
        if self.design == "file" and (self.vary or self.points is not None):
            return "neither vary nor points with the design file, whose columns and rows say both"
        if self.design != "file" and not self.vary:
            return "vary: at least one parameter, and got none"
        if self.design in self.sampled and self.points is None:
            return f"points: how many, with the design {self.design}, and got none"
        return next((f"vary: {name}: {rule}" for name, value in self.vary.items() if (rule := _fault(value))), None)


def _fault(value: object) -> str | None:
    """What is wrong with what a parameter varies over."""
    if isinstance(value, list):
        return None if value else "a list of one value or more, and got an empty one"
    if not isinstance(value, dict):
        return "a list of values, {low, high}, or {} for the range in the evidence, and got a single value"
    if unknown := [key for key in value if key not in RANGE_KEYS]:
        return f"{{low, high, log}}, and got the key '{unknown[0]}'"
    if ("low" in value) != ("high" in value):
        return "both low and high, or neither of them for the range in the evidence, and got one"
    return None if isinstance(value.get("log", False), bool) else "log: true or false, and got something else"
