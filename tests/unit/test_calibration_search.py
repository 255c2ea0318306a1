"""Ways of searching, on a closed-form stand-in for the simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from sim.calibration.abc import Abc
from sim.calibration.least import Least
from sim.calibration.search import Evaluate, Floats, Goal, Method
from sim.calibration.tree_parzen import TreeParzen

SD = np.array([0.02, 0.03])
POINTS = np.array([[0.3, 0.6], [0.8, 0.2], [0.5, 0.95]])


def model(points: Floats) -> Floats:
    """Two outcomes of two parameters, neither of which depends on one alone."""
    return np.column_stack([points[:, 0] * (0.5 + points[:, 1]), np.exp(points[:, 0]) - points[:, 1] ** 2])


def counted(seen: list[int]) -> Evaluate:
    def evaluate(points: Floats) -> Floats:
        seen.append(len(points))
        return model(points)

    return evaluate


@pytest.mark.parametrize(("method", "within"), [(Least(100), 1e-3), (TreeParzen(100), 0.06), (Abc(400, 100), 0.08)], ids=lambda x: str(x))
def test_known_parameters_are_found_again(method: Method, within: float) -> None:
    for point in POINTS:
        seen: list[int] = []
        found = method.search(counted(seen), Goal(model(point[None])[0], SD), 2, seed=1)
        assert found.best == pytest.approx(point, abs=within)
        assert sum(seen) <= method.trials
        assert len(seen) < sum(seen) / 3, "points are looked at together"


@pytest.mark.parametrize("method", [Least(40), TreeParzen(30), Abc(60, 20)], ids=lambda method: method.name)
def test_a_search_depends_on_its_seed_alone(method: Method) -> None:
    goal = Goal(model(POINTS[:1])[0], SD)
    first, again, other = (method.search(model, goal, 2, seed) for seed in (5, 5, 6))
    assert (first.best == again.best).all()
    assert (first.best != other.best).any()


@pytest.mark.parametrize("method", [Least(3), Least(30), TreeParzen(20)], ids=str)
def test_what_has_no_value_is_far_off(method: Method) -> None:
    def holed(points: Floats) -> Floats:
        return np.where(points[:, :1] > 0.5, np.nan, model(points))

    found = method.search(holed, Goal(model(POINTS[:1])[0], SD), 2, seed=2)
    assert found.best[0] <= 0.5
    with pytest.raises(ValueError, match="a point at which every target has a value, and got none among"):
        method.search(lambda points: np.full((len(points), 2), np.nan), Goal(SD, SD), 2, seed=1)
    with pytest.raises(ValueError, match="10 points at which every target has a value, and got 0"):
        Abc(20, 10).search(lambda points: np.full((len(points), 2), np.nan), Goal(SD, SD), 2, seed=1)


def intervals(claimed: float, repeats: int = 120) -> list[int]:
    """How often 90 % intervals hold the parameters that figures were published under, whose error is said to be `claimed` of what it is."""
    luck, held = np.random.default_rng(11), np.zeros(2, int)
    for seed in range(repeats):
        truth = luck.random((1, 2))
        published = model(truth)[0] + SD * luck.standard_normal(2)
        sample = Abc(800, 100).search(model, Goal(published, claimed * SD), 2, seed).sample
        assert sample is not None
        low, high = np.quantile(sample, [0.05, 0.95], axis=0)
        held += (low <= truth[0]) & (truth[0] <= high)
    return held.tolist()


@pytest.mark.statistical
def test_the_posterior_covers_the_truth_as_often_as_it_says() -> None:
    """90 % intervals of two parameters in 120 repeats, against the binomial: a false alarm in 500. Control: errors said to be a third."""
    assert all(binomtest(held, 120, 0.9).pvalue > 1e-3 for held in intervals(1.0))
    assert all(binomtest(held, 120, 0.9).pvalue < 1e-3 for held in intervals(1 / 3))


@pytest.mark.statistical
def test_a_parameter_that_nothing_tells_keeps_its_prior() -> None:
    """Kolmogorov-Smirnov on 300 draws, not quite independent: a false alarm in 1000 or so. Control: the parameter that is told."""
    from scipy.stats import kstest

    sample = Abc(1500, 300).search(lambda points: points[:, :1], Goal(np.array([0.4]), np.array([0.05])), 2, seed=3).sample
    assert sample is not None
    assert kstest(sample[:, 1], "uniform").pvalue > 1e-3
    assert kstest(sample[:, 0], "uniform").pvalue < 1e-3
    assert sample[:, 0].mean() == pytest.approx(0.4, abs=4 * 0.05 / np.sqrt(300) + 0.005)
    assert sample[:, 0].std() == pytest.approx(0.05, rel=0.25)


def test_more_draws_than_points_are_refused() -> None:
    with pytest.raises(ValueError, match="posterior: at most half of the 100 trials, and got 51"):
        Abc(100, 51)


def test_without_optuna_it_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.calibration.tree_parzen.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="optuna needs the package optuna, which is not installed: pip install optuna"):
        TreeParzen()
