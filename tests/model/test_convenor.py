"""The convenor: until when it collects, whose reports are lost, whom it means to hear, and how it weights them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.measures.table import Measurer
from sim.model.ledger import Ledger, Mark, Outcome
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, columns, merged, run, same, scenario, value

BASE = merged(
    PLAIN,
    {
        "horizon": "4 d",
        "groups": {
            "others": {"size": 30, "registered_in": "home", "resides_in": "home", "messages_per_day": 6.0, "stance": {"median": -0.6}}
        },
        "platforms": {"poll": {"kind": "survey"}},
        "convenor": {"collects": ["chat", "poll"], "every": "12 h"},
    },
)


@cache
def collected(**convenor: Any) -> tuple[Scenario, Ledger]:
    what = scenario(BASE, convenor={**convenor, "hears": list(convenor["hears"])} if "hears" in convenor else convenor)
    return what, run(what, (0, 1), ("free", "full"))


def counted(ledger: Ledger) -> np.ndarray:
    return (ledger.marks[:, ledger.column("full")] & Mark.COUNTED) > 0


def test_nothing_is_collected_once_collection_has_ended() -> None:
    whole, short = collected()[1], collected(until="50 h")[1]
    before = whole.occasions.time < 50
    assert counted(whole)[~before].any()
    assert not counted(short)[~before].any()
    assert (counted(short) == counted(whole) & before).all()


def test_collecting_until_the_horizon_is_collecting() -> None:
    first, second = collected()[1], collected(until="4 d")[1]
    assert all(same(columns(first, world), columns(second, world)) for world in ("free", "full"))


@pytest.mark.statistical
def test_reports_cover_conversations() -> None:
    """A share of those outside surveys never arrives; beyond 3.9 standard errors once in 10,000 runs."""
    whole, lossy = collected()[1], collected(loses=0.4)[1]
    column = whole.column("full")
    spoken = (whole.outcome[:, column] == Outcome.STOOD) & counted(whole)
    dialogue = spoken & (whole.venue[:, column] == 0)
    root = whole.occasions.root
    lost = np.unique(root[dialogue & ~counted(lossy)])
    assert not np.isin(root[counted(lossy) & dialogue], lost).any(), "a report is lost as a whole"
    assert (counted(lossy) == counted(whole))[spoken & ~dialogue].all(), "answers to surveys are no reports"
    n = len(np.unique(root[dialogue]))
    assert abs(len(lost) / n - 0.4) < 3.9 * np.sqrt(0.24 / n)
    assert not counted(collected(loses=1.0)[1])[whole.venue[:, column] == 0].any()


def test_weights_even_out_who_talks() -> None:
    plain, weighted = (Measurer(*collected(**how)).measure("full") for how in ({}, {"weights": "groups"}))
    assert value(plain, "representation_ratio", "group", "others") > 1.5
    for group in ("locals", "others"):
        assert value(weighted, "representation_ratio", "group", group) == pytest.approx(1)
        within = [value(found, "opinion_gap", "group", group) for found in (plain, weighted)]
        assert within[1] == pytest.approx(within[0]), "within a group, nothing changes"
    assert value(weighted, "opinion_gap") < value(plain, "opinion_gap"), "the talkative are critical"


def test_the_weighted_picture_is_the_mixture_of_the_groups() -> None:
    """Critical share seen = sum over groups of their share of the people times their own critical share."""
    weighted = Measurer(*collected(weights="groups")).measure("full")
    seen = [value(weighted, "brief_seen", "brief", f"all/{group}") for group in ("locals", "others")]
    assert value(weighted, "brief_seen", "brief", "all/all") == pytest.approx((60 * seen[0] + 30 * seen[1]) / 90)


def test_whom_it_means_to_hear_is_the_yardstick() -> None:
    plain, meant = (Measurer(*collected(**how)).measure("full") for how in ({}, {"hears": ("locals",), "weights": "groups"}))
    assert np.isnan(value(meant, "opinion_gap", "group", "others"))
    assert value(meant, "opinion_gap") == pytest.approx(value(plain, "opinion_gap", "group", "locals"))
    assert value(meant, "brief_private", "brief", "all/all") == pytest.approx(value(plain, "brief_private", "brief", "all/locals"))


def test_the_brief_says_how_much_is_behind_it() -> None:
    what, ledger = collected()
    found, which = Measurer(what, ledger).measure("full"), counted(ledger)
    rows = which & (ledger.people.replication[ledger.occasions.person] == 0) & (ledger.occasions.topic == 1)
    assert value(found, "brief_messages", "brief", "human-rights/all") == rows.sum()
    assert value(found, "brief_people", "brief", "human-rights/all") == len(np.unique(ledger.occasions.person[rows]))
    assert value(found, "brief_difference", "brief", "human-rights/all") == pytest.approx(
        value(found, "opinion_gap", "topic", "human-rights")
    )


def test_a_cell_with_little_behind_it_is_left_out() -> None:
    what = scenario(BASE, groups={"few": {"size": 9, "registered_in": "home", "resides_in": "home", "messages_per_day": 20.0}})
    found = Measurer(what, run(what, (0,), ("free", "full"))).measure("full")
    assert np.isnan(value(found, "brief_seen", "brief", "all/few"))
    assert np.isfinite(value(found, "brief_seen", "brief", "all/others"))


@pytest.mark.parametrize(
    ("how", "rule"), [({"until": "5 h", "start": "6 h"}, "until is later than start"), ({"hears": ["them"]}, "a group of this")]
)
def test_what_cannot_be_is_refused(how: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        scenario(BASE, convenor=how)
