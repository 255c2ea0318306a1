"""What runs may take."""

from __future__ import annotations

from dataclasses import dataclass

from sim.experiment.memory import LEAST, format_size

MOST_EVENTS = 10**10


@dataclass(frozen=True)
class Limits:
    """What runs may take; those that are predicted to exceed it are refused before they start.

    Attributes:
        memory: bytes that all processes hold together; what this machine has left if None.
        events: occasions in all runs, and events of the clock.
        worker: bytes that each worker process may ask for; more of them make a failed run. No such limit if None.

    Raises:
        ValueError: for a limit that cannot be.
    """

    memory: int | None = None
    events: int = MOST_EVENTS
    worker: int | None = None

    def __post_init__(self) -> None:
        """Checks them."""
        for name, value, least in (("memory", self.memory, 1), ("events", self.events, 1), ("worker", self.worker, LEAST)):
            if value is not None and (type(value) is not int or value < least):
                what = "a whole number from 1" if least == 1 else f"at least {format_size(least)}, which libraries need, in bytes"
                raise ValueError(f"limits: {name}: {what}, and got {value!r}")
