"""Decayed counters against the plain sum of decayed amounts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.counter import Counters

ENTRIES, WORLDS = 3, 2
amounts = st.lists(
    st.tuples(
        st.floats(0, 8784),
        st.integers(0, ENTRIES - 1),
        st.integers(0, WORLDS - 1),
        st.floats(0, 100),
        st.floats(-100, 100),
    ),
    max_size=30,
)


def naive(events: list[tuple[float, int, int, float, float]], half_life: float, now: float) -> np.ndarray:
    """(2, ENTRIES, WORLDS): each amount halves every half-life."""
    sums = np.zeros((2, ENTRIES, WORLDS))
    for time, entry, world, first, second in events:
        decay = 0.5 ** ((now - time) / half_life)
        sums[:, entry, world] += first * decay, second * decay
    return sums


def everything(counters: Counters, now: float) -> np.ndarray:
    return counters.at(np.arange(ENTRIES)[:, None], np.arange(WORLDS), now)


@given(events=amounts, half_life=st.floats(9.76, 10_000), chunk=st.integers(1, 7))
@settings(max_examples=200, deadline=None)
def test_sums_decay_like_the_naive_sum_for_a_year(events: list[tuple[float, int, int, float, float]], half_life: float, chunk: int) -> None:
    """With the shortest half-life that a scenario of a year may have, and additions in any order."""
    counters = Counters(2, ENTRIES, WORLDS, half_life)
    for start in range(0, len(events), chunk):
        times, entries, worlds, first, second = (np.array(column) for column in zip(*events[start : start + chunk], strict=True))
        counters.add(entries, worlds, (first, second), times)
    assert np.allclose(everything(counters, 8784.0), naive(events, half_life, 8784.0), rtol=1e-9, atol=1e-9)


@given(events=amounts, half_lives=st.tuples(st.floats(10, 1000), st.floats(10, 1000)), now=st.floats(1, 4000))
@settings(max_examples=100, deadline=None)
def test_another_half_life_holds_from_now_on(
    events: list[tuple[float, int, int, float, float]], half_lives: tuple[float, float], now: float
) -> None:
    counters = Counters(2, ENTRIES, WORLDS, half_lives[0])
    past = [event for event in events if event[0] <= now]
    for time, entry, world, first, second in past:
        counters.add(np.array([entry]), np.array([world]), (first, second), time)
    counters.set_half_life(half_lives[1], now)
    later = now + 500
    expected = naive(past, half_lives[0], now) * 0.5 ** (500 / half_lives[1])
    assert np.allclose(everything(counters, later), expected, rtol=1e-9, atol=1e-9)


@given(events=amounts, half_lives=st.tuples(st.floats(10, 1000), st.floats(10, 1000), st.floats(10, 1000)))
@settings(max_examples=100, deadline=None)
def test_what_is_taken_back_leaves_nothing_whatever_the_half_lives_were(
    events: list[tuple[float, int, int, float, float]], half_lives: tuple[float, float, float]
) -> None:
    """As of the time at which it was added, though half-lives have changed since."""
    counters = Counters(2, ENTRIES, WORLDS, half_lives[0])
    events = sorted((min(time, 3000.0), *rest) for time, *rest in events)
    for begin, end, half_life in ((0.0, 1000.0, half_lives[0]), (1000.0, 2000.0, half_lives[1]), (2000.0, 4000.0, half_lives[2])):
        counters.set_half_life(half_life, begin)
        for time, entry, world, first, second in (event for event in events if begin <= event[0] < end):
            counters.add(np.array([entry]), np.array([world]), (first, second), time)
    for time, entry, world, first, second in events:
        counters.add(np.array([entry]), np.array([world]), (-first, -second), time)
    assert np.allclose(everything(counters, 4000.0), 0, atol=1e-9)


def test_one_batch_adds_every_amount_to_the_same_entry() -> None:
    counters = Counters(1, ENTRIES, WORLDS, 10.0)
    counters.add(np.array([1, 1, 1]), np.array([0, 0, 1]), (np.array([1.0, 2.0, 4.0]),), np.array([0.0, 10.0, 20.0]))
    assert everything(counters, 20.0)[0].tolist() == [[0, 0], [pytest.approx(0.25 + 1), pytest.approx(4)], [0, 0]]


def test_a_wrong_half_life_is_noticed() -> None:
    """Control: half the half-life."""
    counters = Counters(2, ENTRIES, WORLDS, 50.0)
    counters.add(np.array([0]), np.array([0]), (1.0, 1.0), 0.0)
    assert not np.allclose(everything(counters, 100.0), naive([(0.0, 0, 0, 1.0, 1.0)], 100.0, 100.0))


def test_nothing_to_add_and_nothing_to_read() -> None:
    counters = Counters(2, ENTRIES, WORLDS, 10.0)
    none = np.zeros(0, np.int64)
    counters.add(none, none, (np.zeros(0), 0.0), np.zeros(0))
    assert counters.at(none[:, None], np.arange(WORLDS), 1.0).shape == (2, 0, WORLDS)
    assert not everything(counters, 1.0).any()
