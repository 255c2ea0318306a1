"""The points of a designed experiment."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from sim.scenario.design_file import NUMBER
from sim.scenario.inputs import design as design_in
from sim.scenario.problems import MOST, ScenarioError, dotted
from sim.scenario.schema.experiment import MOST_POINTS
from sim.scenario.vary import Levels, Span, Values, Varied

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from sim.scenario.schema import Scenario
    from sim.scenario.schema.experiment import Experiment

LEVELS = 3
"""Values that a range stands for in a grid, where the design does not say."""


def values_of_points(scenario: Scenario) -> list[Values]:
    """The values at each point of a scenario's experiment, by path; the same for the same scenario and seed.

    Raises:
        ScenarioError: if there are too many points.
        ValueError: for a scenario without an experiment.
    """
    experiment = scenario.experiment
    if experiment is None:
        raise ValueError(f"{scenario.name}: has no experiment")
    if experiment.file is not None:
        return list(design_in(experiment.file, scenario.inputs))
    varied = Varied(scenario)
    over = {path: varied.over(path, stated) for path, stated in experiment.vary.items()}
    return _grid(over, experiment) if experiment.design == "grid" else _sampled(over, experiment, scenario.seed)


def scenarios_at(scenario: Scenario, points: Iterable[Values]) -> list[Scenario]:
    """The scenario with the values of each point, and without its experiment.

    Raises:
        ScenarioError: if some are no scenarios, with one line for each problem, as far as they can be listed.
    """
    varied = Varied(scenario)
    found, problems = list["Scenario"](), dict[str, None]()
    for number, values in enumerate(points):
        at, faults = varied.with_values(values)
        problems |= dict.fromkeys(f"{scenario.name}: point {number}: {dotted(path)}: {text}" for path, text in faults)
        found += [at] if at is not None else []
        if len(problems) > MOST:
            break
    if problems:
        raise ScenarioError(list(problems)[:MOST])
    return found


def check_points(scenario: Scenario) -> None:
    """Raises a ScenarioError if some points of a scenario's experiment are no scenarios, or if there are too many."""
    scenarios_at(scenario, values_of_points(scenario))


def scenario_at(scenario: Scenario, point: int) -> Scenario:
    """The scenario of one point by itself, named after the scenario and the point.

    Raises:
        ScenarioError: if there is no such point, or what it holds is no scenario.
    """
    points = values_of_points(scenario) if scenario.experiment is not None else []
    if not 0 <= point < len(points):
        has = f"a point from 0 to {len(points) - 1}" if points else "a scenario with an experiment"
        raise ScenarioError([f"{scenario.name}: --point: {has}, and got {point if points else 'one without'}"])
    [found] = scenarios_at(scenario, [points[point]])
    return found.model_copy(update={"name": f"{scenario.name[:50]}-point-{point}"})


def as_table(points: Sequence[Values]) -> pl.DataFrame:
    """A row for each point: its number, and its values as a file writes them."""
    import polars as pl

    columns: dict[str, Any] = {NUMBER: pl.Series(range(len(points)), dtype=pl.Int64)}
    for path in dict.fromkeys(path for values in points for path in values):
        columns[path] = pl.Series([written(values.get(path)) for values in points], dtype=pl.String)
    return pl.DataFrame(columns)


def written(value: object) -> str:
    """A value in one cell of a table."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def unit_sample(design: str, points: int, parameters: int, seed: int) -> NDArray[np.float64]:
    """Points x parameters in the unit cube."""
    import numpy as np
    from scipy.stats import qmc

    sampler = qmc.LatinHypercube if design == "latin-hypercube" else qmc.Sobol
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The balance properties")  # of a number of points that is no power of 2
        sample: NDArray[np.float64] = sampler(parameters, seed=np.random.default_rng(seed)).random(points)
    return sample


def _grid(over: Mapping[str, Levels | Span], experiment: Experiment) -> list[Values]:
    number = experiment.points or LEVELS
    axes = [at.values if isinstance(at, Levels) else _evenly(at, number) for at in over.values()]
    if (size := prod(map(len, axes))) > MOST_POINTS:
        raise ScenarioError([f"experiment: at most {MOST_POINTS:,} points, and got {size:,}"])
    return [dict(zip(over, values, strict=True)) for values in product(*axes)]


def _evenly(span: Span, number: int) -> tuple[object, ...]:
    if span.kind == "whole number":
        return tuple(dict.fromkeys(round(span.low + (span.high - span.low) * step / (number - 1)) for step in range(number)))
    return tuple(span.at(step / (number - 1)) for step in range(number))


def _sampled(over: Mapping[str, Levels | Span], experiment: Experiment, seed: int) -> list[Values]:
    assert experiment.points is not None
    sample = unit_sample(experiment.design, experiment.points, len(over), seed)
    return [{path: at.at(float(share)) for (path, at), share in zip(over.items(), row, strict=True)} for row in sample]
