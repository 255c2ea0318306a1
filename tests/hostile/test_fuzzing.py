"""Inputs that are broken at random, always in the same ways: each is taken, or refused in printable lines with status 2."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.commands import QUICK, TINY, called
from tests.scenario_files import BASE, write

few = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
fewer = settings(few, max_examples=10)

SCALARS: list[Any] = [
    None, True, False, 0, -1, 1, 1.5, 10**18, 10**400, -0.0, 1e-300, 1e300, float("nan"), float("inf"), "", " ", "NO", "1e3", "0700",
    "12:30:45",
    "2024-13-45", "10 d", "-3 d", "1e999 d", "here", "chat", "climate", "../../x", "/etc/passwd", "\u202e", "$\\frac$", "=1+1", "a" * 300,
    "\x1b",
    [], {}, [[]], {"a": 1}, {1: 2}, {None: None}, [None] * 20, "synthetic-2020", "file.csv", "*", "a.b", "-",
]  # fmt: skip

RICH = (
    BASE
    + """\
timeline:
  - {at: 1 d, withdraw: chat}
  - {at: 2 d, set: {voice.cost: 0.5}}
experiment: {design: grid, vary: {voice.cost: [0, 1], groups.people.size: [10, 20]}}
evidence: {groups.people.size: {assumption: guessed, range: [10, 200]}}
"""
)


def places(node: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """The paths of all nodes of a document but its root."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(document: Any, path: tuple[Any, ...], how: str, value: object) -> None:
    """Has one node of a document replaced, removed, doubled or renamed."""
    for key in path[:-1]:
        document = document[key]
    last = path[-1]
    if how == "replace":
        document[last] = value
    elif how == "remove":
        del document[last]
    elif isinstance(document, list):
        document.insert(last, deepcopy(document[last]))
    elif how == "rename" and isinstance(value, str | int | float | bool | None):
        document[value] = document.pop(last)
    else:
        document[f"{last}x"] = deepcopy(document[last])


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def check_taken_or_refused(*arguments: object) -> None:
    done = called(*arguments)
    assert done.exit_code in (0, 2)
    assert (done.exit_code == 2) == bool(done.stderr)


def bytes_of(content: bytes) -> st.SearchStrategy[bytes]:
    """A content of which some bytes are changed, cut out, doubled or put in."""

    def damaged(edits: list[tuple[int, str, bytes]]) -> bytes:
        text = bytearray(content)
        for at, how, piece in edits:
            start = at % (len(text) + 1)
            end = start + len(piece) if how != "insert" else start
            text[start:end] = text[start:end] * 2 if how == "double" else b"" if how == "cut" else piece
        return bytes(text)

    edit = st.tuples(st.integers(0, 100_000), st.sampled_from(["replace", "insert", "cut", "double"]), st.binary(min_size=1, max_size=6))
    return st.lists(edit, min_size=1, max_size=4).map(damaged)


