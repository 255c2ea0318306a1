"""Results made of synthetic runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import sim
from tests import synthetic

Make = Callable[..., sim.Result]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a result: of a scenario's name, with losses of some `harshness`; keywords go to `sim.run`, and `changes` to the scenario."""

    def made(name: str = "un75-tencent", harshness: float = 1.0, changes: dict[str, Any] | None = None, **options: Any) -> sim.Result:
        monkeypatch.setattr("sim.experiment.task.run_task", partial(synthetic.run_task, harshness=harshness))
        return sim.run(synthetic.scenario(name, **(changes or {})), **{"jobs": 1, **options})

    return made
