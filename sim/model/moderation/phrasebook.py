"""Texts of messages: which words are drawn, and which rule lists match them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, luck
from sim.model.moderation.matching import Matcher
from sim.model.voice import Manner, Manners
from sim.scenario.combination import Parts
from sim.scenario.inputs import phrasebook
from sim.scenario.phrasebook import TONES

NEUTRAL_BAND = 1 / 3
"""Stances within this distance of 0 are worded neutrally."""


class Phrasebook:
    """Weighted texts by topic, language and tone.

    Attributes:
        texts: all texts, in the order of their phrase index.
        coded: (phrases + 1,) whether a text is a coded variant; the last entry is for messages without text.
    """

    def __init__(self, name: str, topics: Iterable[str], languages: Iterable[str], inputs: dict[str, bytes] | None = None) -> None:
        """`inputs` is what a loaded scenario holds of the files that it names."""
        book = phrasebook(name, inputs or {})
        self.texts: list[str] = []
        topics = list(topics)
        entries = [book.get(k, {}).get(language, {}).get(tone, []) for language in languages for k in topics for tone in TONES]
        cells = [self._add(texts) for texts in entries]
        width = max(len(weights) for _, weights in cells)
        self._start = np.array([start for start, _ in cells], np.int32)
        self._cdf = np.full((len(cells), max(width, 1)), np.inf)
        for row, (_, weights) in enumerate(cells):
            self._cdf[row, : len(weights)] = np.cumsum(weights) / sum(weights) if weights else []
        self._topics = len(topics)
        tone = np.repeat(np.arange(len(cells)) % len(TONES), [len(weights) for _, weights in cells])
        self.coded = np.append(tone == TONES.index("coded"), False)
        self._found: dict[tuple[Parts, ...], tuple[Indices, Indices]] = {}

    def _add(self, entries: list[tuple[str, float]]) -> tuple[int, list[float]]:
        start = len(self.texts)
        self.texts += [text for text, _ in entries]
        return start if entries else -1, [weight for _, weight in entries]

    def phrases(self, key: Keys, language: Indices, topic: Indices, stance: Floats, manner: Manners) -> Ints:
        """Phrase index of each message; -1 where the book has no text for its topic, language and tone."""
        tone = np.where(stance < -NEUTRAL_BAND, 0, np.where(stance > NEUTRAL_BAND, 2, 1))
        tone = np.where(manner == Manner.CODED, 3, tone)
        cell = (language * self._topics + topic) * len(TONES) + tone
        at = (luck(Purpose.PHRASE, key)[:, None] >= self._cdf[cell]).sum(axis=1)
        start = self._start[cell]
        return np.where(start >= 0, start + at, -1).astype(np.int32)

    def pairs(self, combinations: Iterable[Parts]) -> tuple[Indices, Indices]:
        """Phrases, ascending, and the positions of the combinations that occur in them; each version of a list is matched once."""
        version = tuple(combinations)
        if version not in self._found:
            self._found[version] = Matcher(version).pairs(self.texts)
        return self._found[version]
