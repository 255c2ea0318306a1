"""Ctrl-C where it must not strike."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; `result` holds what had finished, None where nothing had, and `folder` the folder where that is kept."""

    def __init__(self, result: Any, folder: Path | None = None) -> None:
        super().__init__("interrupted")
        self.result = result
        self.folder = folder

    @property
    def left(self) -> str:
        """What is left of the run, in words."""
        if self.result is None or self.folder is None:
            return "nothing had finished, and nothing is kept"
        done = f"{self.result.count('done')} of {self.result.runs.height} runs had finished"
        return f"{done}; they are in {self.folder}, and --resume continues from there"


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
