"""How far a run is: a bar on a terminal, a few lines elsewhere, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""Called with a label and the number of runs to come; gives a function that is told of each run that ended."""

LINES = 10


@contextmanager
def quiet(label: str, total: int) -> Iterator[Advance]:
    """Shows nothing."""
    yield lambda runs: None


def shown_on(console: Console) -> Progress:
    """A bar with rate and time left where the console is a terminal, some lines where it is not."""

    def show(label: str, total: int) -> AbstractContextManager[Advance]:
        return _bar(console, label, total) if console.is_terminal else _lines(console, label, total)

    return show


@contextmanager
def _bar(console: Console, label: str, total: int) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("runs {task.fields[pace]}"),
        TimeElapsedColumn(),
    )
    started = time.monotonic()
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=total, pace="")

        def advance(runs: int) -> None:
            bar.advance(task, runs)
            bar.update(task, pace=_pace(bar.tasks[0].completed, total, time.monotonic() - started))

        yield advance


@contextmanager
def _lines(console: Console, label: str, total: int) -> Iterator[Advance]:
    started = time.monotonic()
    done = shown = 0
    console.print(f"{label}: {total} runs", markup=False, highlight=False)

    def advance(runs: int) -> None:
        nonlocal done, shown
        done += runs
        if done * LINES // total > shown:
            shown = done * LINES // total
            pace = _pace(done, total, time.monotonic() - started)
            console.print(f"{label}: {done} of {total} runs, {pace}", markup=False, highlight=False)

    yield advance


def _pace(done: float, total: int, seconds: float) -> str:
    """Rate and time left, as far as the runs that have ended tell."""
    rate = done / max(seconds, 1e-6)
    speed = f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.0f} s each"
    left = (total - done) / rate
    return f"{speed}, " + (f"about {_clock(left)} left" if done < total else f"{_clock(seconds)} in all")


def _clock(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
