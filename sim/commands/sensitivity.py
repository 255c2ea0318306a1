"""chillsim sensitivity"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.cluster import cluster_option, connected
from sim.commands.limits import clashes, limit_options, taken
from sim.commands.printing import show, write_plainly
from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.sensitivity.study import Study

FAILED, INTERRUPTED = 1, 130


@click.command(
    epilog="""\b
Example:
  chillsim sensitivity scenarios/un75-tencent.yaml --parameters voice,beliefs
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
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed, instead of the scenario's.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at work; as many as there are processors if not given.")
@cluster_option
@limit_options
@click.option("--out", default="results", show_default=True, type=click.Path(path_type=Path), help="Folder for the folder NAME-METHOD.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter, in both scenarios; repeatable.")
@click.option("--resume", is_flag=True, help="Continue what was interrupted.")
@click.option("--force", is_flag=True, help="Replace a result that exists, and start an interrupted one anew.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(
    scenario: Path,
    against: Path | None,
    overrides: tuple[str, ...],
    resume: bool,
    force: bool,
    quiet: bool,
    jobs: int | None,
    cluster: str | None,
    **chosen: Any,
) -> None:
    """Find which parameters, and which assumptions, move the outcome.

    Every parameter that rests on an assumption is varied over the range that its evidence states. Morris screening (the default) tells
    the few that matter from the many that do not; Sobol indices then say how much of the variance each explains.
    """
    from rich.console import Console

    from sim.experiment import progress
    from sim.experiment.disk import ResultError, WriteError
    from sim.experiment.interrupts import Interrupted
    from sim.experiment.simulation import How
    from sim.sensitivity.analysis import analyse

    write_plainly()
    if resume and force:
        refuse("--resume: continues what is there, and --force starts anew; got both")
    limits = taken(chosen)
    if problems := clashes(limits, cluster):
        refuse("\n".join(problems))
    first, *other = _loaded([scenario, *([against] if against else [])], overrides)
    asked = {"scenario": scenario.name, "against": against.name if against else None, "set": list(overrides), **chosen}
    shown = progress.quiet if quiet else progress.shown_on(Console(stderr=True))
    name = f"{first.name}-{chosen['method']}"
    told = (lambda _: None) if quiet else (lambda budget: print(f"{name}: {budget.in_words()}", file=sys.stderr))
    how = How(jobs, progress=shown, limits=limits, told=told)
    options = {"parameters": chosen["parameters"], "replications": chosen["replications"], "seed": chosen["seed"], "out": chosen["out"]}
    if chosen["measures"]:
        options["measures"] = tuple(name.strip() for name in chosen["measures"].split(","))
    try:
        with connected(cluster) as executor:
            how = replace(how, executor=executor)
            study = analyse(
                first, _method(chosen), against=other[0] if other else None, how=how, resume=resume, force=force,
                asked={**asked, "out": str(chosen["out"])}, **options,
            )  # fmt: skip
    except WriteError as error:
        refuse(f"{error}; what had finished is kept, and --resume continues from there", FAILED)
    except ResultError as error:
        refuse(error)
    except Interrupted as interrupt:
        print(f"Interrupted: {interrupt.left}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    _report(study, quiet)


def _method(chosen: dict[str, Any]) -> Any:
    from sim.sensitivity.morris import Morris
    from sim.sensitivity.sobol import Sobol

    try:
        return Morris(chosen["trajectories"]) if chosen["method"] == "morris" else Sobol(chosen["samples"])
    except ValueError as error:
        refuse(f"--{error}")


def _loaded(paths: list[Path], overrides: tuple[str, ...]) -> list[Scenario]:
    """The scenarios; all that is wrong with them is refused together."""
    from sim.scenario import ScenarioError, load

    problems: list[str] = []
    loaded: list[Scenario] = []
    for path in paths:
        try:
            loaded.append(load(path, overrides))
        except ScenarioError as error:
            problems += error.problems
    if len({scenario.name for scenario in loaded}) < len(loaded):
        problems.append(f"--against: a scenario of another name, and got two called {loaded[0].name}")
    if problems:
        refuse("\n".join(dict.fromkeys(problems)))
    return loaded


def _report(study: Study, quiet: bool) -> None:
    """Prints what was found; ends with status 1 where runs failed."""
    from sim.sensitivity.text import as_tables

    if (failed := study.runs.filter(status="failed")).height:
        print(f"{study.name}: {failed.height} of {study.runs.height} runs failed; --resume tries again", file=sys.stderr)
        print(f"  {failed['error'][0]}", file=sys.stderr)
        sys.exit(FAILED)
    if quiet:
        return
    show([*as_tables(study), f"Tables: {study.folder}", f"Figure: chillsim plot {study.folder}"])
