"""Texts of messages: which words are drawn, and which rule lists match them."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, luck
from sim.model.voice import Manner, Manners
from sim.scenario.presets import text

TONES = ("critical", "neutral", "supportive", "coded")
NEUTRAL_BAND = 1 / 3
"""Stances within this distance of 0 are worded neutrally."""


class Phrasebook:
    """Weighted texts by topic, language and tone.

    Attributes:
        texts: all texts, in the order of their phrase index.
    """

    def __init__(self, name: str, topics: Iterable[str], languages: Iterable[str]) -> None:
        book = _read("phrasebooks", name)["topics"]
        self.texts: list[str] = []
        cells = []
        for language in languages:
            for topic in topics:
                for tone in TONES:
                    entries = book.get(topic, {}).get(language, {}).get(tone, [])
                    cells.append(self._add(entries))
        width = max(len(weights) for _, weights in cells)
        self._start = np.array([start for start, _ in cells], np.int32)
        self._cdf = np.full((len(cells), max(width, 1)), np.inf)
        for row, (_, weights) in enumerate(cells):
            self._cdf[row, : len(weights)] = np.cumsum(weights) / sum(weights) if weights else []
        self._topics = len(list(topics))

    def _add(self, entries: list[str | dict[str, object]]) -> tuple[int, list[float]]:
        if not entries:
            return -1, []
        start, weights = len(self.texts), []
        for entry in entries:
            text, weight = (entry, 1.0) if isinstance(entry, str) else (str(entry["text"]), float(str(entry.get("weight", 1.0))))
            self.texts.append(text)
            weights.append(weight)
        return start, weights

    def phrases(self, key: Keys, language: Indices, topic: Indices, stance: Floats, manner: Manners) -> Ints:
        """Phrase index of each message; -1 where the book has no text for its topic, language and tone."""
        tone = np.where(stance < -NEUTRAL_BAND, 0, np.where(stance > NEUTRAL_BAND, 2, 1))
        tone = np.where(manner == Manner.CODED, 3, tone)
        cell = (language * self._topics + topic) * len(TONES) + tone
        at = (luck(Purpose.PHRASE, key)[:, None] >= self._cdf[cell]).sum(axis=1)
        start = self._start[cell]
        return np.where(start >= 0, start + at, -1).astype(np.int32)

    def matches(self, combinations: Iterable[str]) -> NDArray[np.bool_]:
        """(phrases + 1,) whether a text holds all parts of any combination; the last entry is for messages without text."""
        wanted = [[normal(part) for part in combination.split("+") if part.strip()] for combination in combinations]
        texts = [normal(text) for text in self.texts]
        hits = [any(all(part in text for part in parts) for parts in wanted if parts) for text in texts]
        return np.array([*hits, False])


def rule_list(name: str) -> list[str]:
    """The keyword combinations of a shipped list."""
    lines = [line for line in text("rule-lists", name).splitlines() if not line.startswith("#")]
    return [row["combination"] for row in csv.DictReader(lines)]


def normal(text: str) -> str:
    """Text as filters compare it: compatibility forms folded, case folded, outer space dropped."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _read(folder: str, name: str) -> dict[str, dict[str, dict[str, dict[str, list[str | dict[str, object]]]]]]:
    path = files("sim") / "presets" / folder / f"{name}.yaml"
    document: dict[str, dict[str, dict[str, dict[str, list[str | dict[str, object]]]]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document
