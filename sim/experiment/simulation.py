"""The one way in which runs are carried out: tasks through an executor, outcomes gathered as they come, progress shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from sim.experiment.budget import Budget, Size, budget_of
from sim.experiment.cluster import adapted
from sim.experiment.execute import Failure, execute
from sim.experiment.interrupts import shielded
from sim.experiment.limits import Limits
from sim.experiment.plan import Plan
from sim.experiment.pool import InlineExecutor, capacity, opened
from sim.experiment.progress import Progress, quiet
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

P = TypeVar("P")
U = TypeVar("U")
R = TypeVar("R")
U_contra = TypeVar("U_contra", contravariant=True)
R_contra = TypeVar("R_contra", contravariant=True)

AHEAD = 2
"""Tasks under way for each worker, so that the next is there when it is done with one."""


@dataclass(frozen=True)
class How:
    """By whom runs are carried out, and what is seen of it.

    Attributes:
        jobs: processes at work; as many as the executor has workers, or as there are processors, if None.
        executor: does the work instead of processes started here.
        progress: shows how far the runs are.
        fail_fast: stop at the first run that fails.
        limits: what runs may take.
        told: is told the size of the work before it starts.
    """

    jobs: int | None = None
    executor: Executor | None = None
    progress: Progress = quiet
    fail_fast: bool = False
    limits: Limits = field(default_factory=Limits)
    told: Callable[[Budget], None] = lambda _: None


class Gatherer(Protocol[U_contra, R_contra]):
    """Takes in what tasks come to."""

    def finished(self, runs: Sequence[R_contra], /) -> None:
        """Runs that ended well."""

    def failed(self, task: tuple[U_contra, ...], message: str, /) -> None:
        """A task of which no run succeeded, and why."""


@dataclass(frozen=True)
class Order(Generic[P, U, R]):
    """What is to be carried out.

    Attributes:
        name: shown with the progress.
        plan: what all tasks share; goes to the workers with each of them.
        cut: the tasks for a number of workers; each holds units of work, which can be done one by one too.
        runs_of_unit: runs that one unit comes to.
        work: does one task, in the worker.
    """

    name: str
    plan: P
    cut: Callable[[int], Sequence[tuple[U, ...]]]
    runs_of_unit: int
    work: Callable[[P, tuple[U, ...]], list[R] | Failure]


def admit(
    name: str,
    plan: Plan,
    how: How,
    points: Sequence[Scenario],
    *,
    designed: int | None = None,
    totals: bool = False,
    in_folder: bool = False,
) -> None:
    """Predicts what is asked for, of each point in the replications and worlds of a plan, before any work is done.

    Args:
        name: of what is asked for.
        points: scenarios.
        designed: number of points that these stand for, if more.
        totals: measures in total are wanted alone.
        in_folder: tables with rows for every run go to a folder.

    Raises:
        ScenarioError: if it exceeds the limits.
        ValueError: for a limit on workers that are not started here.
    """
    if how.limits.worker is not None and how.executor is not None:
        raise ValueError("limits: worker: of processes started here, and got an executor")
    jobs = how.jobs or capacity(how.executor and adapted(how.executor))
    size = Size(plan.worlds, plan.replications, designed or len(points), plan.keep_ledger, totals, how.executor is not None, in_folder)
    budget = budget_of(points, size, jobs)
    if faults := budget.faults(name, how.limits):
        raise ScenarioError(faults)
    how.told(budget)


def carry_out(order: Order[P, U, R], gatherer: Gatherer[U, R], how: How) -> None:
    """Does every task, and hands in what each comes to."""
    executor = how.executor and adapted(how.executor)
    workers = how.jobs or capacity(executor)
    tasks = order.cut(workers)
    if not tasks:
        return
    workers = min(workers, len(tasks))
    shown = how.progress(order.name, sum(map(len, tasks)) * order.runs_of_unit)
    with suppress(_Stop), shown as advance, opened(executor, workers, how.limits.worker) as pool:

        def finished(runs: Sequence[R]) -> None:
            with shielded():  # on disk and known of, or neither
                gatherer.finished(runs)
            advance(len(runs))

        def failed(task: tuple[U, ...], message: str) -> None:
            gatherer.failed(task, message)
            advance(len(task) * order.runs_of_unit)
            if how.fail_fast:
                raise _Stop

        ahead = 1 if isinstance(pool, InlineExecutor) else AHEAD * workers
        execute(order.plan, tasks, pool, ahead, finished, failed, order.work)


@contextmanager
def kept_open(how: How) -> Iterator[How]:
    """The same with an executor that stays open between one carrying out and the next."""
    jobs = how.jobs or capacity(how.executor)
    with opened(how.executor, jobs, how.limits.worker) as pool:
        yield how if how.executor is not None else replace(how, executor=pool, jobs=jobs)


class _Stop(Exception):
    """A run has failed, and that was to end all."""
