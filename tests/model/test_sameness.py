"""Runs that must agree to the bit: however stacked, relabelled, repeated, prolonged, and until scenarios part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest

import sim.model.world as world_module
from sim.experiment.task import run_task
from sim.measures.definitions import LADDER
from sim.measures.table import Measurer, needed_worlds
from sim.model.ledger import Ledger
from sim.model.people import People
from sim.scenario.schema import Scenario
from tests.model.small import RICH, columns, differing, merged, rich_run, rows_of, run, same, scenario


def alone(what: Scenario, replication: int, worlds: Sequence[str]) -> Ledger:
    return run(what, (replication,), worlds)


def agree(first: Ledger, second: Ledger, places: tuple[int, int], worlds: Sequence[str]) -> list[str]:
    """Columns in which a replication at one place of the first stack differs from that at another of the second, over some worlds."""
    rows = rows_of(first, places[0]), rows_of(second, places[1])
    return [f"{world}: {name}" for world in worlds for name in differing(columns(first, world, rows[0]), columns(second, world, rows[1]))]


def desk_records(ledger: Ledger, place: int) -> dict[tuple[str, str], object]:
    return {(ledger.worlds[column], name): record for (column, at, name), record in ledger.desks.items() if at == place}


def test_a_replication_is_the_same_alone_and_in_company() -> None:
    what, stacked = rich_run()
    single = alone(what, 3, LADDER)
    assert not agree(stacked, single, (3, 0), LADDER)
    assert desk_records(stacked, 3) == desk_records(single, 0)


def test_a_replication_is_the_same_in_any_order_and_company() -> None:
    what, stacked = rich_run()
    assert not agree(stacked, run(what, (3, 7, 1)), (3, 0), LADDER)
    assert not agree(stacked, run(what, (9, 3)), (3, 1), LADDER)


def test_a_world_is_the_same_in_any_order_and_subset() -> None:
    what, stacked = rich_run()
    mixed = run(what, (0, 3), ("full", "moderation", "access+fear", "access"))
    assert not agree(stacked, mixed, (3, 1), ("full", "access", "free"))
    assert desk_records(mixed, 1)["full", "chat.office"] == desk_records(stacked, 3)["full", "chat.office"]


def test_measures_and_series_do_not_depend_on_the_stack() -> None:
    what = scenario(horizon="6 d", timeline=RICH["timeline"][:4])
    together, apart = run_task(what, (0, 2), ("access", "full")), run_task(what, (2,), ("full",))
    one = next(result for result in together if (result.world, result.replication) == ("full", 2))
    assert one.measures.equals(apart[0].measures)
    assert one.series.equals(apart[0].series)


def test_beliefs_do_not_depend_on_the_stack_when_an_event_changes_how_people_learn() -> None:
    """Lessons are taught at the next window in which anybody in the stack has an occasion: that must not matter."""
    few = {"locals": {"size": 6}, "abroad": {"size": 2}, "others": {"size": 2}}
    silent = {"late": {"threshold": 0.0, "recall": 0.8, "notice": "none", "delay": {"lognormal": {"median": "1 h"}}}, "words": None}
    events = [{"at": f"{hour}.9 h", "set": {"beliefs.discovery": float(hour % 2)}} for hour in range(20, 200)]
    what = scenario(groups=few, platforms={"chat": {"rules": silent}}, window="15 min", timeline=events, horizon="10 d")
    stacked = run(what, (0, 1, 2, 3, 4, 5), ("full",))
    for place in (0, 3, 5):
        assert not agree(stacked, alone(what, place, ("full",)), (place, 0), ("full", "access+moderation+surveillance"))


def test_the_same_seed_gives_the_same_ledger_and_another_seed_another() -> None:
    what = scenario(horizon="3 d", timeline=[])
    first, second, other = run(what), run(what), run(scenario(horizon="3 d", timeline=[], seed=12))
    assert all(same(columns(first, world), columns(second, world)) for world in LADDER)
    assert not same(columns(first, "free"), columns(other, "free"))
    assert not np.intersect1d(first.occasions.key, other.occasions.key).size
    replications = run(what, (0, 1))
    zero, one = (replications.occasions.key[rows_of(replications, place)] for place in (0, 1))
    assert not np.intersect1d(zero, one).size


def test_a_group_that_is_added_leaves_the_others_wishes_alone() -> None:
    """People and their spontaneous wishes are drawn by group and number."""
    more = {"groups": {"newcomers": {"size": 15, "registered_in": "away", "resides_in": "away"}, "locals": {"size": 70}}}
    small, large = (run(what, worlds=("free",)) for what in (scenario(), scenario(**more)))
    roots = [ledger.occasions.key[ledger.occasions.parent < 0] for ledger in (small, large)]
    assert np.isin(roots[0], roots[1]).all()
    assert len(roots[1]) > len(roots[0])


# Relabelling


def relabelled(people: People, order: np.ndarray) -> People:
    """The same people, the one at `order[i]` now at place i."""
    apart = ("replication_key", "topic_cdf")
    return replace(people, **{f.name: getattr(people, f.name)[order] for f in fields(people) if f.name not in apart})


def run_relabelled(what: Scenario, monkeypatch: pytest.MonkeyPatch, order: np.ndarray, people_only: bool = False) -> Ledger:
    """A run in which persons have other numbers: in People, Rooms and Occasions alike, or (a mistake) in People only."""
    draw_people, draw_rooms, draw_occasions = world_module.draw_people, world_module.draw_rooms, world_module.draw_occasions
    number = np.argsort(order).astype(np.int32)
    original: dict[str, Any] = {}

    def people(scenario: Scenario, replications: Sequence[int]) -> People:
        original["people"] = draw_people(scenario, replications)
        return relabelled(original["people"], order)

    def rooms(scenario: Scenario, _: People, ranking: np.ndarray) -> Any:
        original["rooms"] = drawn = draw_rooms(scenario, original["people"], ranking[:, number])
        return replace(drawn, of_person=drawn.of_person[:, :, order], member=number[drawn.member])

    def occasions(scenario: Scenario, _: People, __: Any, ranking: np.ndarray) -> Any:
        drawn = draw_occasions(scenario, original["people"], original["rooms"], ranking[:, number])
        return drawn if people_only else replace(drawn, person=number[drawn.person])

    for name, function in (("draw_people", people), ("draw_rooms", rooms), ("draw_occasions", occasions)):
        monkeypatch.setattr(world_module, name, function)
    return run(what, worlds=LADDER)


def totals(what: Scenario, ledger: Ledger, world: str) -> dict[tuple[str, str, str], list[float]]:
    """All figures of a world; the Gini coefficient alone sums in the order of persons."""
    found = Measurer(what, ledger).measure(world)
    return {
        (piece.measure, piece.split, str(level)): [float(v) for v in values]
        for piece in found
        for level, values in zip(piece.levels, piece.values.T, strict=True)
    }


def test_relabelling_participants_changes_no_total(monkeypatch: pytest.MonkeyPatch) -> None:
    what = scenario(horizon="8 d", timeline=RICH["timeline"][:6])
    plain = run(what)
    order = np.random.default_rng(3).permutation(len(plain.people))
    other = run_relabelled(what, monkeypatch, order)
    for world in LADDER:
        assert same(columns(plain, world), columns(other, world)), world
        mine, theirs = totals(what, plain, world), totals(what, other, world)
        assert mine.keys() == theirs.keys()
        assert all(theirs[key] == pytest.approx(mine[key], rel=1e-12, nan_ok=True) for key in mine)


def test_labels_that_are_mixed_up_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: persons renumbered, their occasions not."""
    what = scenario(horizon="4 d", timeline=[])
    plain = run(what)
    other = run_relabelled(what, monkeypatch, np.roll(np.arange(len(plain.people)), 1), people_only=True)
    assert not same(columns(plain, "full"), columns(other, "full"))


