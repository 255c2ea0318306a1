"""Threshold, spiral and reinforcement in the simulation, each against itself said again one occasion after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.model.luck import Purpose, luck, name_key
from sim.model.voice import ReinforcementVoice, ThresholdVoice
from sim.model.voice.reinforcement import answer, learned, speaks
from sim.model.voice.spiral import confidence, delta, gathered
from sim.model.voice.threshold import joined
from sim.model.world import World
from sim.scenario.schema import Reinforcement, Spiral, Threshold
from tests.model.small import scenario
from tests.unit.replay import Replay

WORLDS = ("free", "fear", "full")
MODELS: dict[str, dict[str, Any]] = {
    "threshold": {"mean": 0.1, "spread": 0.15, "means": {"abroad": 0.0}},
    "spiral": {"highest_threshold": 0.8, "sensitivity": 0.5},
    "reinforcement": {"exploitation": 5.0, "learning_rate": 0.2, "expression_cost": 0.1},
}


@cache
def held(model: str) -> World:
    """Two platforms, blocks, rules, reprisals, and one of the models."""
    world = World(scenario(voice={"model": model} | MODELS[model], horizon="8 d", timeline=[]), (0,), WORLDS)
    world.run()
    return world


@pytest.mark.parametrize("world", ["fear", "full"])
def test_thresholds(world: str) -> None:
    voice = Threshold.model_validate({"model": "threshold"} | MODELS["threshold"])
    replay = Replay(held("threshold"), WORLDS.index(world))
    model = replay.world.voice
    assert isinstance(model, ThresholdVoice)
    thresholds = model.thresholds(voice)
    spoke = []
    for window in replay.windows():
        for at in window:
            assert at.spoke == (not at.critical or at.allies / at.others >= thresholds[at.person])
            spoke.append(at.spoke)
    assert 0.1 < np.mean(spoke) < 0.95


@pytest.mark.parametrize("world", ["fear", "full"])
def test_spiral(world: str) -> None:
    voice = Spiral.model_validate({"model": "spiral"} | MODELS["spiral"])
    replay = Replay(held("spiral"), WORLDS.index(world))
    key = replay.world.people.key
    shyness = luck(Purpose.SHYNESS, key)
    raw = {(p, k): float(luck(Purpose.CONFIDENCE, key[p : p + 1], name_key("topic", topic))[0])
           for k, topic in enumerate(replay.world.scenario.topics) for p in range(len(key))}  # fmt: skip
    spoke = []
    for window in replay.windows():
        before = dict(raw)
        for at in window:
            heard = at.allies + at.opponents
            balance = (at.allies - at.opponents) / heard if heard else 0.0
            raw[at.pair] = max(before[at.pair] + voice.sensitivity * balance, 0.0)
            assert at.spoke == (2 / (1 + math.exp(-raw[at.pair])) - 1 > voice.highest_threshold * shyness[at.person])
            spoke.append(at.spoke)
    assert 0.1 < np.mean(spoke) < 0.9


@pytest.mark.parametrize("world", ["fear", "full"])
def test_reinforcement(world: str) -> None:
    voice = Reinforcement.model_validate({"model": "reinforcement"} | MODELS["reinforcement"])
    column = WORLDS.index(world)
    replay = Replay(held("reinforcement"), column)
    keys = replay.world.occasions.key
    chance, drawn = luck(Purpose.SPEAK, keys), luck(Purpose.ANSWER, keys)
    worth: dict[tuple[int, int], float] = defaultdict(float)
    for window in replay.windows():
        before = worth.copy()
        for at in window:
            assert at.spoke == (chance[at.index] < 1 / (1 + math.exp(-voice.exploitation * before[at.pair])))
            if at.spoke:
                place = drawn[at.index] * at.others
                said = 1 if place < at.allies else -1 if place < at.allies + at.opponents else 0
                worth[at.pair] = 0.8 * worth[at.pair] + 0.2 * (said * at.heard - voice.expression_cost)
    model = replay.world.voice
    assert isinstance(model, ReinforcementVoice)
    end = model.worth.reshape(len(replay.world.people), -1, len(WORLDS))[:, :, column]
    assert all(end[p, k] == pytest.approx(value) for (p, k), value in worth.items())
    assert end.std() > 0.05


@pytest.mark.parametrize("model", MODELS)
def test_what_was_blocked_is_heard_by_nobody(model: str) -> None:
    """Control: taken for heard, the story told again goes another way."""
    replay = Replay(held(model), WORLDS.index("full"))
    unheard = np.isinf(replay.shown) & (replay.outcome > 4)
    assert unheard.any()
    told = [(at.allies, at.opponents) for window in replay.windows() for at in window]
    deaf = Replay(held(model), WORLDS.index("full"))
    deaf.shown = np.zeros_like(deaf.shown)
    assert told != [(at.allies, at.opponents) for window in deaf.windows() for at in window]


@pytest.mark.parametrize("model", MODELS)
def test_everybody_speaks_sincerely_where_nothing_is_feared(model: str) -> None:
    ledger = held(model).ledger
    free, feared = ledger.outcome[:, 0], ledger.outcome[:, 1]
    assert (ledger.voice[free >= 4, 0] == 1).all()
    assert (ledger.voice[feared >= 4, 1] == 0).any()


# The published update rules


def test_a_crowd_joins_one_after_the_other() -> None:
    assert joined(np.arange(100) / 99).all()
    assert joined(np.array([0, 2, *range(2, 100)]) / 99).sum() == 1
    assert not joined(np.full(10, 0.01)).any()


def test_confidence_of_the_worked_case() -> None:
    """Raw 1.5 (confidence .635), one supporter and three opponents: .462, below a threshold of .6."""
    after = gathered(np.array(1.5), delta(np.array(1), np.array(3)))
    assert float(confidence(np.array(1.5))) == pytest.approx(0.635, abs=5e-4)
    assert float(confidence(after)) == pytest.approx(0.462, abs=5e-4)
    assert gathered(np.array(0.2), delta(np.array(0), np.array(3))) == 0
    assert delta(np.array(0), np.array(0)) == 0


def test_answers_and_what_is_learned_from_them() -> None:
    assert answer(np.array([0.0, 1.9, 2.0, 2.9, 3.0, 9.9]), np.array(2), np.array(1)).tolist() == [1, 1, -1, -1, 0, 0]
    assert learned(np.array(0.5), np.array(-1.1), 0.1) == pytest.approx(0.34)
    assert speaks(np.array([-1.0, 0.0, 1.0]), 30.0) == pytest.approx([0, 0.5, 1], abs=1e-9)
