"""`chillsim --help` is quick, and every command has an example."""

from __future__ import annotations

import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from sim.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert f"Usage: main {name}" in result.output
    assert f"  chillsim {name} " in result.output[result.output.index("Example:") :]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_they_say(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert (command.help or "").split("\n\n")[0].replace("\n", " ") == COMMANDS[name]


def test_help_is_quick_and_imports_nothing_slow() -> None:
    code = "import sys; from sim.cli import main; main(['--help'], standalone_mode=False); print(','.join(sys.modules), file=sys.stderr)"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert time.perf_counter() - start < 3
    assert all(name in done.stdout for name in COMMANDS)
    loaded = set(done.stderr.strip().split(","))
    assert not loaded & {"numpy", "polars", "pydantic", "yaml", "rich", "matplotlib", "scipy", "simpy"}


def test_python_m_sim_is_chillsim() -> None:
    done = subprocess.run([sys.executable, "-m", "sim", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("chillsim ")


@pytest.mark.parametrize("arguments", [["rnu"], ["check"], ["check", "--nix", "x"], ["list", "x"], []])
def test_usage_errors_have_status_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 2


def test_an_interrupt_has_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "get_command", lambda ctx, name: click.Command(name, callback=interrupted))
    result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 130
    assert "Traceback" not in result.output


LONG_LIST = """
from sim.cli import main
from sim.commands.list import KINDS

KINDS["voices"] = ("x" * 10**6, KINDS["voices"][1])
main(["list", "voices"])
"""


def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen([sys.executable, "-c", LONG_LIST], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(10) == "x" * 10
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141
