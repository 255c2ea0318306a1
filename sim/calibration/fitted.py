"""The fitted scenario as a file that extends the one that was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.calibration.parameters import Parameter
from sim.calibration.result import Calibration
from sim.calibration.session import Task
from sim.scenario.dumping import as_yaml, resolved
from sim.scenario.units import format_duration

LONGEST_NAME, LONGEST_SOURCE = 56, 480


def fitted_yaml(task: Task, result: Calibration) -> str:
    """The file, which stands beside the scenario that it extends.

    A list on the way to a parameter is written whole, as lists are not merged.
    """
    assert result.fitted_scenario is not None
    whole = resolved(result.fitted_scenario)
    data: dict[str, Any] = {"extends": "scenario.yaml", "name": f"{task.plan.scenario.name[:LONGEST_NAME].rstrip('-')}-fitted"}
    for parameter in task.parameters:
        for path in (*parameter.places, *parameter.rest):
            _copy(data, whole, path.split("."))
    data["evidence"] = {path: each for parameter in task.parameters for path, each in _evidence(task, parameter, result).items()}
    return as_yaml(data)


def _copy(data: dict[str, Any], whole: Mapping[str, Any], path: list[str]) -> None:
    """Puts what stands at a path of the whole, or the first list on the way to it, at the same path of the data."""
    for key in path[:-1]:
        if isinstance(whole[key], list):
            data[key] = whole[key]
            return
        data, whole = data.setdefault(key, {}), whole[key]
    data[path[-1]] = whole[path[-1]]


def _evidence(task: Task, parameter: Parameter, result: Calibration) -> dict[str, dict[str, object]]:
    """What the values rest on, by path."""
    names = [f"{target.name} ({target.source_level})" if target.is_weak else target.name for target in task.fitted]
    sources = dict.fromkeys(target.source for target in task.fitted if target.source)
    text = f"fitted to {', '.join(names)} of {result.manifest['targets']} by {task.method.name} ({'; '.join(sources)})"
    source = text if len(text) <= LONGEST_SOURCE else f"{text[:LONGEST_SOURCE]}..."
    over = parameter.over
    row = result.parameters.row(by_predicate=_is(parameter), named=True)
    ends = [over.low, over.high] if row["ci_low"] is None else [row["ci_low"], row["ci_high"]]
    ranged: dict[str, object] = {"source": source, "range": list(map(format_duration, ends)) if over.kind == "duration" else ends}
    follows: dict[str, object] = {"source": f"follows: {source}"}
    return {**dict.fromkeys(parameter.places, ranged), **dict.fromkeys(parameter.rest, follows)}


def _is(parameter: Parameter) -> Any:
    import polars as pl

    return pl.col("parameter") == parameter.path