@few
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 1000), st.sampled_from(["replace", "replace", "remove", "double", "rename"]), st.sampled_from(SCALARS)),
        min_size=1,
        max_size=3,
    )
)
@pytest.mark.parametrize("text", [TINY, RICH], ids=["tiny", "rich"])
def test_trees_of_scenarios(text: str, edits: list[tuple[int, str, object]]) -> None:
    document = yaml.safe_load(text)
    for at, how, value in edits:
        paths = list(places(document))
        if paths:
            changed(document, paths[at % len(paths)], how, deepcopy(value))
    with folder() as place:
        path = write(place, yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
        check_taken_or_refused("check", path)
        if text == TINY and called("check", path).exit_code == 0:
            done = called("run", path, *QUICK, "--max-events", 100_000, "--out", place)
            assert done.exit_code in (0, 2), done.output


@few
@given(content=bytes_of(RICH.encode()))
def test_bytes_of_scenarios(content: bytes) -> None:
    with folder() as place:
        check_taken_or_refused("check", write(place, content))


INPUTS: dict[str, tuple[str, str]] = {
    "rule list": (
        "combination,kind,scope,severity,born,died\nword,block,group,0.5,2020-01-01,\ntwo + words,,,1,,2020-03-01\n",
        TINY.replace("rule_list: synthetic-2020", "rule_list: input.csv"),
    ),
    "trace": (
        "time,author,room,text,topic\n0,a,r,hello,climate\n3600,b,r,there,climate\n",
        TINY.replace("replications: 2", "replications: 2\ntrace: {file: input.csv, platform: chat}"),
    ),
    "domain blocks": (
        "domain,severity,born,died,note\nbad.example,block,2020-01-01,,x\n",
        TINY.replace("{here: {}}", "{here: {blocklist: input.csv}}"),
    ),
    "scores": (
        "group,label,quantile,score\nall,0,0,0.1\nall,0,1,0.5\nall,1,0,0.3\nall,1,1,0.9\n",
        TINY.replace(
            "detector: keywords, action: remove, rule_list: synthetic-2020",
            "detector: classifier, action: remove, scores: input.csv, cut: 0.4",
        ),
    ),
    "contacts": (
        "author,other\npeople:1,people:2\npeople:2,people:3\n",
        TINY.replace("kind: group", "kind: group, rooms: {contacts: {graph: file, file: input.csv}}"),
    ),
    "design": (
        "point,voice.cost,groups.people.size\n0,0.5,10\n1,0.7,20\n",
        f"{TINY}experiment: {{design: file, file: input.csv}}\n",
    ),
}
"""A file of each kind, and a scenario that names it."""


@pytest.mark.parametrize("kind", INPUTS)
def test_the_files_to_be_broken_are_well(kind: str, tmp_path: Path) -> None:
    content, scenario = INPUTS[kind]
    write(tmp_path, content, "input.csv")
    assert called("check", write(tmp_path, scenario)).stderr == ""


@few
@given(data=st.data())
@pytest.mark.parametrize("kind", INPUTS)
def test_files_that_scenarios_name(kind: str, data: st.DataObject) -> None:
    content, scenario = INPUTS[kind]
    with folder() as place:
        write(place, data.draw(bytes_of(content.encode())), "input.csv")
        check_taken_or_refused("check", write(place, scenario))


TARGETS = """\
targets:
  heard: {measure: heard_share, value: 0.9, tolerance: 0.05, source: somebody, use: calibrate}
  lost: {measure: removal_rate, value: 0.02, sd: 0.01, source: somebody, use: validate}
fit:
  voice.cost: {low: 0.1, high: 0.5}
"""


@few
@given(content=bytes_of(TARGETS.encode()))
def test_targets(content: bytes) -> None:
    """What is taken is refused for its size, so that nothing is run."""
    with folder() as place:
        scenario, targets = write(place, TINY), write(place, content, "targets.yaml")
        done = called("calibrate", scenario, targets, "--max-events", 1, "--out", place / "results")
        assert done.exit_code == 2
        assert not (place / "results").exists()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of a result and of an experiment's."""
    place = tmp_path_factory.mktemp("results")
    experiment = "experiment: {design: grid, vary: {voice.cost: [0, 1]}}\n"
    for text in (TINY, TINY.replace("name: tiny", "name: swept") + experiment):
        assert called("run", write(place, text), *QUICK, "--out", place).exit_code == 0
    return place


FILES = ("scenario.yaml", "manifest.json", "measures.parquet", "summary.csv", "attribution.csv", "runs.csv")


@fewer
@given(data=st.data())
@pytest.mark.parametrize(("name", "file"), [*(("tiny", file) for file in FILES), ("swept", "design.csv"), ("swept", "runs.csv")])
def test_files_of_results(name: str, file: str, data: st.DataObject, results: Path) -> None:
    with folder() as place:
        copy = shutil.copytree(results / name, place / name)
        (copy / file).write_bytes(data.draw(bytes_of((copy / file).read_bytes())))
        done = called("compare", results / name, copy, "--measures", "wished,heard_share")
        assert done.exit_code in (0, 2)
        assert (done.exit_code == 2) == (len(done.stderr.splitlines()) == 1)
