"""Scenario files: read, checked, and written out in full."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.changes import variants
    from sim.scenario.dumping import dump
    from sim.scenario.evidence import parameters
    from sim.scenario.loading import load
    from sim.scenario.problems import ScenarioError

__all__ = ["ScenarioError", "dump", "load", "parameters", "variants"]

_HOMES = {
    "ScenarioError": "problems",
    "dump": "dumping",
    "load": "loading",
    "parameters": "evidence",
    "variants": "changes",
}


def __getattr__(name: str) -> Any:
    """Imports a name when it is first used: the command line stays quick, and the schema can be imported alone."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim.scenario' has no attribute '{name}'")
    return getattr(import_module(f"sim.scenario.{_HOMES[name]}"), name)
