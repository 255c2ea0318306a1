"""Waiting times: each distribution against its quantiles, and the mixture that published removal times were fitted with."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from scipy import stats

from sim.model.delays import waits
from sim.model.luck import Purpose, child_keys, luck, name_key
from sim.scenario import presets
from sim.scenario.schema import Delay

UNIFORM = (np.arange(100_000) + 0.5) / 100_000
"""A grid in place of luck: shares below a time are then exact to 1e-5."""

REMOVAL = {
    "mixture": [
        {"weight": 0.27, "median": "15 min", "sigma": 0.60},
        {"weight": 0.73, "median": "255 min", "sigma": 1.58},
    ]
}
SINGLE = {"lognormal": {"median": "120 min", "sigma": 1.9}}
PUBLISHED = {8 / 60: 0.05, 0.5: 0.30, 24.0: 0.90}
TOLERANCE = 0.02
"""Two points: the published shares are rounded to five."""


def delay(**kind: object) -> Delay:
    return Delay.model_validate(kind)


def share_within(spec: Delay, hours: float) -> float:
    return float((waits(spec, UNIFORM) <= hours).mean())


def test_a_fixed_wait_is_always_the_same() -> None:
    assert set(waits(delay(fixed="90 min"), UNIFORM)) == {1.5}


def test_exponential_quantiles() -> None:
    assert np.allclose(waits(delay(exponential="2 h"), UNIFORM), stats.expon.ppf(UNIFORM, scale=2.0), rtol=1e-9)


def test_lognormal_quantiles() -> None:
    spec = delay(lognormal={"median": "30 min", "sigma": 0.8})
    assert np.allclose(waits(spec, UNIFORM), stats.lognorm.ppf(UNIFORM, 0.8, scale=0.5), rtol=1e-9)


def test_a_mixture_has_the_distribution_of_its_parts() -> None:
    values = waits(delay(**REMOVAL), UNIFORM)
    for hours in (0.05, 0.2, 0.5, 2.0, 10.0, 50.0):
        expected = 0.27 * stats.lognorm.cdf(hours, 0.60, scale=0.25) + 0.73 * stats.lognorm.cdf(hours, 1.58, scale=4.25)
        assert (values <= hours).mean() == pytest.approx(expected, abs=2e-5)


def test_the_mixture_meets_published_removal_times() -> None:
    """Zhu et al. 2013: 5 % within 8 minutes, 30 % within 30, 90 % within 24 hours."""
    assert all(abs(share_within(delay(**REMOVAL), hours) - share) < TOLERANCE for hours, share in PUBLISHED.items())


def test_a_single_lognormal_does_not() -> None:
    """Control: one component, fitted to the middle, misses an end."""
    assert any(abs(share_within(delay(**SINGLE), hours) - share) > TOLERANCE for hours, share in PUBLISHED.items())


def test_extreme_luck_gives_finite_waits() -> None:
    ends = np.array([2.0**-53, 1 - 2.0**-53, 0.27, np.nextafter(0.27, 0)])
    for kind in ({"exponential": "1 h"}, SINGLE, REMOVAL):
        assert np.isfinite(waits(delay(**kind), ends)).all()
        assert (waits(delay(**kind), ends) > 0).all()


@pytest.mark.statistical
def test_waits_from_luck_follow_the_mixture() -> None:
    """Kolmogorov-Smirnov on 50,000 waits: a false alarm in 10,000. Control: the weights exchanged."""
    keys = child_keys(np.full(50_000, name_key("delays"), np.uint64), np.arange(50_000))
    values = waits(delay(**REMOVAL), luck(Purpose.RULE_DELAY, keys))

    def cdf(first: float) -> object:
        return lambda t: first * stats.lognorm.cdf(t, 0.60, scale=0.25) + (1 - first) * stats.lognorm.cdf(t, 1.58, scale=4.25)

    assert stats.kstest(values, cdf(0.27)).pvalue > 1e-4
    assert stats.kstest(values, cdf(0.73)).pvalue < 1e-4


def test_waits_of_nobody() -> None:
    for kind in ({"fixed": "1 h"}, {"exponential": "1 h"}, SINGLE, REMOVAL):
        assert waits(delay(**kind), np.zeros(0)).shape == (0,)


@pytest.mark.parametrize(("preset", "rule"), [("wechat-group-2020", "desk-removal"), ("weibo-2020", "later-removal")])
def test_the_delays_of_presets_meet_published_removal_times(preset: str, rule: str) -> None:
    """As above, of the presets as they ship; a desk, where there is one, comes on top."""
    shipped = yaml.safe_load(presets.text("platforms", preset))["platform"]["rules"][rule]["delay"]
    assert all(abs(share_within(delay(**shipped), hours) - share) < TOLERANCE for hours, share in PUBLISHED.items())
