"""`preset`: entries that start from what ships, and the evidence that they bring along."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import load, parameters
from sim.scenario.dumping import dump
from sim.scenario.notes import notes
from sim.scenario.presets import shipped
from sim.scenario.schema import Scenario
from tests.scenario_files import loaded, problem, problems, write

BASE = """\
name: s
topics: {rights: {}}
jurisdictions:
  china: {preset: china-2020, sensitivity: {rights: 0.9}}
  elsewhere: {}
groups:
  people: {size: 100, registered_in: china, resides_in: china}
platforms:
  chat: {preset: wechat-group-2020}
convenor: {collects: [chat]}
"""
CHAT = "  chat: {preset: wechat-group-2020}\n"


def on(folder: Path, platforms: str, more: str = "") -> Scenario:
    """The scenario with other platforms, and more lines at its end."""
    return loaded(folder, BASE.replace(CHAT, platforms) + more)


def child(folder: Path, text: str) -> Scenario:
    """A file that extends the base."""
    write(folder, BASE, "base.yaml")
    return loaded(folder, f"extends: base.yaml\n{text}")


def basis(scenario: Scenario, path: str) -> tuple[str, str]:
    """What a parameter rests on, in a word and in words."""
    found = {".".join(map(str, parameter.path)): parameter for parameter in parameters(scenario)}[path]
    return found.basis, found.text


def test_an_entry_starts_from_the_preset_and_brings_its_evidence(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE)
    chat = scenario.platforms["chat"]
    assert (chat.title, chat.kind, list(chat.rules)) == ("WeChat group chat", "group", ["keyword-filter", "desk-removal"])
    assert (scenario.jurisdictions["china"].title, scenario.jurisdictions["china"].watches_public) == ("Mainland China", 0.2)
    assert basis(scenario, "platforms.chat.rules.keyword-filter.notice")[0] == "source"
    assert basis(scenario, "platforms.chat.identity")[0] == "assumption"
    assert basis(scenario, "jurisdictions.china.reprisal.hazard")[0] == "assumption"


def test_what_stands_beside_it_is_laid_over_it(tmp_path: Path) -> None:
    rules = "{desk-removal: null, keyword-filter: {recall: 0.9}, new: {detector: sample, share: 0.1, action: hide}}"
    chat = on(tmp_path, f"  chat: {{preset: wechat-group-2020, title: Ours, rules: {rules}}}\n").platforms["chat"]
    assert (chat.title, list(chat.rules)) == ("Ours", ["keyword-filter", "new"])
    assert chat.rules["keyword-filter"].model_dump()["rule_list"] == "synthetic-2020"
    assert chat.rules["keyword-filter"].model_dump()["recall"] == 0.9


def test_a_value_laid_over_it_needs_evidence_of_its_own(tmp_path: Path) -> None:
    laid = "  chat: {preset: wechat-group-2020, identity: 0.7, rooms: {limit: 500}}\n"
    assert basis(on(tmp_path, laid), "platforms.chat.identity") == ("none stated", "")
    assert basis(on(tmp_path, laid), "platforms.chat.rooms.limit")[0] == "assumption"
    own = on(tmp_path, laid, "evidence: {platforms.chat.identity: {source: book}}\n")
    assert basis(own, "platforms.chat.identity") == ("source", "book")


def test_evidence_of_many_values_stays_with_those_that_are_left(tmp_path: Path) -> None:
    roster = "[{start: 8, end: 24, reviewers: 5}, {start: 0, end: 8, reviewers: 1}]"
    scenario = on(tmp_path, f"  chat: {{preset: wechat-group-2020, desks: {{content-review: {{roster: {roster}}}}}}}\n")
    where = "platforms.chat.desks.content-review.roster"
    assert basis(scenario, f"{where}.0.reviewers") == ("none stated", "")
    assert basis(scenario, f"{where}.1.reviewers")[0] == "assumption"
    assert basis(scenario, f"{where}.0.start")[0] == "assumption"


def test_rules_that_are_added_do_not_borrow_evidence(tmp_path: Path) -> None:
    added = "{detector: sample, share: 0.1, action: hide}"
    scenario = on(tmp_path, f"  chat: {{preset: twitter-2020, rules: {{ours: {added}}}}}\n")
    assert basis(scenario, "platforms.chat.rules.ours.action") == ("none stated", "")
    assert basis(scenario, "platforms.chat.rules.reports.action")[0] == "assumption"


def test_the_scenarios_own_evidence_goes_first_and_null_takes_the_presets_away(tmp_path: Path) -> None:
    own = loaded(tmp_path, BASE + "evidence: {platforms.chat.identity: {source: book}, platforms.chat.rooms.limit: null}\n")
    assert basis(own, "platforms.chat.identity") == ("source", "book")
    assert own.evidence["platforms.chat.identity"].range is None
    assert "platforms.chat.rooms.limit" not in own.evidence


def test_like_copies_an_entry_with_its_preset(tmp_path: Path) -> None:
    scenario = on(tmp_path, CHAT + "  other: {like: chat, habit: 2, identity: 0.8}\n")
    assert scenario.platforms["other"] == scenario.platforms["chat"].model_copy(update={"habit": 2.0, "identity": 0.8})
    assert basis(scenario, "platforms.other.rules.keyword-filter.notice")[0] == "source"
    assert basis(scenario, "platforms.other.identity") == ("none stated", "")


def test_a_child_lays_over_the_parents_preset(tmp_path: Path) -> None:
    scenario = child(tmp_path, "platforms: {chat: {identity: 0.5, rules: {desk-removal: null}}}\n")
    chat = scenario.platforms["chat"]
    assert (chat.identity, chat.rooms.limit, list(chat.rules)) == (0.5, 500, ["keyword-filter"])
    assert not [path for path in scenario.evidence if "desk-removal" in path]


def test_a_child_changes_the_preset_under_what_the_parent_laid_over_it(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace("{preset: wechat-group-2020}", "{preset: wechat-group-2020, habit: 3, rooms: {limit: 100}}"), "base.yaml")
    scenario = loaded(tmp_path, "extends: base.yaml\nplatforms: {chat: {preset: weibo-2020, habit: 4}}\n")
    chat = scenario.platforms["chat"]
    assert (chat.title, chat.kind, chat.habit, chat.rooms.limit, chat.rooms.median_size) == ("Weibo", "feed", 4, 100, 150)
    assert list(chat.rules) == ["keyword-hold", "later-removal"]
    assert not [path for path in scenario.evidence if "desk-removal" in path]


def test_a_preset_of_which_the_parent_knows_nothing_goes_under_the_parents_entry(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace("{preset: wechat-group-2020}", "{kind: group, identity: 0.1}"), "base.yaml")
    chat = loaded(tmp_path, "extends: base.yaml\nplatforms: {chat: {preset: facebook-2020}}\n").platforms["chat"]
    assert (chat.title, chat.identity, chat.rooms.median_size) == ("Facebook groups", 0.1, 60)


def test_null_lets_a_preset_go(tmp_path: Path) -> None:
    chat = child(tmp_path, "platforms: {chat: {preset: null, kind: survey}}\n").platforms["chat"]
    assert (chat.kind, chat.rules, chat.title) == ("survey", {}, "")


def test_an_entry_taken_away_and_named_again_starts_anew(tmp_path: Path) -> None:
    write(tmp_path, BASE.replace("{preset: wechat-group-2020}", "{preset: wechat-group-2020, habit: 3}"), "base.yaml")
    write(tmp_path, "extends: base.yaml\nplatforms: {chat: null}\n", "middle.yaml")
    chat = loaded(tmp_path, "extends: middle.yaml\nplatforms: {chat: {preset: kahoot-2020}}\n").platforms["chat"]
    assert (chat.title, chat.habit) == ("Kahoot quiz", 1.0)


def test_null_in_the_same_file_takes_a_key_of_the_preset_away(tmp_path: Path) -> None:
    chat = on(tmp_path, "  chat: {preset: twitter-2020, sanctions: null, appeals: null, domains: null}\n").platforms["chat"]
    assert (chat.sanctions, chat.appeals, chat.domains) == (None, None, [])


def test_what_a_preset_says_of_places_that_are_not_there_is_left_out(tmp_path: Path) -> None:
    text = BASE.replace("  china: {preset: china-2020, sensitivity: {rights: 0.9}}\n", "").replace("in: china", "in: elsewhere")
    scenario = loaded(tmp_path, text)
    chat = scenario.platforms["chat"]
    assert (chat.shares_with, chat.perceived_removal, chat.rules["keyword-filter"].registered_in) == ({}, {}, [])
    assert not [path for path in scenario.evidence if path.endswith("china")]
    assert [(".".join(map(str, path)), text.split(",")[0]) for path, text in notes(scenario)] == [
        (f"platforms.chat.rules.{rule}.registered_in", "names no jurisdiction of this scenario") for rule in chat.rules
    ]
    assert notes(loaded(tmp_path, BASE)) == []


def test_a_block_of_a_platform_that_is_not_there_is_noted(tmp_path: Path) -> None:
    ((path, text),) = notes(loaded(tmp_path, BASE.replace("{rights: 0.9}}", "{rights: 0.9}, blocks: {caht: 1}}")))
    assert path == ("jurisdictions", "china", "blocks", "caht")
    assert text == "blocks nothing here, since it is no platform of this scenario (did you mean 'chat'?)"


def test_the_dump_is_resolved_and_loads_back(tmp_path: Path) -> None:
    scenario = on(tmp_path, CHAT + "  other: {like: chat, identity: 0.8}\n", "evidence: {platforms.other.identity: {source: book}}\n")
    text = dump(scenario)
    assert "preset" not in text
    assert loaded(tmp_path, text) == scenario


def test_a_preset_can_be_set_on_the_command_line(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE, ["platforms.chat={preset: weibo-2020, habit: 2}"])
    assert (scenario.platforms["chat"].title, scenario.platforms["chat"].habit) == ("Weibo", 2)
    assert basis(scenario, "platforms.chat.rules.keyword-hold.action")[0] == "source"
    assert not [path for path in scenario.evidence if "keyword-filter" in path]


def test_a_value_set_on_the_command_line_is_not_the_presets(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE, ["platforms.chat.identity=0.1", "platforms.chat.rules.keyword-filter=null"])
    assert basis(scenario, "platforms.chat.identity") == ("none stated", "")
    assert list(scenario.platforms["chat"].rules) == ["desk-removal"]


WHERE = "s.yaml:9:10: platforms.chat.preset: "


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("{preset: weibo-202}", WHERE + "a platform preset that ships (did you mean 'weibo-2020'?), and got 'weibo-202'"),
        ("{preset: [weibo-2020]}", WHERE + "the name of a platform preset, and got a list of 1"),
        ("{preset: 2020}", WHERE + "the name of a platform preset, and got 2020"),
        ("{preset: {name: weibo-2020}}", WHERE + "the name of a platform preset, and got a mapping with the keys name"),
        ("{preset: facebook-2020, like: chat}", WHERE + "either preset or like (null takes the other away), and got 'facebook-2020'"),
        ("{preset: twitter-2020, roms: {limit: 9}}", "s.yaml:9:32: platforms.chat.roms: no such key; did you mean 'rooms'?"),
        ("{preset: facebook-2020, identity: 2}", "s.yaml:9:33: platforms.chat.identity: a number from 0 to 1, and got 2"),
    ],
)  # fmt: skip
def test_refusals(tmp_path: Path, entry: str, line: str) -> None:
    assert problem(tmp_path, BASE.replace("{preset: wechat-group-2020}", entry)) == line


@pytest.mark.parametrize(
    "name", ["../platforms/weibo-2020", "weibo-2020.yaml", "/etc/passwd", "", "china-2020", "weibo-2020\\0", "x" * 5000]
)
def test_names_that_are_no_presets_are_refused_and_never_opened(tmp_path: Path, name: str) -> None:
    found = problems(tmp_path, BASE.replace("preset: wechat-group-2020", f'preset: "{name}"'))
    assert len(found) == 1
    assert "platforms.chat.preset: a platform preset that ships" in found[0] or "control characters" in found[0]


def test_groups_have_no_presets(tmp_path: Path) -> None:
    line = problem(tmp_path, BASE.replace("size: 100", "size: 100, preset: people-2020"))
    assert line.startswith("s.yaml:7:23: groups.people.preset: no such key; ")


def test_a_fault_due_to_a_preset_is_placed_in_it(tmp_path: Path) -> None:
    line = problem(tmp_path, BASE.replace("{preset: wechat-group-2020}", "{preset: wechat-group-2020, desks: null}"))
    assert line.startswith("preset wechat-group-2020:")
    assert "platforms.chat.rules.desk-removal.desk: a desk of this platform (known: none), and got 'content-review'" in line


def test_more_entries_than_a_scenario_can_have_are_refused_in_one_line(tmp_path: Path) -> None:
    many = "".join(f"  p{i}: {{preset: weibo-2020}}\n" for i in range(3_000))
    assert problem(tmp_path, BASE.replace(CHAT, CHAT + many)) == "s.yaml:8:1: platforms: at most 50 platforms, and got 3001"


NODES = st.recursive(
    st.sampled_from(["null", "1", "chat", "weibo-2020", "wechat-group-2020", "china-2020", "group", "{}", "[]", "true", "'..'"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(
            st.sampled_from(["preset", "like", "kind", "rules", "chat", "china", "desks", "keyword-filter", "evidence", "shares_with"]),
            inner,
            max_size=3,
        ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}")
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(
    st.dictionaries(st.sampled_from(["platforms", "jurisdictions", "groups", "evidence", "convenor"]), NODES, max_size=3),
    st.dictionaries(st.sampled_from(["chat", "other"]), NODES, max_size=2),
)
def test_whatever_is_laid_over_presets_is_refused_or_loads(parts: dict[str, str], platforms: dict[str, str]) -> None:
    """Never another exception than a `ScenarioError`."""
    middle = "extends: base.yaml\nplatforms:\n" + "".join(f"  {name}: {node}\n" for name, node in platforms.items())
    last = "extends: middle.yaml\n" + "".join(f"{key}: {node}\n" for key, node in parts.items())
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), BASE, "base.yaml")
        write(Path(name), middle, "middle.yaml")
        found = problems(Path(name), last)
    assert all(line.isprintable() for line in found)


def test_presets_ship() -> None:
    systems = {
        "wechat-group-2020", "tencent-meeting-2020", "tencent-work-chat-2020", "un75-survey-2020", "un75-survey-mirror-2020",
        "twitter-2020", "facebook-2020", "google-forms-2020", "google-meet-2020", "kahoot-2020", "weibo-2020", "encrypted-messenger-2020",
    }  # fmt: skip
    assert set(shipped("platforms")) >= systems
    assert shipped("jurisdictions") == ("china-2020",)


def test_the_example_of_the_base_needs_nothing_else(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE)
    unsupported = [parameter.path for parameter in parameters(scenario) if parameter.basis == "none stated"]
    assert unsupported == [("jurisdictions", "china", "sensitivity", "rights")]
    assert load(tmp_path / "s.yaml") == scenario
