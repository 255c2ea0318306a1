"""A designed experiment: a scenario with an `experiment` in, tables by point out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.experiment.attribution import attribute, voices
from sim.experiment.columns import KEY
from sim.experiment.design import as_table, scenarios_at, values_of_points
from sim.experiment.keeping import check_same
from sim.experiment.large import scan
from sim.experiment.limits import Limits
from sim.experiment.manifest import make_manifest, now, request_of
from sim.experiment.plan import Plan, make_plan
from sim.experiment.point_outcomes import POINT_ATTRIBUTION_COLUMNS, PointOutcomes
from sim.experiment.points import Points, run_points
from sim.experiment.progress import Progress, quiet
from sim.experiment.simulation import How, admit
from sim.experiment.summary import over_replications
from sim.scenario.design_file import NUMBER
from sim.sweep_result import Sweep

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.scenario.vary import Values


def sweep(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    jobs: int | None = None,
    worlds: str = "ladder",
    out: str | Path | None = None,
    force: bool = False,
    resume: bool = False,
    fail_fast: bool = False,
    executor: Executor | None = None,
    limits: Limits | None = None,
    progress: Progress = quiet,
    asked: Mapping[str, Any] | None = None,
) -> Sweep:
    """Runs every point of a scenario's experiment, with the same luck at each. The arguments are those of `run`.

    Raises:
        ValueError: for arguments that cannot be, or a scenario without an experiment.
        ScenarioError: if some points are no scenarios, or it would take more than the limits; found out before any work is done.
        ResultError: as `run`.
        Interrupted: after Ctrl-C; what had finished is kept where there is a folder.
    """
    plan = make_plan(scenario, replications=replications, seed=seed, worlds=worlds)
    values = values_of_points(plan.scenario)
    if asked is None:
        asked = {"replications": replications, "seed": seed, "worlds": worlds}
    place = None if out is None else Path(out) / scenario.name
    if place is not None and resume and place.exists():
        return _complete(place, plan)
    points = Points(scenario.name, scenarios_at(plan.scenario, values), plan.worlds, plan.replications, _arguments, False, request_of(plan))
    how = How(jobs, executor, progress, fail_fast, limits or Limits())
    admit(scenario.name, plan, how, points.scenarios, in_folder=place is not None)
    started = now()

    def finish(outcomes: PointOutcomes, folder: Path | None) -> Sweep:
        from sim.scenario import dump

        return _tables(plan, values, outcomes, folder, make_manifest(plan, dump(plan.scenario), started, asked))

    return run_points(points, how, finish, out, resume=resume, force=force)


def _arguments(point: int) -> list[str]:
    """The arguments of `run` that make a point of the experiment in a folder."""
    return ["scenario.yaml", "--point", str(point)]


def _complete(place: Path, plan: Plan) -> Sweep:
    """The result that is there already.

    Raises:
        ResultError: if it is another one.
    """
    result = Sweep.read(place)
    check_same(place, make_plan(result.scenario, worlds=",".join(result.worlds)), plan)
    return result


def _tables(plan: Plan, values: Sequence[Values], outcomes: PointOutcomes, folder: Path | None, manifest: dict[str, Any]) -> Sweep:
    in_memory = outcomes.tables(folder)
    measures = scan("measures", in_memory, folder)
    return Sweep(
        scenario=plan.scenario,
        design=as_table(values),
        in_memory=in_memory,
        folder=folder,
        summary=over_replications(measures, [NUMBER, *KEY]),
        attribution=_attribution(measures, plan),
        runs=outcomes.runs(),
        manifest=manifest,
    )


def _attribution(measures: pl.LazyFrame, plan: Plan) -> pl.DataFrame:
    parts = [
        attribute(of_point.drop(NUMBER), plan.scenario, plan.worlds).select(pl.lit(point, pl.Int64).alias(NUMBER), pl.all())
        for (point,), of_point in voices(measures).collect().group_by(NUMBER, maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema=POINT_ATTRIBUTION_COLUMNS), *parts])
