"""What of a window comes up at all: replies to what can be seen, from people whom nothing said in the window has barred."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.model.access import Flags
from sim.model.counter import Indices
from sim.model.ledger import Mark, Outcome
from sim.model.moderation.pipeline import Verdict
from sim.model.moderation.sanctions import Bar
from sim.model.moderation.submissions import Submissions
from sim.model.stretch import Stretch

if TYPE_CHECKING:
    from sim.model.world import World


def prompted(world: World, window: Stretch, at: Indices) -> Flags:
    """(m, W): whether what would prompt some replies is there to be seen; what was heard in a meeting cannot be taken back."""
    ledger, parent, time = world.ledger, window.parent[at], window.time[at, None]
    shown, gone = ledger.shown.take(parent, axis=0), ledger.gone.take(parent, axis=0)
    back = ledger.back[parent]  # not `take`, which copies the whole of an array whose entries are all one
    there = ((shown <= time) & (time < gone)) | (back <= time)
    if (live := world.policy.meetings.live).any():
        there |= live[np.maximum(window.venue.take(at, axis=0), 0)] & (shown <= time) & (shown < gone)
    if world.interpretation.anywhere:
        there &= _understood(world, window.authors.person[at], parent)
    return there & window.answers.take(at, axis=0)


def _understood(world: World, person: Indices, parent: Indices) -> Flags:
    """(m, W): whether messages reach some people in a language that they speak."""
    language, author = world.people.language, world.occasions.person[parent]
    interpreted = (world.ledger.marks.take(parent, axis=0) & Mark.UNINTERPRETED) == 0
    understood: Flags = interpreted | (language[person] == language[author])[:, None]
    return understood


def reply_at_once(world: World, window: Stretch, arises: Flags, said: Flags) -> None:
    """Take back replies to messages of this window that are not there to be seen, then replies to those, and so on."""
    first = window.rows.start
    at = np.flatnonzero(window.parent >= first)
    lost = np.ones(1, np.bool_)
    while lost.any():
        arises[at] = seen = prompted(world, window, at)
        lost = said[at] & ~seen
        where, column = np.nonzero(lost)
        _take_back(world, said, first, at[where], column)


def bar_at_once(world: World, window: Stretch, arises: Flags, said: Flags, messages: Submissions, verdict: Verdict) -> Stretch:
    """Take back what people say after a sanction that falls into this window, and then what it would have prompted.

    In each world the first sanction that silences somebody here is certain: all that led to it was said before. What it silences may
    have led to further sanctions, so these are looked for again, until none silences anybody.
    """
    first, sanctions = window.rows.start, world.actions.sanctions
    ahead = world.actions.ahead(messages, verdict, float(window.time[-1]))
    own = ahead["occasion"] >= first
    while True:
        stands = ~own
        stands[own] = said[ahead["occasion"][own] - first, ahead["world"][own]]
        bars = [(bar, rows) for bar in sanctions.foresee(ahead[stands]) if len(rows := _under(bar, window))]
        silencing: dict[int, Indices] = {}
        for bar, rows in bars:
            if len(spoken := rows[said[rows, bar.world]]):
                silencing.setdefault(bar.world, spoken)
        if not silencing:
            break
        for column, rows in silencing.items():
            _take_back(world, said, first, rows, column)
        reply_at_once(world, window, arises, said)
    barred = np.zeros(said.shape, np.bool_)
    for bar, rows in bars:
        barred[rows, bar.world] = True
    return closed(window, barred)


def _take_back(world: World, said: Flags, first: int, rows: Indices, column: Indices | int) -> None:
    """Some messages of the window that begins at occasion `first` are not said after all."""
    ledger = world.ledger
    said[rows, column] = False
    ledger.shown[first + rows, column] = ledger.gone[first + rows, column] = np.inf
    ledger.marks[first + rows, column] = 0


def closed(window: Stretch, barred: Flags) -> Stretch:
    """The window with some (n, W) occasions on which the author may not speak."""
    ceiling = np.minimum(window.ceiling, np.where(barred, np.uint8(Outcome.BARRED), np.uint8(Outcome.STOOD)))
    return replace(window, open=window.open & ~barred, ceiling=ceiling)


def _under(bar: Bar, window: Stretch) -> Indices:
    """Rows of the window that a bar covers."""
    within = (window.authors.person == bar.person) & (window.time > bar.since) & (window.time < bar.until)
    return np.flatnonzero(within & (window.venue[:, bar.world] == bar.platform))
