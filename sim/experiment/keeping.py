"""Work whose results are kept: a journal while it is under way, a folder of tables in the end, whatever comes in between."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from sim.experiment.disk import ResultError
from sim.experiment.interrupts import Interrupted, shielded
from sim.experiment.journal import Journal
from sim.experiment.journal import opened as journal_opened
from sim.experiment.manifest import request_of
from sim.experiment.plan import Plan
from sim.experiment.store import check_place, commit, partial_place


class Gathered(Protocol):
    """What has finished so far."""

    @property
    def complete(self) -> bool:
        """Whether every run is done."""

    def count(self, status: str, /) -> int:
        """Number of runs of a status."""


class Kept(Protocol):
    """Tables in a folder, or in memory."""

    def at(self, folder: Path | None, /) -> Self:
        """The same, that lie in this folder."""


G = TypeVar("G", bound=Gathered)
T = TypeVar("T", bound=Kept)


@dataclass(frozen=True)
class Job(Generic[G, T]):
    """Something to do, and what to make of it.

    Attributes:
        request: all that the tables depend on but the number of replications.
        gather: where runs go, with a journal or without one.
        carry_out: has the runs done that are missing.
        finish: the tables of what is done; the large ones are put into the folder, where there is one.
        write: writes the other tables into the folder.
    """

    request: Mapping[str, Any]
    gather: Callable[[Journal | None], G]
    carry_out: Callable[[G], None]
    finish: Callable[[G, Path | None], T]
    write: Callable[[G, T, Path], None]


def keep(job: Job[G, T], place: Path | None, *, resume: bool, force: bool) -> T:
    """Does a job; its tables, as they lie in their folder (in none if `place` is None): `place`, or `NAME.partial` where runs are missing.

    Raises:
        ResultError: if the result cannot be written, or what is there belongs to another run.
        WriteError: if the disk refuses later; what had finished is kept.
        Interrupted: after Ctrl-C; carries the tables of what had finished, with their folder.
    """
    with _journal(place, job.request, resume=resume, force=force) as journal:
        gathered = job.gather(journal)
        interrupted = False
        tables: T | None = None
        folder: Path | None = None
        try:
            job.carry_out(gathered)
        except KeyboardInterrupt:
            interrupted = True
        try:
            with shielded():
                if not interrupted or gathered.count("done"):
                    tables, folder = _finish(job, gathered, place, force)
        except KeyboardInterrupt:
            interrupted = True
    if place is not None and (tables is None or folder != partial_place(place)):
        shutil.rmtree(partial_place(place), ignore_errors=True)
    if interrupted or tables is None:
        raise Interrupted(tables, folder) from None
    return tables


def _finish(job: Job[G, T], gathered: G, place: Path | None, force: bool) -> tuple[T, Path | None]:
    if place is None:
        return job.finish(gathered, None), None

    def write(folder: Path) -> T:
        tables = job.finish(gathered, folder)
        job.write(gathered, tables, folder)
        return tables

    tables, folder = commit(place, write, complete=gathered.complete, force=force)
    return tables.at(folder), folder


def _journal(place: Path | None, request: Mapping[str, Any], *, resume: bool, force: bool) -> AbstractContextManager[Journal | None]:
    if place is None:
        return nullcontext()
    check_place(place.parent, place.name, force)
    partial = partial_place(place)
    if os.path.lexists(partial) and not (partial / "journal").exists() and (not partial.is_dir() or any(partial.iterdir())):
        raise ResultError(f"{partial}: exists and holds no interrupted run; results are gathered there")
    return journal_opened(partial / "journal", request, resume=resume, force=force)


def check_same(place: Path, there: Plan, plan: Plan) -> None:
    """Whether a result that is there already is the one that a plan would give.

    Raises:
        ResultError: if it is another one, of another precision, or has fewer replications.
    """
    from sim.experiment.journal import differences

    of_there, of_plan = ({"precision": each.scenario.precision, **request_of(each)} for each in (there, plan))
    if found := differences(of_there, of_plan):
        raise ResultError(f"{place}: holds another result, so that --resume has nothing to continue: {found}")
    if there.replications < plan.replications:
        raise ResultError(
            f"{place}: is complete with {there.replications} replications, and got {plan.replications}; --force runs them anew"
        )
