"""`chillsim new`"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.experiment.task import run_task
from sim.scenario import load, parameters, presets
from sim.scenario.presets import shipped


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", *arguments], catch_exceptions=False)


@pytest.fixture(autouse=True)
def _workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("start", shipped("scenarios"))
def test_it_writes_a_scenario_that_loads_and_runs(start: str) -> None:
    result = new("my-dialogue", "--from", start)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "my-dialogue.yaml: edit it, then: chillsim check my-dialogue.yaml\n"
    scenario = load("my-dialogue.yaml", ["horizon=8 d"])
    assert scenario.name == "my-dialogue"
    (full,) = run_task(scenario, [0], ["full"])
    assert full.measures.height > 0


def test_the_starter_is_explained_and_says_where_its_numbers_come_from() -> None:
    new("mine", "--out", "there.yaml")
    text = Path("there.yaml").read_text(encoding="utf-8")
    assert text.count("#") > 20
    assert "chillsim check there.yaml" in text
    assert "starter" not in text
    assert [parameter.path for parameter in parameters(load("there.yaml")) if parameter.basis == "none stated"] == []


@pytest.mark.parametrize("start", shipped("platforms"))
def test_it_writes_a_scenario_on_a_platform_that_ships(start: str) -> None:
    assert new("mine", "--from", start).exit_code == 0
    assert f"preset: {start}\n" in Path("mine.yaml").read_text(encoding="utf-8")
    scenario = load("mine.yaml")
    assert presets.title("platforms", start) == f"{scenario.platforms['platform'].title}, 2020"
    assert [parameter.path for parameter in parameters(scenario) if parameter.basis == "none stated"] == []
    (full,) = run_task(load("mine.yaml", ["horizon=3 d", "window=1 h"]), [0], ["full"])
    assert full.measures.height > 0


def test_it_never_overwrites() -> None:
    Path("mine.yaml").write_text("precious", encoding="utf-8")
    result = new("mine")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "mine.yaml: a file that does not exist yet, and got one that does\n"
    assert Path("mine.yaml").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("Mine",), "NAME: a name (lower-case letters, digits and hyphens, a letter first), and got 'Mine'"),
        (("../x",), "NAME: a name (lower-case letters, digits and hyphens, a letter first), and got '../x'"),
        (("x\n",), "NAME: a name (lower-case letters, digits and hyphens, a letter first), and got 'x\\n'"),
        (("x", "--from", "strter"), "--from: a scenario or platform that ships (did you mean 'starter'?), and got 'strter'"),
        (("x", "--from", "../starter"), "--from: a scenario or platform that ships (did you mean 'starter'?), and got '../starter'"),
        (("x", "--out", "none/x.yaml"), "none/x.yaml: cannot be written: No such file or directory"),
    ],
)
def test_refusals(arguments: tuple[str, ...], line: str) -> None:
    result = new(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{line}\n")
    assert list(Path().iterdir()) == []
