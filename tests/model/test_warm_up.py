"""The warm-up: what goes before hour 0 is lived through, leaves its traces in people and queues, and is in no measure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.forecast import forecast
from sim.experiment.task import run_task
from sim.measures.table import Measurer, needed_worlds
from sim.model.ledger import Ledger, Outcome, measured
from sim.model.luck import Keys
from sim.model.occasions import BEFORE
from sim.model.world import World
from sim.scenario import variants
from sim.scenario.schema import Scenario
from tests.model.script import COOL, HOT, Line, played
from tests.model.small import RICH, columns, rows_of, run, same, scenario
from tests.model.test_accounting import check_ledger
from tests.scenario_files import BASE, problems

EXIT = {"removal": 0.05, "sanction": 0.2, "fear": 0.3}


@cache
def warm() -> tuple[Scenario, World]:
    """The rich scenario, people leaving, after 60 hours that are no whole number of days; its ledger still holds them."""
    what = scenario(exit=EXIT, warm_up="60 h")
    world = World(what, (0, 1), needed_worlds(("moderation", "full")), variants(what))
    world.run()
    return what, world


def test_it_is_lived_through_but_not_measured() -> None:
    what, world = warm()
    whole, kept = world.ledger, measured(world.ledger)
    assert -60 <= whole.occasions.time[0] < -50
    assert kept.occasions.time[0] >= 0
    assert len(whole.occasions) - len(kept.occasions) == np.count_nonzero(whole.occasions.time < 0)
    assert min(time for _, _, time, *_ in whole.sanctioned) < 0 <= min(time for _, _, time, *_ in kept.sanctioned)
    assert min(hour for hour, *_ in whole.samples) >= 0
    check_ledger(kept)
    run_again = run(what, (0, 1), ("moderation", "full"))
    assert all(same(columns(kept, world), columns(run_again, world)) for world in kept.worlds)


def test_who_wishes_to_speak_when_from_hour_0_on_is_the_same_without_it() -> None:
    """But for replies to what was said before, which are added."""
    _, world = warm()
    kept, cold = measured(world.ledger).occasions, run(scenario(exit=EXIT), (0, 1), ("moderation", "full")).occasions
    added = ~np.isin(kept.key, cold.key)
    assert added.any()
    assert (kept.root[added] == BEFORE).all()
    assert np.array_equal(kept.key[~added], cold.key)
    assert np.array_equal(kept.time[~added], cold.time)
    assert np.array_equal(kept.parent[~added] == -1, cold.parent == -1)


def test_replies_to_it_are_replies_and_know_whom_they_answer() -> None:
    _, world = warm()
    whole, kept = world.ledger.occasions, measured(world.ledger).occasions
    first = len(whole) - len(kept)
    across = np.flatnonzero(kept.parent == BEFORE)
    assert len(across)
    assert np.array_equal(kept.prompter(across), whole.person[whole.parent[across + first]])
    inside = np.flatnonzero(kept.parent >= 0)
    assert np.array_equal(kept.prompter(inside), kept.person[kept.parent[inside]])
    assert np.array_equal(kept.parent[inside] + first, whole.parent[inside + first])


def test_a_replication_is_the_same_alone_and_in_company() -> None:
    what, world = warm()
    kept, single = measured(world.ledger), run(what, (1,), ("full",))
    rows = rows_of(kept, 1), rows_of(single, 0)
    assert all(same(columns(kept, name, rows[0]), columns(single, name, rows[1])) for name in single.worlds)


def test_no_survey_and_no_meeting_is_held_in_it() -> None:
    hours = [{"start": 9, "end": 21}]
    base = {"platforms": {"poll": {"habit": 50.0}, "call": {"kind": "meeting", "habit": 20.0, "hours": hours}}}
    cold, what = (scenario(**base, warm_up=length) for length in ("0 d", "3 d"))
    world = World(what, (0,), needed_worlds(("full",)), variants(what))
    world.run()
    called = [list(what.platforms).index(name) for name in ("poll", "call")]
    before = world.occasions.time < 0
    for platform in called:
        assert not (world.ledger.venue[before] == platform).any()
        assert not (world.occasions.home[before] == platform).any()
    answers = [_on(ledger, called[0]) for ledger in (run(cold, worlds=("full",)), measured(world.ledger))]
    assert np.array_equal(answers[0], answers[1])
    assert len(answers[0])


def _on(ledger: Ledger, platform: int) -> Keys:
    """Luck keys of what was begun on a platform in the free world."""
    there: Keys = ledger.occasions.key[(ledger.venue[:, ledger.column("free")] == platform) & (ledger.occasions.parent == -1)]
    return there


def test_beliefs_have_left_their_priors_at_hour_0() -> None:
    """Nobody removes anything, which a prior of 0.4 does not know; and the climate is that of what was said."""
    base = {"rules": None, "desks": None, "sanctions": None, "appeals": None}
    ledgers = [run(scenario(platforms={"chat": base}, timeline=[], warm_up=length), worlds=("full",)) for length in ("0 d", "20 d")]
    first_day = []
    for ledger in ledgers:
        rows = (ledger.occasions.time < 24) & (ledger.venue[:, ledger.column("full")] == 0)
        first_day.append(ledger.removal_risk[rows].mean())
    assert first_day[1] < 0.8 * first_day[0]


def test_desks_are_recorded_from_hour_0_on_with_what_waits_then() -> None:
    rule = {"detector": "sample", "share": 1.0, "action": "hold", "desk": "office"}
    desk = {"roster": [{"start": 2, "end": 4, "reviewers": 1}], "service": {"fixed": "90 min"}, "expiry": "100 h"}
    chat = {"rules": {"all": rule}, "desks": {"office": desk}}
    world = played([Line(-9.5), Line(-9.0), Line(1.0)], platforms={"chat": chat}, warm_up="10 h", horizon="24 h")
    record = world.ledger.desks[world.ledger.column("moderation"), 0, "chat.office"]
    assert (record.arrived, len(record.waits), record.expired) == (1, 2, 0)
    assert record.waits == [11.5, 12.5]
    assert (record.duty_hours, record.busy_hours) == (3.0, 3.0)
    assert record.backlog_hours == 2 + 3.5 + 23
    assert next(hour for hour, *_, measure, _ in world.ledger.samples if measure == "backlog") == 6.0


def test_bans_last_and_are_no_sanction_of_the_measured_time() -> None:
    ladder = {"window": "3 d", "ladder": [{"points": 1, "action": "ban"}]}
    rule = {"detector": "classifier", "threshold": 0.5, "recall": 1.0, "action": "block"}
    chat = {"rules": {"hot": rule}, "sanctions": ladder}
    world = played([Line(-5.0, 0, HOT), Line(1.0, 0), Line(1.0, 1)], ("free", "moderation"), platforms={"chat": chat}, warm_up="6 h")
    kept = measured(world.ledger)
    column = kept.column("moderation")
    assert kept.outcome[:, column].tolist() == [Outcome.BARRED, Outcome.STOOD]
    assert world.ledger.sanctioned
    assert not kept.sanctioned
    assert world.ledger.outcome[0, kept.column("free")] == Outcome.STOOD


def test_the_rules_of_hour_0_hold_in_it_and_the_timeline_begins_after_it() -> None:
    rules = {
        "first": {"detector": "sample", "share": 1.0, "action": "block", "end": "2 h"},
        "later": {"detector": "sample", "share": 1.0, "action": "hide", "start": "5 h"},
    }
    timeline = [{"at": at, "set": {"platforms.chat.rules.later.share": share}} for at, share in (("3 h", 0.0), ("7 h", 1.0))]
    lines = [Line(-9.0), Line(1.0), Line(4.0), Line(6.0), Line(8.0)]
    world = played(lines, platforms={"chat": {"rules": rules}}, timeline=timeline, warm_up="10 h")
    expected = [Outcome.BLOCKED, Outcome.BLOCKED, Outcome.STOOD, Outcome.STOOD, Outcome.HIDDEN]
    assert world.ledger.outcome[:, world.ledger.column("moderation")].tolist() == expected


def test_the_convenor_counts_nothing_of_it() -> None:
    world = played([Line(-1.0), Line(-0.5, 1, COOL, 0), Line(0.5, 1, COOL, 0), Line(1.0)], ("free",), warm_up="4 h")
    pieces = Measurer(world.scenario, measured(world.ledger)).measure("free")
    found = {piece.measure: piece.values[0, 0] for piece in pieces if piece.split == "total"}
    assert (found["wished"], found["counted"]) == (2.0, 2.0)


def test_the_length_of_none_changes_nothing_and_the_tables_begin_at_hour_0() -> None:
    what = scenario(horizon="3 d", timeline=RICH["timeline"][:1], warm_up="3 d")
    runs = run_task(what, (0,), ("full",), keep_ledger=True)
    ledger = runs[0].ledger
    assert ledger is not None
    assert (ledger["hour"] >= 0).all()
    assert set(runs[0].measures.filter(split="day")["level"]) == {"0", "1", "2"}
    assert (ledger["reply_to"] == BEFORE).any()


def test_its_occasions_are_predicted() -> None:
    what = scenario(timeline=[], warm_up="12 d")
    world = World(what, (0, 1, 2), ("free",))
    assert forecast(what).occasions == pytest.approx(len(world.occasions) / 3, rel=0.2)
    assert forecast(what).occasions > 1.8 * forecast(scenario(timeline=[])).occasions


@pytest.mark.parametrize("length", ["-1 d", ".nan", "367 d", "1e400 d", "10"])
def test_absurd_lengths_are_refused(tmp_path: Path, length: str) -> None:
    assert any(": warm_up: " in problem for problem in problems(tmp_path, f"{BASE}warm_up: {length}\n"))


def test_half_lives_too_short_for_it_are_refused(tmp_path: Path) -> None:
    text = f"{BASE}beliefs: {{climate_half_life: 1 h}}\n"
    assert not problems(tmp_path, text)
    assert "nine-hundredth of the simulated time" in problems(tmp_path, f"{text}warm_up: 300 d\n")[0]
