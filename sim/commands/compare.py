"""chillsim compare"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.commands.printing import hand_over
from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.comparison import Comparison

FORMATS = {".csv": "csv", ".md": "markdown", ".json": "json"}
"""Formats by the ending of a file's name."""


@click.command(
    epilog="""\b
Example:
  chillsim compare results/un75-website-survey results/un75-tencent
  chillsim compare results/un75-tencent results/un75-withdrawn --split group --measures heard_share
"""
)
@click.argument("results", nargs=-1, required=True, metavar="RESULT...", type=click.Path(path_type=Path))
@click.option("--baseline", metavar="NAME", help="Scenario (or folder) to compare with; the first result if not given.")
@click.option("--measures", metavar="NAME,...", help="Measures to compare, or 'all'; the headline measures if not given.")
@click.option("--split", default="total", show_default=True, help="Compare by group, topic, platform, day or rule.")
@click.option("--world", default="full", show_default=True, help="World to compare.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "markdown", "json"]), help="By the ending of --out if not given.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of printing.")
def command(
    results: tuple[Path, ...], baseline: str | None, measures: str | None, split: str, world: str, form: str | None, out: Path | None
) -> None:
    """Compare results with a baseline, with confidence intervals.

    Replications are paired where the scenarios share a seed. Verdicts hold for all rows together (Holm, 5 %). Of two experiments over
    the same points it tells in which share of the points the first is better than the second.
    """
    from sim.comparison import compare
    from sim.measures.definitions import HEADLINE
    from sim.result import Result

    wanted = tuple(name.strip() for name in measures.split(",")) if measures else HEADLINE
    if len(results) == 2 and all((folder / "design.csv").is_file() for folder in results):
        hand_over(_order(results, wanted, world, form or (FORMATS.get(out.suffix, "table") if out else "table")), out)
        return
    comparison = compare([Result.read(folder) for folder in results], baseline=baseline, measures=wanted, split=split, world=world)
    text = _rendered(comparison, form or (FORMATS.get(out.suffix, "table") if out else "table"), to_file=out is not None)
    hand_over(text, out)


def _rendered(comparison: Comparison, form: str, to_file: bool) -> str:
    from sim import comparison_text

    if form != "table":
        return {"csv": comparison_text.as_csv, "markdown": comparison_text.as_markdown, "json": comparison_text.as_json}[form](comparison)
    from rich.console import Console

    console = Console(width=120 if to_file else None, no_color=True if to_file else None, highlight=False)
    with console.capture() as capture:
        for part in comparison_text.as_tables(comparison, console.width):
            console.print(part)
    return capture.get()


def _order(folders: tuple[Path, ...], measures: tuple[str, ...], world: str, form: str) -> str:
    """The comparison of two experiments."""
    from rich.console import Console

    from sim.experiment.csv import to_csv
    from sim.sensitivity.text import order_table
    from sim.sweep_order import order
    from sim.sweep_result import Sweep

    if form not in ("table", "csv"):
        refuse(f"--format: table or csv for experiments, and got {form}")
    first, second = (Sweep.read(folder) for folder in folders)
    table = order(first, second, measures, world)
    if form == "csv":
        return to_csv(table)
    console = Console(highlight=False)
    with console.capture() as capture:
        console.print(order_table(table))
    return capture.get()
