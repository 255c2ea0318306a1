"""Ctrl-C and SIGTERM: what they end, and where they must not strike."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType


SIGNALS = (signal.SIGINT, signal.SIGTERM)
DEAF = 2.0
"""Seconds for which people may press Ctrl-C again and mean the same."""


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


_deaf_until = 0.0
"""Time until which signals do nothing; 0 where none has struck."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Has SIGTERM raise KeyboardInterrupt, as Ctrl-C does. Once struck, more signals do nothing for a while, as what finished is kept."""
    global _deaf_until
    _deaf_until = 0.0

    def interrupt(number: int, _: FrameType | None) -> None:
        global _deaf_until
        if time.monotonic() >= _deaf_until:
            _deaf_until = time.monotonic() + DEAF
            raise KeyboardInterrupt

    in_main = threading.current_thread() is threading.main_thread()
    before = {each: signal.signal(each, interrupt) for each in SIGNALS if in_main}
    try:
        yield
    finally:
        _restore(before)
        _deaf_until = 0.0


def struck() -> bool:
    """Whether a signal came: libraries swallow KeyboardInterrupt, or make another exception of it."""
    return _deaf_until > 0


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


@contextmanager
def shielded() -> Iterator[None]:
    """Puts an interrupt, by Ctrl-C or SIGTERM, off until the block has ended; whoever handles it then does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    struck: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        struck.append(number)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        _restore(before)
    if struck:
        handler = before[signal.Signals(struck[0])]
        if callable(handler):
            handler(struck[0], None)
        raise KeyboardInterrupt
