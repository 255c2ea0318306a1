"""chillsim schema"""

from __future__ import annotations

from pathlib import Path

import click

from sim.commands.printing import hand_over


@click.command(
    epilog="""\b
Example:
  chillsim schema --out scenario.schema.json
"""
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write instead of printing.")
def command(out: Path | None) -> None:
    """Print the JSON Schema of scenario files.

    Editors use it to complete keys and to show their meaning. It carries the unit, the default and the evidence of every
    parameter. `chillsim check` tells more than it can: names that lead nowhere, and what is missing after `extends`.
    """
    import json

    from sim.scenario.jsonschema import json_schema

    text = json.dumps(json_schema(), indent=2) + "\n"
    hand_over(text, out)
