"""Files that scenarios name: found relative to the file that names them, and known by what they hold."""

from __future__ import annotations

import pickle
from hashlib import sha256
from pathlib import Path

import pytest

import sim
from sim.scenario import dump, load, variants
from sim.scenario.problems import ScenarioError
from sim.scenario.schema import KeywordRule, Scenario
from tests.scenario_files import BASE, write

LIST = "combination\nabc\n"
HASH = sha256(LIST.encode()).hexdigest()[:12]
BOOK = "topics: {climate: {en: {critical: [abc is wrong]}}}\n"
NAMED = BASE.replace("rule_list: synthetic-2020", "rule_list: lists/l.csv")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a scenario that names a rule list in a folder beside it."""
    (tmp_path / "lists").mkdir()
    write(tmp_path, LIST, "lists/l.csv")
    write(tmp_path, NAMED)
    return tmp_path


def listed(scenario: Scenario) -> str:
    rule = scenario.platforms["chat"].rules["words"]
    assert isinstance(rule, KeywordRule)
    return str(rule.rule_list)


def refused(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as refusal:
        load(path, overrides)
    return [line.replace(f"{path.parent}/", "") for line in refusal.value.problems]


def test_a_file_is_named_by_what_it_holds_wherever_it_lies(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first = load(place / "s.yaml")
    other = tmp_path_factory.mktemp("elsewhere")
    write(other, LIST, "l.csv")
    write(other, NAMED.replace("lists/l.csv", "l.csv"))
    second = load(other / "s.yaml")
    assert listed(first) == listed(second) == f"inputs/l-{HASH}.csv"
    assert dump(first) == dump(second)
    assert first == second
    assert first.inputs == {listed(first): LIST.encode()}
    assert str(place) not in dump(first)
    assert pickle.loads(pickle.dumps(first)).inputs == first.inputs
    write(other, LIST + "d\n", "l.csv")
    assert listed(load(other / "s.yaml")) != listed(first)


def test_what_is_extended_names_files_from_where_it_lies(place: Path) -> None:
    (place / "below").mkdir()
    write(place, "extends: ../s.yaml\nname: child\n", "below/child.yaml")
    assert listed(load(place / "below/child.yaml")) == listed(load(place / "s.yaml"))
    write(place, "combination\nother\n", "below/own.csv")
    write(place, "extends: ../s.yaml\nname: own\nplatforms: {chat: {rules: {words: {rule_list: own.csv}}}}\n", "below/own.yaml")
    assert list(load(place / "below/own.yaml").inputs) == [listed(load(place / "below/own.yaml"))]
    assert listed(load(place / "below/own.yaml")).startswith("inputs/own-")


def test_a_missing_file_of_what_is_extended_does_no_harm_where_another_takes_its_place(place: Path) -> None:
    (place / "lists/l.csv").unlink()
    write(place, "extends: s.yaml\nname: own\nplatforms: {chat: {rules: {words: {rule_list: synthetic-2020}}}}\n", "own.yaml")
    assert listed(load(place / "own.yaml")) == "synthetic-2020"


def test_options_name_files_from_where_the_program_runs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, "combination\nother\n", "here.csv")
    monkeypatch.chdir(place)
    (place / "below").mkdir()
    write(place, "extends: ../s.yaml\n", "below/s.yaml")
    assert listed(load("below/s.yaml", ["platforms.chat.rules.words.rule_list=here.csv"])).startswith("inputs/here-")


def test_the_timeline_may_set_another_list(place: Path) -> None:
    write(place, "combination\nother\n", "lists/m.csv")
    write(place, NAMED + "timeline:\n  - {at: 2 d, set: {platforms.chat.rules.words.rule_list: lists/m.csv}}\n")
    scenario = load(place / "s.yaml")
    ((_, later),) = variants(scenario)
    assert listed(later) != listed(scenario)
    assert set(scenario.inputs) == set(later.inputs) == {listed(later), listed(scenario)}


def test_a_phrasebook_of_ones_own(place: Path) -> None:
    write(place, BOOK, "b.yaml")
    write(place, NAMED + "phrasebook: b.yaml\n")
    assert load(place / "s.yaml").phrasebook.startswith("inputs/b-")


def test_strange_names_become_plain_ones(place: Path) -> None:
    write(place, LIST, "lists/名 1.csv")
    write(place, NAMED.replace("lists/l.csv", "'lists/名 1.csv'"))
    assert listed(load(place / "s.yaml")) == f"inputs/-1-{HASH}.csv"


WHERE = "s.yaml:17:51: platforms.chat.rules.words.rule_list: "


@pytest.mark.parametrize(
    ("name", "content", "lines"),
    [
        ("no.csv", None, [WHERE + "a file that exists, and got none of this name: 'no.csv'"]),
        ("lists", None, [WHERE + "a rule list that ships (known: interpretation-2020, synthetic-2020), and got 'lists'"]),
        ("folder.csv", "", [WHERE + "a rule list is a file, and got a folder: 'folder.csv'"]),
        ("l.yaml", LIST, [WHERE + "a rule list is a .csv file, and got another: 'l.yaml'"]),
        ("l.csv", b"combination\n\xff\n", ["l.csv:2:1: a text file in UTF-8, and got the byte 0xff"]),
        ("l.csv", b"\xff\xfec\0", ["l.csv:1:1: a text file in UTF-8, and got UTF-16"]),
        ("l.csv", b"combination\na\0b\n", ["l.csv:2:1: a text file, and got a binary one (it holds NUL bytes)"]),
        ("l.csv", "combination,kind\na,b\n", ["l.csv:2: kind: block or allow or empty, and got 'b'; known: block, allow"]),
        (
            "l.csv",
            "combination,registered_in\na,hree\n",
            [WHERE + "a list whose registered_in is a jurisdiction here (did you mean 'here'?), and got 'hree'"],
        ),
    ],
)
def test_refusals(tmp_path: Path, name: str, content: str | bytes | None, lines: list[str]) -> None:
    if name.startswith("folder"):
        (tmp_path / name).mkdir()
    elif content is not None:
        write(tmp_path, content, name)
    path = write(tmp_path, NAMED.replace("lists/l.csv", name))
    assert refused(path) == lines


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "l.csv").open("wb") as file:
        file.truncate(64_000_001)
    path = write(tmp_path, NAMED.replace("lists/l.csv", "l.csv"))
    assert refused(path) == [WHERE + "a file of at most 64,000,000 bytes, and got a larger one: 'l.csv'"]


def test_all_problems_at_once(tmp_path: Path) -> None:
    write(tmp_path, "combination,kind\na,b\n", "l.csv")
    write(tmp_path, "topic: {}\n", "b.yaml")
    path = write(tmp_path, NAMED.replace("lists/l.csv", "l.csv") + "phrasebook: b.yaml\nseed: -1\n")
    assert [line.split(": ")[0] for line in refused(path)] == ["b.yaml:1:1", "b.yaml:1:1", "l.csv:2", "s.yaml:23:1"]


def test_a_result_keeps_the_files_and_reproduces_itself(place: Path) -> None:
    write(place, BOOK, "b.yaml")
    write(place, NAMED + "phrasebook: b.yaml\n")
    overrides = ["horizon=1 d", "replications=1", "window=1 h"]
    first = sim.run(load(place / "s.yaml", overrides), worlds="full", jobs=1, out=place / "results")
    folder = place / "results" / "base"
    assert sorted(path.name for path in (folder / "inputs").iterdir()) == sorted(name.split("/")[1] for name in first.scenario.inputs)
    for path in (*(place / "lists").iterdir(), place / "b.yaml"):
        path.unlink()
    again = sim.run(load(folder / "scenario.yaml"), worlds="full", jobs=1, out=place / "again")
    assert again.manifest["scenario_sha256"] == first.manifest["scenario_sha256"]
    for name in ("scenario.yaml", "measures.csv", *first.scenario.inputs):
        assert (place / "again/base" / name).read_bytes() == (folder / name).read_bytes()
    assert sim.Result.read(folder).scenario.inputs == first.scenario.inputs
