"""Keyword combinations: how they are written, and what they look for."""

from __future__ import annotations

import re
import unicodedata

Part = tuple[str, ...]
"""Literals that follow one another in a text, with anything between them."""
Parts = tuple[Part, ...]
"""All of them must occur in a text, in any order."""

_TOKEN = re.compile(r"\\[+*\\]|\\|[+*]|[^+*\\]+", re.DOTALL)


def normal(text: str) -> str:
    """Text as filters compare it: compatibility forms and case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def parse(combination: str) -> Parts:
    """The parts of a combination, normalised; two that look for the same are equal.

    Raises:
        ValueError: if it looks for nothing, or if a backslash escapes nothing; the message is the rule.
    """
    written: list[list[str]] = [[""]]
    for token in _TOKEN.findall(combination):
        if token == "\\":
            raise ValueError("a backslash stands before +, * or a backslash")
        if token == "+":
            written.append([""])
        elif token == "*":
            written[-1].append("")
        else:
            written[-1][-1] += token.removeprefix("\\")
    parts = {part for part in map(_part, written) if part}
    if not parts:
        raise ValueError("a combination looks for something beside + and *")
    return tuple(sorted(parts))


def _part(literals: list[str]) -> Part:
    folded = [normal(literal) for literal in literals]
    folded[0] = folded[0].lstrip()
    folded[-1] = folded[-1].rstrip()
    return tuple(literal for literal in folded if literal)


def occur(parts: Parts, text: str) -> bool:
    """Whether all parts occur in a normalised text."""
    return all(occurs(part, text) for part in parts)


def occurs(part: Part, text: str) -> bool:
    """Whether the literals of a part follow one another in a normalised text."""
    at = 0
    for literal in part:
        found = text.find(literal, at)
        if found < 0:
            return False
        at = found + len(literal)
    return True
