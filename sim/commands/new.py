"""chillsim new"""

from __future__ import annotations

import re
from pathlib import Path

import click

from sim.commands.refusal import refuse


@click.command(
    epilog="""\b
Example:
  chillsim new my-dialogue
  chillsim run my-dialogue.yaml
"""
)
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; NAME.yaml if not given.")
@click.option(
    "--from", "start", default="starter", show_default=True, metavar="SHIPPED", help="Scenario to start from; `chillsim list` names them."
)
def command(name: str, out: Path | None, start: str) -> None:
    """Write a commented scenario to start from.

    NAME consists of lower-case letters, digits and hyphens. A file that exists is never overwritten.
    """
    from sim.scenario import presets
    from sim.scenario.problems import hint, shown
    from sim.scenario.schema.base import NAME_PATTERN

    if not re.fullmatch(NAME_PATTERN, name):
        refuse(f"NAME: a name (lower-case letters, digits and hyphens, a letter first), and got {shown(name)}")
    known = presets.shipped("scenarios")
    if start not in known:
        refuse(f"--from: a scenario that ships ({hint(start, known)}), and got {shown(start)}")
    path = out or Path(f"{name}.yaml")
    text = re.sub(rf"\b{start}\.yaml", path.name, presets.text("scenarios", start))
    _write(path, re.sub(r"^name: .*$", f"name: {name}", text, count=1, flags=re.MULTILINE))
    click.echo(f"{path}: edit it, then: chillsim check {path}")


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        refuse(f"{path}: a file that does not exist yet, and got one that does")
    except OSError as error:
        refuse(f"{path}: cannot be written: {error.strerror}")
