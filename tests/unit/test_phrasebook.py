"""The shipped phrasebook and rule lists: what they hold, and how far the lists reach over what people say."""

from __future__ import annotations

import csv
import re
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from sim.model.moderation.phrasebook import Phrasebook
from sim.scenario.combination import Parts, normal, occur, parse
from sim.scenario.inputs import phrasebook, rule_list
from sim.scenario.phrasebook import TONES
from sim.scenario.rule_list import Entry

TOPICS = (
    "climate", "environment", "health-covid", "poverty-inequality", "education-youth", "technology-data", "conflict-peace",
    "human-rights", "press-freedom", "minorities", "un-reform",
)  # fmt: skip
EVERYDAY = ("climate", "environment", "poverty-inequality", "education-youth")
LANGUAGES = ("en", "zh")
FEWEST = {"en": 300, "zh": 320}
FEWEST_IN_CELL = {("en", "coded"): 3, ("zh", "coded"): 4}
BOOK = phrasebook("un75", {})
BLOCKED, INTERPRETED = "synthetic-2020", "interpretation-2020"
MEASURED = {
    BLOCKED: {1: 85, 2: 874, 3: 794, 4: 3448, 5: 126, 6: 7},
    INTERPRETED: {1: 1834, 2: 513, 3: 98, 4: 7},
}
"""Parts of the combinations found on WeChat from 2019 to 2020, and in Tencent's translation."""
DATA = Path(__file__).parents[3] / "shared" / "data"
TRADITIONAL = set("陸灣衛學區總黨國廣門實彈選舉隱瞞維傳醫護驅黑還囚燭")


def listed(name: str) -> list[Entry]:
    """What a shipped list blocks."""
    return [entry for entry in rule_list(name, {}) if not entry.allow]


@cache
def matched(name: str, scopes: tuple[str, ...] = ("", "group")) -> frozenset[str]:
    """Texts that a rule list matches in rooms, as the simulation matches them."""
    phrases = Phrasebook("un75", TOPICS, LANGUAGES)
    combinations = [entry.parts for entry in listed(name) if entry.scope in scopes]
    return frozenset(phrases.texts[at] for at in phrases.pairs(combinations)[0].tolist())


def reach(found: frozenset[str], topic: str, language: str, tone: str) -> float:
    """Share by weight of a cell's texts, in per cent."""
    cell = BOOK[topic][language][tone]
    return 100 * sum(weight for text, weight in cell if text in found) / sum(weight for _, weight in cell)


def reaches(found: frozenset[str], language: str, tone: str) -> dict[str, float]:
    """By topic, and over all, each the same; without those that are zero."""
    shares = {topic: reach(found, topic, language, tone) for topic in TOPICS}
    shares["all topics"] = sum(shares.values()) / len(TOPICS)
    return {topic: round(share, 1) for topic, share in shares.items() if share}


def comments(name: str) -> list[str]:
    text = (files("sim") / "presets" / "rule-lists" / f"{name}.csv").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("#")]


def stated(name: str, language: str, tone: str) -> dict[str, float]:
    """What the comments of a list say of its reach."""
    lines = [line for line in comments(name) if line.startswith(f"# reach {language} {tone}: ")]
    items = [item.rpartition(" ") for line in lines for item in line.split(": ", 1)[1].split(", ")]
    return {topic: float(share) for topic, _, share in items}


# The phrasebook


