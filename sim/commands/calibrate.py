"""chillsim calibrate"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.failures import report_failures
from sim.commands.printing import show
from sim.commands.refusal import FAILED, gathering, refuse_any
from sim.commands.work import Work, work_options

if TYPE_CHECKING:
    from sim.calibration.result import Calibration
    from sim.calibration.search import Method
    from sim.calibration.targets import Targets
    from sim.scenario.schema import Scenario

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
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter; repeatable.")
@work_options("NAME-calibration")
def command(scenario: Path, targets_file: Path, overrides: tuple[str, ...], work: Work, **chosen: Any) -> None:
    """Fit named parameters to published figures, and report how the scenario stands to others.

    Targets that are marked for validation are never fitted to; they are reported out of sample.
    """
    from sim.calibration.calibration import calibrate

    loaded, targets, method = _read(scenario, overrides, targets_file, chosen, work.faults)
    asked = {"scenario": scenario.name, "set": list(overrides), **chosen}
    options = {name: chosen[name] for name in ("parameters", "replications", "final", "seed")}
    with work.begun(f"{loaded.name}-calibration: at most") as how:
        result = calibrate(loaded, targets, method, how=how, asked=asked, **work.place, **options)
    if report_failures(result, ", which ends the search"):
        sys.exit(FAILED)
    if not work.quiet:
        _print(result)


def _read(
    scenario: Path, overrides: Sequence[str], file: Path, chosen: dict[str, Any], problems: list[str]
) -> tuple[Scenario, Targets, Method]:
    """The scenario, the targets and the method; all that is wrong with them is refused together, with the problems so far."""
    from sim.calibration.target_file import read_targets
    from sim.scenario import load

    with gathering(problems, "--"):
        method = _method(chosen["method"], chosen["trials"], chosen["posterior"])
    with gathering(problems):
        loaded = load(scenario, overrides)
    with gathering(problems):
        targets = read_targets(file, chosen["targets"], chosen["out_of_sample"], chosen["tolerance"])
    refuse_any(problems)
    return loaded, targets, method


def _method(name: str, trials: int | None, draws: int) -> Method:
    from sim.calibration.abc import Abc
    from sim.calibration.least import Least
    from sim.calibration.tree_parzen import TreeParzen

    trials = trials or SIZES[name]
    if name == "abc":
        return Abc(trials, draws)
    return Least(trials) if name == "scipy" else TreeParzen(trials)


def _print(result: Calibration) -> None:
    from sim.calibration.text import as_tables

    place = result.folder
    show([*as_tables(result), f"Tables: {place}", f"Fitted scenario: chillsim run {place}/fitted.yaml"])
