"""Tasks through executors: failures, dying workers, interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sim.experiment.execute import WORKER_DIED, Failure, execute, work
from sim.experiment.plan import Plan, Task
from sim.experiment.pool import InlineExecutor, WorkerDied, WorkerExecutor, opened
from sim.experiment.task import RunResult
from tests import synthetic

PLAN = Plan(synthetic.scenario(groups=1, replications=6), ("full",))


def simulated(plan: Plan, task: Task) -> list[RunResult] | Failure:
    return synthetic.run_task(plan.scenario, task, plan.worlds)


def failing_at_3(plan: Plan, task: Task) -> list[RunResult] | Failure:
    return Failure("model: broken") if 3 in task else simulated(plan, task)


def dying_at_3(plan: Plan, task: Task) -> list[RunResult] | Failure:
    if 3 in task:
        os.kill(os.getpid(), signal.SIGKILL)
    return simulated(plan, task)


def dying_once(plan: Plan, task: Task) -> list[RunResult] | Failure:
    mark = Path(plan.scenario.description)
    if 3 in task and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return simulated(plan, task)


def outcomes(plan: Plan, tasks: Sequence[Task], executor: Executor, work: Any) -> tuple[list[int], dict[int, str]]:
    """Replications that are done, and messages by replication that failed."""
    done: list[int] = []
    failed: dict[int, str] = {}

    def fail(task: Task, message: str) -> None:
        failed.update(dict.fromkeys(task, message))

    def finish(runs: Sequence[RunResult]) -> None:
        done.extend(run.replication for run in runs)

    with executor:
        execute(plan, tasks, executor, 3, finish, fail, work)
    return sorted(done), failed


def test_a_failed_replication_takes_no_other_of_its_task_with_it() -> None:
    done, failed = outcomes(PLAN, [(0, 1, 2, 3), (4, 5)], InlineExecutor(), failing_at_3)
    assert done == [0, 1, 2, 4, 5]
    assert failed == {3: "model: broken"}


def test_any_executor_will_do() -> None:
    assert outcomes(PLAN, [(0, 1), (2, 3), (4, 5)], ThreadPoolExecutor(2), simulated) == (list(range(6)), {})


def test_a_killed_worker_loses_only_the_replication_that_kills_it() -> None:
    done, failed = outcomes(PLAN, [(0, 1), (2, 3), (4, 5)], WorkerExecutor(2), dying_at_3)
    assert done == [0, 1, 2, 4, 5]
    assert failed == {3: WORKER_DIED}


def test_work_lost_once_is_done_again(tmp_path: Path) -> None:
    plan = Plan(PLAN.scenario.model_copy(update={"description": str(tmp_path / "died")}), PLAN.worlds)
    assert outcomes(plan, [(0, 1, 2), (3, 4, 5)], WorkerExecutor(1), dying_once) == (list(range(6)), {})


def test_a_failure_says_in_which_module_it_arose() -> None:
    broken = Plan(PLAN.scenario, ("no-such-world",))
    failure = work(broken, (0,))
    assert isinstance(failure, Failure)
    assert failure.message.startswith("model.worlds: ValueError: a world is")
    assert "\n" not in failure.message


def raising(error: type[Exception]) -> None:
    raise error("said")


class Unpicklable(Exception):
    def __reduce__(self) -> str:
        raise TypeError


def test_workers_hand_back_exceptions_even_those_that_do_not_travel() -> None:
    with WorkerExecutor(1) as executor:
        with pytest.raises(ZeroDivisionError, match="said"):
            executor.submit(raising, ZeroDivisionError).result()
        with pytest.raises(RuntimeError, match="Unpicklable: said"):
            executor.submit(raising, Unpicklable).result()
        with pytest.raises(AttributeError):
            executor.submit(lambda: 0).result()
        assert executor.submit(os.getpid).result() == executor.submit(os.getpid).result()


def test_workers_are_held_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLARS_MAX_THREADS", raising=False)
    with WorkerExecutor(1) as executor:
        assert executor.submit(os.getenv, "POLARS_MAX_THREADS").result() == "1"
    assert "POLARS_MAX_THREADS" not in os.environ


def test_leaving_by_an_exception_kills_the_workers() -> None:
    started = time.monotonic()
    executor = WorkerExecutor(2)
    futures = [executor.submit(time.sleep, 60) for _ in range(3)]
    time.sleep(0.3)
    executor.__exit__(KeyboardInterrupt)
    assert time.monotonic() - started < 30
    assert all(future.cancelled() or isinstance(future.exception(), WorkerDied) for future in futures)


def test_one_job_works_in_this_process_and_a_given_executor_stays_open() -> None:
    assert isinstance(opened(None, 1), InlineExecutor)
    mine = ThreadPoolExecutor(1)
    with opened(mine, 4) as executor:
        assert executor is mine
    assert mine.submit(int).result() == 0
    mine.shutdown()


@pytest.mark.slow
def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os\n"
        "from sim.experiment.pool import WorkerExecutor\n"
        "with WorkerExecutor(2) as executor:\n"
        "    print(executor.submit(os.getpid).result() != os.getpid())\n"
    )
    assert subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60).stdout == "True\n"
