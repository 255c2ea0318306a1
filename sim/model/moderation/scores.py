"""Accuracy of a classifier, read off the curves of its scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.model.luck import Floats
from sim.scenario.inputs import score_curves
from sim.scenario.score_curves import EVERYBODY


def accuracy(name: str, cut: float, groups: Sequence[str], inputs: dict[str, bytes]) -> tuple[Floats, Floats]:
    """(G,) recall and false positive rate of each group at a cut, those of all where the file does not have the group.

    Args:
        name: of a file of score curves that the scenario holds.
        cut: score from which a message is flagged.
        groups: names of the groups.
        inputs: what the scenario holds.
    """
    curves = score_curves(name, inputs)
    by_label = [[1 - curves.get((group, label), curves[EVERYBODY, label]).share_below(cut) for group in groups] for label in (1, 0)]
    return np.array(by_label[0]), np.array(by_label[1])
