"""Meetings: platforms that take what is said at set hours only, and where it is heard as it is said or never."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.hours import WEEK, hours_of_week
from sim.model.luck import Floats
from sim.scenario.schema import Platform, Scenario

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Meetings:
    """The hours of all platforms; those that are no meetings are always open. F platforms.

    Attributes:
        live: (F,) whether a platform is a meeting.
        called: (F,) whether people are called to it once measures begin, and it takes nothing in a warm-up: meetings and surveys.
        open: (F, 168) whether it takes what is said, by hour of the week.
        left: (F, 168) hours from the beginning of an hour of the week to the end of the session; 0 where it is closed, inf where it
            never ends.
    """

    live: Flags
    called: Flags
    open: Flags
    left: Floats

    def take(self, platform: Indices, time: Floats) -> Flags:
        """Whether platforms take what is said at some times; arrays that broadcast."""
        taken: Flags = self.open[platform, _hour_of_week(time)] & ((time >= 0) | ~self.called[platform])
        return taken

    def end(self, platform: Indices, time: Floats) -> Floats:
        """When the sessions end in which something is said at some times; arrays that broadcast."""
        end: Floats = np.floor(time) + self.left[platform, _hour_of_week(time)]
        return end

    def heard(self, platform: Indices, time: Floats, shown: Floats, gone: Floats) -> Flags:
        """Whether what was said in meetings at some times was heard: it was not held back until the session was over, nor cut at once."""
        return (shown < self.end(platform, time)) & (shown < gone)


def compile_meetings(scenario: Scenario) -> Meetings:
    """The hours of a scenario's platforms."""
    specs = list(scenario.platforms.values())
    week = np.stack([_week(spec) for spec in specs])
    live, surveys = (np.array([spec.kind == kind for spec in specs]) for kind in ("meeting", "survey"))
    return Meetings(live=live, called=live | surveys, open=week, left=np.stack([_left(row) for row in week]))


def _week(spec: Platform) -> Flags:
    if spec.kind != "meeting":
        return np.ones(WEEK, np.bool_)
    return reduce(np.logical_or, (hours_of_week(hours, spec.utc_offset) for hours in spec.hours))


def _left(week: Flags) -> Floats:
    """(168,) hours until the week is next closed, sessions that run over its end included."""
    if week.all():
        return np.full(WEEK, np.inf)
    closed = np.flatnonzero(~np.tile(week, 2))
    hours = np.arange(WEEK)
    left: Floats = (closed[np.searchsorted(closed, hours)] - hours).astype(np.float64)
    return left


def _hour_of_week(time: Floats) -> NDArray[np.int64]:
    return np.floor(time).astype(np.int64) % WEEK