# Parting on a day

PART = 6 * 24.0
BASE: dict[str, Any] = merged(RICH, {"timeline": RICH["timeline"][:3], "horizon": "7 d", "convenor": {"every": "12 h"}})
NOTHING_RETRACTED = {"beliefs": {"self_deletion": 0.0}}
WITHOUT_DESK = merged(
    BASE, NOTHING_RETRACTED | {"platforms": {"chat": {"rules": {"doubtful": None, "reviewed": None}, "desks": None, "appeals": None}}}
)
CHAT_AT_HOME = {"platform": "chat", "jurisdiction": "home"}
EVENTS: dict[str, dict[str, Any]] = {
    "set a rule": {"set": {"platforms.chat.rules.late.recall": 1.0, "platforms.chat.rules.late.notice": "none"}},
    "set a safeguard": {"set": {"platforms.chat.safeguards.anonymity": True}},
    "set a law": {"set": {"jurisdictions.home.sensitivity": {"human-rights": 1.0}, "jurisdictions.home.reprisal.hazard": 1.0}},
    "set voice": {"set": {"voice.fear_of_reprisal": 9.0, "voice.cost": 0.1}},
    "set beliefs": {"set": {"beliefs.removal_half_life": "2 d", "beliefs.discovery": 1.0, "beliefs.reprisal_half_life": "3 d"}},
    "reprisal news": {"reprisal_news": {"jurisdiction": "home", "reach": 1.0, "weight": 2.0}},
    "surge": {"surge": {"topic": "climate", "factor": 5.0, "lasts": "1 d"}},
    "slump": {"surge": {"topic": "climate", "factor": 0.1, "lasts": "1 d"}},
    "announce": {"announce": {"platform": "chat", "belief": "reprisal", "value": 0.9, "believed": 1.0}},
    "block": {"block": CHAT_AT_HOME},
    "unblock": {"unblock": {"platform": "feed", "jurisdiction": "home"}},
    "withdraw": {"withdraw": "chat"},
}


