"""Commands on synthetic runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli import main
from tests import synthetic

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `chillsim` in an empty folder that holds two scenarios, `a.yaml` and `b.yaml`; runs are synthetic."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sim.experiment.task.run_task", synthetic.run_task)
    for name in ("a", "b"):
        Path(f"{name}.yaml").write_text(sim.dump(synthetic.scenario(name, title=f"Option {name}")), encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the two scenarios, made once; tests get copies."""
    folder = tmp_path_factory.mktemp("made")
    for name, harshness in (("a", 1.0), ("b", 0.5)):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr("sim.experiment.task.run_task", partial(synthetic.run_task, harshness=harshness))
            Path(f"{name}.yaml").write_text(sim.dump(synthetic.scenario(name, title=f"Option {name}")), encoding="utf-8")
            assert CliRunner().invoke(main, ["run", f"{name}.yaml", "--jobs", "1", "--quiet"]).exit_code == 0
    return folder / "results"


@pytest.fixture
def results(call: Call, made: Path) -> tuple[str, str]:
    """Folders of two results, of which the second loses less."""
    shutil.copytree(made, "results")
    return "results/a", "results/b"
