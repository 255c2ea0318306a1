"""Ctrl-C where it must not strike."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from sim.result import Result


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; `result` holds what had finished, None where nothing had, or where `kept` says what is kept instead."""

    def __init__(self, result: Result | None, kept: str = "") -> None:
        super().__init__("interrupted")
        self.result = result
        self.kept = kept


@contextmanager
def shielded() -> Iterator[None]:
    """Puts an interrupt, by Ctrl-C or SIGTERM, off until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    struck: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        struck.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if struck:
        raise KeyboardInterrupt