def test_topics_languages_and_tones() -> None:
    assert tuple(BOOK) == TOPICS
    for topic, language in product(TOPICS, LANGUAGES):
        assert tuple(BOOK[topic][language]) == TONES
        assert all(len(BOOK[topic][language][tone]) >= FEWEST_IN_CELL.get((language, tone), 5) for tone in TONES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_many_and_no_two_are_alike(language: str) -> None:
    """Nor is one in two topics or tones; compared as filters compare them."""
    texts = [normal(text) for topic, tone in product(TOPICS, TONES) for text, _ in BOOK[topic][language][tone]]
    assert len(texts) >= FEWEST[language]
    assert not [text for text, number in Counter(texts).items() if number > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_and_in_their_language(language: str) -> None:
    texts = [text for topic, tone in product(TOPICS, TONES) for text, _ in BOOK[topic][language][tone]]
    assert all(4 <= len(text) < 120 and text == text.strip() for text in texts)
    chinese = [any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in texts]
    assert all(chinese) if language == "zh" else not any(chinese)


def test_some_say_it_in_traditional_characters_and_some_things_are_said_more_often() -> None:
    entries = [entry for topic, tone in product(TOPICS, TONES) for entry in BOOK[topic]["zh"][tone]]
    assert 3 <= sum(len(TRADITIONAL & set(text)) > 0 for text, _ in entries) < len(entries) / 20
    assert min(weight for _, weight in entries) > 0
    assert max(weight for _, weight in entries) > 1


# The lists


@pytest.mark.parametrize("name", MEASURED)
def test_parts_per_combination_are_as_measured(name: str) -> None:
    """Each number of parts within one of what the measured shares give."""
    entries = listed(name)
    parts, measured = Counter(len(entry.parts) for entry in entries), MEASURED[name]
    assert set(parts) <= set(measured)
    for number, count in measured.items():
        assert abs(parts[number] - len(entries) * count / sum(measured.values())) <= 1
    [line] = [line for line in comments(name) if line.startswith("# parts: ")]
    assert {int(number): int(count) for number, count in re.findall(r"(\d): (\d+)", line.split("(")[0])} == parts


@pytest.mark.parametrize(("name", "fewest", "most"), [(BLOCKED, 380, 420), (INTERPRETED, 110, 130)])
def test_no_entry_makes_another_superfluous(name: str, fewest: int, most: int) -> None:
    sets = [set(entry.parts) for entry in listed(name)]
    assert fewest <= len(sets) <= most
    assert not [two for one in sets for two in sets if one is not two and one <= two]


@pytest.mark.parametrize(("name", "language", "tone"), [*product(MEASURED, LANGUAGES, TONES)])
def test_reach_is_as_the_list_states(name: str, language: str, tone: str) -> None:
    assert reaches(matched(name), language, tone) == pytest.approx(stated(name, language, tone), abs=0.051)


def test_the_blocked_reach_what_scenarios_were_made_with() -> None:
    """The shares of the earlier list of 93 entries over the earlier phrasebook, by topic where it reached anything."""
    earlier = {
        ("zh", "critical"): [16.7, 33.3, 16.7, 16.7, 16.7, 37.5, 33.3, 33.3, 16.7, 20.1],
        ("zh", "neutral"): [18.2, 20.0, 3.5],
        ("en", "critical"): [16.7, 1.5],
    }
    for cell, shares in earlier.items():
        assert list(reaches(matched(BLOCKED), *cell).values()) == pytest.approx(shares, abs=1.6)
    assert reaches(matched(BLOCKED, ("",)), "zh", "critical")["all topics"] == pytest.approx(12.4, abs=0.5)


@pytest.mark.parametrize("name", MEASURED)
def test_coded_and_supportive_texts_slip_through(name: str) -> None:
    for language, tone in product(LANGUAGES, ("coded", "supportive")):
        assert reaches(matched(name), language, tone).get("all topics", 0) <= 2


def test_the_interpreter_drops_critical_texts_on_rights_press_and_minorities() -> None:
    found = matched(INTERPRETED)
    assert all(20 <= reach(found, topic, "zh", "critical") <= 30 for topic in ("human-rights", "press-freedom", "minorities"))
    assert all(reach(found, topic, language, tone) == 0 for topic, language, tone in product(EVERYDAY, LANGUAGES, TONES))


def test_most_combinations_match_nothing_and_every_part_of_a_match_is_needed() -> None:
    phrases = Phrasebook("un75", TOPICS, LANGUAGES)
    combinations = [entry.parts for entry in listed(BLOCKED)]
    matching = set(phrases.pairs(combinations)[1].tolist())
    assert 0.05 <= len(matching) / len(combinations) <= 0.12
    first: list[Parts] = [parts[:1] for parts in combinations]
    assert len(set(phrases.pairs(first)[0].tolist())) > 2 * len(matched(BLOCKED))


def test_scope_severity_and_dates_of_the_blocked() -> None:
    entries = listed(BLOCKED)
    assert 0.75 <= sum(entry.scope == "group" for entry in entries) / len(entries) <= 0.9
    assert {entry.scope for entry in entries} == {"", "group"}
    severities = Counter(entry.severity for entry in entries)
    assert set(severities) == {1, 2, 3}
    assert severities[1] > severities[2] > severities[3]
    born = Counter(f"{entry.born:%Y-%m}" for entry in entries if entry.born)
    assert sorted(born) == ["2019-10", "2019-11", "2019-12", "2020-01", "2020-02", "2020-03", "2020-04"]
    assert sum(number for month, number in born.items() if month > "2020") > born.total() / 2
    assert 0.5 <= born.total() / len(entries) <= 0.7
    assert f"# dates: {born.total()} of {len(entries)} " in "\n".join(comments(BLOCKED))


def test_allow_rows_are_everyday_words_that_switch_off_listed_entries() -> None:
    allowing = [entry for entry in rule_list(BLOCKED, {}) if entry.allow]
    blocked = {entry.parts for entry in listed(BLOCKED)}
    assert 8 <= len(allowing) <= 14
    assert {entry.of is None for entry in allowing} == {True, False}
    assert all(entry.of is None or entry.of in blocked for entry in allowing)
    texts = [normal(text) for languages in BOOK.values() for tones in languages.values() for cell in tones.values() for text, _ in cell]
    assert not [text for text in texts for entry in allowing if occur(entry.parts, text)]


@pytest.mark.skipif(not DATA.exists(), reason="the published lists are not at hand (../shared/data)")
@pytest.mark.parametrize("name", MEASURED)
def test_no_entry_is_on_a_published_list(name: str) -> None:
    """Every cell of the published tables is taken for a combination, so that whatever column holds them is compared."""
    published: set[Parts] = set()
    for path in [*DATA.glob("wechat/*.csv"), *DATA.glob("qqmail/*"), *DATA.glob("tencent-translate/*"), *DATA.glob("livestream/*.csv")]:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row if 0 < len(cell) < 200}
        published |= {parse(re.sub(r"[*\\]", "", cell)) for cell in cells if cell.strip("+*\\ ")}
    assert len(published) > 10_000
    assert not published & {entry.parts for entry in rule_list(name, {})}
