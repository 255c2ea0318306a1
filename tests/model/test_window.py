"""The window is an accuracy setting: as it shrinks, measures converge, and the default's error lies inside the replication noise."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.measures.table import Measurer, needed_worlds
from sim.model.world import simulate

FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "un75-tencent.yaml"
MEASURES = ("heard_share", "self_censorship_rate", "prior_restraint_rate", "removal_rate", "conversation_lost", "chilling_effect")
REPLICATIONS = 6
FINEST = "3 min"


@cache
def measured(window: str) -> np.ndarray:
    """(measures, replications) totals of the full world of the flagship with a fifth of its people, for six days, and a slower desk."""
    whole = sim.load(FLAGSHIP)
    sizes = [f"groups.{name}.size={group.size // 5}" for name, group in whole.groups.items()]
    slow = "platforms.tencent-dialogue.desks.content-review.service.lognormal.median=20 min"
    scenario = sim.load(FLAGSHIP, [*sizes, slow, "horizon=6 d", f"window={window}"])
    ledger = simulate(scenario, range(REPLICATIONS), needed_worlds(["full"]))
    totals = {p.measure: p.values[:, 0] for p in Measurer(scenario, ledger).measure("full") if p.split == "total"}
    return np.stack([totals[name] for name in MEASURES])


def error(window: str) -> np.ndarray:
    """Mean distance of each measure from the finest window's, on the same people and luck."""
    return np.abs((measured(window) - measured(FINEST)).mean(axis=1))


def noise() -> np.ndarray:
    """Standard deviation of each measure between replications."""
    return measured(FINEST).std(axis=1, ddof=1)


@pytest.mark.statistical
def test_the_default_window_errs_less_than_replications_differ() -> None:
    """By a factor of 10 for each measure; deterministic, since the seed is fixed: no false alarms."""
    assert (error("15 min") < noise() / 10).all(), error("15 min") / noise()


@pytest.mark.statistical
def test_errors_shrink_with_the_window() -> None:
    """For the measure that depends on it most: what a desk decides does not act on replies of the window in which it decides."""
    at = MEASURES.index("conversation_lost")
    errors = [error(window)[at] for window in ("24 h", "4 h", "1 h", "15 min")]
    assert all(coarser > 1.5 * finer for coarser, finer in pairwise(errors)), errors


@pytest.mark.statistical
def test_a_window_of_a_day_is_found_out() -> None:
    """Negative control: it errs by more than the default may."""
    assert (error("24 h") > noise() / 10).any()
