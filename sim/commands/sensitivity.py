"""chillsim sensitivity"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.failures import report_failures
from sim.commands.printing import show
from sim.commands.refusal import FAILED, gathering, refuse_any
from sim.commands.work import Work, work_options

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.sensitivity.analysis import Method
    from sim.sensitivity.study import Study


@click.command(
    epilog="""\b
Example:
  chillsim sensitivity scenarios/un75-tencent.yaml --parameters voice,beliefs
  chillsim sensitivity scenarios/un75-tencent.yaml --people 1000 --set 'window=1 h'
  chillsim sensitivity scenarios/un75-tencent.yaml --against scenarios/un75-website-survey.yaml
  chillsim sensitivity scenarios/un75-tencent.yaml --method sobol --parameters voice.fear_of_removal,voice.cost
"""
)
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--against", metavar="SCENARIO", type=click.Path(path_type=Path), help="Another scenario: is the first better than it everywhere?"
)
@click.option(
    "--parameters", default="assumptions", show_default=True, metavar="assumptions|all|PATH,...", help="What varies; * for any name."
)
@click.option("--measures", metavar="NAME,...", help="Measures to look at; the headline measures if not given.")
@click.option("--method", default="morris", show_default=True, type=click.Choice(["morris", "sobol"]), help="Screening, or indices.")
@click.option("--trajectories", default=6, show_default=True, type=click.IntRange(2, 10_000), metavar="N", help="Size of Morris screening.")
@click.option("--samples", default=64, show_default=True, type=click.IntRange(2, 2**20), metavar="N", help="Size for Sobol: a power of 2.")
@click.option("-n", "--replications", default=2, show_default=True, type=click.IntRange(1, 1_000_000), metavar="N", help="At each point.")
@click.option(
    "--people",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help="Simulate about N people in all, each standing for more; as the scenario has it if not given.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed, instead of the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter, in both scenarios; repeatable.")
@work_options("the folder NAME-METHOD")
def command(scenario: Path, against: Path | None, overrides: tuple[str, ...], work: Work, **chosen: Any) -> None:
    """Find which parameters, and which assumptions, move the outcome.

    Every parameter that rests on an assumption is varied over the range that its evidence states. Morris screening (the default) tells
    the few that matter from the many that do not; Sobol indices then say how much of the variance each explains.
    """
    from sim.sensitivity.analysis import analyse

    (first, *other), method = _read([scenario, *([against] if against else [])], overrides, chosen, work.faults)
    asked = {"scenario": scenario.name, "against": against.name if against else None, "set": list(overrides), **chosen}
    options = {name: chosen[name] for name in ("parameters", "replications", "seed")}
    if chosen["measures"]:
        options["measures"] = tuple(name.strip() for name in chosen["measures"].split(","))
    with work.begun(f"{first.name}-{method.name}:") as how:
        study = analyse(first, method, against=other[0] if other else None, how=how, asked=asked, **work.place, **options)
    if report_failures(study):
        sys.exit(FAILED)
    if not work.quiet:
        _print(study)


def _read(paths: list[Path], overrides: tuple[str, ...], chosen: dict[str, Any], problems: list[str]) -> tuple[list[Scenario], Method]:
    """The scenarios and the method; all that is wrong with them is refused together, with the problems so far."""
    from sim.scenario import load
    from sim.scenario.scaling import of_people
    from sim.sensitivity.morris import Morris
    from sim.sensitivity.sobol import Sobol

    loaded: list[Scenario] = []
    for path in paths:
        with gathering(problems):
            read = load(path, overrides)
            loaded.append(of_people(read, chosen["people"]) if chosen["people"] else read)
    if len({scenario.name for scenario in loaded}) < len(loaded):
        problems.append(f"--against: a scenario of another name, and got two called {loaded[0].name}")
    with gathering(problems, "--"):
        method = Morris(chosen["trajectories"]) if chosen["method"] == "morris" else Sobol(chosen["samples"])
    refuse_any(problems)
    return loaded, method


def _print(study: Study) -> None:
    from sim.sensitivity.text import as_tables

    show([*as_tables(study), f"Tables: {study.folder}", f"Figure: chillsim plot {study.folder}"])
