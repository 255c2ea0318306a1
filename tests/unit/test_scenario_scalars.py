"""Unquoted words and numbers mean what a person means by them."""

from __future__ import annotations

import pytest

from sim.scenario.scalars import resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("n", "n"),
        ("12", 12),
        ("-3", -3),
        ("+4", 4),
        ("0", 0),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        (".5", 0.5),
        ("1.", 1.0),
        ("-0.25", -0.25),
        ("0x1F", 31),
        ("0o17", 15),
        ("12:30:45", "12:30:45"),
        ("2020-09-21", "2020-09-21"),
        ("10 d", "10 d"),
        ("50%", "50%"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        (".", "."),
        ("+", "+"),
        ("1e", "1e"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("_1", "_1"),
    ],
)
def test_meaning(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("012", "leading zeros"),
        ("-007", "leading zeros"),
        ("00.5", "leading zeros"),
        ("1_000", "underscores"),
        ("1_0.5", "underscores"),
        (".nan", "finite"),
        (".inf", "finite"),
        ("-.INF", "finite"),
        ("1e999", "finite"),
        ("1" * 20_000, "64 characters"),
    ],
)
def test_what_could_be_taken_in_two_ways_is_refused(text: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        resolve(text)
