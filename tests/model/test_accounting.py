"""Accounting identities (exact): what is counted adds up, whatever happens in the scenario."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import get_args

import numpy as np
import polars as pl
import pytest

from sim.experiment.attribution import attribute
from sim.experiment.task import run_task
from sim.measures.definitions import FUNNEL, LADDER, MEASURES, MECHANISMS
from sim.measures.table import Measurer, Piece
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.voice import Manner
from sim.model.worlds import mechanisms_of
from sim.scenario.schema.sanctions import Sanction
from tests.model.small import RICH, columns, merged, rich_run, run, same, scenario

OCCASION_SPLITS = ("group", "topic", "day")


@cache
def pieces(world: str) -> list[Piece]:
    what, ledger = rich_run()
    return Measurer(what, ledger).measure(world)


def table(world: str, measure: str, split: str) -> np.ndarray:
    """(replications, levels)."""
    return next(piece.values for piece in pieces(world) if (piece.measure, piece.split) == (measure, split))


def check_ledger(ledger: Ledger) -> None:
    """Every relation that must hold between the columns of a ledger."""
    outcome, voice, said = ledger.outcome, ledger.voice, ledger.outcome > Outcome.UNSAID
    published, taken = ledger.outcome > Outcome.WITHHELD, said & (ledger.outcome < Outcome.STOOD)
    assert np.isin(outcome, list(Outcome)).all()
    assert np.array_equal(voice != Manner.SILENT, said)
    assert np.array_equal(ledger.rule >= 0, taken)
    assert np.array_equal(np.isfinite(ledger.shown), published)
    assert (ledger.venue[said] >= 0).all()
    check_times(ledger, published)
    check_marks(ledger, said, published)
    check_reasons(ledger)


def check_times(ledger: Ledger, published: np.ndarray) -> None:
    """What is shown is shown after its occasion, and what went, went after it was shown and before the end."""
    times = np.broadcast_to(ledger.occasions.time[:, None], ledger.shown.shape)
    assert (ledger.shown[published] >= times[published]).all()
    gone = np.isin(ledger.outcome, (Outcome.HIDDEN, Outcome.REMOVED, Outcome.SELF_DELETED))
    assert (ledger.gone[gone] < ledger.horizon).all()
    assert (ledger.gone[gone] >= ledger.shown[gone]).all()
    back = np.isfinite(ledger.back)
    assert (ledger.gone[(ledger.outcome == Outcome.STOOD) & ~back] >= ledger.horizon).all()
    assert np.isinf(ledger.gone[~published]).all()
    assert (ledger.outcome[back] == Outcome.STOOD).all()
    went = np.where(np.isinf(ledger.gone), ledger.shown, ledger.gone)
    assert (ledger.back[back] >= went[back]).all()


def check_marks(ledger: Ledger, said: np.ndarray, published: np.ndarray) -> None:
    """Only what was published is seen, and only what is seen is counted; only who said something is identified."""
    marks = {mark: (ledger.marks & mark) > 0 for mark in Mark}
    assert not (marks[Mark.SEEN] & ~published).any()
    assert not (marks[Mark.COUNTED] & ~marks[Mark.SEEN]).any()
    assert not ((marks[Mark.IDENTIFIED] | marks[Mark.CIRCUMVENTED]) & ~said).any()
    check_appeals(ledger, marks)
    assert not (marks[Mark.NOTIFIED] & ~said).any()


def check_appeals(ledger: Ledger, marks: dict[Mark, np.ndarray]) -> None:
    """Who is told of an action may appeal, an appeal is decided once if at all, and only a reversal brings a message back."""
    chain = (Mark.REINSTATED, Mark.REVERSED, Mark.APPEALED, Mark.NOTIFIED)
    assert not any((marks[narrower] & ~marks[wider]).any() for narrower, wider in pairwise(chain))
    assert not (marks[Mark.DISMISSED] & (marks[Mark.REVERSED] | ~marks[Mark.APPEALED])).any()
    assert np.array_equal(marks[Mark.REINSTATED], np.isfinite(ledger.back))
    decided = ledger.outcome[marks[Mark.NOTIFIED] & ~marks[Mark.REINSTATED]]
    assert ((decided >= Outcome.BLOCKED) & (decided < Outcome.STOOD)).all()


def check_reasons(ledger: Ledger) -> None:
    """A reply arises where its parent was there to be seen at the time; worlds without a mechanism do not show its outcomes."""
    replies = np.flatnonzero(ledger.occasions.parent >= 0)
    parent, time = ledger.occasions.parent[replies], ledger.occasions.time[replies, None]
    arose = ledger.outcome[replies] > Outcome.NEVER_AROSE
    assert (ledger.occasions.time[parent] <= time[:, 0]).all()
    assert (ledger.outcome[parent] > Outcome.WITHHELD)[arose].all()
    assert (np.broadcast_to(time, arose.shape)[arose] >= ledger.occasions.time[parent].repeat(arose.sum(axis=1))).all()
    assert all("moderation" in mechanisms_of(ledger.worlds[column]) for _, column, _, _ in ledger.sanctioned)
    for column, world in enumerate(ledger.worlds):
        outcome = ledger.outcome[:, column]
        if world in ("free", "fear"):
            assert not np.isin(outcome, (Outcome.UNREACHABLE, Outcome.BARRED)).any()
            assert not ((outcome > Outcome.UNSAID) & (outcome < Outcome.STOOD)).any()
        if "fear" not in mechanisms_of(world):
            assert not (outcome == Outcome.SELF_DELETED).any()


def test_ledger_of_the_rich_scenario() -> None:
    check_ledger(rich_run()[1])


def test_the_rich_scenario_shows_every_outcome_voice_mark_and_rule() -> None:
    """Otherwise the identities would hold for want of cases."""
    _, ledger = rich_run()
    full = ledger.worlds.index("full")
    assert set(np.unique(ledger.outcome[:, full])) == set(Outcome) - {Outcome.NOT_OFFERED, Outcome.LEFT}
    assert set(np.unique(ledger.voice[:, full])) == set(Manner)
    assert set(np.unique(ledger.rule[:, full])) == set(range(-1, 9)) - {7}, "each but the label"
    assert all((ledger.marks[:, full] & mark).any() for mark in Mark if mark not in (Mark.UNINTERPRETED, Mark.MET))
    assert ledger.punished
    assert {action for _, column, _, action in ledger.sanctioned if column == full} == set(get_args(Sanction))
    assert all(record.expired for record in ledger.desks.values())


def test_a_broken_ledger_is_noticed() -> None:
    """Control: one outcome changed on the quiet."""
    ledger = run(scenario(horizon="3 d", timeline=[]), worlds=("full",))
    ledger.outcome[np.flatnonzero(ledger.outcome[:, 1] == Outcome.UNSAID)[0], 1] = Outcome.STOOD
    with pytest.raises(AssertionError):
        check_ledger(ledger)


@pytest.mark.parametrize("world", LADDER)
def test_the_funnel_never_widens(world: str) -> None:
    """By platform it begins with what was said: wishes that no platform carried belong to none."""
    steps = {(piece.split, piece.measure): piece.values for piece in pieces(world) if piece.measure in FUNNEL}
    for split in ("total", *OCCASION_SPLITS, "platform"):
        names = [measure for measure in FUNNEL if (split, measure) in steps]
        assert names == list(FUNNEL[3:] if split == "platform" else FUNNEL)
        assert (np.diff(np.stack([steps[split, name] for name in names]), axis=0) <= 0).all(), split


@pytest.mark.parametrize("world", LADDER)
def test_splits_add_up_to_the_total(world: str) -> None:
    for measure in FUNNEL:
        for split in OCCASION_SPLITS:
            assert np.array_equal(table(world, measure, split).sum(axis=1), table(world, measure, "total")[:, 0]), (measure, split)


@pytest.mark.parametrize("world", LADDER[3:])
def test_what_rules_took_is_what_was_taken(world: str) -> None:
    _, ledger = rich_run()
    outcome = ledger.outcome[:, ledger.worlds.index(world)]
    taken = (outcome > Outcome.UNSAID) & (outcome < Outcome.STOOD)
    replication = ledger.people.replication[ledger.occasions.person]
    assert table(world, "taken", "rule").sum(axis=1).tolist() == np.bincount(replication[taken]).tolist()


def test_wishes_are_the_same_in_every_world() -> None:
    for split in ("total", *OCCASION_SPLITS):
        assert all(np.array_equal(table(world, "wished", split), table("free", "wished", split)) for world in LADDER)


def test_shares_lie_between_0_and_1() -> None:
    for world in LADDER:
        for piece in pieces(world):
            if piece.measure in MEASURES and MEASURES[piece.measure].kind == "share" and piece.measure != "chilling_effect":
                there = piece.values[np.isfinite(piece.values)]
                assert ((there >= 0) & (there <= 1)).all(), piece.measure


def test_parts_of_the_ladder_sum_to_the_total() -> None:
    what = scenario()
    runs = run_task(what, (0, 1), LADDER)
    measures = pl.concat(
        result.measures.with_columns(world=pl.lit(result.world), replication=pl.lit(result.replication)) for result in runs
    )
    parts = attribute(measures, what, LADDER)
    for quantity in ("seen", "counted"):
        rows = parts.filter(pl.col("quantity") == quantity)
        total = rows.filter(pl.col("mechanism") == "total")["mean"].item()
        steps = rows.filter(pl.col("mechanism") != "total")["mean"]
        assert len(steps) == len(MECHANISMS)
        assert steps.sum() == pytest.approx(total, abs=1e-12)
        assert total > 0.05


UNBLOCKED = merged(RICH, {"jurisdictions": {"home": {"blocks": None}}, "timeline": None})


def test_access_without_blocks_is_the_free_world() -> None:
    ledger = run(scenario(UNBLOCKED), worlds=("free", "access"))
    assert same(columns(ledger, "free"), columns(ledger, "access"))


def test_without_fear_and_moderation_voice_is_that_of_the_free_world() -> None:
    """With nothing blocked and nobody punished: authorities that only watch change nothing."""
    harmless = scenario(UNBLOCKED, jurisdictions={"home": {"reprisal": {"hazard": 0.0}}})
    ledger = run(harmless, worlds=("free", "access+surveillance"))
    free, watched = columns(ledger, "free"), columns(ledger, "access+surveillance")
    assert (watched["marks"] & Mark.IDENTIFIED).any()
    assert all(same({name: free[name]}, {name: watched[name]}) for name in ("voice", "outcome", "venue", "shown", "gone"))


def test_a_mechanism_that_acts_is_seen_by_these_comparisons() -> None:
    """Control: with a block, a hazard or fear, the worlds differ."""
    _, ledger = rich_run()
    outcomes = [columns(ledger, world)["outcome"] for world in LADDER]
    assert all((before != after).any() for before, after in pairwise(outcomes[1:])), "nobody is abused here"


def test_rules_that_never_act_change_nothing() -> None:
    idle = {name: {"recall": 0.0, "false_positive_rate": 0.0} for name in ("doubtful", "late")}
    rules = {**idle, "words": {"recall": 0.0}, "reviewed": {"share": 0.0}, "shadow": {"share": 0.0}, "ordered": {"compliance": 0.0}}
    rules |= {"reported": {"rate": 0.0, "false_rate": 0.0, "brigade": None}, "disputed": {"share": 0.0}}
    quiet = scenario(UNBLOCKED, platforms={"chat": {"rules": rules}, "feed": {"rules": {"rude": {"share": 0.0}}}})
    ledger = run(quiet, worlds=("free", "moderation"))
    assert same(columns(ledger, "free"), columns(ledger, "moderation"))
