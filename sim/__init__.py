"""chillsim: what a discussion loses to a platform's rules.

For example::

    import sim

    scenario = sim.load("scenarios/un75-tencent.yaml")
    result = sim.run(scenario, replications=20, jobs=2)
    result.summary                             # polars DataFrame
    sim.compare([result, other]).table         # polars DataFrame
    result.plot("funnel")                      # matplotlib Figure
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.calibration.calibration import calibrate
    from sim.calibration.result import Calibration
    from sim.comparison import Comparison, compare
    from sim.experiment.disk import ResultError
    from sim.experiment.interrupts import Interrupted
    from sim.experiment.limits import Limits
    from sim.experiment.runner import run
    from sim.experiment.sweep import sweep
    from sim.figures import FigureError, draw
    from sim.result import Result
    from sim.scenario import ScenarioError, dump, load
    from sim.scenario.schema import Scenario
    from sim.sweep_result import Sweep

__all__ = [
    "Calibration", "Comparison", "FigureError", "Interrupted", "Limits", "Result", "ResultError", "Scenario", "ScenarioError", "Sweep",
    "calibrate", "compare", "draw", "dump", "load", "read", "run", "sweep",
]  # fmt: skip

_HOMES = {
    "Calibration": "sim.calibration.result",
    "Comparison": "sim.comparison",
    "FigureError": "sim.figures",
    "Interrupted": "sim.experiment.interrupts",
    "Limits": "sim.experiment.limits",
    "Result": "sim.result",
    "ResultError": "sim.experiment.store",
    "Scenario": "sim.scenario.schema",
    "ScenarioError": "sim.scenario",
    "calibrate": "sim.calibration.calibration",
    "compare": "sim.comparison",
    "draw": "sim.figures",
    "dump": "sim.scenario",
    "load": "sim.scenario",
    "run": "sim.experiment.runner",
    "sweep": "sim.experiment.sweep",
    "Sweep": "sim.sweep_result",
}


def read(folder: str) -> Result:
    """Reads a result folder that a run wrote."""
    from sim.result import Result

    return Result.read(folder)


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used, so that `import sim` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
