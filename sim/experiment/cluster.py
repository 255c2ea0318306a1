"""A Dask cluster as an executor."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import pickle
import platform
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from sim.experiment.manifest import versions

if TYPE_CHECKING:
    import distributed
    from distributed.cfexecutor import ClientExecutor

P = ParamSpec("P")
T = TypeVar("T")

TIMEOUT = 12
"""Seconds that a scheduler has to answer, and then to have a worker."""

LARGE = 100_000
"""Bytes from which something is sent once, instead of with every piece of work."""


class ClusterError(Exception):
    """A cluster that cannot be worked with, and why."""


class ClusterGone(ClusterError):
    """A cluster that went away while it was at work."""


class ClusterExecutor(Executor):
    """Has the workers of a cluster do the work.

    What is large, such as a file that a scenario names, goes to the scheduler once, and from there to each worker once.
    """

    def __init__(self, executor: ClientExecutor) -> None:
        self._executor = executor
        self._client: distributed.Client = executor._client
        self._sent: dict[bytes, distributed.Future[bytes]] = {}

    @property
    def workers(self) -> int:
        """Pieces of work that the cluster does at a time, as it is now; at least 1."""
        threads: Mapping[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """The future of work that a worker will do.

        Raises:
            ClusterGone: if the scheduler is gone: Dask would take the work, and never say anything of it.
        """
        if self._client.status != "running":
            raise ClusterGone("the scheduler of the cluster is gone")
        call = io.BytesIO()
        pickler = _Pickler(call)
        pickler.dump((fn, args, kwargs))
        large = [self._placed(content) for content in pickler.large]
        # Impure, as Dask would otherwise take a second attempt for the first, and answer with its failure.
        future: Future[T] = self._executor.submit(_do, call.getvalue(), *large, pure=False)
        return future

    def _placed(self, content: bytes) -> distributed.Future[bytes]:
        """The content on the cluster: what work makes of it, so that Dask can make it again should the worker that holds it die."""
        if content not in self._sent:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Sending large graph")
                self._sent[content] = self._client.submit(_same, content, pure=False)
        return self._sent[content]


class _Pickler(pickle.Pickler):
    """Leaves out what is large, which `large` numbers."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.large: dict[bytes, int] = {}

    def persistent_id(self, obj: object) -> int | None:
        if type(obj) is bytes and len(obj) >= LARGE:
            return self.large.setdefault(obj, len(self.large))
        return None


class _Unpickler(pickle.Unpickler):
    """Puts back what was left out."""

    def __init__(self, file: io.BytesIO, large: tuple[bytes, ...]) -> None:
        super().__init__(file)
        self._large = large

    def persistent_load(self, number: int) -> bytes:
        return self._large[number]


def _do(call: bytes, *large: bytes) -> Any:
    """Does a piece of work. Runs in the worker."""
    fn, args, kwargs = _Unpickler(io.BytesIO(call), large).load()
    return fn(*args, **kwargs)


def _same(content: bytes) -> bytes:
    return content


def adapted(executor: Executor) -> Executor:
    """The executor, or one that makes better use of it where it is Dask's."""
    dask = sys.modules.get("distributed")
    return ClusterExecutor(executor) if dask is not None and isinstance(executor, dask.cfexecutor.ClientExecutor) else executor


@contextmanager
def connected(cluster: str) -> Iterator[Executor]:
    """The workers of a cluster, for as long as the block lasts.

    Args:
        cluster: the address of its scheduler, such as `tcp://host:8786`, or the scheduler file that Dask writes.

    Raises:
        ClusterError: where there is no such cluster within `TIMEOUT`, it has no workers, or these have other versions than this process.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("--cluster: needs the package distributed, which is not installed: pip install distributed") from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # It would trace what a ClusterGone says in a line.
    address = _address(cluster)
    _check_scheduler(address, cluster)
    with Client(address, timeout=TIMEOUT, set_as_default=False) as client:
        try:
            client.wait_for_workers(1, timeout=TIMEOUT)
        except TimeoutError:
            raise ClusterError(f"--cluster: a cluster with workers, and {cluster} has none after {TIMEOUT} s") from None
        if problems := list(_other_versions(client)):
            raise ClusterError("\n".join(problems))
        yield ClusterExecutor(client.get_executor())


def _address(cluster: str) -> str:
    if not cluster.endswith(".json"):
        return cluster
    try:
        return str(json.loads(Path(cluster).read_text(encoding="utf-8"))["address"])
    except OSError as error:
        raise ClusterError(f"--cluster: {cluster}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise ClusterError(f"--cluster: {cluster}: the file that `dask scheduler --scheduler-file` writes, and it is none") from None


def _check_scheduler(address: str, cluster: str) -> None:
    """Raises a ClusterError where no scheduler answers; Dask's own client would wait for ever for something else that listens there."""
    form = "an address such as tcp://HOST:8786, or a scheduler file (.json)"
    try:
        found = asyncio.run(asyncio.wait_for(_identity(address), TIMEOUT))["type"]
    except (ValueError, TypeError) as error:
        raise ClusterError(f"--cluster: {form}, and got {cluster!r} ({error})") from None
    except Exception:
        raise ClusterError(f"--cluster: no Dask scheduler answers at {cluster} within {TIMEOUT} s") from None
    if found != "Scheduler":
        raise ClusterError(f"--cluster: the address of a scheduler, and at {cluster} is a {found.lower()}")


async def _identity(address: str) -> Mapping[str, Any]:
    from distributed import rpc
    from distributed.security import Security

    async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
        found: Mapping[str, Any] = await scheduler.identity()
        return found


def _other_versions(client: distributed.Client) -> Iterator[str]:
    """A line for each package of which some worker has another version than this process."""
    for name, here in versions().items():
        ask = (platform.python_version,) if name == "python" else (version, name)
        found = client.run(*ask, on_error="return")
        other = {worker: there for worker, there in found.items() if there != here}
        if other:
            worker, there = next(iter(sorted(other.items())))
            more = f" (and {len(other) - 1} more workers)" if len(other) > 1 else ""
            has = f"{name} {there}" if isinstance(there, str) else f"no {name}"
            yield f"--cluster: worker {worker}{more}: the same versions as here, {name} {here}, and it has {has}"
