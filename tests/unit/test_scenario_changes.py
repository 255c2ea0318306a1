"""What the `set` events of a timeline make of a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import variants
from sim.scenario.schema import Scenario
from tests.scenario_files import BASE, LINES, loaded, problem, problems


def test_sets_apply_in_order_of_time_and_stay(tmp_path: Path) -> None:
    scenario = loaded(
        tmp_path,
        BASE
        + "timeline:\n"
        + "  - {at: 3 d, set: {platforms.chat.identity: 0.9}}\n"
        + "  - {at: 1 d, set: {platforms.chat.identity: 0.1, jurisdictions.there.sensitivity.climate: 0.4}}\n"
        + "  - {at: 2 d, withdraw: chat}\n"
        + "  - {at: 3 d, set: {platforms.chat.identity: 0.7, jurisdictions.there.reprisal.delay.fixed: 1 h}}\n",
    )
    result = variants(scenario)
    assert [hour for hour, _ in result] == [24, 72, 72]
    assert [variant.platforms["chat"].identity for _, variant in result] == [0.1, 0.9, 0.7]
    assert {variant.jurisdictions["there"].sensitivity["climate"] for _, variant in result} == {0.4}
    assert [variant.jurisdictions["there"].reprisal.delay.fixed for _, variant in result] == [None, None, 1]
    assert all(variant.timeline == scenario.timeline and variant.groups == scenario.groups for _, variant in result)
    assert scenario.platforms["chat"].identity == 0.5


def test_without_sets_there_are_none(tmp_path: Path) -> None:
    assert variants(loaded(tmp_path, BASE)) == []


@pytest.mark.parametrize(
    "path",
    [
        "voice.cost: 0.1",
        "beliefs.climate_half_life: 5 d",
        "platforms.chat.rules.words.recall: 0.5",
        "platforms.chat.rules.words.topics: [climate]",
        "platforms.chat.desks.team.threshold: 0.2",
        "platforms.chat.safeguards: {anonymity: true}",
        "jurisdictions.here.blocks.chat: 1",
        "platforms.chat.rules.score: {detector: classifier, action: hold, desk: team, recall: 0.1}",
        "platforms.chat.rules.words.delay: {fixed: 1 h}",
        "platforms.chat.identity: null",
        "platforms.chat.shares_with: {there: 0.5}",
    ],
)
def test_what_can_be_set(tmp_path: Path, path: str) -> None:
    assert len(variants(loaded(tmp_path, f"{BASE}timeline: [{{at: 1 d, set: {{{path}}}}}]\n"))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "groups.people.fear: 1",
            "groups.people.fear: a parameter of platforms, jurisdictions, voice or beliefs (known: platforms, jurisdictions, "
            "voice, beliefs)",
        ),
        ("voise.cost: 1", "voise.cost: a parameter of platforms, jurisdictions, voice or beliefs (did you mean 'voice'?)"),
        ("voice.csot: 1", "voice.csot: no such key; did you mean 'cost'?"),
        ("voice.cost: -1", "voice.cost: a number from 0 to 100, and got -1"),
        ("platforms.caht.identity: 1", "platforms.caht.identity: platforms.caht: a name that exists; did you mean 'chat'?"),
        ("platforms.chat.rules.new: {detector: sample}", "platforms.chat.rules.new: a name that exists; known: words, score"),
        ("platforms.chat.rules.words: null", "platforms.chat.rules.words: a value other than null: nothing is taken away while time runs"),
        ("platforms.chat.rules: {}", "platforms.chat.rules: a single parameter, not a part that holds names"),
        ("platforms: {}", "platforms: a single parameter, not a part that holds names"),
        ("jurisdictions.here: {}", "jurisdictions.here: a single parameter, not a part that holds names"),
        (
            "platforms.chat.rules.words: {detector: sample, share: 0.5, action: remove}",
            "platforms.chat.rules.words.detector: a rule keeps its detector (keywords) while time runs",
        ),
        (
            "platforms.chat.rules.words.topics: [climte]",
            "platforms.chat.rules.words.topics.0: a topic of this scenario (did you mean 'climate'?), and got 'climte'",
        ),
        ("platforms.chat.rules.words.action: hide", "platforms.chat.rules.words.action: a rule keeps its action (remove) while time runs"),
        (
            "jurisdictions.here.sensitivity.x: 1",
            "jurisdictions.here.sensitivity.x: a topic of this scenario (known: climate, rights), and got 'x'",
        ),
        ("platforms.chat.rules.score: {recall: 2}", None),
    ],
)
def test_what_cannot_be_set(tmp_path: Path, path: str, text: str | None) -> None:
    found = problems(tmp_path, f"{BASE}timeline:\n  - at: 1 d\n    set: {{{path}}}\n")
    assert found
    assert all(line.startswith(f"s.yaml:{LINES + 3}:") for line in found)
    if text is not None:
        assert [line.split(": timeline.0.set.")[1] for line in found] == [text]


@pytest.mark.parametrize("key", ["kind", "habit", "habits", "rooms", "replies"])
def test_what_shapes_people_and_occasions_cannot_be_set(tmp_path: Path, key: str) -> None:
    line = problem(tmp_path, f"{BASE}timeline: [{{at: 1 d, set: {{platforms.chat.{key}: 1}}}}]\n")
    assert f"a parameter that may change while time runs ({key} shapes people and occasions, which are drawn before)" in line


def test_problems_of_one_event_come_together_and_change_nothing_later(tmp_path: Path) -> None:
    added = "timeline:\n  - {at: 1 d, set: {voice.cost: -1, voice.csot: 1}}\n  - {at: 2 d, set: {voice.softening: 2}}\n"
    assert [line.split(": ")[1] for line in problems(tmp_path, BASE + added)] == [
        "timeline.0.set.voice.cost",
        "timeline.0.set.voice.csot",
        "timeline.1.set.voice.softening",
    ]


def test_a_scenario_made_by_hand_is_refused_later(tmp_path: Path) -> None:
    data = loaded(tmp_path, BASE)
    faulty = Scenario.model_validate({**_plain(data), "timeline": [{"at": "1 d", "set": {"voice.cost": -1}}]})
    with pytest.raises(ValueError, match=r"timeline\.0\.set\.voice\.cost"):
        variants(faulty)


def _plain(scenario: Scenario) -> dict[str, object]:
    from sim.scenario.dumping import resolved

    return resolved(scenario)
