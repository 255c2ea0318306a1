"""`--set PATH=VALUE`."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario.schema import Group, Scenario
from tests.scenario_files import BASE, loaded, problem, problems

MORE = len(Scenario.model_fields) - 8
"""Keys of a scenario beside those that a refusal names."""


def test_values_are_read_as_in_a_file(tmp_path: Path) -> None:
    sets = [
        "horizon=3 d",
        "title=no",
        "seed=7",
        "platforms.chat.safeguards.anonymity=true",
        "groups.people.interests={rights: 2, climate: 1e0}",
    ]
    scenario = loaded(tmp_path, BASE, sets)
    assert (scenario.horizon, scenario.title, scenario.seed) == (72, "no", 7)
    assert scenario.platforms["chat"].safeguards.anonymity is True
    assert scenario.groups["people"].interests == {"rights": 2, "climate": 1}


def test_the_last_wins_and_a_mapping_is_replaced(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE, ["seed=1", "seed=2", "jurisdictions.there.sensitivity={climate: 1}"])
    assert scenario.seed == 2
    assert scenario.jurisdictions["there"].sensitivity == {"climate": 1}


def test_evidence_goes_with_what_null_takes_away(tmp_path: Path) -> None:
    text = (
        BASE + "evidence: {platforms.chat.rules.score.action: {source: a}, platforms.chat.rules.score: {source: b}, horizon: {source: c}}\n"
    )
    assert list(loaded(tmp_path, text, ["platforms.chat.rules.score=null"]).evidence) == ["horizon"]
    assert len(loaded(tmp_path, text, ["platforms.chat.rules.score.recall=0.5", "seed=null"]).evidence) == 3


def test_null_restores_the_default(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, BASE, ["horizon=null", "platforms.chat.rules.score="])
    assert scenario.horizon == 720
    assert list(scenario.platforms["chat"].rules) == ["words"]


def test_part_of_a_default_can_be_set(tmp_path: Path) -> None:
    here = loaded(tmp_path, BASE, ["jurisdictions.here.reprisal.delay.lognormal.sigma=1"]).jurisdictions["here"].reprisal.delay
    assert here.lognormal is not None
    assert (here.lognormal.median, here.lognormal.sigma) == (96, 1)


def test_another_way_of_stating_a_delay_replaces_the_first(tmp_path: Path) -> None:
    delay = loaded(tmp_path, BASE, ["jurisdictions.there.reprisal.delay.fixed=1 h"]).jurisdictions["there"].reprisal.delay
    assert (delay.fixed, delay.lognormal) == (1, None)


def test_items_of_lists(tmp_path: Path) -> None:
    assert (
        loaded(tmp_path, BASE, ["platforms.chat.desks.team.roster.0.reviewers=5"]).platforms["chat"].desks["team"].roster[0].reviewers == 5
    )


def test_only_the_named_parameter_changes(tmp_path: Path) -> None:
    text = BASE.replace("platforms:", "  copy: {like: people}\nplatforms:")
    groups = loaded(tmp_path, text, ["groups.people.size=3"]).groups
    assert (groups["people"].size, groups["copy"].size) == (3, 100)


def test_names_can_be_added_where_they_are_free(tmp_path: Path) -> None:
    sets = ["groups.new={like: people, size: 3}", "jurisdictions.here.blocks.chat=1", "topics.peace={title: Peace}"]
    scenario = loaded(tmp_path, BASE, sets)
    assert scenario.groups["new"].size == 3
    assert scenario.jurisdictions["here"].blocks == {"chat": 1}
    assert list(scenario.topics) == ["climate", "rights", "peace"]


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "horizon=abc",
            "--set horizon=abc: horizon: a duration above 0 d and at most 366 d, with its unit ('15 min', '3 h', '10 d'), and got 'abc'",
        ),
        ("horizno=3 d", "--set horizno=3 d: horizno: no such key; did you mean 'horizon'?"),
        ("groups.peple.size=3", "--set groups.peple.size=3: groups.peple: a name that exists; did you mean 'people'?"),
        ("groups.people.siz=3", "--set groups.people.siz=3: groups.people.siz: no such key; did you mean 'size'?"),
        ("seed.x=3", "--set seed.x=3: seed.x: nothing lies below seed, which is a single value"),
        (
            "extends=x.yaml",
            "--set extends=x.yaml: extends: no such key; known: name, title, description, seed, horizon, warm_up, window, replications "
            f"and {MORE} more",
        ),
        (
            "platforms.chat.desks.team.roster.1={}",
            "--set platforms.chat.desks.team.roster.1={}: platforms.chat.desks.team.roster.1: the position of an item, from 0 to 0",
        ),
        ("timeline.0.at=3 d", "--set timeline.0.at=3 d: timeline.0: an item of a list that is empty"),
        ("seed", "--set seed: PATH=VALUE, such as horizon=10d, and got 'seed'"),
        (
            "title=[",
            "--set title=[: title: YAML that can be read, and got: expected the node content, but found '<stream end>' "
            "(while parsing a flow node)",
        ),
        ("seed=*x", "--set seed=*x: seed: no anchors and aliases (use extends or like), and got '*x'"),
        ("seed=01", "--set seed=01: seed: a number without leading zeros (or in quotes, if a text is meant), and got '01'"),
        (
            "groups.new={size: 3, registered_in: here}",
            "--set groups.new={size: 3, registered_in: here}: groups.new.resides_in: "
            "a name (lower-case letters, digits and hyphens) is required, and got none",
        ),
        (
            "convenor.collects=[caht]",
            "--set convenor.collects=[caht]: convenor.collects.0: a platform of this scenario (did you mean 'chat'?), and got 'caht'",
        ),
        (
            "groups.people.like=x",
            "--set groups.people.like=x: groups.people.like: no such key; known: title, size, registered_in, "
            "resides_in, language, community, messages_per_day, activity_sigma "
            f"and {len(Group.model_fields) - 8} more",
        ),
        ("title=\x1b", "--set title=\\x1b: title: a text without control characters, and got '\\x1b'"),
        (
            "=1",
            f"--set =1: : no such key; known: name, title, description, seed, horizon, warm_up, window, replications and {MORE} more",
        ),
    ],
)
def test_what_cannot_be_set_is_refused(tmp_path: Path, override: str, line: str) -> None:
    assert problem(tmp_path, BASE, [override]) == line


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE.replace("size: 100", "size: 0"), ["seed=x", "sed=1"])
    assert [line.split(": ")[1] for line in found] == ["sed", "seed", "groups.people.size"]
