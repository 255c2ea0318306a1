"""How a command refuses: one line per problem, all of them at once, and its exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NoReturn

FAILED, REFUSED, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141
"""Exit statuses other than 0."""


def refuse(error: object, status: int = REFUSED) -> NoReturn:
    """Prints the problems, one a line, and exits."""
    for line in str(error).splitlines():
        print(line, file=sys.stderr)
    sys.exit(status)


def refuse_any(problems: Iterable[str]) -> None:
    """Refuses with these problems, each said once, if there are any."""
    if told := dict.fromkeys(problems):
        refuse("\n".join(told))


@contextmanager
def gathering(problems: list[str], option: str = "") -> Iterator[None]:
    """Has what the block refuses join the problems; with the beginning of an option's line, whatever it finds wrong with a value."""
    from sim.experiment.disk import ResultError
    from sim.scenario import ScenarioError

    try:
        yield
    except ValueError as error:
        if not option and not isinstance(error, ScenarioError | ResultError):
            raise
        problems += f"{option}{error}".splitlines()
