"""Which figure of a run a target is about, as it is written."""

from __future__ import annotations

from sim.calibration.targets import Key
from sim.experiment.columns import SPLITS
from sim.measures.moderation import WITHIN
from sim.model.worlds import parse_worlds
from sim.scenario.problems import hint, shown


def read_figure(split: str, level: str, world: str, measure: str) -> Key:
    """The figure.

    Raises:
        ValueError: for a split, level or world that there cannot be.
    """
    if split not in SPLITS:
        raise ValueError(f"split: {hint(split, SPLITS)}, and got {shown(split)}")
    if (split == "total") != (level == "all"):
        raise ValueError(f"level: one of the split, or all of the split total; and got {shown(level)} of {split}")
    if split == "within" and level not in WITHIN:
        raise ValueError(f"level: one of {', '.join(WITHIN)} of the split within, and got {shown(level)}")
    worlds = parse_worlds(world)
    if len(worlds) != 1:
        raise ValueError(f"world: the name of one, and got {shown(world)}")
    return Key(worlds[0], measure, split, level)
