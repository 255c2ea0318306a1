"""Points of a design in, tables out: what designed experiments and sensitivity analyses have in common."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sim.experiment.interrupts import Interrupted, shielded
from sim.experiment.journal import Journal
from sim.experiment.journal import opened as journal_opened
from sim.experiment.point_outcomes import PointOutcomes
from sim.experiment.simulation import How
from sim.experiment.store import check_place, commit_folder, partial_place
from sim.experiment.units import Ask, run_units

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Tables(Protocol):
    """Something that is written into a folder."""

    def write(self, folder: Path, /) -> None: ...


T = TypeVar("T", bound=Tables)


@dataclass(frozen=True)
class Points:
    """Scenarios that are run with the same luck.

    Attributes:
        name: of the folder of the result.
        scenarios: one for each point; they share a seed.
        worlds: in which each is run.
        replications: of each.
        totals: whether the measures in total are wanted alone.
        request: all that the tables depend on but the number of replications.
    """

    name: str
    scenarios: Sequence[Scenario]
    worlds: tuple[str, ...]
    replications: int
    totals: bool
    request: Mapping[str, Any]


def run_points(
    points: Points, how: How, finish: Callable[[PointOutcomes], T], out: str | Path | None, *, resume: bool, force: bool
) -> tuple[T, Path | None]:
    """What `finish` makes of the runs, and the folder that it is written to (None if `out` is).

    Raises:
        ResultError: if the result cannot be written, or what is there belongs to another run.
        Interrupted: after Ctrl-C; what had finished is kept where there is a folder.
    """
    place = None if out is None else Path(out) / points.name
    with _journal(place, points, resume=resume, force=force) as journal:
        outcomes = PointOutcomes(points.scenarios, points.name, points.worlds, points.replications, journal)
        interrupt: Interrupted | None = None
        try:
            run_units(points.name, Ask(points.worlds, points.totals), outcomes.missing(), outcomes, how)
        except KeyboardInterrupt:
            interrupt = Interrupted(None, kept=_kept(outcomes, place))
        else:
            with shielded():
                tables = finish(outcomes)
                folder = None if place is None else commit_folder(place, tables.write, complete=outcomes.complete, force=force)
    if place is not None and (not interrupt.kept if interrupt else folder != partial_place(place)):
        shutil.rmtree(partial_place(place), ignore_errors=True)
    if interrupt:
        raise interrupt
    return tables, folder


def _journal(place: Path | None, points: Points, *, resume: bool, force: bool) -> AbstractContextManager[Journal | None]:
    if place is None:
        return nullcontext()
    check_place(place.parent, place.name, force)
    return journal_opened(partial_place(place) / "journal", points.request, resume=resume, force=force)


def _kept(outcomes: PointOutcomes, place: Path | None) -> str:
    """What an interrupt leaves, in a sentence."""
    statuses = outcomes.runs()["status"].to_list()
    if place is None or "done" not in statuses:
        return ""
    return f"{statuses.count('done')} of {len(statuses)} runs had finished; they are kept, and --resume continues from there"
