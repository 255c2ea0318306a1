"""A scenario in, a sensitivity analysis out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sim.experiment.design import scenarios_at, written
from sim.experiment.disk import ResultError
from sim.experiment.large import scan
from sim.experiment.manifest import make_manifest, now, request_of
from sim.experiment.plan import Plan, make_plan
from sim.experiment.point_outcomes import PointOutcomes
from sim.experiment.points import Points, run_points
from sim.experiment.simulation import How, admit
from sim.measures.definitions import HEADLINE, MEASURES
from sim.scenario.problems import ScenarioError, hint, shown
from sim.scenario.schema import Scenario
from sim.scenario.vary import Values
from sim.sensitivity.factors import ASSUMPTIONS, Factor, factors
from sim.sensitivity.morris import Morris
from sim.sensitivity.sobol import Sobol
from sim.sensitivity.study import INDEX_COLUMNS, ORDER_COLUMNS, PARAMETER_COLUMNS, Study, difference_of

WORLD = "full"
Floats = NDArray[np.float64]
Method = Morris | Sobol


class _Outcome(NamedTuple):
    """A scenario's outcome, or the difference of two, at every point: replications x points x measures."""

    of: str
    runs: Floats

    @property
    def values(self) -> Floats:
        """Means over replications: points x measures."""
        mean: Floats = self.runs.mean(axis=0)
        return mean


@dataclass(frozen=True)
class _Design:
    """Points of an analysis: the scenario as it is; each parameter at its lowest, then at its highest; then the method's sample."""

    factors: Sequence[Factor]
    method: Method
    seed: int

    @property
    def sample(self) -> Floats:
        return self.method.sample(len(self.factors), self.seed)

    @property
    def first_of_sample(self) -> int:
        return 1 + 2 * len(self.factors)

    @cached_property
    def places(self) -> Floats:
        """Points x parameters: where in its range each is, from 0 to 1; NaN where it is as in the scenario."""
        alone = np.full((len(self.factors), len(self.factors)), np.nan)
        ends = [np.where(np.eye(len(alone), dtype=bool), share, alone) for share in (0.0, 1.0)]
        return np.concatenate([alone[:1], *ends, self.sample])

    def values(self, option: int) -> Iterator[Values]:
        """Values by path, at each point, of one of the scenarios."""
        return (self.values_at(option, at) for at in range(len(self.places)))

    def values_at(self, option: int, at: int) -> Values:
        """The same at one point."""
        moved = [(factor, float(share)) for factor, share in zip(self.factors, self.places[at], strict=True) if not np.isnan(share)]
        return {path: value for factor, share in moved for path, value in factor.values(option, share).items()}

    def arguments(self, point: int) -> list[str]:
        """The arguments of `run` that make a point of the analysis in a folder."""
        option, at = divmod(point, len(self.places))
        pairs = (f"{path}={written(value)}" for path, value in self.values_at(option, at).items())
        return ["against.yaml" if option else "scenario.yaml", *chain.from_iterable(("--set", pair) for pair in pairs)]


