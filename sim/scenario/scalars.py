"""What a person means by an unquoted word or number in YAML (the core schema of YAML 1.2, without its traps)."""

from __future__ import annotations

import re

from sim.scenario.tree import Plain

LONGEST_NUMBER = 64
_WORDS: dict[str, Plain] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_.]*")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def resolve(text: str) -> Plain:
    """The value of an unquoted scalar: null, true or false, a number, or the text itself.

    ``no``, ``on`` and dates are texts, ``1e3`` is a number, ``12:30`` a text.

    Raises:
        ValueError: for what could be taken in two ways: a number with a leading zero or underscores, and for numbers that
            are not finite or absurdly long.
    """
    if text in _WORDS:
        return _WORDS[text]
    if not (text[0].isdigit() or text[0] in "+-."):
        return text
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("a finite number")
    if _UNDERSCORED.fullmatch(text):
        raise ValueError("a number without underscores (or in quotes, if a text is meant)")
    return _number(text) if _FLOAT.fullmatch(text) or _OTHER_BASE.fullmatch(text) else text


def _number(text: str) -> Plain:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number of at most {LONGEST_NUMBER} characters")
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if _LEADING_ZERO.match(text):
        raise ValueError("a number without leading zeros (or in quotes, if a text is meant)")
    if _WHOLE.fullmatch(text):
        return int(text)
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError("a finite number")
    return value
