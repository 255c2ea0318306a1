"""What to mind before fitted values are used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.calibration.search import Floats
from sim.calibration.session import Session
from sim.experiment.design import written

END = 0.01
"""Distance from an end of the range, as a share of it, within which a value lies at that end."""
HARDLY = 3.84
"""Rise of the sum of squares within which a point fits about as well (95 % point of chi-squared with one degree of freedom)."""
FREE = 0.5
"""Share of the range over which points fit about as well from which the targets do not tell the parameter."""
NO_NEWS = 0.85
"""Standard deviation of the posterior, as a share of that of the range, from which the targets say little."""


def warnings_of(session: Session) -> list[str]:
    """Weak sources, assumed uncertainties, and parameters that the targets do not tell."""
    return [*_of_targets(session), *_of_identity(session)]


def _of_targets(session: Session) -> Iterator[str]:
    for target in session.task.targets:
        if target.is_weak:
            yield f"{target.name}: its figure is {target.source_level.replace('_', ' ')}: check it in its source"
    if assumed := [target.name for target in session.task.targets if target.assumed]:
        yield f"{', '.join(assumed)}: no uncertainty is stated, and one was assumed"


def _of_identity(session: Session) -> Iterator[str]:
    task, found = session.task, session.found
    assert found is not None
    parameters, targets = len(task.parameters), len(task.fitted)
    if parameters > targets:
        yield f"{parameters} parameters are fitted to {targets} target{'s' if targets > 1 else ''}: other values fit as well as these"
    near = _near(session)
    for index, parameter in enumerate(task.parameters):
        share = float(found.best[index])
        if share < END or share > 1 - END:
            end = "lowest" if share < END else "highest"
            yield f"{parameter.path}: fitted to the {end} end of its range, {written(parameter.over.at(round(share)))}"
        if found.sample is not None and np.std(found.sample[:, index]) > NO_NEWS / np.sqrt(12):
            yield f"{parameter.path}: the posterior is about as wide as the range: the targets hardly tell it"
        low, high = float(near[:, index].min()), float(near[:, index].max())
        if found.sample is None and high - low > FREE:
            ends = " to ".join(written(parameter.over.at(end)) for end in (low, high))
            yield f"{parameter.path}: values from {ends} fit about as well"


def _near(session: Session) -> Floats:
    """The points that fit about as well as the best."""
    goal = session.task.goal
    squares = goal.distance(np.array(session.simulated)) ** 2 * len(goal.value)
    near: Floats = np.array(session.points)[squares <= squares.min() + HARDLY]
    return near