def analyse(
    scenario: Scenario,
    method: Method,
    *,
    against: Scenario | None = None,
    parameters: str = ASSUMPTIONS,
    measures: Sequence[str] = HEADLINE,
    replications: int | None = None,
    seed: int | None = None,
    how: How | None = None,
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    asked: Mapping[str, Any] | None = None,
) -> Study:
    """Which parameters move the outcome, and how far, over the ranges that their evidence states; luck is the same everywhere.

    Args:
        scenario, method: what to simulate, and `Morris(trajectories)` or `Sobol(samples)`.
        against: another scenario, run in the same worlds: does the order of the two survive?
        parameters: as `factors` takes them.
        measures: whose movements are looked at.
        replications, seed: instead of the scenario's.
        how: by whom the work is done; by all processors, quietly, if None.
        out: folder for the folder of the result, NAME-METHOD; nothing is written if None.
        force, resume, asked: as for `sim.run`.

    Raises:
        ScenarioError: if there is nothing to vary, or no such measure, some sampled values make no scenario, or it exceeds the limits.
        ResultError: if the result cannot be written, or belongs to another run.
        Interrupted: after Ctrl-C; what had finished is kept where there is a folder.
    """
    plan = make_plan(scenario.model_copy(update={"experiment": None, "precision": {}}), replications=replications, seed=seed, worlds=WORLD)
    options = _options(plan, against)
    design = _Design(_varied(options, parameters, measures), method, plan.scenario.seed)
    request = {**request_of(plan), **_request(design, options)}
    digest = sha256(json.dumps([request, plan.replications, list(measures)]).encode()).hexdigest()
    name = f"{scenario.name}-{method.name}"
    if out is not None and resume and (Path(out) / name).exists():
        return _complete(Path(out) / name, digest, {"size": method.size, "replications": plan.replications, "seed": plan.scenario.seed})
    how = how or How()
    count = len(options) * (design.first_of_sample + method.points(len(design.factors)))
    quietly = replace(how, told=lambda _: None)
    admit(name, plan, quietly, options, designed=count, totals=True, in_folder=out is not None)  # before there are so many points
    scenarios = [at for option, base in enumerate(options) for at in scenarios_at(base, design.values(option))]
    admit(name, plan, how, scenarios, totals=True, in_folder=out is not None)
    started = now()

    def finish(outcomes: PointOutcomes, folder: Path | None) -> Study:
        return _study(options, design, outcomes, folder, measures, _manifest(plan, method, measures, digest, started, asked))

    points = Points(name, scenarios, plan.worlds, plan.replications, design.arguments, True, request)
    return run_points(points, how, finish, out, resume=resume, force=force)


def _options(plan: Plan, against: Scenario | None) -> list[Scenario]:
    """The scenarios, with the same seed."""
    if against is None:
        return [plan.scenario]
    same: dict[str, Any] = {
        "experiment": None,
        "precision": {},
        "seed": plan.scenario.seed,
        "replications": plan.replications,
        "first_replication": plan.scenario.first_replication,
    }
    return [plan.scenario, against.model_copy(update=same)]


def _varied(options: Sequence[Scenario], parameters: str, measures: Sequence[str]) -> list[Factor]:
    """What varies.

    Raises:
        ScenarioError: for unknown parameters and measures, all at once.
    """
    problems = [f"--measures: a measure ({hint(name, MEASURES)}), and got {shown(name)}" for name in measures if name not in MEASURES]
    try:
        found = factors(options, parameters)
    except ScenarioError as error:
        raise ScenarioError(problems + error.problems) from None
    if problems:
        raise ScenarioError(problems)
    return found


def _request(design: _Design, options: Sequence[Scenario]) -> dict[str, Any]:
    from sim.scenario.dumping import resolved

    others = [{key: value for key, value in resolved(other).items() if key not in ("replications", "precision")} for other in options[1:]]
    method = {"name": design.method.name, "size": design.method.size}
    return {"against": others, "method": method, "parameters": [factor.name for factor in design.factors]}


def _complete(place: Path, digest: str, asked: Mapping[str, Any]) -> Study:
    """The result that is there already.

    Raises:
        ResultError: if it is another one.
    """
    result = Study.read(place)
    if result.manifest.get("request_sha256") != digest:
        there = result.manifest
        others = [
            f"{name}: {shown(there.get(name))} there, and {shown(value)} now" for name, value in asked.items() if there.get(name) != value
        ]
        raise ResultError(
            f"{place}: holds another result, so that --resume has nothing to continue{': ' * bool(others)}{'; '.join(others)}"
        )
    return result


def _manifest(
    plan: Plan, method: Method, measures: Sequence[str], digest: str, started: Any, asked: Mapping[str, Any] | None
) -> dict[str, Any]:
    from sim.scenario import dump

    made = make_manifest(plan, dump(plan.scenario), started, asked or {})
    return {**made, "method": method.name, "size": method.size, "measures": list(measures), "request_sha256": digest}


