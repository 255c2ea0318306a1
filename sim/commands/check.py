"""chillsim check"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.printing import show, write_plainly
from sim.commands.refusal import refuse

if TYPE_CHECKING:
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
@click.option("--format", "form", default="table", show_default=True, type=click.Choice(["table", "json"]), help="Format.")
def command(scenarios: tuple[Path, ...], overrides: tuple[str, ...], form: str) -> None:
    """Validate scenarios and list what they rest on; run nothing.

    Shows the size of each scenario and, for every number and switch in it, the source or the assumption behind it. Everything
    that is wrong is listed, one problem a line, and the exit status is then 2.
    """
    from sim.experiment.design import check_points
    from sim.scenario import ScenarioError, load

    write_plainly()
    loaded: list[tuple[Path, Scenario]] = []
    problems: list[str] = []
    for path in scenarios:
        try:
            scenario = load(path, overrides)
            if scenario.experiment is not None:
                check_points(scenario)
            loaded.append((path, scenario))
        except ScenarioError as error:
            problems += error.problems
    if form == "json":
        _print_json(loaded)
    else:
        _print_tables(loaded)
    if problems:
        refuse("\n".join(dict.fromkeys(problems)))


def _print_json(loaded: list[tuple[Path, Scenario]]) -> None:
    import json

    from sim.scenario.review import as_data

    click.echo(json.dumps([{"file": str(path), **as_data(scenario)} for path, scenario in loaded], indent=2))


def _print_tables(loaded: list[tuple[Path, Scenario]]) -> None:
    from sim.scenario.review import as_tables

    parts = (part for _, scenario in loaded for part in as_tables(scenario))
    show(parts, None if sys.stdout.isatty() else PLAIN_WIDTH)
