"""Sensitivity: known indices of closed-form functions, through the code that runs the model."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.sensitivity.morris import Morris
from sim.sensitivity.sobol import Sobol

Floats = NDArray[np.float64]


def ishigami(shares: Floats) -> Floats:
    x = (2 * shares[:, :3] - 1) * np.pi
    outcome: Floats = (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]
    return outcome


def test_sobol_recovers_the_indices_of_the_ishigami_function() -> None:
    method = Sobol(2048)
    sample = method.sample(4, seed=1)
    found = method.indices(sample, ishigami(sample)[None], seed=1)
    assert found["first"][:, 0] == pytest.approx([0.3139, 0.4424, 0, 0], abs=0.03)
    assert found["total"][:, 0] == pytest.approx([0.5576, 0.4424, 0.2437, 0], abs=0.03)
    for name in ("first", "total"):
        assert (found[f"{name}_low"] <= found[name]).all()
        assert (found[name] <= found[f"{name}_high"]).all()


def test_what_has_no_effect_has_an_index_of_exactly_0() -> None:
    sobol, morris = Sobol(64), Morris(5)
    for method in (sobol, morris):
        sample = method.sample(4, seed=2)
        outcome = np.hstack([ishigami(sample), np.full((len(sample), 1), 3.0)])
        found = method.indices(sample, np.stack([outcome, outcome]), seed=2)
        for name in method.columns:
            assert found[name][3, 0] == 0, name
            assert (found[name][:, 1] == 0).all(), name


def test_morris_finds_linear_effects_exactly_and_tells_those_that_interact() -> None:
    method = Morris(20)
    sample = method.sample(4, seed=3)
    found = method.indices(sample, (2 * sample[:, 0] - 3 * sample[:, 1] + sample[:, 2] * sample[:, 3])[None, :, None], seed=3)
    assert found["mu"][:2, 0] == pytest.approx([2, -3])
    assert found["mu_star"][:2, 0] == pytest.approx([2, 3])
    assert found["sigma"][:2, 0] == pytest.approx([0, 0], abs=1e-12)
    assert (found["sigma"][2:, 0] > 0.2).all()


@pytest.mark.statistical
def test_luck_alone_reaches_as_far_as_morris_says_in_one_of_twenty() -> None:
    """Of 300 parameters without effect, in outcomes that are luck alone; twice 4 binomial standard errors of 1,500, as each error is in the
    effects of two parameters. Control: two fifths of it are passed by most."""
    method = Morris(6)
    sample = method.sample(300, seed=5)
    outcomes = np.random.default_rng(6).standard_normal((2, len(sample), 5))
    found = method.indices(sample, outcomes, seed=5)
    beyond = [float((found["mu_star"] > share * found["luck"]).mean()) for share in (1, 0.4)]
    assert beyond[0] == pytest.approx(0.05, abs=8 * np.sqrt(0.05 * 0.95 / 1500))
    assert beyond[1] > 0.5
    assert np.isnan(method.indices(sample, outcomes[:1], seed=5)["luck"]).all()


def test_morris_moves_each_parameter_once_and_stays_on_its_grid() -> None:
    sample = Morris(50).sample(6, seed=4)
    assert np.allclose(np.unique(sample.round(9)), [0, 1 / 3, 2 / 3, 1])
    steps = np.diff(sample.reshape(50, 7, 6), axis=1)
    assert ((np.abs(steps) > 0).sum(axis=2) == 1).all()
    assert ((np.abs(steps) > 0).sum(axis=1) == 1).all()
    assert np.bincount((sample * 3).round().astype(int).ravel()) / sample.size == pytest.approx([0.25] * 4, abs=0.05)


@pytest.mark.parametrize("samples", [0, 1, 3, 100])
def test_sobol_sequences_have_a_power_of_2(samples: int) -> None:
    with pytest.raises(ValueError, match="a power of 2"):
        Sobol(samples)
