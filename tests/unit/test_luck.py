"""Keyed random numbers: uniform, independent, never shared by two decisions, and the same tomorrow."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key

SIM = Path(__file__).parents[2] / "sim"
ONE_IN_TEN_THOUSAND = 1e-4


def keys(count: int = 200_000) -> Keys:
    return child_keys(np.full(count, name_key("test"), np.uint64), np.arange(count))


def z_of_correlation(first: Floats, second: Floats) -> float:
    """Standard scores of the correlation of two samples, if they are independent."""
    return float(np.corrcoef(first, second)[0, 1] * np.sqrt(len(first)))


def joint_p(first: Floats, second: Floats, cells: int = 16) -> float:
    """P-value of independence by a chi-square test on a grid, which also sees what a correlation does not."""
    table = np.histogram2d(first, second, bins=cells, range=((0, 1), (0, 1)))[0]
    return float(stats.chi2.sf(((table - table.mean()) ** 2 / table.mean()).sum(), cells**2 - 1))


@pytest.mark.statistical
def test_draws_are_uniform() -> None:
    """Kolmogorov-Smirnov at 1e-4 over all purposes together (Bonferroni). Control: a draw that is squared a little fails."""
    limit = ONE_IN_TEN_THOUSAND / len(Purpose)
    assert all(stats.kstest(luck(purpose, keys(20_000)), "uniform").pvalue > limit for purpose in Purpose)
    assert stats.kstest(luck(Purpose.SPEAK, keys(20_000)) ** 1.1, "uniform").pvalue < limit


@pytest.mark.statistical
def test_purposes_are_independent_of_one_another() -> None:
    """Every pair's correlation within 6 standard errors: a false alarm in 600,000 over 820 pairs. Control: a mixture of two purposes."""
    draws = np.array([luck(purpose, keys(20_000)) for purpose in Purpose])
    scores = np.corrcoef(draws) * np.sqrt(draws.shape[1])
    assert np.abs(scores[np.triu_indices(len(draws), 1)]).max() < 6
    assert z_of_correlation(0.9 * draws[0] + 0.1 * draws[1], draws[1]) > 6


@pytest.mark.statistical
def test_salts_parents_and_siblings_are_independent() -> None:
    """Each at p 1e-5, both by correlation (4.4 standard errors) and on a grid: a false alarm in 10,000. Control: a shifted copy."""
    key = keys()
    base = luck(Purpose.RULE, key)
    others = {
        "salt": luck(Purpose.RULE, key, 1),
        "named salt": luck(Purpose.RULE, key, name_key("rule", "chat", "late")),
        "parent": luck(Purpose.RULE, child_keys(key, 0)),
        "sibling": luck(Purpose.RULE, np.roll(key, 1)),
        "next of kin": luck(Purpose.RULE, child_keys(key, 1)),
    }
    for name, other in others.items():
        assert abs(z_of_correlation(base, other)) < 4.4, name
        assert joint_p(base, other) > 1e-5, name
    assert joint_p(base, (base + 0.5) % 1) < 1e-5


@pytest.mark.statistical
def test_children_of_one_parent_are_independent() -> None:
    """First against second child over 200,000 parents, at p 1e-5 twice: a false alarm in 50,000. Control: the same child twice."""
    first, second = (luck(Purpose.REPLY_DELAY, child_keys(keys(), number)) for number in (0, 1))
    assert abs(z_of_correlation(first, second)) < 4.4
    assert joint_p(first, second) > 1e-5
    assert joint_p(first, first) < 1e-5


def test_child_keys_do_not_collide() -> None:
    """A thousand parents with a thousand children each: a collision has a chance of 3e-8."""
    parents = keys(1000)
    children = child_keys(parents[:, None], np.arange(1000)).ravel()
    assert len(np.unique(np.concatenate([parents, children]))) == 1_001_000


def test_neighbouring_parents_do_not_share_children() -> None:
    """Keys that differ by the step between siblings are those for which a careless design would collide."""
    step = np.uint64(0x9E3779B97F4A7C15)
    parents = np.array([1, 2, 3], np.uint64)
    near = np.concatenate([parents, parents ^ np.uint64(1)])
    assert len(np.unique(child_keys(near[:, None], np.arange(100)))) == 100 * len(np.unique(near))
    assert child_keys(parents, 1)[0] != child_keys(parents + step, 1)[0]