@cache
def undisturbed(desk: bool) -> tuple[Scenario, Ledger]:
    what = scenario(BASE if desk else WITHOUT_DESK)
    return what, run(what)


def disturbed(event: dict[str, Any], desk: bool) -> tuple[Scenario, Ledger]:
    base = BASE if desk else WITHOUT_DESK
    what = scenario(base, timeline=[*base["timeline"], {"at": "6 d", **event}])
    return what, run(what)


def by_day(what: Scenario, ledger: Ledger, world: str, before: float) -> dict[tuple[str, str], np.ndarray]:
    """Figures by day, of the days that end before that hour; where parents, desks and delays are done with, none is missing."""
    found = (piece for piece in Measurer(what, ledger).measure(world) if piece.split == "day")
    return {(piece.measure, "day"): piece.values[:, : int(before // 24)] for piece in found}


@pytest.mark.parametrize("event", EVENTS)
def test_scenarios_agree_to_the_bit_until_they_part(event: str) -> None:
    """All before the parting agrees, and something after differs: without desks and self-deletion, a fate is settled at once."""
    (what, first), (other, second) = undisturbed(False), disturbed(EVENTS[event], False)
    early = [np.flatnonzero(ledger.occasions.time < PART) for ledger in (first, second)]
    for world in LADDER:
        assert not differing(columns(first, world, early[0]), columns(second, world, early[1])), world
        mine, theirs = by_day(what, first, world, PART), by_day(other, second, world, PART)
        assert all(np.array_equal(mine[key], theirs[key], equal_nan=True) for key in mine), world
    assert [p for p in first.punished if p[2] < PART] == [p for p in second.punished if p[2] < PART]
    assert not same(columns(first, "full"), columns(second, "full"))


@pytest.mark.parametrize("event", ["set a rule", "surge", "block", "withdraw", "reprisal news"])
def test_scenarios_with_a_desk_agree_on_all_that_has_happened_until_they_part(event: str) -> None:
    """A case that still waits may meet another fate; what has been decided by then agrees."""
    (_, first), (_, second) = undisturbed(True), disturbed(EVENTS[event], True)
    for world in LADDER:
        happened = [until(columns(ledger, world, np.flatnonzero(ledger.occasions.time < PART))) for ledger in (first, second)]
        assert not differing(*happened), world


def until(ledger: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What had happened by the parting."""
    past = {name: np.where(ledger[name] < PART, ledger[name], np.inf) for name in ("shown", "gone", "back")}
    settled = ("voice", "venue", "key", "time", "topic", "removal_risk", "reprisal_risk")
    return past | {name: ledger[name] for name in settled if name in ledger}


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    """Occasions and voices; fates of late messages and reviews differ, as they should."""
    events = [event for event in RICH["timeline"] if float(event["at"].removesuffix(" d")) < 6]
    short, long = (run(scenario(horizon=f"{days} d", timeline=events)) for days in (6, 9))
    early = np.flatnonzero(long.occasions.time < short.horizon)
    assert len(early) == len(short.occasions)
    for world in needed_worlds(LADDER):
        first, second = columns(short, world), columns(long, world, early)
        names = {"key", "time", "topic", "voice", "venue", "removal_risk", "reprisal_risk"} & first.keys()
        assert not differing({name: first[name] for name in names}, {name: second[name] for name in names})


def test_a_scenario_compared_with_itself_is_zero_everywhere() -> None:
    what = scenario(horizon="3 d", timeline=[])
    first, second = (run_task(what, (0, 1), ("free", "full"), keep_ledger=True) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        difference = one.measures.join(other.measures, on=["measure", "split", "level"]).select(pl.col("value") - pl.col("value_right"))
        assert len(difference) == len(one.measures)
        assert difference["value"].abs().max() == 0
        assert one.ledger is not None
        assert other.ledger is not None
        assert one.ledger.equals(other.ledger)
