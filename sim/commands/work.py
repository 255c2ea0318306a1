"""How a command carries out its runs: the options about that, which are the same for every command that runs scenarios."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from sim.experiment.limits import MOST_EVENTS, Limits
from sim.experiment.memory import LEAST, format_size, parse_size

if TYPE_CHECKING:
    from sim.experiment.budget import Budget
    from sim.experiment.simulation import How


class Place(TypedDict):
    """Where a result goes, and what becomes of one that is there."""

    out: Path
    resume: bool
    force: bool


@dataclass(frozen=True)
class Work:
    """What the options say; each attribute is the value of the option of its name."""

    jobs: int | None
    cluster: str | None
    memory_limit: int | None
    max_memory: int | None
    max_events: int
    out: Path
    resume: bool
    force: bool
    quiet: bool

    @property
    def place(self) -> Place:
        """Where results go."""
        return {"out": self.out, "resume": self.resume, "force": self.force}

    @property
    def faults(self) -> list[str]:
        """Lines on what cannot be together."""
        found = []
        if self.resume and self.force:
            found.append("--resume: continues what is there, and --force starts anew; got both")
        if self.memory_limit is not None and self.cluster is not None:
            found.append("--memory-limit: of processes on this machine, and got --cluster, whose workers have limits of their own")
        return found

    @contextmanager
    def begun(self, size: str | None = None) -> Iterator[How]:
        """By whom runs are carried out, for as long as the block lasts; their size is told after some words, if any are given.

        Raises:
            ClusterError: for a cluster that cannot be worked with.
        """
        from rich.console import Console

        from sim.experiment import progress
        from sim.experiment.cluster import connected
        from sim.experiment.simulation import How

        def told(budget: Budget) -> None:
            if size is not None and not self.quiet:
                print(f"{size} {budget.in_words()}", file=sys.stderr)

        shown = progress.quiet if self.quiet else progress.shown_on(Console(stderr=True))
        limits = Limits(self.max_memory, self.max_events, self.memory_limit)
        with nullcontext() if self.cluster is None else connected(self.cluster) as executor:
            yield How(self.jobs, executor, shown, limits=limits, told=told)


def _size(least: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    """Takes a number of bytes, such as `2 GB`, at least so many."""

    def taken_as(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
        try:
            size = None if value is None else parse_size(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        if size is not None and size < least:
            raise click.BadParameter(f"at least {format_size(least)}, which libraries need, and got {value}")
        return size

    return taken_as


_BY_WHOM = (
    click.option(
        "--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at work; as many as there are processors if not given."
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Have a Dask cluster do the work: the address of its scheduler, or its scheduler file (.json).",
    ),
    click.option(
        "--memory-limit", callback=_size(LEAST), metavar="SIZE", help="For each worker, such as '2 GB': a run that needs more fails."
    ),
    click.option(
        "--max-memory", callback=_size(1), metavar="SIZE", help="Refuse what is predicted to need more; what is free if not given."
    ),
    click.option(
        "--max-events",
        default=MOST_EVENTS,
        show_default=True,
        type=click.IntRange(min=1),
        metavar="N",
        help="Refuse what is predicted to come to more.",
    ),
)


def work_options(out: str, resume: str = "Continue what was interrupted.") -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds the options to a command, which gets them as `work`.

    Args:
        out: what --out is the folder for.
        resume: the help of --resume.
    """
    path = click.Path(path_type=Path)
    options = (
        *_BY_WHOM,
        click.option("--out", default="results", show_default=True, type=path, help=f"Folder for {out}."),
        click.option("--resume", is_flag=True, help=resume),
        click.option("--force", is_flag=True, help="Replace a result that exists, and start an interrupted one anew."),
        click.option("--quiet", is_flag=True, help="Print nothing but problems."),
    )

    def added(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def with_work(**given: Any) -> None:
            command(work=Work(**{field.name: given.pop(field.name) for field in fields(Work)}), **given)

        for option in reversed(options):
            with_work = option(with_work)
        return with_work

    return added