def _study(
    options: Sequence[Scenario],
    design: _Design,
    outcomes: PointOutcomes,
    folder: Path | None,
    measures: Sequence[str],
    manifest: dict[str, Any],
) -> Study:
    in_memory = outcomes.tables(folder)
    found, there = _outcomes(options, scan("measures", in_memory, folder), measures) if outcomes.complete else ([], [])
    rows = [row for outcome in found for row in _index_rows(design, outcome, there)]
    return Study(
        scenario=options[0],
        against=options[1] if len(options) > 1 else None,
        parameters=pl.DataFrame([_parameter_row(factor) for factor in design.factors], PARAMETER_COLUMNS, orient="row"),
        indices=pl.DataFrame(rows, INDEX_COLUMNS, orient="row"),
        sample=_sample_table(options, design),
        order=pl.DataFrame(list(_order_rows(design, found, there)) if len(found) > 1 else [], ORDER_COLUMNS, orient="row"),
        in_memory=in_memory,
        folder=folder,
        runs=outcomes.runs(),
        manifest=manifest,
    )


def _sample_table(options: Sequence[Scenario], design: _Design) -> pl.DataFrame:
    """Where in its range each parameter is, at every point; missing where it is as in the scenario."""
    names = {f"{number}": pl.Float64 for number in range(len(design.factors))}
    places = pl.DataFrame(design.places, names, orient="row").with_columns(pl.all().fill_nan(None))
    places = places.rename(dict(zip(names, (factor.name for factor in design.factors), strict=True)))
    whole = pl.concat([places.select(pl.lit(option.name).alias("of"), pl.all()) for option in options])
    return whole.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("point"), pl.all())


def _outcomes(options: Sequence[Scenario], table: pl.LazyFrame, measures: Sequence[str]) -> tuple[list[_Outcome], list[str]]:
    """The runs of each scenario, and their difference; and the measures that have a value in every run."""
    points, replications = (table.select(pl.col(name).n_unique()).collect().item() for name in ("point", "replication"))
    wanted = table.filter(pl.col("measure").is_in(list(measures))).select("point", "measure", "replication", "value").collect()
    columns = {}
    for name in measures:
        values = wanted.filter(measure=name).sort("replication", "point")["value"].to_numpy()
        if len(values) == points * replications:
            columns[name] = values.reshape(replications, points)
    whole = np.stack(list(columns.values()), axis=2) if columns else np.empty((replications, points, 0))
    parts = np.split(whole, len(options), axis=1)
    found = [_Outcome(option.name, part) for option, part in zip(options, parts, strict=True)]
    if len(options) > 1:
        found.append(_Outcome(difference_of(options[0].name, options[1].name), parts[0] - parts[1]))
    return found, list(columns)


def _index_rows(design: _Design, outcome: _Outcome, measures: Sequence[str]) -> Iterator[tuple[object, ...]]:
    count, method = len(design.factors), design.method
    indices = method.indices(design.sample, outcome.runs[:, design.first_of_sample :], design.seed)
    values = outcome.values
    for column, measure in enumerate(measures):
        base = values[0, column]
        for row, factor in enumerate(design.factors):
            ends = [float(values[1 + end * count + row, column]) for end in (0, 1)]
            found = [_finite(indices[name][row, column]) if name in indices else None for name in (*Morris.columns, *Sobol.columns)]
            yield (outcome.of, measure, factor.name, factor.basis, float(base), *ends, *found)


def _finite(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None


def _order_rows(design: _Design, found: Sequence[_Outcome], measures: Sequence[str]) -> Iterator[tuple[object, ...]]:
    """Of the sampled worlds, those in which each of two scenarios is better."""
    fair = design.method.worlds(len(design.factors))
    first, second = found[:2]
    for column, measure in enumerate(measures):
        what = MEASURES[measure]
        gap = what.advantage(first.values[:, column], second.values[:, column])[design.first_of_sample :][fair]
        shares = (float(np.mean(gap > 0)), float(np.mean(gap < 0)), float(np.mean(gap == 0)))
        values = (float(outcome.values[0, column]) for outcome in (first, second))
        yield (measure, first.of, second.of, what.better, *values, len(gap), *shares)


def _parameter_row(factor: Factor) -> tuple[str, ...]:
    paths = dict.fromkeys(member.path for member in factor.members)
    return (factor.name, factor.basis, *map(written, factor.limits), factor.text, " ".join(paths))
