"""Published models and figures as runnable checks, one section a file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.validation.check import Section

SECTIONS = ("strategic", "spiral", "reinforcement", "late_deletion", "thresholds", "queues", "identities")
"""Modules that hold a `SECTION`."""


def sections() -> list[Section]:
    """All sections, in order."""
    return [import_module(f"sim.validation.{name}").SECTION for name in SECTIONS]
