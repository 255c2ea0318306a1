"""Who reads a message while it can be seen."""

from __future__ import annotations

import numpy as np

from sim.model.ledger import Ledger, Mark
from sim.model.luck import Floats, Purpose, luck
from sim.model.policy import Policy


def mark_seen(policy: Policy, ledger: Ledger) -> None:
    """Mark messages that another member read before they went, or that the convenor counted."""
    readers = expected_readers(policy, ledger)
    read = luck(Purpose.READ, ledger.occasions.key)[:, None] < -np.expm1(-readers)
    counted = (ledger.marks & Mark.COUNTED) > 0
    ledger.marks |= np.where(read | counted, Mark.SEEN, 0).astype(np.uint8)


def expected_readers(policy: Policy, ledger: Ledger) -> Floats:
    """(O, W) readers that a message is expected to have had by the time at which it went, or by the horizon."""
    specs = [platform.reading for platform in policy.scenario.platforms.values()]
    share, half_life = np.array([spec.share for spec in specs]), np.array([spec.half_life for spec in specs])
    readers = np.zeros(ledger.shown.shape)
    rows = np.arange(len(ledger.occasions))
    for column in range(len(ledger.worlds)):
        shown = rows[ledger.shown[:, column] < ledger.horizon]
        venue = ledger.venue[shown, column].astype(np.int32)
        visible = np.minimum(ledger.gone[shown, column], ledger.horizon) - ledger.shown[shown, column]
        readers[shown, column] = ledger.audience[shown, column] * share[venue] * -np.expm1(-np.log(2) / half_life[venue] * visible)
    return readers
