"""One replication again, alone."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.measures.definitions import LADDER

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

LONGEST_NAME = 63


def command(folder: Path, scenario: Sequence[str], replication: int, worlds: Sequence[str], *, keep_ledger: bool = False) -> str:
    """The command line that runs a replication again, in the same worlds.

    Args:
        folder: of the result.
        scenario: the name of a scenario's file in that folder, and the options that make it the one that was run.
    """
    file, *options = scenario
    words = ["chillsim", "run", str(folder / file), *options, "--replication", str(replication)]
    words += ["--worlds", ",".join(worlds)] if tuple(worlds) != LADDER else []
    words += ["--keep-ledger"] if keep_ledger else []
    return shlex.join(words)


def alone(scenario: Scenario, replication: int) -> Scenario:
    """The scenario with one replication, named after both."""
    suffix = f"-replication-{replication}"
    name = f"{scenario.name[: LONGEST_NAME - len(suffix)]}{suffix}"
    return scenario.model_copy(update={"name": name, "first_replication": replication, "replications": 1, "precision": {}})
