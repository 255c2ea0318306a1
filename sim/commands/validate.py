"""chillsim validate"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.validation.check import Check, Row, Section

FAILED = 1


@click.command(
    epilog="""\b
Example:
  chillsim validate strategic thresholds
  chillsim validate --quick --controls
"""
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--controls", is_flag=True, help="Also run each check's negative control, a wrong variant that must fail.")
@click.option("--quick", is_flag=True, help="Fewer replications, and so wider tolerances.")
@click.option("--format", "form", default="text", show_default=True, type=click.Choice(["text", "csv", "json"]), help="Format.")
def command(names: tuple[str, ...], controls: bool, quick: bool, form: str) -> None:
    """Check the simulation against published models, theory and accounting identities.

    NAME is a section such as spiral, or one of its checks such as spiral.ticks-m5; all if not given. Each check states the expected
    value, the one found with its standard error, the tolerance and the rate of false alarms. The exit status is 1 if a check fails, or if
    a negative control does not.
    """
    from sim.validation.check import made

    rows: list[Row] = []
    for section, checks in list(_chosen(names)):
        if form == "text":
            _say(section)
        for check in checks:
            rows.append(row := made(section, check, quick=quick, controls=controls))
            if form == "text":
                _say(row)
    _conclude(rows, form)
    sys.exit(0 if all(row.as_it_should for row in rows) else FAILED)


def _chosen(names: tuple[str, ...]) -> Iterator[tuple[Section, list[Check]]]:
    """The sections asked for, and of each the checks asked for; refuses names that are neither."""
    from sim.scenario.problems import hint
    from sim.validation import sections

    every = sections()
    known = [section.name for section in every] + [f"{section.name}.{check.name}" for section in every for check in section.checks]
    unknown = [name for name in names if name not in known]
    if unknown:
        refuse("\n".join(f"{name}: a section or a check; {hint(name, known)}" for name in unknown))
    for section in every:
        whole = not names or section.name in names
        checks = [check for check in section.checks if whole or f"{section.name}.{check.name}" in names]
        if checks:
            yield section, checks


def _say(what: Section | Row) -> None:
    from sim.validation.check import Section
    from sim.validation.table import heading, lines

    if isinstance(what, Section):
        click.echo(f"{heading(what)}\n")
        return
    width = max(len(check.name) for check in what.section.checks)
    click.echo("\n".join(lines(what, width)))
    if what.check is what.section.checks[-1]:
        click.echo("")


def _conclude(rows: list[Row], form: str) -> None:
    from sim.validation.table import records, summary

    if form == "text":
        click.echo(summary(rows))
    elif form == "json":
        import json

        click.echo(json.dumps(records(rows), indent=2))
    else:
        import polars as pl

        from sim.experiment.csv import to_csv

        click.echo(to_csv(pl.DataFrame(records(rows), infer_schema_length=None)), nl=False)
