"""What to mind before fitted values are used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.calibration.search import Floats
from sim.calibration.session import Session
from sim.experiment.design import written

END = 0.01
"""Distance from an end of the range, as a share of it, within which a value lies at that end."""
LEAST_NEWS = 0.85
"""Standard deviation that is left of a parameter, as a share of that of its range, from which the targets hardly tell it."""
EVEN = 1 / np.sqrt(12)
"""Standard deviation of what is even over the unit cube."""


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
    left = _left(session) if found.sample is None else np.std(found.sample, axis=0)
    for index, parameter in enumerate(task.parameters):
        share = float(found.best[index])
        if share < END or share > 1 - END:
            end = "lowest" if share < END else "highest"
            yield f"{parameter.path}: fitted to the {end} end of its range, {written(parameter.over.at(round(share)))}"
        if left[index] > LEAST_NEWS * EVEN:
            yield f"{parameter.path}: the targets hardly tell it: values all over its range fit about as well"


def _left(session: Session) -> Floats:
    """Standard deviations of the parameters were the targets linear in them, with slopes as among the nearer half of the trials."""
    goal, points, simulated = session.task.goal, np.array(session.points), np.array(session.simulated)
    distance = goal.distance(simulated)
    nearer = np.isfinite(distance) & (distance <= np.median(distance))
    design = np.column_stack([np.ones(nearer.sum()), points[nearer]])
    slopes = np.linalg.lstsq(design, goal.off(simulated[nearer]), rcond=None)[0][1:]
    left: Floats = np.sqrt(np.diag(np.linalg.inv(slopes @ slopes.T + np.eye(len(slopes)) / EVEN**2)))
    return left
