"""Options that limit what runs may take, for commands that run scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from sim.experiment.limits import MOST_EVENTS, Limits
from sim.experiment.memory import LEAST, format_size, parse_size

Command = TypeVar("Command", bound=Callable[..., Any])


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


_OPTIONS = (
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


def limit_options(command: Command) -> Command:
    """Adds the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def taken(chosen: dict[str, Any]) -> Limits:
    """The limits among the options of a command, which are taken out."""
    memory, events, worker = (chosen.pop(name) for name in ("max_memory", "max_events", "memory_limit"))
    return Limits(memory, events, worker)


def clashes(limits: Limits, cluster: str | None) -> list[str]:
    """What is wrong with the limits beside other options."""
    if limits.worker is None or cluster is None:
        return []
    return ["--memory-limit: of processes on this machine, and got --cluster, whose workers have limits of their own"]
