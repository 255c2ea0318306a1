"""Keyword combinations: how they are written, and that many are found in many texts as one by one."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.moderation.matching import Matcher
from sim.scenario.combination import Parts, normal, parse

ALPHABET = "abAＡ中文疫 1+*\\"
"""Few characters, so that matches are frequent; among them a fullwidth letter, space, and all that is escaped."""
literals = st.text(ALPHABET, min_size=1, max_size=3)
texts = st.lists(st.text(ALPHABET, max_size=12), max_size=6)


def written(literal: str) -> str:
    return "".join(f"\\{c}" if c in "+*\\" else c for c in literal)


def naive(parts: list[list[str]], text: str) -> bool:
    """By the definition: all parts occur; in a part each literal occurs after the one before it."""

    def occurs(part: list[str], rest: str) -> bool:
        if not part:
            return True
        return any(rest[i:].startswith(part[0]) and occurs(part[1:], rest[i + len(part[0]) :]) for i in range(len(rest) + 1))

    folded = [[normal(literal) for literal in part] for part in parts]
    for part in folded:
        part[0], part[-1] = part[0].lstrip(), part[-1].rstrip()
        if len(part) == 1:
            part[0] = part[0].strip()
    return all(occurs([literal for literal in part if literal], normal(text)) for part in folded)


@given(st.lists(st.lists(st.lists(literals, min_size=1, max_size=3), min_size=1, max_size=3), max_size=8), texts)
def test_the_matcher_finds_what_the_definition_finds(combinations: list[list[list[str]]], some: list[str]) -> None:
    kept: list[list[list[str]]] = []
    parsed: list[Parts] = []
    for parts in combinations:
        try:
            parsed.append(parse("+".join("*".join(map(written, part)) for part in parts)))
            kept.append(parts)
        except ValueError:
            assert not "".join(literal for part in parts for literal in part).strip()
    matcher = Matcher(parsed)
    expected = [(t, c) for t, text in enumerate(some) for c, parts in enumerate(kept) if naive(parts, text)]
    assert list(zip(*(a.tolist() for a in matcher.pairs(some)), strict=True)) == expected


@pytest.mark.parametrize(
    ("combination", "matches", "passes"),
    [
        ("b+a", ["ab", "a then b"], ["a", "b", ""]),
        ("a*c", ["abc", "ac", "xaybcz", "cac"], ["ca", "a", "c"]),
        (r"1\+1", ["is 1+1 two"], ["11", "1 1"]),
        (r"a\*b", ["a*b"], ["ab", "axb"]),
        (r"a\\b", ["a\\b"], ["ab"]),
        ("ＡＢ", ["ab", "AB", "ａｂ"], ["a b"]),
        (" a  +\u3000b ", ["ab"], ["a"]),
        ("STRASSE", ["straße"], ["strase"]),
        ("a+a", ["a"], ["b"]),
        ("*a*", ["xax"], ["x"]),
        ("共产党 + 下台", ["共产党什么时候下台"], ["共产党", "下 台共 产党"]),
    ],
)
def test_how_combinations_are_written(combination: str, matches: list[str], passes: list[str]) -> None:
    matcher = Matcher([parse(combination)])
    assert all(matcher.matches(text) for text in matches)
    assert not any(matcher.matches(text) for text in passes)


def test_two_that_look_for_the_same_are_equal() -> None:
    assert parse("b+Ａ+a") == parse(" a + b ") == parse("a+b+*") != parse("ab")


@pytest.mark.parametrize(
    ("combination", "rule"),
    [
        ("*+*", "looks for something"),
        ("", "looks for something"),
        ("a\\", "a backslash stands before"),
        (r"a\d", "a backslash stands before"),
    ],
)
def test_what_looks_for_nothing_is_refused(combination: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        parse(combination)


def test_an_empty_list_matches_nothing() -> None:
    assert Matcher([]).matches("anything") == []
    assert [len(found) for found in Matcher([]).pairs(["a", "b"])] == [0, 0]


def test_many_rules_over_many_texts_take_no_time_to_speak_of() -> None:
    """A fifth of the benchmark's size each way: a product of 2,000 and 2,000 that one by one takes some 10 seconds."""
    draw = random.Random(1)
    words = ["".join(draw.choices([chr(0x4E00 + i) for i in range(600)], k=draw.choice([1, 2, 2, 3]))) for _ in range(2000)]
    matcher = Matcher([parse("+".join(draw.choices(words, k=4))) for _ in range(2000)])
    started = time.perf_counter()
    matcher.pairs(["".join(draw.choices(words, k=20)) for _ in range(2000)])
    assert time.perf_counter() - started < 3
