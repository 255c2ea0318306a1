"""chillsim calibrate"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.cluster import cluster_option, connected
from sim.commands.limits import clashes, limit_options, taken
from sim.commands.printing import show, write_plainly
from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.calibration.result import Calibration
    from sim.calibration.search import Method
    from sim.calibration.targets import Targets
    from sim.experiment.budget import Budget
    from sim.experiment.simulation import How
    from sim.scenario.schema import Scenario

FAILED, INTERRUPTED = 1, 130
SIZES = {"scipy": 200, "optuna": 200, "abc": 1000}
"""Methods, with the points that each looks at unless it is told otherwise."""


@click.command(
    epilog="""\b
Example:
  chillsim calibrate scenarios/calibration/removal-delays.yaml scenarios/calibration/zhu-2013.yaml
  chillsim calibrate trial.yaml facts.yaml --targets t_zhu_8,t_zhu_24h --parameters 'platforms.chat.rules.filter.delay.fixed=1 min:24 h'
  chillsim calibrate trial.yaml targets.yaml --method abc --trials 2000 --posterior 500
"""
)
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("targets_file", metavar="TARGETS", type=click.Path(path_type=Path))
@click.option("--parameters", multiple=True, metavar="PATH[=LOW:HIGH[:log]]", help="What is fitted; repeatable.")
@click.option("--targets", metavar="NAME[=MEASURE],...", help="Those to fit to; all with use: calibrate if not given.")
@click.option("--out-of-sample", metavar="NAME[=MEASURE],...", help="Those to report beside the fit; all others if not given.")
@click.option(
    "--tolerance",
    default=0.1,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    metavar="SHARE",
    help="Of facts without any.",
)
@click.option("--method", default="scipy", show_default=True, type=click.Choice(list(SIZES)), help="A best fit, or a posterior (abc).")
@click.option("--trials", type=click.IntRange(1, 1_000_000), metavar="N", help="Most points looked at; 200, or 1000 for abc, if not given.")
@click.option("--posterior", default=100, show_default=True, type=click.IntRange(10, 100_000), metavar="N", help="Draws, with abc.")
@click.option("-n", "--replications", default=4, show_default=True, type=click.IntRange(1, 1_000_000), metavar="N", help="At each point.")
@click.option("--final", default=20, show_default=True, type=click.IntRange(2, 1_000_000), metavar="N", help="Replications for the report.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed, instead of the scenario's.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at work; as many as there are processors if not given.")
@cluster_option
@limit_options
@click.option("--out", default="results", show_default=True, type=click.Path(path_type=Path), help="Folder for NAME-calibration.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter; repeatable.")
@click.option("--resume", is_flag=True, help="Continue what was interrupted.")
@click.option("--force", is_flag=True, help="Replace a result that exists, and start an interrupted one anew.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(scenario: Path, targets_file: Path, overrides: tuple[str, ...], quiet: bool, cluster: str | None, **chosen: Any) -> None:
    """Fit named parameters to published figures, and report how the scenario stands to others.

    Targets that are marked for validation are never fitted to; they are reported out of sample.
    """
    write_plainly()
    if chosen["resume"] and chosen["force"]:
        refuse("--resume: continues what is there, and --force starts anew; got both")
    limits = taken(chosen)
    if problems := clashes(limits, cluster):
        refuse("\n".join(problems))
    method = _method(chosen)
    loaded, targets = _read(scenario, overrides, targets_file, chosen)
    how = replace(_how(f"{loaded.name}-calibration", chosen["jobs"], quiet), limits=limits)
    asked = {"scenario": scenario.name, "set": list(overrides), **chosen, "out": str(chosen["out"])}
    asked = {name: value for name, value in asked.items() if name not in ("jobs", "resume", "force")}
    names = ("parameters", "replications", "final", "seed", "out", "resume", "force")
    with connected(cluster) as executor:
        result = _calibrated(loaded, targets, method, replace(how, executor=executor), asked, {name: chosen[name] for name in names})
    _report(result, quiet)


def _how(name: str, jobs: int | None, quiet: bool) -> How:
    from rich.console import Console

    from sim.experiment import progress
    from sim.experiment.simulation import How

    if quiet:
        return How(jobs)

    def told(budget: Budget) -> None:
        print(f"{name}: at most {budget.in_words()}", file=sys.stderr)

    return How(jobs, progress=progress.shown_on(Console(stderr=True)), told=told)


def _method(chosen: dict[str, Any]) -> Method:
    from sim.calibration.abc import Abc
    from sim.calibration.least import Least
    from sim.calibration.tree_parzen import TreeParzen

    trials = chosen["trials"] or SIZES[chosen["method"]]
    try:
        if chosen["method"] == "abc":
            return Abc(trials, chosen["posterior"])
        return Least(trials) if chosen["method"] == "scipy" else TreeParzen(trials)
    except ValueError as error:
        refuse(f"--{error}")


def _read(scenario: Path, overrides: Sequence[str], targets: Path, chosen: dict[str, Any]) -> tuple[Scenario, Targets]:
    """The scenario and the targets; all that is wrong with them is refused together."""
    from sim.calibration.target_file import read_targets
    from sim.scenario import ScenarioError, load

    problems: list[str] = []
    try:
        loaded = load(scenario, overrides)
    except ScenarioError as error:
        problems += error.problems
    try:
        figures = read_targets(targets, chosen["targets"], chosen["out_of_sample"], chosen["tolerance"])
    except ScenarioError as error:
        problems += error.problems
    if problems:
        refuse("\n".join(problems))
    return loaded, figures


def _calibrated(
    scenario: Scenario, targets: Targets, method: Method, how: How, asked: dict[str, Any], options: dict[str, Any]
) -> Calibration:
    from sim.calibration.calibration import calibrate
    from sim.experiment.disk import ResultError, WriteError
    from sim.experiment.interrupts import Interrupted

    try:
        return calibrate(scenario, targets, method, how=how, asked=asked, **options)
    except WriteError as error:
        refuse(f"{error}; what had finished is kept, and --resume continues from there", FAILED)
    except ResultError as error:
        refuse(error)
    except Interrupted as interrupt:
        print(f"Interrupted: {interrupt.left}", file=sys.stderr)
        sys.exit(INTERRUPTED)


def _report(result: Calibration, quiet: bool) -> None:
    """Prints what was found; ends with status 1 where a run failed."""
    from sim.calibration.text import as_tables

    if (failed := result.runs.filter(status="failed")).height:
        print(
            f"{result.name}: {failed.height} of {result.runs.height} runs failed, which ends the search; --resume goes on", file=sys.stderr
        )
        print(f"  {failed['error'][0]}", file=sys.stderr)
        sys.exit(FAILED)
    if quiet:
        return
    place = result.folder
    show([*as_tables(result), f"Tables: {place}", f"Fitted scenario: chillsim run {place}/fitted.yaml"])
