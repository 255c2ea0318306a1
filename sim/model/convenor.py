"""The convenor: what it collects, and when."""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.ledger import Ledger, Mark
from sim.model.luck import Purpose, luck
from sim.model.meetings import compile_meetings
from sim.model.people import languages
from sim.model.voice import Manner
from sim.model.worlds import Switches
from sim.scenario.schema import Scenario


class Convenor:
    """Collects from its platforms at regular times what is to be seen there; what has gone by then is not counted.

    In meetings it takes notes of what it hears.
    """

    def __init__(self, env: simpy.Environment, scenario: Scenario, ledger: Ledger, switches: Switches) -> None:
        self._env = env
        self._spec = scenario.convenor
        self._end = scenario.horizon if self._spec.until is None else min(self._spec.until, scenario.horizon)
        self._closed = False
        self._dialogue = np.array([platform.kind != "survey" for platform in scenario.platforms.values()])
        self._ledger = ledger
        collects = np.array([name in self._spec.collects for name in scenario.platforms])
        self._collects = np.tile(collects[:, None], len(switches))
        self._meetings = compile_meetings(scenario)
        reads = [self._spec.languages is None or name in self._spec.languages for name in languages(scenario)]
        self._reads = np.array(reads)[ledger.people.language]
        self._may_leave = switches.access
        self._collected_until = self._spec.start
        self._released: list[tuple[int, int]] = []
        env.process(self._visit())

    def leave(self, platform: int) -> None:
        """Collect a last time from a platform, and never again; where access is unhindered, the convenor stays."""
        self._collect(only=platform)
        self._collects[platform] &= ~self._may_leave

    def release(self, occasion: int, world: int) -> None:
        """A message can be seen from now on: it had been held back, or has been reinstated."""
        if self._ledger.shown[occasion, world] >= self._spec.start:
            self._released.append((occasion, world))

    def _visit(self) -> simpy.events.ProcessGenerator:
        yield self._env.timeout(self._spec.start - self._env.now)
        while self._env.now < self._end:
            yield self._env.timeout(min(self._spec.every, self._end - self._env.now))
            self.collect()
        self._closed = True

    def collect(self) -> None:
        """Count what has been published since the last visit and can still be seen."""
        self._collect()
        self._collected_until = self._env.now
        self._released.clear()

    def _collect(self, only: int | None = None) -> None:
        if self._closed:
            return
        first, last = np.searchsorted(self._ledger.occasions.time, [self._collected_until, self._env.now])
        rows, worlds = np.nonzero(self._ledger.shown[first:last] <= self._env.now)
        self._count(rows + first, worlds, only)
        if self._released:
            late = np.array(self._released)
            self._count(late[:, 0], late[:, 1], only)

    def _count(self, rows: NDArray[np.int64], worlds: NDArray[np.int64], only: int | None) -> None:
        ledger = self._ledger
        venue = ledger.venue[rows, worlds]
        here = self._collects[venue, worlds] & ((venue == only) if only is not None else True)
        visible = here & self._found(rows, worlds, venue) & ~self._lost(rows, venue)
        rows, worlds = rows[visible], worlds[visible]
        coded = ledger.voice[rows, worlds] == Manner.CODED
        understood = ~coded | (luck(Purpose.COMPREHENSION, ledger.occasions.key[rows]) < self._spec.comprehends_coded)
        understood &= ((ledger.marks[rows, worlds] & Mark.UNINTERPRETED) == 0) | self._reads[ledger.occasions.person[rows]]
        ledger.marks[rows[understood], worlds[understood]] |= np.uint16(Mark.COUNTED)

    def _lost(self, rows: NDArray[np.int64], venue: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Whether messages are in reports that never arrive: a report covers a conversation."""
        lost = np.zeros(len(rows), np.bool_)
        if self._spec.loses > 0:
            root = self._ledger.occasions.root[rows]
            lost = self._dialogue[venue] & (luck(Purpose.REPORT_LOST, self._ledger.occasions.key[root]) < self._spec.loses)
        return lost

    def _found(self, rows: NDArray[np.int64], worlds: NDArray[np.int64], venue: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Whether messages are still there, or were heard where they were said in meetings."""
        gone = self._ledger.gone[rows, worlds]
        there: NDArray[np.bool_] = (gone > self._env.now) | (self._ledger.back[rows, worlds] <= self._env.now)
        if (live := self._meetings.live[venue]).any():
            heard = self._meetings.heard(venue, self._ledger.occasions.time[rows], self._ledger.shown[rows, worlds], gone)
            there = np.where(live, heard, there)
        return there
