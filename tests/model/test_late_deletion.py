"""Deleting every message late (validation.md D): the fall in conversation emerges from the ledger.

Schneider & Rizoiu 2023: with a kernel proportional to (t + c)^-(1 + gamma) and branching ratio n*, deletion at age D leaves
n_D = n* (1 - c^gamma (c + D)^-gamma), and the conversation, 1 / (1 - n*) messages from each that begins it, falls by
(n* - n_D) / (1 - n_D).
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.validation.late_deletion import CENTROIDS, conversation, remaining, sizes

FALSE_ALARM = 4.0
"""Standard errors of tolerance: one false alarm in 16,000 for each comparison."""


def deviation(sample: np.ndarray, expected: float) -> float:
    """In standard errors."""
    return float((sample.mean() - expected) / (sample.std(ddof=1) / np.sqrt(len(sample))))


@pytest.mark.statistical
@pytest.mark.parametrize("age", [0.25, 1.0, 24.0])
@pytest.mark.parametrize(("branching", "half_life", "published"), CENTROIDS)
def test_conversations_shrink_as_theory_says(branching: float, half_life: float, published: float, age: float) -> None:
    """Within 4 standard errors (one false alarm in 16,000). At 24 h the fall is the published one, to half a point beyond that error.

    Conversations under deletion are over long before the horizon, so nothing is cut off; without deletion the kernel's tail goes on
    for months, so the size of the undisturbed conversation is the theoretical 1 / (1 - n*).
    """
    left = remaining(branching, half_life, age)
    sample = sizes(conversation(branching, half_life, age), world=1)
    assert len(sample) > 10_000
    assert abs(deviation(sample, 1 / (1 - left))) < FALSE_ALARM
    if age == 24.0:
        fall = 1 - sample.mean() * (1 - branching)
        error = sample.std(ddof=1) / np.sqrt(len(sample)) * (1 - branching)
        assert abs(100 * fall - published) < 100 * FALSE_ALARM * error + 0.5


@pytest.mark.statistical
@pytest.mark.parametrize(("branching", "half_life", "published"), CENTROIDS)
def test_a_platform_that_ignores_the_delay_is_found_out(branching: float, half_life: float, published: float) -> None:
    """Negative control: without deletion (the free world) conversations are too large, with deletion at once (another age) too small."""
    expected = 1 / (1 - remaining(branching, half_life, 1.0))
    assert deviation(sizes(conversation(branching, half_life, 1.0), world=0), expected) > FALSE_ALARM
    assert deviation(sizes(conversation(branching, half_life, 0.25), world=1), expected) < -FALSE_ALARM
