"""Result folders that were truncated or edited: they are read, or refused in one line; what is kept of a run as well."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sim.experiment import task
from sim.scenario.schema import Scenario
from tests.hostile.commands import QUICK, TINY, called, refused
from tests.scenario_files import write

FILES = ("scenario.yaml", "manifest.json", "measures.parquet", "series.parquet", "summary.csv", "attribution.csv", "runs.csv")
"""What is read of a result."""
SWEPT = ("design.csv", "summary.csv", "runs.csv")
"""What is read of an experiment's result in another way."""

EXPERIMENT = TINY.replace("name: tiny", "name: swept") + "experiment: {design: grid, vary: {groups.people.size: [10, 20]}}\n"


def flipped(content: bytes) -> bytes:
    """With a twentieth of its bytes changed."""
    luck = random.Random(1)
    changed = bytearray(content)
    for at in luck.sample(range(len(changed)), max(1, len(changed) // 20)):
        changed[at] ^= luck.randrange(1, 256)
    return bytes(changed)


def without_a_column(content: bytes) -> bytes:
    return b"\n".join(line.partition(b",")[2] for line in content.split(b"\n"))


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated to nothing": lambda content: b"",
    "truncated to half": lambda content: content[: len(content) // 2],
    "the last byte cut off": lambda content: content[:-1],
    "bytes flipped": flipped,
    "a byte flipped": lambda content: content[:9] + bytes([content[9] ^ 255]) + content[10:],
    "doubled": lambda content: content + content,
    "a column removed": without_a_column,
    "a row edited": lambda content: content.replace(b"\ntiny,", b"\nother,").replace(b"\n0,", b"\nx,"),
    "NULs": lambda content: bytes(len(content)),
    "another encoding": lambda content: content.decode("latin-1").encode("utf-16"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two results: of a run, and of an experiment."""
    folder = tmp_path_factory.mktemp("results")
    for text in (TINY, EXPERIMENT):
        assert called("run", write(folder, text), "--jobs", 1, "--worlds", "free,full", "--quiet", "--out", folder).exit_code == 0
    return folder


def check_read_or_refused(*arguments: object, about: Path | None = None) -> None:
    """A command that reads results ends well, or refuses in one line that says which file it is about."""
    done = called(*arguments)
    assert done.exit_code in (0, 2), done.output
    if done.exit_code == 2:
        (line,) = done.stderr.splitlines()
        assert about is None or line.startswith((str(about), "tiny", "swept")), line


@pytest.fixture
def edited(results: Path, tmp_path: Path) -> Path:
    """A copy of the results."""
    return shutil.copytree(results, tmp_path / "results", dirs_exist_ok=True)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_result_is_read_or_refused_in_one_line(file: str, damage: str, edited: Path, results: Path) -> None:
    path = edited / "tiny" / file
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    check_read_or_refused("compare", results / "tiny", edited / "tiny", "--measures", "all", about=path)


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", SWEPT)
def test_a_damaged_experiment_is_read_or_refused_in_one_line(file: str, damage: str, edited: Path, results: Path) -> None:
    path = edited / "swept" / file
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    check_read_or_refused("compare", results / "swept", edited / "swept", about=edited / "swept")


@pytest.mark.parametrize("name", ["tiny", "swept"])
def test_every_command_that_reads_a_truncated_result_refuses_in_one_line(name: str, edited: Path) -> None:
    path = edited / name / "measures.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    scenario = write(edited, {"tiny": TINY, "swept": EXPERIMENT}[name])
    for arguments in (
        ("compare", edited / name, edited / name),
        ("plot", edited / name, "--out", edited / "figures"),
        ("run", scenario, "--jobs", 1, "--worlds", "free,full", "--resume", "--out", edited),
    ):
        (line,) = refused(*arguments)
        assert line.startswith(f"{path}: damaged result: ")
    assert not (edited / "figures").exists()


@pytest.mark.parametrize("file", ["series.parquet", "runs.csv"])
def test_figures_of_tables_whose_rows_were_removed(file: str, edited: Path) -> None:
    path = edited / "tiny" / file
    if path.suffix == ".csv":
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    else:
        pl.read_parquet(path).clear().write_parquet(path)
    assert called("plot", edited / "tiny", "--format", "svg").exit_code in (0, 2)


MANIFESTS = {
    "no versions": {"versions": None},
    "versions that are a list": {"versions": [1]},
    "no worlds": {"worlds": []},
    "worlds that are numbers": {"worlds": [1, None]},
    "a world that does not exist": {"worlds": ["full", "../x"]},
    "a seed that is true": {"seed": True},
    "terminal codes": {"worlds": ["full", "\x1b[2J"], "versions": {"chillsim": "\x1b[2J"}},
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_an_edited_manifest_is_read_or_refused_in_one_line(name: str, edited: Path, results: Path) -> None:
    path = edited / "tiny" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | MANIFESTS[name]), encoding="utf-8")
    check_read_or_refused("compare", results / "tiny", edited / "tiny", about=edited)
    check_read_or_refused("plot", edited / "tiny", "--figure", "funnel", "--out", edited / "figures", about=edited)


ODD = {
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a dangling link": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "nothing": lambda path: None,
}


@pytest.mark.skipif(os.name == "nt", reason="uses POSIX files")
@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("file", FILES)
def test_what_is_no_file_is_refused_unread(file: str, odd: str, edited: Path, results: Path) -> None:
    path = edited / "tiny" / file
    path.unlink()
    ODD[odd](path)
    check_read_or_refused("compare", results / "tiny", edited / "tiny", about=edited / "tiny")


@pytest.fixture(scope="module")
def partial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is kept of a run whose second replication fails."""
    folder = tmp_path_factory.mktemp("partial")

    original = task.run_task

    def failing(scenario: Scenario, replications: Sequence[int], *rest: Any) -> object:
        return original(scenario, replications, *rest) if 1 not in replications else 1 / 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(task, "run_task", failing)
        assert called("run", write(folder, TINY), *QUICK, "--out", folder).exit_code == 1
    return folder


KEPT = ("request.json", "finished.jsonl", "000000-measures.parquet", "000000-series.parquet")
LINES = {
    "no mapping": "[1]\n",
    "no parts": "{}\n",
    "a part elsewhere": '{"part": "../../x", "runs": [["full", 0, 1.0]], "tables": ["measures"]}\n',
    "a table elsewhere": '{"part": "000000", "runs": [["full", 0, 1.0]], "tables": ["/../../x"]}\n',
    "runs that are none": '{"part": "000000", "runs": [1, []], "tables": ["measures"]}\n',
    "runs of lists": '{"part": "000000", "runs": [[["full"], 0, 1.0]], "tables": ["measures"]}\n',
    "brackets": "[" * 100_000 + "\n",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", KEPT)
def test_what_is_kept_of_a_run_continues_or_is_refused_in_one_line(file: str, damage: str, partial: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(partial, tmp_path / "partial")
    path = folder / "tiny.partial" / "journal" / file
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    check_read_or_refused("run", folder / "s.yaml", *QUICK, "--out", folder, "--resume", about=folder)


@pytest.mark.parametrize("name", LINES)
def test_an_edited_log_is_refused_in_one_line(name: str, partial: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(partial, tmp_path / "partial")
    log = folder / "tiny.partial" / "journal" / "finished.jsonl"
    log.write_text(LINES[name] + log.read_text(encoding="utf-8"), encoding="utf-8")
    (line,) = refused("run", folder / "s.yaml", *QUICK, "--out", folder, "--resume")
    assert line == f"{log}:1: damaged: not a line that names a part; --force starts anew"
    assert called("run", folder / "s.yaml", *QUICK, "--out", folder, "--force").exit_code == 0
