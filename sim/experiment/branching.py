"""Branches: a past that scenarios have in common is simulated once, and each future goes on from there in a copy of the process."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sim.model.ledger import Ledger
    from sim.scenario.parting import Parting

T = TypeVar("T")

PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: the signal that a process gets when its parent ends."""


def can_branch() -> bool:
    """Whether processes can be copied here; elsewhere than on Linux, libraries of the system may not survive it."""
    return sys.platform == "linux" and hasattr(os, "fork")


def simulate_branches(parting: Parting, replications: Sequence[int], worlds: Sequence[str], read: Callable[[int, Ledger], T]) -> list[T]:
    """What `read` makes of each future by its number and ledger, which is what `simulate` gives for it, to the bit.

    `read` works in a copy of this process, in which only this thread goes on: it must use no library with threads of its own, such as
    polars.

    Raises:
        RuntimeError: if a branch comes to nothing.
    """
    from sim.model.world import Branches, World, of_measured_time
    from sim.scenario import variants

    branches = Branches(parting, [variants(future) for future in parting.futures])
    world = World(parting.past, replications, worlds, variants(parting.past), branches)
    world.env.run(until=parting.hour)

    def live(number: int) -> T:
        world.take(number)
        world.run()
        return read(number, of_measured_time(world))

    return [in_copy(partial(live, number)) for number in range(len(parting.futures))]


def in_copy(work: Callable[[], T]) -> T:
    """What some work comes to, done in a copy of this process, which it leaves as it was.

    Raises:
        RuntimeError: if it comes to nothing.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns where there are threads: see `simulate_branches`.
        child = os.fork()
    if not child:
        _work(work, writing, parent)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            reply = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if status or not reply:
        raise RuntimeError("a branch came to nothing")
    outcome: T = pickle.loads(reply)
    return outcome


def _work(work: Callable[[], T], writing: int, parent: int) -> None:
    """Ends the process, whatever happens, and without what a process does at its end."""
    status = 1
    try:
        _end_with(parent)
        reply = pickle.dumps(work())
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(reply)
        status = 0
    finally:
        os._exit(status)


def _end_with(parent: int) -> None:
    """Has this process killed when its parent ends, whatever that dies of: it holds the lock of the result that is being made."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError(parent)
