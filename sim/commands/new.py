"""chillsim new"""

from __future__ import annotations

import re
from pathlib import Path

import click

from sim.commands.refusal import refuse

ON_A_PLATFORM = "on-a-platform"
"""The scenario to start from on a platform that ships."""


@click.command(
    epilog="""\b
Example:
  chillsim new my-dialogue
  chillsim run my-dialogue.yaml
  chillsim new on-weibo --from weibo-2020
"""
)
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; NAME.yaml if not given.")
@click.option(
    "--from",
    "start",
    default="starter",
    show_default=True,
    metavar="SHIPPED",
    help="Scenario or platform to start from; `chillsim list` names them.",
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
    scenarios, platforms = presets.shipped("scenarios"), presets.shipped("platforms")
    if start not in scenarios and start not in platforms:
        refuse(f"--from: a scenario or platform that ships ({hint(start, (*scenarios, *platforms))}), and got {shown(start)}")
    path = out or Path(f"{name}.yaml")
    origin = start if start in scenarios else ON_A_PLATFORM
    text = presets.text("scenarios", origin).replace(f"{origin}.yaml", path.name)
    if start in platforms:
        text = text.replace("preset: wechat-group-2020", f"preset: {start}")
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
