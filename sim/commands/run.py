"""chillsim run"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from sim.commands.cluster import cluster_option, connected
from sim.commands.limits import clashes, limit_options, taken
from sim.commands.printing import show, write_plainly
from sim.commands.refusal import refuse
from sim.commands.until import parsed

if TYPE_CHECKING:
    from sim.experiment.interrupts import Interrupted
    from sim.experiment.simulation import How
    from sim.result import Result
    from sim.scenario.schema import Scenario
    from sim.sweep_result import Sweep

FAILED, INTERRUPTED = 1, 130


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
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at work; as many as there are processors if not given.")
@cluster_option
@limit_options
@click.option("--out", default="results", show_default=True, type=click.Path(path_type=Path), help="Folder for the folders of results.")
@click.option("--set", "overrides", multiple=True, metavar="PATH=VALUE", help="Set a parameter; repeatable.")
@click.option(
    "--worlds", default="ladder", show_default=True, metavar="ladder|shapley|full|NAME,...", help="Which mechanisms to switch on."
)
@click.option("--point", type=click.IntRange(0), metavar="K", help="Of scenarios with an experiment, run point K alone.")
@click.option("--replication", type=click.IntRange(0, 10**9), metavar="K", help="Run replication K alone.")
@click.option("--resume", is_flag=True, help="Continue what was interrupted; also with more replications (-n).")
@click.option("--force", is_flag=True, help="Replace a result that exists, and start an interrupted one anew.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first run that fails.")
@click.option("--keep-ledger", is_flag=True, help="Write every occasion too.")
@click.option("--quiet", is_flag=True, help="Print nothing but problems.")
def command(
    scenarios: tuple[Path, ...],
    overrides: tuple[str, ...],
    point: int | None,
    replication: int | None,
    jobs: int | None,
    cluster: str | None,
    out: Path,
    resume: bool,
    force: bool,
    fail_fast: bool,
    quiet: bool,
    **chosen: Any,
) -> None:
    """Run scenarios, write their tables, and print what they show.

    A scenario with an experiment is run at every point of its design.
    """
    from sim.experiment.interrupts import Interrupted
    from sim.experiment.simulation import How

    write_plainly()
    if resume and force:
        refuse("--resume: continues what is there, and --force starts anew; got both")
    chosen["until"], problems = parsed(chosen["until"])
    if replication is not None and (chosen["replications"] or chosen["until"]):
        problems.append("--replication: one alone, and got -n or --until too")
    limits = taken(chosen)
    problems += clashes(limits, cluster)
    how = {"jobs": jobs, "limits": limits, "out": out, "resume": resume, "force": force, "fail_fast": fail_fast, **chosen}
    try:
        loaded = _loaded(scenarios, overrides, point, replication, chosen, out, force or resume, problems)
        asks = {"set": list(overrides), **_given(point=point, replication=replication), **chosen}
        named = zip(scenarios, loaded, strict=True)
        with connected(cluster) as executor:
            how["executor"] = executor
            _admit(loaded, chosen, How(jobs, executor, limits=limits))
            statuses = [_run(scenario, quiet, {"scenario": path.name, **asks}, how) for path, scenario in named]
    except Interrupted as interrupt:
        _report_interrupt(interrupt)
    except KeyboardInterrupt:
        _report_interrupt(Interrupted(None))
    sys.exit(max(statuses))


def _loaded(
    paths: Sequence[Path],
    overrides: tuple[str, ...],
    point: int | None,
    replication: int | None,
    chosen: dict[str, Any],
    out: Path,
    force: bool,
    problems: list[str],
) -> list[Scenario]:
    """The scenarios; whatever can be refused is refused here, with the `problems` so far, before any is run."""
    from sim.experiment.disk import ResultError
    from sim.experiment.store import check_place
    from sim.model.worlds import parse_worlds
    from sim.scenario import ScenarioError

    loaded: list[Scenario] = []
    for path in paths:
        try:
            loaded.append(_load(path, overrides, point, replication))
        except ScenarioError as error:
            problems.append(str(error))
    names = [scenario.name for scenario in loaded]
    problems += [
        f"{scenario.name}: {option}: of one point (--point K), and got an experiment"
        for option, given in (("--keep-ledger", chosen["keep_ledger"]), ("--until", chosen["until"]))
        for scenario in loaded
        if given and scenario.experiment is not None
    ]
    problems += [f"{name}: two scenarios have this name; their results would go to one folder" for name in names if names.count(name) > 1]
    for name in names:
        try:
            check_place(out, name, force)
        except ResultError as error:
            problems.append(str(error))
    try:
        parse_worlds(chosen["worlds"])
    except ValueError as error:
        problems.append(f"--worlds: {error}")
    if problems:
        refuse("\n".join(dict.fromkeys(problems)))
    return loaded


def _given(**options: int | None) -> dict[str, int]:
    return {name: value for name, value in options.items() if value is not None}


def _admit(loaded: Sequence[Scenario], chosen: dict[str, Any], how: How) -> None:
    """Refuses what is predicted to exceed the limits, before any of several scenarios is run; of one alone, `run` sees to that."""
    from sim.experiment.design import values_of_points
    from sim.experiment.plan import make_plan
    from sim.experiment.simulation import admit
    from sim.scenario import ScenarioError

    problems: list[str] = []
    for scenario in loaded if len(loaded) > 1 else ():
        plan = make_plan(scenario, **{name: chosen[name] for name in ("replications", "seed", "worlds", "keep_ledger", "until")})
        points = 1 if scenario.experiment is None else len(values_of_points(plan.scenario))
        try:
            admit(scenario.name, plan, how, [plan.scenario], designed=points)
        except ScenarioError as error:
            problems += error.problems
    if problems:
        refuse("\n".join(problems))


def _load(path: Path, overrides: tuple[str, ...], point: int | None, replication: int | None) -> Scenario:
    from sim.experiment.design import check_points, scenario_at
    from sim.experiment.replay import alone
    from sim.scenario import load

    scenario = load(path, overrides)
    scenario = scenario if point is None else scenario_at(scenario, point)
    scenario = scenario if replication is None else alone(scenario, replication)
    if scenario.experiment is not None:
        check_points(scenario)
    return scenario


def _run(scenario: Scenario, quiet: bool, asked: dict[str, Any], how: dict[str, Any]) -> int:
    """Runs one scenario and prints its result; returns the exit status."""
    from rich.console import Console

    from sim.experiment import progress
    from sim.experiment.disk import ResultError, WriteError
    from sim.experiment.runner import run
    from sim.experiment.sweep import sweep

    shown = progress.quiet if quiet else progress.shown_on(Console(stderr=True))
    try:
        if scenario.experiment is None:
            result: Result | Sweep = run(scenario, progress=shown, asked=asked, **how)
        else:
            options = {name: value for name, value in how.items() if name not in ("keep_ledger", "until")}
            result = sweep(scenario, progress=shown, asked=asked, **options)
    except WriteError as error:
        refuse(f"{error}; what had finished is kept, and --resume continues from there", FAILED)
    except ResultError as error:
        refuse(error)
    if not quiet and result.count("done"):
        _print(result)
    return _report_failures(result)


def _print(result: Result | Sweep) -> None:
    from sim.overview import overview
    from sim.result import Result
    from sim.sweep_text import sweep_overview

    parts = overview(result) if isinstance(result, Result) else sweep_overview(result)
    show([*parts, f"Tables: {result.folder}", f"Figures: chillsim plot {result.folder}"])


def _report_failures(result: Result | Sweep) -> int:
    """Says which runs failed, and why; returns the exit status."""
    import polars as pl

    failed = result.runs.filter(pl.col("status") == "failed")
    if failed.is_empty():
        return 0
    print(
        f"{result.name}: {failed.height} of {result.runs.height} runs failed; {result.folder} holds the others, and --resume tries again",
        file=sys.stderr,
    )
    for error, count, replay in failed.group_by("error", maintain_order=True).agg(pl.len(), pl.first("replay")).iter_rows():
        print(f"  {count} x {error}; the first of them again, alone: {replay}", file=sys.stderr)
    return FAILED


def _report_interrupt(interrupt: Interrupted) -> NoReturn:
    print(f"Interrupted: {interrupt.left}", file=sys.stderr)
    sys.exit(INTERRUPTED)
