"""Values along a range."""

from __future__ import annotations

import pytest

from sim.scenario.vary import Span

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.mark.parametrize(
    ("span", "values"),
    [
        (Span("number", 1, 9), [1, 3, 5, 7, 9]),
        (Span("number", 0.01, 100, log=True), [0.01, 0.1, 1, 10, 100]),
        (Span("whole number", 1, 4), [1, 2, 3, 4, 4]),
        (Span("whole number", 1, 80, log=True), [1, 3, 9, 27, 80]),
        (Span("whole number", 3, 30000, log=True), [3, 30, 300, 3000, 30000]),
        (Span("duration", 1, 24, log=True), ["1 h", "2.21336 h", "4.89898 h", "10.8432 h", "1 d"]),
    ],
)
def test_a_range_is_spread_evenly_on_its_scale(span: Span, values: list[object]) -> None:
    assert [span.at(share) for share in SHARES] == values


@pytest.mark.parametrize(
    ("span", "own", "values"),
    [
        (Span("number", 1, 9), 3, [1, 2, 3, 6, 9]),
        (Span("number", 0.01, 100, log=True), 0.04, [0.01, 0.02, 0.04, 2, 100]),
        (Span("number", 1, 9), 20, [1, 5, 9, 9, 9]),
    ],
)
def test_a_value_of_its_own_lies_in_the_middle(span: Span, own: float, values: list[object]) -> None:
    assert [span.around(own, share) for share in SHARES] == values


@pytest.mark.parametrize(
    ("low", "high", "log"), [(0.1, 1, True), (0.1, 0.99, False), (0, 1000, False), (-1, 1000, False), (100, 200000, True)]
)
def test_wide_ranges_above_0_are_logarithmic(low: float, high: float, log: bool) -> None:
    assert Span("number", low, high).on_its_scale().log is log
