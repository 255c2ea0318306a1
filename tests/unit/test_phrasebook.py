"""The shipped phrasebook and rule list: what they hold, and how far the list reaches over what people say."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from itertools import product
from typing import Any

import pytest
import yaml

from sim.model.moderation.phrasebook import Phrasebook
from sim.scenario.combination import Parts
from sim.scenario.inputs import rule_list
from sim.scenario.phrasebook import TONES

TOPICS = (
    "climate", "environment", "health-covid", "poverty-inequality", "education-youth", "technology-data", "conflict-peace",
    "human-rights", "press-freedom", "minorities", "un-reform",
)  # fmt: skip
SENSITIVE = ("health-covid", "human-rights", "press-freedom", "minorities")
ORDINARY = ("climate", "education-youth")
LANGUAGES = ("en", "zh")
FEWEST = {"critical": 4, "neutral": 3, "supportive": 3, "coded": 3}
LISTED = rule_list("synthetic-2020", {})


def entries(book: dict[str, Any], topic: str, language: str, tone: str) -> list[tuple[str, float]]:
    """Text and weight."""
    listed = book[topic][language][tone]
    return [(entry, 1.0) if isinstance(entry, str) else (entry["text"], entry["weight"]) for entry in listed]


@pytest.fixture(scope="module")
def book() -> dict[str, Any]:
    text = (files("sim") / "presets" / "phrasebooks" / "un75.yaml").read_text(encoding="utf-8")
    topics: dict[str, Any] = yaml.safe_load(text)["topics"]
    return topics


def hits(phrases: Phrasebook, combinations: list[Parts]) -> set[int]:
    """Phrases in which any of the combinations occurs."""
    return set(phrases.pairs(combinations)[0].tolist())


@pytest.fixture(scope="module")
def matched() -> set[str]:
    """Texts that the rule list matches, as the simulation matches them."""
    phrases = Phrasebook("un75", TOPICS, LANGUAGES)
    return {phrases.texts[at] for at in hits(phrases, [entry.parts for entry in LISTED])}


def share(book: dict[str, Any], matched: set[str], language: str, tone: str, topics: tuple[str, ...] = TOPICS) -> float:
    """Share of messages, by weight within topics and equally between them, that the rule list matches."""
    cells = [entries(book, topic, language, tone) for topic in topics]
    by_topic = [sum(w for text, w in cell if text in matched) / sum(w for _, w in cell) for cell in cells]
    return sum(by_topic) / len(by_topic)


def test_topics_languages_and_tones(book: dict[str, Any]) -> None:
    assert tuple(book) == TOPICS
    for topic, language in product(TOPICS, LANGUAGES):
        assert tuple(book[topic][language]) == TONES
        assert all(len(book[topic][language][tone]) >= fewest for tone, fewest in FEWEST.items())


def test_texts_are_short_distinct_and_in_their_language(book: dict[str, Any]) -> None:
    for language in LANGUAGES:
        texts = [text for topic, tone in product(TOPICS, TONES) for text, _ in entries(book, topic, language, tone)]
        assert len(set(texts)) == len(texts)
        assert all(4 <= len(text) <= 100 for text in texts)
        chinese = [any("\u4e00" <= sign <= "\u9fff" for sign in text) for text in texts]
        assert all(chinese) if language == "zh" else not any(chinese)


def test_weights_are_positive(book: dict[str, Any]) -> None:
    weights = [w for cell in product(TOPICS, LANGUAGES, TONES) for _, w in entries(book, *cell)]
    assert min(weights) > 0
    assert max(weights) > 1


def test_parts_per_combination_are_as_measured() -> None:
    """Measured on WeChat, 2019-2020: 1.6 % have one part, 16 % two, 15 % three, 65 % four, 2.5 % more."""
    parts = Counter(len(entry.parts) for entry in LISTED)
    total = len(LISTED)
    assert 60 <= total <= 120
    assert len({entry.parts for entry in LISTED}) == total
    measured = {1: 85, 2: 874, 3: 794, 4: 3448, 5: 126, 6: 7}
    for number, count in measured.items():
        assert parts[number] / total == pytest.approx(count / sum(measured.values()), abs=0.1)


def test_critical_chinese_on_sensitive_topics_is_caught_in_part(book: dict[str, Any], matched: set[str]) -> None:
    assert 0.25 <= share(book, matched, "zh", "critical", SENSITIVE) <= 0.5
    assert 0.1 <= share(book, matched, "zh", "critical") <= 0.3


def test_ordinary_topics_are_left_alone(book: dict[str, Any], matched: set[str]) -> None:
    assert all(share(book, matched, "zh", tone, ORDINARY) == 0 for tone in TONES)


def test_neutral_chinese_is_overblocked_on_the_epidemic(book: dict[str, Any], matched: set[str]) -> None:
    assert 0.1 <= share(book, matched, "zh", "neutral", ("health-covid",)) <= 0.35
    assert 0 < share(book, matched, "zh", "neutral") <= 0.1


def test_coded_and_supportive_chinese_pass(book: dict[str, Any], matched: set[str]) -> None:
    assert share(book, matched, "zh", "coded") <= 0.03
    assert share(book, matched, "zh", "supportive") <= 0.03


def test_few_english_messages_are_caught(book: dict[str, Any], matched: set[str]) -> None:
    assert 0 < share(book, matched, "en", "critical") <= 0.05
    assert all(share(book, matched, "en", tone) == 0 for tone in ("neutral", "supportive", "coded"))


def test_most_combinations_match_nothing() -> None:
    """As real lists do against any one conversation; and each part of a match is needed."""
    phrases = Phrasebook("un75", TOPICS, LANGUAGES)
    listed = [entry.parts for entry in LISTED]
    matching = [len(hits(phrases, [parts])) > 0 for parts in listed]
    assert 0.1 <= sum(matching) / len(matching) <= 0.4
    assert len(hits(phrases, [parts[:1] for parts in listed])) > 2 * len(hits(phrases, listed))
