"""What a calibration has come to, as tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from sim.calibration.fitted import fitted_yaml
from sim.calibration.parameters import Parameter
from sim.calibration.result import FIT_COLUMNS, PARAMETER_COLUMNS, Calibration
from sim.calibration.search import Floats
from sim.calibration.session import AS_IT_IS, Mean, Session, Task
from sim.calibration.targets import Target
from sim.calibration.trials import Trials
from sim.calibration.warnings import warnings_of
from sim.experiment.design import written

MEETS = 2.0
"""Standard errors within which a target counts as met."""


def outcome(session: Session, trials: Trials, targets: str, manifest: dict[str, Any]) -> Calibration:
    """The tables; without a fit where the search has not ended."""
    task, ended = session.task, trials.ended
    names = [parameter.path for parameter in task.parameters]
    sample = session.found.sample if ended and session.found is not None else None
    fit = pl.DataFrame(list(_fit_rows(session)) if ended else [], FIT_COLUMNS, orient="row")
    made = Calibration(
        scenario=task.plan.scenario,
        fitted_scenario=session.fitted_scenario() if ended else None,
        fitted_yaml="",
        parameters=pl.DataFrame(list(_parameter_rows(session)) if ended else [], PARAMETER_COLUMNS, orient="row"),
        fit=fit,
        trials=_trials_table(session),
        posterior=pl.DataFrame() if sample is None else _posterior(task, sample),
        correlations=pl.DataFrame() if sample is None else _correlations(names, sample),
        runs=trials.runs(),
        targets=targets,
        manifest={**manifest, "warnings": warnings_of(session) if ended else []},
    )
    return replace(made, fitted_yaml=fitted_yaml(task, made)) if ended else made


def _trials_table(session: Session) -> pl.DataFrame:
    task = session.task
    columns: dict[str, Any] = {"trial": list(range(1, len(session.points) + 1))}
    simulated = np.array(session.simulated).reshape(-1, len(task.fitted))
    distance = task.goal.distance(simulated)
    columns["distance"] = [None if math.isinf(each) else each for each in distance]
    points = np.array(session.points).reshape(-1, len(task.parameters))
    for parameter, shares in zip(task.parameters, points.T, strict=True):
        columns[parameter.path] = [parameter.number(float(share)) for share in shares]
    for target, values in zip(task.fitted, simulated.T, strict=True):
        columns[f"simulated {target.name}"] = [None if math.isnan(value) else float(value) for value in values]
    types = {name: pl.Int64 if name == "trial" else pl.Float64 for name in columns}
    return pl.DataFrame(columns, types)


def _parameter_rows(session: Session) -> Iterator[tuple[object, ...]]:
    found = session.found
    assert found is not None
    for index, parameter in enumerate(session.task.parameters):
        over, share = parameter.over, float(found.best[index])
        unit = "hours" if over.kind == "duration" else ""
        ends: tuple[float | None, ...] = (None, None)
        if found.sample is not None:
            ends = tuple(parameter.number(float(end)) for end in np.quantile(found.sample[:, index], [0.025, 0.975]))
        scale = "logarithmic" if over.log else "linear"
        values = (over.low, over.high, parameter.own, parameter.number(share), *ends, share)
        yield (parameter.path, " ".join(parameter.places), unit, scale, *values, written(over.at(share)))


def _fit_rows(session: Session) -> Iterator[tuple[object, ...]]:
    for target in session.task.targets:
        before, after = (session.mean(trial, target) for trial in (AS_IT_IS, session.last))
        use = "fitted" if target.fitted else "out of sample"
        difference, off = after.value - target.value, off_by(target, after)
        verdict = "no value" if math.isnan(off) else "met" if abs(off) <= MEETS else "missed"
        numbers = (target.value, target.sd, before.value, after.value, after.se, difference, off)
        known = (None if math.isnan(each) else float(each) for each in numbers)
        key = (target.key.measure, target.key.split, target.key.level, target.key.world)
        stated = "assumed" if target.assumed else "stated"
        yield (target.name, use, *key, *known, verdict, stated, target.source_level, target.source)


def off_by(target: Target, mean: Mean) -> float:
    """By how many standard errors, of publication and of simulation together, a target is off; NaN without a value."""
    return (mean.value - target.value) / math.hypot(target.sd, 0.0 if math.isnan(mean.se) else mean.se)


def _posterior(task: Task, sample: Floats) -> pl.DataFrame:
    columns: dict[str, Any] = {"draw": list(range(len(sample)))}
    for parameter, shares in zip(task.parameters, sample.T, strict=True):
        columns[parameter.path] = [_number(parameter, share) for share in shares]
    return pl.DataFrame(columns, {name: pl.Int64 if name == "draw" else pl.Float64 for name in columns})


def _number(parameter: Parameter, share: float) -> float:
    return parameter.number(float(share))


def _correlations(names: list[str], sample: Floats) -> pl.DataFrame:
    """Of the positions of the draws in their ranges."""
    matrix = np.atleast_2d(np.corrcoef(sample.T))
    columns = {name: column.tolist() for name, column in zip(names, matrix.T, strict=True)}
    return pl.DataFrame({"parameter": names, **columns})
