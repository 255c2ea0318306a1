"""chillsim check"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.printing import show
from sim.commands.refusal import gathering, refuse_any

if TYPE_CHECKING:
    from sim.experiment.budget import Budget
    from sim.scenario.schema import Scenario

PLAIN_WIDTH = 140
"""Columns where the output is no terminal."""


@click.command(
    epilog="""\b
Example:
  chillsim check scenarios/un75-tencent.yaml
  chillsim check scenarios/*.yaml --format json
"""
)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...", type=click.Path(path_type=Path))
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter; repeatable.")
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), metavar="N", help="Repetitions, instead of the scenario's.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at work; as many as there are processors if not given.")
@click.option("--format", "form", default="table", show_default=True, type=click.Choice(["table", "json"]), help="Format.")
def command(scenarios: tuple[Path, ...], overrides: tuple[str, ...], replications: int | None, jobs: int | None, form: str) -> None:
    """Validate scenarios and list what they rest on; run nothing.

    Shows the size of each scenario, what running it is predicted to take and, for every number and switch in it, the source or the
    assumption behind it. Everything that is wrong is listed, one problem a line, and the exit status is then 2.
    """
    from sim.scenario import load

    loaded: list[tuple[Path, Scenario, Budget]] = []
    problems: list[str] = []
    for path in scenarios:
        with gathering(problems):
            scenario = load(path, overrides)
            loaded.append((path, scenario, _budget(scenario, replications, jobs)))
    if form == "json":
        _print_json(loaded)
    else:
        _print_tables(loaded)
    refuse_any(problems)


def _budget(scenario: Scenario, replications: int | None, jobs: int | None) -> Budget:
    """What running a scenario takes, at all points if it has an experiment; raises a ScenarioError if some of these are no scenarios."""
    from sim.experiment.budget import Size, budget_of
    from sim.experiment.design import scenarios_at, values_of_points
    from sim.experiment.pool import default_jobs
    from sim.measures.definitions import LADDER

    points = [scenario] if scenario.experiment is None else scenarios_at(scenario, values_of_points(scenario))
    size = Size(LADDER, replications or scenario.replications, len(points), in_folder=True)
    return budget_of(points, size, jobs or default_jobs())


def _print_json(loaded: list[tuple[Path, Scenario, Budget]]) -> None:
    import json

    from sim.scenario.review import as_data

    click.echo(json.dumps([{"file": str(path), **as_data(scenario, budget)} for path, scenario, budget in loaded], indent=2))


def _print_tables(loaded: list[tuple[Path, Scenario, Budget]]) -> None:
    from sim.scenario.review import as_tables

    parts = (part for _, scenario, budget in loaded for part in as_tables(scenario, budget))
    show(parts, None if sys.stdout.isatty() else PLAIN_WIDTH)
