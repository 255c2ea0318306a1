"""Many keyword combinations over many texts at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import ahocorasick
import numpy as np

from sim.model.counter import Indices
from sim.scenario.combination import Parts, normal, occur


class Matcher:
    """Finds the combinations that occur in texts, with the automaton of Aho & Corasick (1975).

    A combination is looked at only where the literal of it that fewest others share has been found.
    """

    def __init__(self, combinations: Sequence[Parts]) -> None:
        self._combinations = combinations
        self._literals = [frozenset(literal for part in parts for literal in part) for parts in combinations]
        self._wild = [any(len(part) > 1 for part in parts) for parts in combinations]
        shared = Counter(literal for literals in self._literals for literal in literals)
        self._waiting: dict[str, list[int]] = defaultdict(list)
        for index, literals in enumerate(self._literals):
            self._waiting[min(literals, key=lambda literal: (shared[literal], -len(literal), literal))].append(index)
        self._automaton = ahocorasick.Automaton()
        for literal in shared:
            self._automaton.add_word(literal, literal)
        self._automaton.make_automaton()

    def matches(self, text: str) -> list[int]:
        """Positions, ascending, of the combinations that occur in a text."""
        if not self._combinations:
            return []
        folded = normal(text)
        found = {literal for _, literal in self._automaton.iter(folded)}
        candidates = (index for literal in found for index in self._waiting.get(literal, ()))
        return sorted(i for i in candidates if self._literals[i] <= found and (not self._wild[i] or occur(self._combinations[i], folded)))

    def pairs(self, texts: Iterable[str]) -> tuple[Indices, Indices]:
        """Positions of texts, ascending, and of the combinations that occur in them."""
        hits = [self.matches(text) for text in texts]
        text = np.repeat(np.arange(len(hits)), [len(hit) for hit in hits])
        return text, np.array([index for hit in hits for index in hit], np.int64)
