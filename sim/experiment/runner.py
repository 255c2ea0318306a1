"""A scenario in, a result out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.attribution import attribute
from sim.experiment.execute import work
from sim.experiment.keeping import Job, check_same, keep
from sim.experiment.large import scan
from sim.experiment.limits import Limits
from sim.experiment.manifest import make_manifest, now, request_of
from sim.experiment.outcomes import Outcomes
from sim.experiment.plan import RUNS_PER_TASK, Plan, Task, cut, make_plan
from sim.experiment.progress import Progress, quiet
from sim.experiment.simulation import How, Order, admit, carry_out, kept_open
from sim.experiment.summary import summarise
from sim.result import Result

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


def run(
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
    keep_ledger: bool = False,
    until: Mapping[str, float] | None = None,
    executor: Executor | None = None,
    limits: Limits | None = None,
    progress: Progress = quiet,
    asked: Mapping[str, Any] | None = None,
) -> Result:
    """Runs a scenario; the tables depend on the scenario, its seed and the worlds alone.

    Args:
        scenario: what to simulate.
        replications: repetitions, instead of the scenario's; with a precision, the most of them (`MOST_UNTIL` if not given with `until`).
        seed: seed, instead of the scenario's.
        jobs: processes at work; as many as the executor has workers, or as there are processors, if None.
        worlds: `ladder`, `shapley`, or world names separated by commas.
        out: folder in which the folder of the result, named after the scenario, is written; nothing is written if None.
        force: replace a result that exists, and start an interrupted one anew.
        resume: continue what was interrupted, or add replications to it; a result that is complete is read.
        fail_fast: stop at the first run that fails.
        keep_ledger: write every occasion too (needs `out`).
        until: half-widths of 95 % intervals by measure, beside those of the scenario's `precision`: replications stop once all are reached.
        executor: does the work instead of processes started here: a `concurrent.futures.Executor`, such as Dask's `client.get_executor()`.
        limits: what the run may take; by default, what `Limits` says.
        progress: shows how far the run is.
        asked: what the manifest records as asked for; by default the arguments above that shape the result.

    Raises:
        ValueError: for arguments that cannot be.
        ScenarioError: if it would take more than the limits; found out before any work is done.
        ResultError: if the result cannot be written, or is that of another run; found out before any work is done, where possible.
        WriteError: if the disk refuses later; what had finished is kept, and can be resumed.
        ClusterGone: if the scheduler of Dask's executor goes away; what had finished is kept, and can be resumed.
        Interrupted: after Ctrl-C; carries the result of what had finished.
    """
    _check(scenario, jobs, out, keep_ledger=keep_ledger, resume=resume)
    plan = make_plan(scenario, replications=replications, seed=seed, worlds=worlds, keep_ledger=keep_ledger, until=until)
    if asked is None:
        asked = {"replications": replications, "seed": seed, "worlds": worlds, "keep_ledger": keep_ledger, "until": dict(until or {})}
    place = None if out is None else Path(out) / scenario.name
    if place is not None and resume and place.exists():
        return _complete(place, plan)
    how = How(jobs, executor, progress, fail_fast, limits or Limits())
    admit(scenario.name, plan, how, [plan.scenario], in_folder=place is not None)
    started = now()
    job = Job(
        request=request_of(plan),
        gather=partial(Outcomes, plan),
        carry_out=partial(_simulate, plan, how),
        finish=lambda outcomes, folder: _finish(plan, outcomes, folder, started, asked),
        write=lambda outcomes, result, folder: result.write(folder),
    )
    return keep(job, place, resume=resume, force=force)


def _check(scenario: Scenario, jobs: int | None, out: str | Path | None, *, keep_ledger: bool, resume: bool) -> None:
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise ValueError(f"jobs: a whole number from 1, and got {jobs!r}")
    if (keep_ledger or resume) and out is None:
        raise ValueError(f"{'resume' if resume else 'keep_ledger'}: needs a folder to write to (out)")
    if scenario.experiment is not None:
        raise ValueError(f"{scenario.name}: holds an experiment, which `sim.sweep` runs")


def _complete(place: Path, plan: Plan) -> Result:
    """The result that is there already.

    Raises:
        ResultError: if it is another one.
    """
    result = Result.read(place)
    check_same(place, make_plan(result.scenario, worlds=",".join(result.worlds), keep_ledger=result.ledger is not None), plan)
    return result


def _simulate(plan: Plan, how: How, outcomes: Outcomes) -> None:
    """Has the replications run that are missing, and those that are added once these are done."""
    with kept_open(how) if plan.scenario.precision else nullcontext(how) as kept:
        while True:
            carry_out(Order(plan.scenario.name, plan, partial(_tasks, plan, outcomes.missing()), len(plan.worlds), work), outcomes, kept)
            if (how.fail_fast and outcomes.count("failed")) or not outcomes.look():
                return


def _tasks(plan: Plan, replications: Sequence[int], workers: int) -> list[Task]:
    from sim.experiment.task import batch_size
    from sim.measures.table import distinct_worlds, needed_worlds

    largest = batch_size(plan.scenario, len(distinct_worlds(plan.scenario, needed_worlds(plan.worlds))))
    return cut(replications, min(largest, RUNS_PER_TASK // len(plan.worlds)), workers)


def _finish(plan: Plan, outcomes: Outcomes, folder: Path | None, started: datetime, asked: Mapping[str, Any]) -> Result:
    from sim.scenario import dump

    in_memory = outcomes.tables(folder)
    measures = scan("measures", in_memory, folder)
    return Result(
        scenario=plan.scenario,
        in_memory=in_memory,
        folder=folder,
        summary=summarise(measures),
        attribution=attribute(measures, plan.scenario, plan.worlds),
        runs=outcomes.runs(),
        manifest={**make_manifest(plan, dump(plan.scenario), started, asked), "replications": outcomes.replications},
    )
