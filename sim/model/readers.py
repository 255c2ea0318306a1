"""Who reads a message while it can be seen."""

from __future__ import annotations

import numpy as np

from sim.model.counter import Indices
from sim.model.ledger import Ledger, Mark
from sim.model.luck import Floats, Purpose, luck
from sim.model.policy import Policy

AT_ONCE = 65_536
"""Messages that are worked on together: few enough to stay in the cache."""


def mark_seen(policy: Policy, ledger: Ledger) -> None:
    """Mark messages that another member read before they went, or that the convenor counted."""
    for column in range(len(ledger.worlds)):
        marks = ledger.marks[:, column]
        marks[(marks & Mark.COUNTED) > 0] |= np.uint16(Mark.SEEN)
        shown = np.flatnonzero(ledger.shown[:, column] < ledger.horizon)
        for first in range(0, len(shown), AT_ONCE):
            rows = shown[first : first + AT_ONCE]
            read = luck(Purpose.READ, ledger.occasions.key[rows]) < -np.expm1(-expected_readers(policy, ledger, rows, column))
            marks[rows[read]] |= np.uint16(Mark.SEEN)


def expected_readers(policy: Policy, ledger: Ledger, rows: Indices, column: int) -> Floats:
    """Readers that some published messages are expected to have had by the time at which each went, and from then on if it came back.

    Who attends a meeting hears what is said there at once, or never.
    """
    specs = [platform.reading for platform in policy.scenario.platforms.values()]
    share, half_life = np.array([spec.share for spec in specs]), np.array([spec.half_life for spec in specs])
    venue = ledger.venue[rows, column]
    shown, gone = ledger.shown[rows, column], ledger.gone[rows, column]
    rate, back = np.log(2) / half_life[venue], np.maximum(ledger.back[rows, column], gone)
    by_then = -np.expm1(-rate * (np.minimum(gone, ledger.horizon) - shown))
    if (returns := np.flatnonzero(back < ledger.horizon)).size:
        rate, since = rate[returns], shown[returns]
        by_then[returns] += np.exp(-rate * (back[returns] - since)) - np.exp(-rate * (ledger.horizon - since))
    if (live := policy.meetings.live[venue]).any():
        by_then = np.where(live, policy.meetings.heard(venue, ledger.occasions.time[rows], shown, gone), by_then)
    readers: Floats = ledger.audience[rows, column] * share[venue] * by_then
    return readers
