"""What is wrong with a scenario: one line each, with place, path, rule and value, and all at once."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sim.scenario import ScenarioError
from sim.scenario.problems import MOST, Problem, report, shown
from sim.scenario.tree import Place
from tests.scenario_files import BASE, LINES, problem, problems

NEXT = f"s.yaml:{LINES + 1}"
VOICES = "logit, strategic, threshold, spiral, reinforcement"


@pytest.mark.parametrize(
    ("added", "line"),
    [
        ("horizno: 3 d\n", f"{NEXT}:1: horizno: no such key; did you mean 'horizon'?"),
        ("represents: -1\n", f"{NEXT}:1: represents: a number above 0 and at most 1,000,000,000, and got -1"),
        ("seed: 1.5\n", f"{NEXT}:1: seed: a whole number of at least 0 and below 9,223,372,036,854,775,808, and got 1.5"),
        ("title: 2020\n", f"{NEXT}:1: title: a text of at most 200 characters, and got 2020 (in quotes, if the text is meant)"),
        ("window: 30\n", f"{NEXT}:1: window: a duration from 1 min to 1 d, with its unit ('15 min', '3 h', '10 d'), and got 30"),
        ("window: 2 d\n", f"{NEXT}:1: window: a duration from 1 min to 1 d, with its unit ('15 min', '3 h', '10 d'), and got '2 d'"),
        ("hour_profile: [1]\n", f"{NEXT}:1: hour_profile: a list of 24 values, each a number from 0 to 1,000,000, and got 1"),
        ("voice: {model: guess}\n", f"{NEXT}:9: voice.model: one of {VOICES}, and got 'guess'; known: {VOICES}"),
        ("voice: 3\n", f"{NEXT}:1: voice: a mapping whose model is one of {VOICES}, and got 3"),
        ("phrasebook: un7\n", f"{NEXT}:1: phrasebook: a phrasebook that ships (did you mean 'un75'?), and got 'un7'"),
        ("timeline: [{at: 11 d, withdraw: chat}]\n", f"{NEXT}:13: timeline.0.at: a time within the horizon of 10 d, and got '11 d'"),
        (
            "timeline: [{at: 1 d}]\n",
            f"{NEXT}:12: timeline.0: exactly one of set, surge, announce, reprisal_news, block, unblock, withdraw, burst, "
            "outage, and got none",
        ),
        (
            "evidence: {seed: {source: a, assumption: b}}\n",
            f"{NEXT}:12: evidence.seed: exactly one of source, assumption, and got source and assumption",
        ),
        (
            "evidence: {seed: {source: a, range: [2, 1]}}\n",
            f"{NEXT}:12: evidence.seed: range: the lowest and the highest value, in the same form, and got 2 and 1",
        ),
        (
            "evidence: {groups.*.sizes: {source: a}}\n",
            f"{NEXT}:12: evidence.groups.*.sizes: the path of a parameter of this scenario; groups.people.sizes is none (did you "
            "mean 'size'?), "
            "and got 'groups.*.sizes'",
        ),
    ],
)
def test_wording(tmp_path: Path, added: str, line: str) -> None:
    assert problem(tmp_path, BASE + added) == line


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("size: 100, ", "", "s.yaml:12:3: groups.people.size: a whole number from 1 to 10,000,000 is required, and got none"),
        (
            "rights: {}",
            "rights: {}\n  Other: {}",
            "s.yaml:6:3: topics.Other: a name (lower-case letters, digits and hyphens), and got 'Other'",
        ),
        (
            "kind: group",
            "kind: groop",
            "s.yaml:15:5: platforms.chat.kind: one of group, direct, feed, meeting, survey, and got 'groop'; did you mean 'group'?",
        ),
        (
            "resides_in: here",
            "resides_in: heer",
            "s.yaml:12:44: groups.people.resides_in: a jurisdiction of this scenario (did you mean 'here'?), and got 'heer'",
        ),
        (
            "collects: [chat]",
            "collects: [chat, caht]",
            "s.yaml:21:29: convenor.collects.1: a platform of this scenario (did you mean 'chat'?), and got 'caht'",
        ),
        (
            "detector: keywords",
            "detector: keyword",
            "s.yaml:17:15: platforms.chat.rules.words.detector: one of keywords, classifier, reports, directive, sample, and got "
            "'keyword'; did you mean 'keywords'?",
        ),
        (
            "detector: keywords, ",
            "",
            "s.yaml:17:7: platforms.chat.rules.words.detector: one of keywords, classifier, reports, directive, sample is "
            "required, and got none",
        ),
        ("hold, desk: team", "hold", "s.yaml:18:7: platforms.chat.rules.score: a rule that holds messages needs a desk"),
        (
            "desk: team",
            "desk: taem",
            "s.yaml:18:51: platforms.chat.rules.score.desk: a desk of this platform (did you mean 'team'?), and got 'taem'",
        ),
        (
            "action: hold,",
            "recall: 1.5, action: hold,",
            "s.yaml:18:37: platforms.chat.rules.score.recall: a number from 0 to 1, and got 1.5",
        ),
        (
            "synthetic-2020",
            "synthetic",
            "s.yaml:17:51: platforms.chat.rules.words.rule_list: a rule list that ships (did you mean 'synthetic-2020'?), and "
            "got 'synthetic'",
        ),
        (
            "kind: group",
            "kind: group\n    safeguards: {anonymity: yes}",
            "s.yaml:16:18: platforms.chat.safeguards.anonymity: true or false, and got 'yes' (yes and no are texts here)",
        ),
        (
            "lognormal: {",
            "fixed: 1 h, lognormal: {",
            "s.yaml:10:16: jurisdictions.there.reprisal.delay: exactly one of fixed, exponential, lognormal, mixture, and got "
            "fixed and lognormal",
        ),
    ],
)
def test_wording_below_the_top(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert BASE.count(old) == 1
    assert problem(tmp_path, BASE.replace(old, new)) == line


def test_all_problems_come_at_once_in_order(tmp_path: Path) -> None:
    text = BASE.replace("size: 100", "size: 0, faer: 2, interests: {climte: 1}").replace("here: {}", "here: {sensitivity: {rights: 1.5}}")
    found = problems(tmp_path, text + "evidence: {horizon: {source: a, assumption: b}}\nseed: 1_0\n")
    assert [line.split(": ")[1] for line in found] == [
        "jurisdictions.here.sensitivity.rights",
        "groups.people.size",
        "groups.people.faer",
        "evidence.horizon",
        "seed",
    ]


def test_what_a_default_can_replace_hides_no_problem_elsewhere(tmp_path: Path) -> None:
    text = BASE.replace("size: 100", "size: 100, fear: -1, interests: {climte: 1}")
    found = problems(tmp_path, text + "timeline: [{at: 1 d, set: {voice.cost: -1}}]\nevidence: {groups.people.sise: {source: a}}\n")
    assert [line.split(": ")[1] for line in found] == [
        "groups.people.fear",
        "groups.people.interests.climte",
        "timeline.0.set.voice.cost",
        "evidence.groups.people.sise",
    ]


def test_a_misspelt_required_key_hides_no_problem_elsewhere(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE.replace("registered_in", "registerd_in").replace("collects: [chat]", "collects: [caht]"))
    assert [line.split(": ")[1] for line in found] == ["groups.people.registered_in", "groups.people.registerd_in", "convenor.collects.0"]


def test_mending_makes_no_problem_of_its_own(tmp_path: Path) -> None:
    added = "horizon: abc\ntimeline: [{at: 40 d, withdraw: chat}]\nevidence: {voice.cost: {source: a}}\nvoice: {cost: -1}\n"
    found = problems(tmp_path, BASE.replace("horizon: 10 d\n", "") + added)
    assert [line.split(": ")[1] for line in found] == ["horizon", "voice.cost"]


def test_many_problems_are_counted(tmp_path: Path) -> None:
    found = problems(tmp_path, BASE + "".join(f"k{i}: 1\n" for i in range(300)))
    assert len(found) == MOST + 1
    assert found[-1] == "and at least 200 more"


def test_a_copied_problem_is_said_once() -> None:
    place = Place("s.yaml", 3, 4)
    assert len(report([Problem(place, ("groups", name, "size"), "too small") for name in ("a", "b")])) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 100, f"'{'a' * 59}…'"),
        ("\x1b[2J\n", "'\\x1b[2J\\n'"),
        ("\u202e", "'\\u202e'"),
        (None, "nothing (null)"),
        (True, "true"),
        (1.5, "1.5"),
        (10**50, "a number of many digits"),
        ({}, "an empty mapping"),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "a mapping with the keys a"),
    ],
)
def test_values_are_shown_short_and_harmless(value: object, text: str) -> None:
    assert shown(value) == text


def test_the_error_is_a_value_error_that_pickles() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError(["a", "b"])))
    assert isinstance(error, ValueError)
    assert error.problems == ["a", "b"]
    assert str(error) == "a\nb"
