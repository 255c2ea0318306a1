"""Tasks through an executor: what fails becomes a message, what is lost is tried again, and the others go on."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiment.plan import Plan, Task

if TYPE_CHECKING:
    from sim.experiment.task import RunResult

PULSE = 0.2
"""Seconds after which waiting pauses to look for an interrupt: on some systems waiting itself does not notice one."""

WORKER_DIED = "worker: the process died (killed, or out of memory)"


@dataclass(frozen=True)
class Failure:
    """Why a task failed, as `stage: message`; `lost` where its worker died, perhaps because of another task."""

    message: str
    lost: bool = False


Work = Callable[[Plan, Task], "list[RunResult] | Failure"]
TaskWork = Callable[[Task], "list[RunResult] | Failure"]
Finished = Callable[[Sequence["RunResult"]], None]
Failed = Callable[[Task, str], None]
"""Receives a task that failed, and why: `stage: message`."""
Troubled = Callable[[Task, Failure], None]


def work(plan: Plan, task: Task) -> list[RunResult] | Failure:
    """Simulates one task. Runs in the worker."""
    try:
        from sim.experiment.task import run_task

        return run_task(plan.scenario, task, plan.worlds, plan.keep_ledger)
    except Exception as error:
        return Failure(_described(error))


def execute(
    plan: Plan, tasks: Sequence[Task], executor: Executor, window: int, finished: Finished, failed: Failed, work: Work = work
) -> None:
    """Runs every task, at most `window` at a time, and reports each once.

    Replications of a task that failed are tried again one by one, so that only those at fault fail, and so that how
    replications were cut into tasks does not show. A replication whose worker died is tried once more too.
    """
    again: list[Task] = []

    def first(task: Task, failure: Failure) -> None:
        if failure.lost or len(task) > 1:
            again.extend((replication,) for replication in task)
        else:
            failed(task, failure.message)

    _drain(tasks, partial(work, plan), executor, window, finished, first)
    _drain(again, partial(work, plan), executor, window, finished, lambda task, failure: failed(task, failure.message))


def _drain(tasks: Sequence[Task], work: TaskWork, executor: Executor, window: int, finished: Finished, failed: Troubled) -> None:
    queue = deque(tasks)
    running: dict[Future[list[RunResult] | Failure], Task] = {}
    try:
        while running or queue:
            while queue and len(running) < window:
                task = queue.popleft()
                running[_submitted(executor, work, task)] = task
            for future in wait(running, timeout=PULSE, return_when=FIRST_COMPLETED).done:
                task, outcome = running.pop(future), _outcome(future)
                if isinstance(outcome, Failure):
                    failed(task, outcome)
                else:
                    finished(outcome)
    finally:
        for future in running:
            future.cancel()


def _submitted(executor: Executor, work: TaskWork, task: Task) -> Future[list[RunResult] | Failure]:
    try:
        return executor.submit(work, task)
    except BrokenExecutor as error:
        future: Future[list[RunResult] | Failure] = Future()
        future.set_exception(error)
        return future


def _outcome(future: Future[list[RunResult] | Failure]) -> list[RunResult] | Failure:
    try:
        return future.result()
    except BrokenExecutor:
        return Failure(WORKER_DIED, lost=True)
    except Exception as error:
        return Failure(f"worker: {_one_line(error)}")


def _described(error: BaseException) -> str:
    """`stage: message`, where the stage is the module of this package in which the error arose."""
    package = Path(__file__).parent.parent
    files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    last = [file for file in files if file.is_relative_to(package)][-1]
    return f"{'.'.join(last.relative_to(package).with_suffix('').parts)}: {_one_line(error)}"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
