"""chillsim run"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.failures import report_failures
from sim.commands.printing import show
from sim.commands.refusal import FAILED, gathering, refuse_any
from sim.commands.until import parsed
from sim.commands.work import Place, Work, work_options

if TYPE_CHECKING:
    from sim.experiment.simulation import How
    from sim.result import Result
    from sim.scenario.schema import Scenario
    from sim.sweep_result import Sweep


@click.command(
    epilog="""\b
Example:
  chillsim run scenarios/un75-tencent.yaml
  chillsim run scenarios/un75-tencent.yaml -n 5 --set horizon=10d --out trial
"""
)
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...", type=click.Path(path_type=Path))
@click.option("-n", "--replications", type=click.IntRange(1, 1_000_000), metavar="N", help="Repetitions, instead of the scenario's.")
@click.option(
    "--until",
    multiple=True,
    metavar="MEASURE=NUMBER",
    help="Stop once the 95 % interval of a measure is no wider than ± this, and after -n at the latest (1000 if not given); repeatable.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="Seed, instead of the scenario's.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter; repeatable.")
@click.option(
    "--worlds", default="ladder", show_default=True, metavar="ladder|shapley|full|NAME,...", help="Which mechanisms to switch on."
)
@click.option("--point", type=click.IntRange(0), metavar="K", help="Of scenarios with an experiment, run point K alone.")
@click.option("--replication", type=click.IntRange(0, 10**9), metavar="K", help="Run replication K alone.")
@click.option("--keep-ledger", is_flag=True, help="Write every occasion too.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first run that fails.")
@work_options("the folders of results", "Continue what was interrupted; also with more replications (-n).")
def command(
    scenarios: tuple[Path, ...],
    overrides: tuple[str, ...],
    point: int | None,
    replication: int | None,
    fail_fast: bool,
    work: Work,
    **chosen: Any,
) -> None:
    """Run scenarios, write their tables, and print what they show.

    A scenario with an experiment is run at every point of its design.
    """
    chosen["until"], problems = parsed(chosen["until"])
    if replication is not None and (chosen["replications"] or chosen["until"]):
        problems.append("--replication: one alone, and got -n or --until too")
    loaded = _loaded(scenarios, partial(_load, overrides, point, replication), chosen, work, problems + work.faults)
    asked = {"set": list(overrides), **_given(point=point, replication=replication), **chosen}
    failed = False
    with work.begun() as how:
        _admit(loaded, chosen, how)
        for path, scenario in zip(scenarios, loaded, strict=True):
            result = _run(scenario, replace(how, fail_fast=fail_fast), work.place, chosen, {"scenario": path.name, **asked})
            if not work.quiet and result.count("done"):
                _print(result)
            failed |= report_failures(result)
    sys.exit(FAILED if failed else 0)


def _loaded(
    paths: Sequence[Path], load: Callable[[Path], Scenario], chosen: dict[str, Any], work: Work, problems: list[str]
) -> list[Scenario]:
    """The scenarios; whatever can be refused is refused here, with the problems so far, before any is run."""
    from sim.experiment.store import check_place
    from sim.model.worlds import parse_worlds

    loaded: list[Scenario] = []
    for path in paths:
        with gathering(problems):
            loaded.append(load(path))
    names = [scenario.name for scenario in loaded]
    problems += [
        f"{scenario.name}: {option}: of one point (--point K), and got an experiment"
        for option, given in (("--keep-ledger", chosen["keep_ledger"]), ("--until", chosen["until"]))
        for scenario in loaded
        if given and scenario.experiment is not None
    ]
    problems += [f"{name}: two scenarios have this name; their results would go to one folder" for name in names if names.count(name) > 1]
    for name in names:
        with gathering(problems):
            check_place(work.out, name, work.force or work.resume)
    with gathering(problems, "--worlds: "):
        parse_worlds(chosen["worlds"])
    refuse_any(problems)
    return loaded


def _load(overrides: tuple[str, ...], point: int | None, replication: int | None, path: Path) -> Scenario:
    from sim.experiment.design import check_points, scenario_at
    from sim.experiment.replay import alone
    from sim.scenario import load

    scenario = load(path, overrides)
    scenario = scenario if point is None else scenario_at(scenario, point)
    scenario = scenario if replication is None else alone(scenario, replication)
    if scenario.experiment is not None:
        check_points(scenario)
    return scenario


def _given(**options: int | None) -> dict[str, int]:
    return {name: value for name, value in options.items() if value is not None}


def _admit(loaded: Sequence[Scenario], chosen: dict[str, Any], how: How) -> None:
    """Refuses what is predicted to exceed the limits, before any of several scenarios is run; of one alone, `run` sees to that."""
    from sim.experiment.design import values_of_points
    from sim.experiment.plan import make_plan
    from sim.experiment.simulation import admit

    problems: list[str] = []
    for scenario in loaded if len(loaded) > 1 else ():
        plan = make_plan(scenario, **chosen)
        points = 1 if scenario.experiment is None else len(values_of_points(plan.scenario))
        with gathering(problems):
            admit(scenario.name, plan, how, [plan.scenario], designed=points, in_folder=True)
    refuse_any(problems)


def _run(scenario: Scenario, how: How, place: Place, chosen: dict[str, Any], asked: dict[str, Any]) -> Result | Sweep:
    from sim.experiment.runner import run
    from sim.experiment.sweep import sweep

    by: dict[str, Any] = {
        "jobs": how.jobs,
        "executor": how.executor,
        "limits": how.limits,
        "progress": how.progress,
        "fail_fast": how.fail_fast,
    }
    if scenario.experiment is None:
        return run(scenario, asked=asked, **by, **place, **chosen)
    options = {name: value for name, value in chosen.items() if name not in ("keep_ledger", "until")}
    return sweep(scenario, asked=asked, **by, **place, **options)


def _print(result: Result | Sweep) -> None:
    from sim.overview import overview
    from sim.result import Result
    from sim.sweep_text import sweep_overview

    parts = overview(result) if isinstance(result, Result) else sweep_overview(result)
    show([*parts, f"Tables: {result.folder}", f"Figures: chillsim plot {result.folder}"])
