"""Executors: this process, or worker processes that start the same way everywhere and whose death is noticed.

`concurrent.futures.ProcessPoolExecutor` is not used, as it loses the work of all workers when one of them dies, and waits for ever for a
worker that is killed while it hands in a result.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from sim.experiment.memory import limit_process

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

P = ParamSpec("P")
T = TypeVar("T")

ONE_THREAD = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Environment variables that keep a worker to one thread, so that workers do not crowd each other out."""

_BIRTH = threading.Lock()


class WorkerDied(BrokenExecutor):
    """The process that did the work died before it was done."""


class InlineExecutor(Executor):
    """Does the work at once, in this process."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """A future that is already done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class WorkerExecutor(Executor):
    """Does the work in worker processes; one that dies takes nothing with it but its own piece of work.

    Left by an exception, such as an interrupt, it kills its workers instead of waiting for them.
    """

    def __init__(self, workers: int, memory: int | None = None) -> None:
        """`memory` is a limit on the bytes of each."""
        self._memory = memory
        self._threads = ThreadPoolExecutor(workers)
        self._idle: list[_Worker] = []
        self._all: list[_Worker] = []
        self._killed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The future of work that an idle worker will do; WorkerDied is its exception should the worker die."""
        return self._threads.submit(self._do, fn, args, kwargs)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._killed = True
            for worker in self._all:
                worker.kill()
        self.shutdown(cancel_futures=kind is not None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the workers once they are done."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        for worker in self._all:
            worker.end()

    def _do(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        request = pickle.dumps((fn, args, kwargs))
        worker = self._idle.pop() if self._idle else self._hire()
        reply = worker.ask(request)
        self._idle.append(worker)
        done, outcome = pickle.loads(reply)
        if done:
            return cast("T", outcome)
        raise outcome

    def _hire(self) -> _Worker:
        worker = _Worker(self._memory)
        self._all.append(worker)
        if self._killed:
            worker.kill()
        return worker


class _Worker:
    """A process, and the connection to it."""

    def __init__(self, memory: int | None) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")  # a fork would copy locks that threads of this process hold
        self._connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(theirs, memory), daemon=True)
        with _BIRTH, _single_threaded(), _without_main(), _interrupts_blocked():
            self._process.start()
        theirs.close()

    def ask(self, request: bytes) -> bytes:
        """The reply of the process.

        Raises:
            WorkerDied: if there will be none.
        """
        try:
            self._connection.send_bytes(request)
            return self._connection.recv_bytes()
        except (EOFError, OSError):
            raise WorkerDied from None

    def end(self) -> None:
        self._connection.close()
        self._process.join()

    def kill(self) -> None:
        self._process.kill()


def default_jobs() -> int:
    """Number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def capacity(executor: Executor | None) -> int:
    """Pieces of work that an executor does at a time, as far as it tells; without one, or if it does not, the number of processors."""
    told = (getattr(executor, name, None) for name in ("workers", "_max_workers"))
    return next((number for number in told if isinstance(number, int)), None) or default_jobs()


def opened(executor: Executor | None, jobs: int, memory: int | None = None) -> AbstractContextManager[Executor]:
    """The executor, left open at the end; without one, this process for a single job, and worker processes for more or where a limit is
    set on the memory of each."""
    if executor is not None:
        return nullcontext(executor)
    return InlineExecutor() if jobs == 1 and memory is None else WorkerExecutor(jobs, memory)


def _serve(connection: Connection, memory: int | None) -> None:
    """Does pieces of work until the parent process closes the connection, and ends the process; at once should the parent be killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if memory is not None:
        limit_process(memory)
    while True:
        try:
            connection.send_bytes(_reply(connection.recv_bytes()))
        except (EOFError, OSError):
            os._exit(0)  # Nothing is left to tidy up, which would take a fifth of a second.
        if memory is not None:
            gc.collect()  # What has failed for want of memory would otherwise still have it.


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    if parent := parent_process():
        parent.join()
        os._exit(1)


def _reply(request: bytes) -> bytes:
    """(True, result) or (False, what was raised), pickled."""
    try:
        fn, args, kwargs = pickle.loads(request)
        return pickle.dumps((True, fn(*args, **kwargs)))
    except Exception as error:
        try:
            return pickle.dumps((False, error))
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))


@contextmanager
def _single_threaded() -> Iterator[None]:
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextmanager
def _without_main() -> Iterator[None]:
    """Hides the main script: a worker needs nothing of it, and would run it again where it has no main guard."""
    main: Any = sys.modules["__main__"]
    hidden = {name: main.__dict__[name] for name in ("__file__", "__spec__") if name in main.__dict__}
    main.__dict__.pop("__file__", None)
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(hidden)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes that this thread starts meanwhile do not hear Ctrl-C, which a terminal sends to them too."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
