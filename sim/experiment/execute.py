"""Tasks through an executor: what fails becomes a message, what is lost is tried again, and the others go on."""

from __future__ import annotations

import sys
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sim.experiment.interrupts import struck
from sim.experiment.manifest import versions
from sim.experiment.memory import format_size, limit_of_process
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


P = TypeVar("P")
U = TypeVar("U")
"""One unit of a task, such as a replication."""
R = TypeVar("R")


def work(plan: Plan, task: Task) -> list[RunResult] | Failure:
    """Simulates one task. Runs in the worker."""
    try:
        from sim.experiment.task import run_task

        return run_task(plan.scenario, task, plan.worlds, plan.keep_ledger)
    except Exception as error:
        return Failure(described(error))


def execute(
    plan: P,
    tasks: Sequence[tuple[U, ...]],
    executor: Executor,
    window: int,
    finished: Callable[[Sequence[R]], None],
    failed: Callable[[tuple[U, ...], str], None],
    work: Callable[[P, tuple[U, ...]], list[R] | Failure],
) -> None:
    """Runs every task, at most `window` at a time, and reports each once; `failed` gets a task and `stage: message`.

    Units of a task that failed are tried again one by one, so that only those at fault fail, and so that how units were cut
    into tasks does not show. A unit whose worker died is tried once more too, with no other under way, as some executors take the death
    of a worker for a fault of all that it was to do.
    """
    again: list[tuple[U, ...]] = []
    alone: list[tuple[U, ...]] = []

    def retry(task: tuple[U, ...], failure: Failure) -> None:
        if failure.lost or len(task) > 1:
            (alone if failure.lost else again).extend((unit,) for unit in task)
        else:
            failed(task, failure.message)

    do = partial(_with_versions, versions(), work, plan)
    _drain(tasks, do, executor, window, finished, retry)
    _drain(again, do, executor, window, finished, retry)
    _drain(alone, do, executor, 1, finished, lambda task, failure: failed(task, failure.message))


def _with_versions(
    expected: Mapping[str, str], work: Callable[[P, tuple[U, ...]], list[R] | Failure], plan: P, task: tuple[U, ...]
) -> list[R] | Failure:
    """Does one task, unless other versions are at work here than where the run was started: its tables would not be the same."""
    for name, there in expected.items():
        if (here := versions()[name]) != there:
            return Failure(f"worker: {name} {here}, and {there} where the run was started")
    return work(plan, task)


def _drain(
    tasks: Sequence[tuple[U, ...]],
    work: Callable[[tuple[U, ...]], list[R] | Failure],
    executor: Executor,
    window: int,
    finished: Callable[[Sequence[R]], None],
    failed: Callable[[tuple[U, ...], Failure], None],
) -> None:
    queue = deque(tasks)
    running: dict[Future[list[R] | Failure], tuple[U, ...]] = {}
    try:
        while running or queue:
            while queue and len(running) < window:
                task = queue.popleft()
                running[_submitted(executor, work, task)] = task
            for future in wait(running, timeout=PULSE, return_when=FIRST_COMPLETED).done:
                task, outcome = running.pop(future), _outcome(future)
                if struck():
                    raise KeyboardInterrupt
                if isinstance(outcome, Failure):
                    failed(task, outcome)
                else:
                    finished(outcome)
    finally:
        for future in running:
            future.cancel()


def _submitted(executor: Executor, work: Callable[[tuple[U, ...]], list[R] | Failure], task: tuple[U, ...]) -> Future[list[R] | Failure]:
    try:
        return executor.submit(work, task)
    except BrokenExecutor as error:
        future: Future[list[R] | Failure] = Future()
        future.set_exception(error)
        return future


def _outcome(future: Future[list[R] | Failure]) -> list[R] | Failure:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        return Failure(WORKER_DIED, lost=True)
    except Exception as error:
        dask = sys.modules.get("distributed")
        if dask is not None and isinstance(error, dask.KilledWorker):
            return Failure(WORKER_DIED, lost=True)
        return Failure(f"{'memory' if isinstance(error, MemoryError) else 'worker'}: {_one_line(error)}")


def described(error: BaseException) -> str:
    """`stage: message`, where the stage is the module of this package in which the error arose, or `memory`."""
    if isinstance(error, MemoryError):
        limit = limit_of_process()
        more = "the machine has no more" if limit is None else f"the process outgrew its limit of {format_size(limit)}"
        return f"memory: {more}: {_one_line(error)}"
    package = Path(__file__).parent.parent
    files = [Path(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    last = [file for file in files if file.is_relative_to(package)][-1]
    return f"{'.'.join(last.relative_to(package).with_suffix('').parts)}: {_one_line(error)}"


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
