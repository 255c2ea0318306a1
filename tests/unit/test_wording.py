"""Numbers and names as people read them."""

from __future__ import annotations

import pytest

from sim.measures.definitions import Kind
from sim.wording import clean, difference, interval, level_title, measure_of, measure_title, number, percent, scenario_title
from tests import synthetic


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.1234, "share", "12.3 %"),
        (0.0, "share", "0.0 %"),
        (-0.0, "share", "0.0 %"),
        (0.00034, "share", "0.03 %"),
        (1e-9, "share", "0.0 %"),
        (1.0, "share", "100.0 %"),
        (1234.4, "count", "1,234"),
        (2.25, "count", "2.2"),
        (-12.34, "points", "−12.3 pp"),
        (0.456, "distance", "0.46"),
        (0.0123, "distance", "0.012"),
        (0.00023, "ratio", "0.00023"),
        (1e-9, "ratio", "0.000000"),
        (171.3, "per 1000", "171"),
        (3.5, "hours", "3.50 h"),
        (None, "share", "–"),
    ],
)
def test_values(value: float | None, kind: Kind, text: str) -> None:
    assert number(value, kind) == text


def test_differences_have_a_sign_unless_they_round_to_nothing() -> None:
    assert difference(0.012, "share") == "+1.2 pp"
    assert difference(-0.5, "ratio") == "−0.50"
    assert difference(1e-17, "share") == "0.0 pp"
    assert (percent(0.256), percent(-0.05), percent(0.0), percent(None)) == ("+26 %", "−5.0 %", "0.0 %", "–")


def test_both_ends_of_an_interval_have_as_many_digits() -> None:
    assert interval(-0.0002, 0.05, "share") == "[0.0, 5.0]"
    assert interval(-0.07, 0.152, "per 1000") == "[−0.07, 0.15]"
    assert interval(None, None, "share") == ""


def test_titles_come_from_the_scenario() -> None:
    scenario = synthetic.scenario(groups=1, title="")
    assert scenario_title(scenario) == "un75-tencent"
    assert level_title(scenario, "group", "citizens-mainland") == "Ordinary people in mainland China"
    assert level_title(scenario, "platform", "un75-survey") == "un75-survey"
    assert level_title(scenario, "day", "3") == "3"


def test_measures_that_nobody_defined_have_a_name_too() -> None:
    assert measure_title(measure_of("people_punished_twice")) == "people punished twice"
    assert measure_title(measure_of("reprisals_per_1000")) == "people punished, per 1000"


def test_control_characters_do_not_pass() -> None:
    assert clean("a\x1b[31mb\n\u202ec\t d") == "a [31mb c d"
