"""A scenario in, a result out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.attribution import attribute
from sim.experiment.execute import execute
from sim.experiment.interrupts import Interrupted, shielded
from sim.experiment.manifest import make_manifest, now
from sim.experiment.outcomes import Outcomes
from sim.experiment.plan import Plan, Task, cut, make_plan
from sim.experiment.pool import default_jobs, opened
from sim.experiment.progress import Progress, quiet
from sim.experiment.store import Staging, staging
from sim.experiment.summary import summarise
from sim.result import Result

if TYPE_CHECKING:
    from sim.experiment.task import RunResult
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
    keep_ledger: bool = False,
    executor: Executor | None = None,
    progress: Progress = quiet,
    asked: Mapping[str, Any] | None = None,
) -> Result:
    """Runs a scenario; the tables depend on the scenario, its seed and the worlds alone.

    Args:
        scenario: what to simulate.
        replications: repetitions, instead of the scenario's.
        seed: seed, instead of the scenario's.
        jobs: processes at work; as many as there are processors if None.
        worlds: `ladder`, `shapley`, or world names separated by commas.
        out: folder in which the folder of the result, named after the scenario, is written; nothing is written if None.
        force: replace a result that exists.
        keep_ledger: write every occasion too (needs `out`).
        executor: does the work instead of processes started here: any `concurrent.futures.Executor`.
        progress: shows how far the run is.
        asked: what the manifest records as asked for; by default the arguments above that shape the result.

    Raises:
        ValueError: for arguments that cannot be.
        ResultError: if the result cannot be written; found out before any work is done, where possible.
        Interrupted: after Ctrl-C; carries the result of what had finished.
    """
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise ValueError(f"jobs: a whole number from 1, and got {jobs!r}")
    if keep_ledger and out is None:
        raise ValueError("keep_ledger: needs a folder to write to (out)")
    plan = make_plan(scenario, replications=replications, seed=seed, worlds=worlds, keep_ledger=keep_ledger)
    if asked is None:
        asked = {"replications": replications, "seed": seed, "worlds": worlds, "keep_ledger": keep_ledger}
    place: AbstractContextManager[Staging | None] = nullcontext() if out is None else staging(Path(out), scenario.name, force)
    with place as stage:
        return _run(plan, jobs, executor, progress, asked, stage)


def _run(
    plan: Plan, jobs: int | None, executor: Executor | None, progress: Progress, asked: Mapping[str, Any], stage: Staging | None
) -> Result:
    started = now()
    outcomes = Outcomes(plan, _ledgers(plan, stage))
    interrupted = False
    try:
        _simulate(plan, jobs, executor, progress, outcomes)
    except KeyboardInterrupt:
        interrupted = True
        if not outcomes.count("done"):
            raise Interrupted(None) from None
    try:
        with shielded():
            result = _finish(plan, outcomes, started, asked, stage)
    except KeyboardInterrupt:
        interrupted = True
    if interrupted:
        raise Interrupted(result) from None
    return result


def _simulate(plan: Plan, jobs: int | None, executor: Executor | None, progress: Progress, outcomes: Outcomes) -> None:
    workers = jobs or default_jobs()
    tasks = _tasks(plan, workers)
    workers = min(workers, len(tasks))
    window = workers + 1 if jobs or executor is None else len(tasks)
    with progress(plan.scenario.name, plan.runs) as advance, opened(executor, workers) as pool:

        def finished(runs: Sequence[RunResult]) -> None:
            outcomes.finished(runs)
            advance(len(runs))

        def failed(task: Task, message: str) -> None:
            outcomes.failed(task, message)
            advance(len(task) * len(plan.worlds))

        execute(plan, tasks, pool, window, finished, failed)


def _tasks(plan: Plan, workers: int) -> list[Task]:
    from sim.experiment.task import batch_size
    from sim.measures.table import needed_worlds

    return cut(plan.replications, batch_size(plan.scenario, len(needed_worlds(plan.worlds))), workers)


def _ledgers(plan: Plan, stage: Staging | None) -> Path | None:
    if not plan.keep_ledger or stage is None:
        return None
    stage.ledgers.mkdir()
    return stage.ledgers


def _finish(plan: Plan, outcomes: Outcomes, started: datetime, asked: Mapping[str, Any], stage: Staging | None) -> Result:
    from dataclasses import replace

    from sim.scenario import dump

    measures = outcomes.measures()
    result = Result(
        scenario=plan.scenario,
        measures=measures,
        summary=summarise(measures),
        series=outcomes.series(),
        attribution=attribute(measures, plan.scenario, plan.worlds),
        runs=outcomes.runs(),
        manifest=make_manifest(plan, dump(plan.scenario), started, asked),
    )
    if stage is None:
        return result
    complete = outcomes.count("done") == plan.runs
    return replace(result, folder=stage.commit(result, complete=complete, ledger=outcomes.ledger()))
