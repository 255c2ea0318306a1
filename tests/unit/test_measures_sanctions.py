"""Measures of sanctions and appeals, on ledgers written down by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.measures.table import Measurer, Piece
from sim.model.ledger import Mark, Outcome
from tests.model.handmade import BASE, FREE, SAID, Fate, handmade
from tests.model.small import merged, value

LADDER: dict[str, Any] = {"sanctions": {"ladder": [{"points": 1, "action": "warn"}, {"points": 2, "action": "ban"}]}}
SECOND: dict[str, Any] = {"desks": {"second": {"roster": [{"reviewers": 1}]}}, "appeals": {"desk": "second"}}
SANCTIONED = [(0, 1, 3.0, "warn"), (0, 1, 9.0, "warn"), (1, 1, 4.0, "warn"), (0, 1, 9.0, "ban"), (2, 2, 5.0, "warn"), (3, 2, 5.0, "mute")]

TOLD, ASKED = Mark.NOTIFIED, Mark.NOTIFIED | Mark.APPEALED
REMOVED = {"outcome": Outcome.REMOVED, "voice": SAID, "rule": 1, "gone": 4.0}
KINDS = {
    "silently": Fate(**{**REMOVED, "marks": 0}),
    "told": Fate(**{**REMOVED, "marks": TOLD}),
    "undecided": Fate(**{**REMOVED, "marks": ASKED}),
    "dismissed": Fate(**{**REMOVED, "marks": ASKED | Mark.DISMISSED}),
    "reversed": Fate(**{**REMOVED, "marks": ASKED | Mark.REVERSED}),
    "reinstated": Fate(Outcome.STOOD, SAID, ASKED | Mark.REVERSED | Mark.REINSTATED, gone=4.0, back=6.0),
    "stood": Fate(Outcome.STOOD, SAID),
}


def sanctioned(world: str, **changes: Any) -> list[Piece]:
    what, ledger = handmade(platforms={"chat": LADDER}, **changes)
    ledger.sanctioned += SANCTIONED
    return Measurer(what, ledger).measure(world)


def appealed(counts: dict[str, int], chat: dict[str, Any] = SECOND) -> list[Piece]:
    """So many messages of each kind in the full world."""
    fates = [KINDS[kind] for kind, count in counts.items() for _ in range(count)]
    what, ledger = handmade([(0.1 * n, n % 4, 0, -1, (FREE, fate, FREE)) for n, fate in enumerate(fates)], platforms={"chat": chat})
    return Measurer(what, ledger).measure("full")


def test_people_are_counted_once_for_each_kind_of_sanction() -> None:
    found = sanctioned("full")
    names = ("warned", "muted", "suspended", "banned")
    assert [value(found, f"{name}_per_1000") for name in names] == [500, 0, 0, 250]
    assert [value(found, "warned_per_1000", "group", group) for group in "ab"] == [1000, 0]
    assert [value(found, "banned_per_1000", "group", group) for group in "ab"] == [500, 0]
    other = sanctioned("access+moderation+surveillance")
    assert [value(other, f"{name}_per_1000") for name in names] == [250, 250, 0, 0]


def test_sanctions_are_reported_where_there_is_a_ladder_and_moderation() -> None:
    what, ledger = handmade()
    assert math.isnan(value(Measurer(what, ledger).measure("full"), "banned_per_1000"))
    assert math.isnan(value(sanctioned("free"), "banned_per_1000"))


def test_shares_of_appeals() -> None:
    found = appealed({"silently": 10, "told": 20, "undecided": 6, "dismissed": 16, "reversed": 4, "reinstated": 5, "stood": 30})
    assert value(found, "appeal_rate") == pytest.approx((6 + 16 + 4 + 5) / (20 + 6 + 16 + 4 + 5))
    assert value(found, "reversal_rate") == pytest.approx((4 + 5) / (16 + 4 + 5))
    assert value(found, "reinstated_share") == pytest.approx(5 / (10 + 20 + 6 + 16 + 4 + 5))
    assert value(found, "removal_rate") == pytest.approx((10 + 20 + 6 + 16 + 4) / 91), "what came back is no longer counted"


@pytest.mark.parametrize(("decided", "missing"), [(19, True), (20, False)])
def test_shares_of_appeals_from_twenty_up(decided: int, missing: bool) -> None:
    found = appealed({"dismissed": decided, "stood": 50})
    for measure in ("appeal_rate", "reversal_rate", "reinstated_share"):
        assert math.isnan(value(found, measure)) == missing, measure


def test_appeals_are_reported_where_authors_may_appeal() -> None:
    found = appealed({"told": 40, "reinstated": 20}, chat={})
    assert all(math.isnan(value(found, measure)) for measure in ("appeal_rate", "reversal_rate", "reinstated_share"))
    assert "appeals" not in merged(BASE, {})["platforms"]["chat"]
