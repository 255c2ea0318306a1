"""The command line: which commands there are, and how any of them ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from keyword import iskeyword
from typing import Any, NoReturn

import click

from sim.commands.printing import write_plainly
from sim.commands.refusal import FAILED, INTERRUPTED, PIPE_CLOSED, refuse
from sim.experiment.interrupts import Interrupted, interruptible, struck

COMMANDS = {
    "run": "Run scenarios, write their tables, and print what they show.",
    "sensitivity": "Find which parameters, and which assumptions, move the outcome.",
    "calibrate": "Fit named parameters to published figures, and report how the scenario stands to others.",
    "compare": "Compare results with a baseline, with confidence intervals.",
    "plot": "Draw figures of results.",
    "check": "Validate scenarios and list what they rest on; run nothing.",
    "import": "Turn other people's lists, scores and chats into input of scenarios.",
    "new": "Write a commented scenario to start from.",
    "list": "List presets, voice models, measures and figures.",
    "validate": "Check the simulation against published models, theory and accounting identities.",
    "schema": "Print the JSON Schema of scenario files.",
}
"""Each command is `command` in the module of its name in `sim.commands` (with _ after a keyword), imported when it is called."""


class Commands(click.Group):
    """Commands that are imported when they are needed, and that end without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"sim.commands.{cmd_name}{'_' * iskeyword(cmd_name)}").command
        assert isinstance(command, click.Command)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def make_context(self, *arguments: Any, **named: Any) -> click.Context:
        """Reads the options, of which some print something and end."""
        with _output_may_end():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command; what ends one, but for usage errors, has its own status here."""
        with interruptible(), _output_may_end():
            try:
                return super().invoke(ctx)
            except (click.ClickException, click.exceptions.Exit):
                raise
            except (Exception, KeyboardInterrupt) as error:
                _end(error)


@contextmanager
def _output_may_end() -> Iterator[None]:
    """Ends the program without a traceback where standard output is closed, full, not there, or in an encoding that lacks characters."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the program
    write_plainly()
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave(PIPE_CLOSED)
    except OSError as error:
        with suppress(OSError):
            print(f"{error.filename or 'standard output'}: cannot be written: {error.strerror}", file=sys.stderr)
        _leave(FAILED)


def _leave(status: int) -> NoReturn:
    """Ends the program; what output still holds goes nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(status)


def _end(error: BaseException) -> NoReturn:
    """Ends the program, with a line for what ended it; raises what no command should come to."""
    if isinstance(error, KeyboardInterrupt):
        refuse(f"Interrupted: {error.left}" if isinstance(error, Interrupted) else "Interrupted", INTERRUPTED)
    from sim.experiment.cluster import ClusterError, ClusterGone
    from sim.experiment.disk import ResultError, WriteError
    from sim.scenario import ScenarioError

    if isinstance(error, WriteError | ClusterGone):
        option = "--cluster: " if isinstance(error, ClusterGone) else ""
        refuse(f"{option}{error}; what had finished is kept, and --resume continues from there", FAILED)
    if struck():
        refuse("Interrupted", INTERRUPTED)
    if isinstance(error, ResultError | ClusterError | ScenarioError):
        refuse(error)
    raise error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""\b
Example:
  chillsim run scenarios/un75-tencent.yaml
""",
)
@click.version_option(package_name="chillsim", prog_name="chillsim", message="%(prog)s %(version)s")
def main() -> None:
    """Simulate what a discussion loses to a platform's rules."""
