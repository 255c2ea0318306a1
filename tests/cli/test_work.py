"""What commands that run scenarios have in common: the options about the work, and how they end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click
import pytest

from sim.cli import main
from sim.experiment.cluster import ClusterGone
from sim.experiment.disk import WriteError
from tests.cli.conftest import Call

COMMANDS: dict[str, list[str]] = {
    "run": ["run", "a.yaml", "-n", "2"],
    "sensitivity": ["sensitivity", "a.yaml", "--parameters", "voice.cost", "--trajectories", "2", "-n", "1"],
    "calibrate": ["calibrate", "a.yaml", "targets.yaml", "--parameters", "voice.cost=0.1:0.5", "-n", "1", "--final", "2"],
}
TARGETS = "targets: {removed: {measure: removal_rate, value: 0.1, tolerance: 0.01, source: none, source_level: primary, use: calibrate}}\n"
KEPT = "; what had finished is kept, and --resume continues from there"
OPTIONS = ("jobs", "cluster", "memory-limit", "max-memory", "max-events", "out", "resume", "force", "quiet")
every_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture
def work(call: Call, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Calls a command of which every run comes to what is given; an error to raise, or an interrupt."""
    Path("targets.yaml").write_text(TARGETS, encoding="utf-8")

    def called(name: str, *options: str, error: BaseException) -> Any:
        def run_task(*_: object) -> NoReturn:
            raise error

        monkeypatch.setattr("sim.experiment.task.run_task", run_task)
        return call(*COMMANDS[name], "--jobs", 1, *options)

    return called


@every_command
def test_help_has_the_same_options_in_the_same_order(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [option.opts[0] for option in command.params]
    assert options[-9:] == [f"--{option}" for option in OPTIONS]


@every_command
def test_options_that_clash_are_said_with_all_else_that_is_wrong(name: str, call: Call) -> None:
    Path("targets.yaml").write_text(TARGETS, encoding="utf-8")
    clashes = ["--resume", "--force", "--memory-limit", "1 GB", "--cluster", "tcp://127.0.0.1:1"]
    done = call(*COMMANDS[name], "--set", "voice.csot=1", *clashes)
    assert done.exit_code == 2
    first, second, *others = done.stderr.splitlines()
    assert first == "--resume: continues what is there, and --force starts anew; got both"
    assert second.startswith("--memory-limit: of processes on this machine, and got --cluster")
    assert [line for line in others if "csot" in line]


@every_command
@pytest.mark.parametrize("quiet", [False, True])
def test_failed_runs_are_said_with_how_often_why_and_how_to_have_them_again(name: str, quiet: bool, work: Callable[..., Any]) -> None:
    done = work(name, *(["--quiet"] if quiet else []), error=ArithmeticError("nothing adds up"))
    assert (done.exit_code, done.stdout) == (1, "")
    first, second = done.stderr.splitlines()[-2:]
    ends = ", which ends the search" if name == "calibrate" else ""
    assert re.fullmatch(rf"a: \d+ of \d+ runs failed{ends}; results/a\S*\.partial holds the others, and --resume tries again", first)
    assert re.fullmatch(r"  \d+ x \S+ ArithmeticError: nothing adds up; the first of them again, alone: chillsim run results/a.*", second)
    assert not quiet or len(done.stderr.splitlines()) == 2


@every_command
@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "Interrupted: nothing had finished, and nothing is kept"),
        (WriteError("x: cannot be written: full"), 1, "x: cannot be written: full" + KEPT),
        (ClusterGone("it is gone"), 1, "--cluster: it is gone" + KEPT),
    ],
)
def test_every_command_ends_alike(
    name: str, error: BaseException, status: int, line: str, work: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("sim.experiment.simulation.execute", execute)
    done = work(name, "--quiet", error=error)
    assert (done.exit_code, done.stdout, done.stderr) == (status, "", line + "\n")
