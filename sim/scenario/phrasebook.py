"""Phrasebooks: what might be said, as weighted texts by topic, language and tone."""

from __future__ import annotations

import math

from sim.scenario.problems import Problem, hint, shown
from sim.scenario.reading import Budget, Unreadable, read_text
from sim.scenario.tree import Items, Mapping, Node, Path, Refused, plain

TONES = ("critical", "neutral", "supportive", "coded")
KEYS = ("title", "evidence", "topics")
MOST_NODES = 500_000
LONGEST_TEXT = 2000
HIGHEST_WEIGHT = 1e6

Texts = list[tuple[str, float]]
"""Texts and weights."""
Book = dict[str, dict[str, dict[str, Texts]]]
"""Texts by topic, language and tone."""


def read_phrasebook(text: str, file: str, found: list[Problem]) -> Book:
    """The texts of a phrasebook in YAML, without those that are wrong, which are added to `found`."""
    try:
        tree = read_text(text, file, Budget(MOST_NODES), found)
    except Unreadable as error:
        found.append(error.problem)
        return {}
    top = _entries(tree, (), "a mapping with the key topics", found)
    _check_keys(top, (), KEYS, found)
    if "topics" not in top:
        found.append(Problem(tree.place, ("topics",), "texts by topic, language and tone are required, and got none"))
        return {}
    topics = _entries(top["topics"], ("topics",), "a mapping of topics", found)
    return {name: _topic(node, ("topics", name), found) for name, node in topics.items()}


def _topic(node: Node, path: Path, found: list[Problem]) -> dict[str, dict[str, Texts]]:
    languages = _entries(node, path, "a mapping of languages", found)
    return {name: _language(inner, (*path, name), found) for name, inner in languages.items()}


def _language(node: Node, path: Path, found: list[Problem]) -> dict[str, Texts]:
    tones = _entries(node, path, f"a mapping of {', '.join(TONES)}", found)
    _check_keys(tones, path, TONES, found)
    return {tone: _texts(inner, (*path, tone), found) for tone, inner in tones.items() if tone in TONES}


def _texts(node: Node, path: Path, found: list[Problem]) -> Texts:
    if not isinstance(node, Items):
        _refuse(node, path, "a list of texts", found)
        return []
    read = [_text(inner, (*path, index), found) for index, inner in enumerate(node.values)]
    return [entry for entry in read if entry is not None]


def _text(node: Node, path: Path, found: list[Problem]) -> tuple[str, float] | None:
    """A text with its weight, written as a text or as `{text, weight}`; None where it is wrong."""
    before = len(found)
    entries: dict[str, Node] = node.entries if isinstance(node, Mapping) else {"text": node}
    _check_keys(entries, path, ("text", "weight"), found)
    text, weight = (plain(entries[key]) if key in entries else default for key, default in (("text", None), ("weight", 1.0)))
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_TEXT:
        _refuse(entries.get("text", node), path, f"a text of 1 to {LONGEST_TEXT:,} characters", found)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= HIGHEST_WEIGHT or not math.isfinite(weight):
        _refuse(entries["weight"], (*path, "weight"), f"a number above 0 and at most {HIGHEST_WEIGHT:,.0f}", found)
    return (text, float(weight)) if isinstance(text, str) and isinstance(weight, int | float) and len(found) == before else None


def _entries(node: Node, path: Path, rule: str, found: list[Problem]) -> dict[str, Node]:
    if isinstance(node, Mapping):
        return node.entries
    _refuse(node, path, rule, found)
    return {}


def _refuse(node: Node, path: Path, rule: str, found: list[Problem]) -> None:
    if not isinstance(node, Refused):
        found.append(Problem(node.place, path, f"{rule}, and got {shown(plain(node))}"))


def _check_keys(entries: dict[str, Node], path: Path, known: tuple[str, ...], found: list[Problem]) -> None:
    for name, node in entries.items():
        if name not in known:
            found.append(Problem(node.place, (*path, name), f"no such key; {hint(name, known)}"))
