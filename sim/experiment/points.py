"""Points of a design in, tables out: what designed experiments and sensitivity analyses have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from sim.experiment.keeping import Job, keep
from sim.experiment.point_outcomes import PointOutcomes
from sim.experiment.simulation import How
from sim.experiment.units import Ask, run_units

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Writable(Protocol):
    """Something that is written into a folder."""

    def write(self, folder: Path, /) -> None:
        """Writes it."""

    def at(self, folder: Path | None, /) -> Self:
        """The same, that lies in this folder."""


T = TypeVar("T", bound=Writable)


@dataclass(frozen=True)
class Points:
    """Scenarios that are run with the same luck.

    Attributes:
        name: of the folder of the result.
        scenarios: one for each point; they share a seed.
        worlds: in which each is run.
        replications: of each.
        arguments: of `run`, for a point: the file of its scenario in the folder of the result, and options that make it this point.
        totals: whether the measures in total are wanted alone.
        request: all that the tables depend on but the number of replications.
    """

    name: str
    scenarios: Sequence[Scenario]
    worlds: tuple[str, ...]
    replications: int
    arguments: Callable[[int], Sequence[str]]
    totals: bool
    request: Mapping[str, Any]


def run_points(
    points: Points, how: How, finish: Callable[[PointOutcomes, Path | None], T], out: str | Path | None, *, resume: bool, force: bool
) -> T:
    """What `finish` makes of the runs, as it lies in its folder (in none if `out` is None). Raises what `keep` raises."""
    job = Job(
        request=points.request,
        gather=partial(PointOutcomes, points.scenarios, points.name, points.worlds, points.replications, points.arguments),
        carry_out=lambda outcomes: run_units(points.name, Ask(points.worlds, points.totals), outcomes.missing(), outcomes, how),
        finish=finish,
        write=lambda _, tables, folder: tables.write(folder),
    )
    return keep(job, None if out is None else Path(out) / points.name, resume=resume, force=force)
