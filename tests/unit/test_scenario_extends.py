"""`extends` and `like`: files and entries laid over others."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load
from sim.scenario.schema import Scenario
from tests.scenario_files import BASE, loaded, problem, problems, write


def child(folder: Path, text: str) -> Scenario:
    write(folder, BASE, "base.yaml")
    return loaded(folder, "extends: base.yaml\n" + text)


def test_mappings_merge_and_the_parent_comes_first(tmp_path: Path) -> None:
    scenario = child(
        tmp_path, "name: c\ntopics: {peace: {}, climate: {title: Weather}}\njurisdictions: {here: {sensitivity: {rights: 0.1}}}\n"
    )
    assert scenario.name == "c"
    assert {name: topic.title for name, topic in scenario.topics.items()} == {"climate": "Weather", "rights": "", "peace": ""}
    assert list(scenario.topics) == ["climate", "rights", "peace"]
    assert scenario.jurisdictions["here"].sensitivity == {"rights": 0.1}
    assert scenario.groups["people"].size == 100


def test_lists_replace(tmp_path: Path) -> None:
    scenario = child(tmp_path, "platforms: {other: {kind: survey}}\nconvenor: {collects: [other]}\n")
    assert scenario.convenor.collects == ["other"]


def test_null_takes_a_key_away(tmp_path: Path) -> None:
    scenario = child(tmp_path, "horizon: null\nplatforms: {chat: {rules: {score: null}}}\n")
    assert scenario.horizon == 30 * 24
    assert list(scenario.platforms["chat"].rules) == ["words"]


def test_another_way_of_stating_a_delay_replaces_the_parents(tmp_path: Path) -> None:
    scenario = child(tmp_path, "jurisdictions: {there: {reprisal: {delay: {fixed: 1 h}}}}\n")
    delay = scenario.jurisdictions["there"].reprisal.delay
    assert (delay.fixed, delay.lognormal) == (1.0, None)


def test_the_same_way_of_stating_a_delay_merges(tmp_path: Path) -> None:
    delay = child(tmp_path, "jurisdictions: {there: {reprisal: {delay: {lognormal: {sigma: 1}}}}}\n").jurisdictions["there"].reprisal.delay
    assert delay.lognormal is not None
    assert (delay.lognormal.median, delay.lognormal.sigma) == (72.0, 1.0)


def test_a_rule_of_another_kind_keeps_what_all_rules_have(tmp_path: Path) -> None:
    rule = child(tmp_path, "platforms: {chat: {rules: {words: {detector: sample, share: 0.1}}}}\n").platforms["chat"].rules["words"]
    assert (rule.detector, rule.action) == ("sample", "remove")


def test_a_misspelt_key_beside_a_new_kind_is_still_found(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace("rule_list: synthetic-2020", "rule_list: synthetic-2020, recal: 1"), "base.yaml")
    line = problem(tmp_path, "extends: base.yaml\nplatforms: {chat: {rules: {words: {detector: classifier}}}}\n")
    assert line == "base.yaml:17:78: platforms.chat.rules.words.recal: no such key; did you mean 'recall'?"


def test_problems_name_the_file_in_which_they_stand(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    write(tmp_path / "up", BASE.replace("size: 100", "size: 0") + "seed: 1_0\n", "base.yaml")
    found = problems(tmp_path, "extends: up/base.yaml\nname: x\nhorizon: -1\n")
    assert [line.split(": ")[:2] for line in found] == [
        ["s.yaml:3:1", "horizon"],
        ["up/base.yaml:12:12", "groups.people.size"],
        ["up/base.yaml:22:1", "seed"],
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: x\nextends: none.yaml\n", "s.yaml:2:1: extends: a scenario file that exists, relative to this one, and got 'none.yaml'"),
        ("extends: s.yaml\n", "s.yaml:1:1: extends: a file that does not extend this one in turn, and got 's.yaml'"),
        ("extends: ./s.yaml\n", "s.yaml:1:1: extends: a file that does not extend this one in turn, and got './s.yaml'"),
        ("extends: .\n", "s.yaml:1:1: extends: a scenario file that exists, relative to this one, and got '.'"),
        ("extends: [a]\n", "s.yaml:1:1: extends: the name of a scenario file, relative to this one, and got something else"),
        ("extends:\n", "s.yaml:1:1: extends: the name of a scenario file, relative to this one, and got something else"),
    ],
)
def test_a_parent_that_cannot_be_is_refused(tmp_path: Path, text: str, line: str) -> None:
    assert problem(tmp_path, text) == line


def test_circles_and_long_chains_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "extends: s.yaml\n", "b.yaml")
    assert problem(tmp_path, "extends: b.yaml\n") == "b.yaml:1:1: extends: a file that does not extend this one in turn, and got 's.yaml'"
    for i in range(11):
        write(tmp_path, f"extends: c{i + 1}.yaml\n", f"c{i}.yaml")
    write(tmp_path, BASE, "c11.yaml")
    with pytest.raises(ScenarioError, match="a chain of at most 10 files"):
        load(tmp_path / "c0.yaml")
    assert load(tmp_path / "c1.yaml").name == "base"


def test_like_copies_and_overrides(tmp_path: Path) -> None:
    more = "  third: {like: second, size: 7}\n  second: {like: people, registered_in: there, stance: {median: 0.5}}\n"
    groups = loaded(tmp_path, BASE.replace("platforms:", f"{more}platforms:")).groups
    assert list(groups) == ["people", "third", "second"]
    assert groups["third"] == groups["second"].model_copy(update={"size": 7})
    assert groups["second"] == groups["people"].model_copy(update={"registered_in": "there", "stance": groups["third"].stance})


def test_like_comes_after_extends(tmp_path: Path) -> None:
    scenario = child(tmp_path, "groups: {people: {size: 5}, more: {like: people}}\nplatforms: {two: {like: chat, rules: {score: null}}}\n")
    assert scenario.groups["more"].size == 5
    assert list(scenario.platforms["two"].rules) == ["words"]
    assert list(scenario.platforms["chat"].rules) == ["words", "score"]


@pytest.mark.parametrize(
    ("entries", "line"),
    [
        ("{like: poeple}", "s.yaml:13:7: groups.a.like: a group of this scenario (did you mean 'people'?), and got 'poeple'"),
        ("{like: a}", "s.yaml:13:7: groups.a.like: a group that is not like this one in turn, and got 'a'"),
        ("{like: [people]}", "s.yaml:13:7: groups.a.like: the name of a group, and got a list of 1"),
        ("{like: b}\n  b: {like: a}", "s.yaml:14:7: groups.b.like: a group that is not like this one in turn, and got 'a'"),
    ],
)
def test_a_model_that_cannot_be_is_refused(tmp_path: Path, entries: str, line: str) -> None:
    assert problem(tmp_path, BASE.replace("platforms:", f"  a: {entries}\nplatforms:")) == line


def test_a_copied_problem_is_said_once(tmp_path: Path) -> None:
    text = BASE.replace("size: 100", "size: 100, fear: -1").replace(
        "platforms:", "  a: {like: people}\n  b: {like: people, fear: -2}\nplatforms:"
    )
    assert [line.split(": ")[:2] for line in problems(tmp_path, text)] == [
        ["s.yaml:12:23", "groups.people.fear"],
        ["s.yaml:14:21", "groups.b.fear"],
    ]


@pytest.mark.parametrize("forward", [True, False])
def test_chains_of_copies_end(tmp_path: Path, forward: bool) -> None:
    step = -1 if forward else 1
    names = {i: "people" if i == (0 if forward else 11) else f"g{i + step}" for i in range(12)}
    text = BASE.replace("platforms:", "".join(f"  g{i}: {{like: {name}}}\n" for i, name in names.items()) + "platforms:")
    assert "a chain of at most 10 copies" in problem(tmp_path, text)