def test_draws_lie_inside_the_unit_interval_even_at_the_ends_of_the_hash() -> None:
    """Quantile functions are infinite at 0 and 1."""
    extremes = np.array([unmixed(0, Purpose.RATE), unmixed(2**64 - 1, Purpose.RATE)], np.uint64)
    low, high = luck(Purpose.RATE, extremes)
    assert 0 < low < 2**-50
    assert 1 - 2**-50 < high < 1


def unmixed(mixed: int, purpose: Purpose) -> int:
    """The key that the hash sends to a given word for a purpose, by running it backwards."""
    word = mixed
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        word = _unshifted(word, shift) * pow(factor, -1, 2**64) % 2**64
    offset = int(purpose) * 0x9E3779B97F4A7C15 % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        offset = (offset ^ (offset >> shift)) * factor % 2**64
    return (word - offset) % 2**64


def _unshifted(word: int, shift: int) -> int:
    """Undo `x ^= x >> shift`."""
    result = word
    for _ in range(64 // shift + 1):
        result = word ^ (result >> shift)
    return result


def test_every_purpose_is_used_at_one_place() -> None:
    """Two decisions with one purpose would share their luck. The count is of the source text."""
    used = re.findall(r"Purpose\.([A-Z_]+)", "".join(path.read_text(encoding="utf-8") for path in SIM.rglob("*.py")))
    assert sorted(used) == sorted(purpose.name for purpose in Purpose)


def test_the_count_of_places_sees_a_second_use() -> None:
    """Control: a purpose used twice, or by another name, is not what the count expects."""
    used = re.findall(r"Purpose\.([A-Z_]+)", "luck(Purpose.RATE, key) + luck(Purpose.RATE, other)")
    assert used == ["RATE", "RATE"]


def test_nothing_draws_from_a_generator() -> None:
    """All randomness of the simulation is keyed."""
    text = "".join(path.read_text(encoding="utf-8") for folder in ("model", "measures") for path in (SIM / folder).rglob("*.py"))
    assert not re.search(r"default_rng|np\.random|import random|from random|SeedSequence", text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((1,), (True,)),
        ((1, 0), (1,)),
        ((1, 0), (10,)),
        (("a", "b"), ("ab",)),
        (("a", 1), ("a", "1")),
        (("person", 75, 1, "x"), ("person", 7, 51, "x")),
    ],
)
def test_names_cannot_run_into_one_another(first: tuple[str | int, ...], second: tuple[str | int, ...]) -> None:
    assert name_key(*first) != name_key(*second)


def test_a_draw_belongs_to_its_key_wherever_it_stands() -> None:
    key = keys(1000)
    order = np.argsort(key)
    assert np.array_equal(luck(Purpose.SPEAK, key)[order], luck(Purpose.SPEAK, key[order]))
    assert np.array_equal(luck(Purpose.SPEAK, key)[17:18], luck(Purpose.SPEAK, key[17:18]))


def test_drawing_leaves_the_keys_alone() -> None:
    key = keys(10)
    before = key.copy()
    luck(Purpose.SPEAK, key)
    child_keys(key, np.arange(10))
    assert np.array_equal(key, before)


def test_pinned_values() -> None:
    """A change of the hash, or of the order of purposes, changes every result ever published: it must be deliberate."""
    key = np.array([name_key("person", 75, 0, "citizens"), 0, 2**64 - 1], np.uint64)
    assert [int(k) for k in key] == [PINNED_KEY, 0, 2**64 - 1]
    assert [int(k) for k in child_keys(key, 3)] == PINNED_CHILDREN
    assert luck(Purpose.RATE, key).tolist() == pytest.approx(PINNED_RATE, rel=1e-14)
    assert luck(Purpose.RULE, key, 42).tolist() == pytest.approx(PINNED_RULE, rel=1e-14)
    assert luck(Purpose.COMPREHENSION, key).tolist() == pytest.approx(PINNED_COMPREHENSION, rel=1e-14)


PINNED_KEY = 11655157665142197710
PINNED_CHILDREN = [8734597544913831720, 17909611376780542444, 7862637804313477842]
PINNED_RATE = [0.6429994819355757, 0.28176129772258507, 0.6172084904339515]
PINNED_RULE = [0.6543787863130027, 0.41586479150042266, 0.536761775251208]
PINNED_COMPREHENSION = [0.7847392142857946, 0.9774606721035731, 0.39314093512155235]
