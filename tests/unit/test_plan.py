"""Plans: what is run, and how it is cut into tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.plan import cut, make_plan
from tests import synthetic


@given(st.integers(1, 500), st.integers(1, 50), st.integers(1, 16))
def test_tasks_hold_every_replication_once_and_none_is_too_large(replications: int, largest: int, workers: int) -> None:
    tasks = cut(range(replications), largest, workers)
    assert [replication for task in tasks for replication in task] == list(range(replications))
    assert max(map(len, tasks)) <= largest
    assert max(map(len, tasks)) - min(map(len, tasks)) <= 1


def test_every_worker_gets_as_many_tasks() -> None:
    assert len(cut(range(20), 6, 2)) == 4
    assert len(cut(range(7), 100, 4)) == 4
    assert len(cut(range(2), 100, 4)) == 2


def test_what_is_overridden_belongs_to_the_scenario_of_the_plan() -> None:
    plan = make_plan(synthetic.scenario(), replications=3, seed=9, worlds="full,free")
    assert (plan.scenario.replications, plan.scenario.seed, plan.worlds, plan.runs) == (3, 9, ("full", "free"), 6)


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"replications": True}, {"seed": -1}, {"seed": 2**63}, {"worlds": "fulll"}])
def test_what_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="got"):
        make_plan(synthetic.scenario(), **wrong)  # type: ignore[arg-type]
