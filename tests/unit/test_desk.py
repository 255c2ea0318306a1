"""The review desk: rosters, expiry and bookkeeping on cases small enough to reckon by hand. Queueing theory is in tests/model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.moderation.desk import Case, ReviewDesk, hours_on_duty, on_duty
from sim.scenario.schema import Desk

Log = list[tuple[float, int, bool]]


def desk(*roster: dict[str, Any], **more: Any) -> Desk:
    return Desk.model_validate({"roster": list(roster) or [{"reviewers": 1}], **more})


def reviewed(spec: Desk, cases: list[tuple[float, float]], until: float = 200.0, **more: Any) -> tuple[Log, ReviewDesk]:
    """(time, number, expired) of what happens to cases of given arrival and service, in order."""
    env, log = simpy.Environment(), Log()
    office = ReviewDesk(env, spec, lambda case, expired, errs: log.append((env.now, case.number, expired)), **more)
    for number, (arrival, service) in enumerate(cases):
        office.submit(Case(arrival, arrival, number, service, number))
    env.run(until=until)
    office.settle()
    return log, office


def hours(spec: Desk, day: int) -> list[int]:
    """Hours of a day, in universal time, at which somebody is on duty."""
    return [hour for hour in range(24) if on_duty(spec, 24 * day + hour)]


def test_a_shift_covers_its_hours_and_no_more() -> None:
    office = desk({"start": 9, "end": 17, "reviewers": 3})
    assert hours(office, 0) == list(range(9, 17))
    assert on_duty(office, 9) == on_duty(office, 16.99) == 3
    assert on_duty(office, 8.99) == on_duty(office, 17) == 0


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    nights = desk({"days": "weekend", "start": 22, "end": 6, "reviewers": 1})
    assert hours(nights, 4) == []
    assert hours(nights, 5) == [22, 23]
    assert hours(nights, 6) == [0, 1, 2, 3, 4, 5, 22, 23]
    assert hours(nights, 7) == [0, 1, 2, 3, 4, 5]
    assert hours(nights, 8) == []


def test_weekdays_and_weekends() -> None:
    week = desk({"days": "weekdays", "start": 8, "end": 10, "reviewers": 2}, {"days": "weekend", "start": 12, "end": 13, "reviewers": 1})
    assert [hours(week, day) for day in range(8)] == [[8, 9]] * 5 + [[12]] * 2 + [[8, 9]]


def test_local_time() -> None:
    """8 to 10 in the east is midnight to 2 universal time; on Monday there the working week begins on Sunday here."""
    beijing = desk({"days": "weekdays", "start": 6, "end": 10, "reviewers": 1}, utc_offset=8)
    assert hours(beijing, 1) == [0, 1, 22, 23]
    assert hours(beijing, 4) == [0, 1]
    assert hours(beijing, 6) == [22, 23]
    west = desk({"start": 20, "end": 24, "reviewers": 1}, utc_offset=-5)
    assert hours(west, 1) == [1, 2, 3, 4]


def test_shifts_that_overlap_add_up_and_a_day_may_be_whole() -> None:
    office = desk({"reviewers": 1}, {"start": 10, "end": 10, "reviewers": 2}, {"start": 12, "end": 14, "reviewers": 4})
    assert [on_duty(office, hour) for hour in (0, 11, 12, 13.5, 14)] == [3, 3, 7, 7, 3]


def test_cases_wait_their_turn() -> None:
    log, office = reviewed(desk(), [(1.0, 2.0), (1.5, 1.0), (2.0, 0.5), (10.0, 1.0)])
    assert log == [(3.0, 0, False), (4.0, 1, False), (4.5, 2, False), (11.0, 3, False)]
    assert office.record.waits == [0.0, 1.5, 2.0, 0.0]
    assert office.record.backlog_hours == pytest.approx(1.5 + 2.0)


def test_cases_wait_for_the_shift_and_the_case_in_hand_is_finished() -> None:
    log, office = reviewed(desk({"start": 8, "end": 9, "reviewers": 2}), [(1.0, 3.0), (2.0, 0.5), (8.9, 0.2), (9.5, 1.0)], until=48.0)
    assert log == [(8.5, 1, False), (9.1, 2, False), (11.0, 0, False), (33.0, 3, False)]
    assert office.record.waits == pytest.approx([7.0, 6.0, 0.0, 22.5])
    duty = 2 * 1 + (11.0 - 9.0) + (9.1 - 9.0) + 2 * 1
    assert office.record.duty_hours == pytest.approx(duty)


def test_the_hottest_case_is_taken_first() -> None:
    env, log = simpy.Environment(), list[int]()
    office = ReviewDesk(env, desk(discipline="heat"), lambda case, expired, errs: log.append(case.number))
    for number, heat in enumerate((0.2, 0.4, 0.9, 0.4)):
        office.submit(Case(-heat, number * 0.01, number, 1.0, number))
    env.run(until=20)
    assert log == [0, 2, 1, 3]


def test_a_case_expires_when_its_time_has_come() -> None:
    log, office = reviewed(desk({"start": 10, "end": 12, "reviewers": 1}, expiry="4 h"), [(5.0, 0.5), (6.5, 1.0), (7.0, 0.5)])
    assert log == [(9.0, 0, True), (11.0, 1, False), (11.0, 2, True)] or log == [(9.0, 0, True), (11.0, 2, True), (11.0, 1, False)]
    assert office.record.expired == 2
    assert office.record.waits == [3.5]
    assert office.record.backlog_hours == pytest.approx(4 + 3.5 + 4)
    assert office.backlog == 0


def test_fewer_simulated_reviewers_stand_for_more_people_at_the_same_capacity() -> None:
    """A case that stands for 3 meets a third of the reviewers, or one who is slowed down."""
    cases = [(0.0, 1.0)] * 4
    log, office = reviewed(desk({"reviewers": 6}), cases, represents=3.0)
    assert [time for time, _, _ in log] == [1.0, 1.0, 2.0, 2.0]
    assert office.record.duty_hours == 2 * 200
    log, _ = reviewed(desk({"reviewers": 1}), cases, represents=3.0)
    assert [time for time, _, _ in log] == [3.0, 6.0, 9.0, 12.0]


def test_parameters_can_change_while_cases_wait() -> None:
    env, log = simpy.Environment(), Log()
    office = ReviewDesk(
        env, desk({"start": 23, "end": 24, "reviewers": 1}), lambda case, expired, errs: log.append((env.now, case.number, expired))
    )
    office.submit(Case(1.0, 1.0, 0, 0.5, 0))
    env.run(until=2.25)
    office.set_spec(desk({"reviewers": 1}, expiry="1 h"))
    office.submit(Case(3.0, 3.0, 1, 2.0, 1))
    office.submit(Case(3.5, 3.5, 2, 1.0, 2))
    env.run(until=10)
    assert log == [(2.75, 0, False), (4.5, 2, True), (5.0, 1, False)]


def errors(spec: Desk, cases: list[tuple[float, float]], represents: float = 1.0) -> list[bool]:
    """Whether reviewers err on cases of given arrival and luck, each of an hour; in order of arrival."""
    env, log = simpy.Environment(), dict[int, bool]()
    office = ReviewDesk(env, spec, lambda case, expired, errs: log.__setitem__(case.number, errs), represents)
    for number, (arrival, luck) in enumerate(cases):
        office.submit(Case(arrival, arrival, number, 1.0, number, luck))
    env.run(until=400)
    return [log[number] for number in range(len(cases))]


def test_reviewers_err_at_their_rate() -> None:
    assert errors(desk(error_rate=0.2), [(0.0, 0.19), (2.0, 0.21)]) == [True, False]


def test_errors_rise_with_what_waits_for_each_reviewer() -> None:
    """Taken up with 0, 3, 2, 1 and 0 cases still waiting."""
    loaded = desk(error_rate=0.1, error_per_waiting=0.1)
    assert errors(loaded, [(0.0, 0.11)] + [(0.0, luck) for luck in (0.39, 0.31, 0.19, 0.11)]) == [False, True, False, True, False]
    two = desk({"reviewers": 2}, error_rate=0.1, error_per_waiting=0.1)
    assert errors(two, [(0.0, 0.9)] * 2 + [(0.0, luck) for luck in (0.19, 0.16, 0.1)]) == [False, False, True, False, False]
    stands_for_more = desk({"reviewers": 3}, error_rate=0.1, error_per_waiting=0.1)
    assert errors(stands_for_more, [(0.0, 0.9), (0.0, 0.19), (0.0, 0.11)], represents=3.0) == [False, True, False]


def test_errors_rise_with_the_hours_of_the_shift() -> None:
    tiring = desk({"start": 8, "end": 16, "reviewers": 1}, error_rate=0.1, error_per_hour=0.05)
    assert errors(tiring, [(8.0, 0.11), (12.0, 0.29), (14.0, 0.41), (32.0, 0.11)]) == [False, True, False, False]


def test_errors_rise_to_one_half_and_no_further_unless_that_is_their_rate() -> None:
    assert errors(desk(error_rate=0.1, error_per_hour=1.0), [(20.0, 0.49), (22.0, 0.51)]) == [True, False]
    assert errors(desk(error_rate=0.8, error_per_hour=1.0), [(20.0, 0.79), (22.0, 0.81)]) == [True, False]


def test_hours_on_duty_are_the_mean_over_reviewers() -> None:
    office = desk({"start": 8, "end": 16, "reviewers": 1}, {"start": 12, "end": 4, "reviewers": 3}, utc_offset=2)
    assert hours_on_duty(office, 7.5) == 1.5
    assert hours_on_duty(office, 11.25) == pytest.approx((5.25 + 3 * 1.25) / 4)
    assert hours_on_duty(office, 25.0) == 15
    assert hours_on_duty(office, 3.0) == 0


def test_an_outage_sends_everybody_home_until_it_is_over() -> None:
    """From 2.5 h to 5.25 h; the case in hand is finished, and another outage inside the first changes nothing."""
    env, log = simpy.Environment(), Log()
    office = ReviewDesk(env, desk(), lambda case, expired, errs: log.append((env.now, case.number, expired)))
    for number, arrival in enumerate((2.0, 2.2, 3.0)):
        office.submit(Case(arrival, arrival, number, 1.0, number))
    env.run(until=2.5)
    office.close_until(5.25)
    env.run(until=3.5)
    office.close_until(4.0)
    env.run(until=12.0)
    office.settle()
    assert log == [(3.0, 0, False), (6.25, 1, False), (7.25, 2, False)]
    assert office.record.duty_hours == pytest.approx(3.0 + (12 - 5.25))


@given(
    cases=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 5)), max_size=30),
    reviewers=st.integers(1, 3),
    shift=st.tuples(st.integers(0, 24), st.integers(0, 24)),
    expiry=st.sampled_from(["30 min", "5 h", "100 d"]),
)
@settings(max_examples=150, deadline=None)
def test_every_case_is_reviewed_once_or_expires_and_hours_add_up(
    cases: list[tuple[float, float]], reviewers: int, shift: tuple[int, int], expiry: str
) -> None:
    spec = desk({"start": shift[0], "end": shift[1], "reviewers": reviewers}, expiry=expiry)
    log, office = reviewed(spec, cases, until=5000.0)
    record = office.record
    assert sorted(number for _, number, _ in log) == list(range(len(cases)))
    assert record.arrived == len(cases) == len(record.waits) + record.expired
    done = [number for _, number, expired in log if not expired]
    assert record.busy_hours == pytest.approx(sum(cases[number][1] for number in done))
    assert record.busy_hours <= record.duty_hours + 1e-6
    assert record.backlog_hours == pytest.approx(sum(record.waits) + record.expired * spec.expiry)
    assert all(0 <= wait <= spec.expiry + 1e-9 for wait in record.waits)
    assert np.all(np.diff([time for time, _, _ in log]) >= 0)
