"""What holds for every voice model: accounts, stacking, scenario files."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.cli import main
from sim.measures.definitions import LADDER
from sim.measures.opinion import BINS, Opinions
from sim.model.ledger import Ledger, Outcome
from sim.model.voice import VOICE_MODELS, Manner, expressed_stance
from sim.scenario import dump, load
from sim.scenario.evidence import parameters
from sim.scenario.problems import ScenarioError
from sim.scenario.schema import Scenario
from sim.scenario.shape import voice_models
from tests.model.small import RICH, columns, differing, rows_of, run, scenario
from tests.model.test_accounting import check_ledger
from tests.model.test_random_scenarios import scenarios

MODELS = tuple(VOICE_MODELS)
BASE = "extends: base.yaml\nname: other\n"


@cache
def held(model: str, *replications: int) -> Ledger:
    return run(scenario(voice={"model": model}, horizon="6 d", timeline=RICH["timeline"][:4]), replications, LADDER)


@pytest.mark.parametrize("model", MODELS)
def test_accounts_hold(model: str) -> None:
    ledger = held(model, 0, 1)
    check_ledger(ledger)
    full, free = (ledger.voice[:, ledger.worlds.index(world)] for world in ("full", "free"))
    assert (full != free).any()


@pytest.mark.parametrize("model", MODELS)
def test_a_replication_is_the_same_alone_and_in_company(model: str) -> None:
    stacked, single = held(model, 0, 1), held(model, 1)
    for world in LADDER:
        assert not differing(columns(stacked, world, rows_of(stacked, 1)), columns(single, world, rows_of(single, 0)))


@pytest.mark.parametrize("model", [model for model in MODELS if model != "logit"])
def test_in_the_free_world_everybody_says_what_they_think(model: str) -> None:
    ledger = held(model, 0, 1)
    free = ledger.worlds.index("free")
    assert (ledger.voice[ledger.outcome[:, free] > Outcome.NEVER_AROSE, free] == Manner.SINCERE).all()


def test_softened_acts_are_measured_as_they_were_said() -> None:
    """Each has a softening of its own; opinions are binned where each message shows. Control: one softening for all is found out."""
    ledger = held("strategic", 0, 1)
    full = ledger.worlds.index("full")
    softened = ledger.voice[:, full] == Manner.SOFTENED
    assert len(np.unique(ledger.softening[softened, full])) > 20
    occasions, nowhere = ledger.occasions, np.zeros(len(ledger.occasions), np.int8)
    found = Opinions(ledger, 2, np.ones(3, np.bool_)).voiced(full, softened, nowhere, 1).sum(axis=(0, 1))
    private, manner = ledger.people.stance[occasions.person, occasions.topic][softened], np.full(softened.sum(), 2, np.uint8)

    def counted(softening: np.ndarray | float) -> np.ndarray:
        shown = expressed_stance(softening, private, manner)
        return np.bincount(np.clip((shown + 1) * BINS / 2, 0, BINS - 1).astype(int), minlength=BINS)

    assert np.array_equal(found, counted(ledger.softening[softened, full]))
    assert not np.array_equal(found, counted(0.6))


@given(document=scenarios, model=st.sampled_from(MODELS[1:]))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_scenario_runs_without_a_warning(document: dict[str, Any], model: str) -> None:
    """Ten scenarios of everything the schema allows, always the same ones; a replication is the same by itself."""
    timeline = [event for event in document["timeline"] if "voice.cost" not in event.get("set", {})]
    what = Scenario.model_validate({**document, "timeline": timeline, "voice": {"model": model}})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ledger, alone = run(what, (0, 1), ("full",)), run(what, (1,), ("full",))
    check_ledger(ledger)
    assert not differing(columns(ledger, "full", rows_of(ledger, 1)), columns(alone, "full", rows_of(alone, 0)))


# Scenario files


def loaded(folder: Path, text: str) -> Any:
    (folder / "base.yaml").write_text(dump(scenario()), encoding="utf-8")
    (folder / "s.yaml").write_text(BASE + text, encoding="utf-8")
    return load(folder / "s.yaml")


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_written_out_and_read_back_with_evidence_for_each_parameter(tmp_path: Path, model: str) -> None:
    what = loaded(tmp_path, f"voice: {{model: {model}}}\n")
    assert what.voice.model == model
    (tmp_path / "again.yaml").write_text(dump(what), encoding="utf-8")
    assert load(tmp_path / "again.yaml") == what
    found = [parameter for parameter in parameters(what) if parameter.path[0] == "voice"]
    assert {str(parameter.path[1]) for parameter in found} == set(type(what.voice).model_fields) - {"model", "means"}
    assert all(parameter.basis in ("source", "assumption") and parameter.text for parameter in found)


def test_logit_is_meant_where_no_model_is_named(tmp_path: Path) -> None:
    """Also laid over a file that names another: its model stands."""
    assert loaded(tmp_path, "").voice.model == "logit"
    (tmp_path / "t.yaml").write_text("extends: s.yaml\nname: third\nvoice: {cost: 0.2}\n", encoding="utf-8")
    assert load(tmp_path / "t.yaml").voice.cost == 0.2
    loaded(tmp_path, "voice: {model: reinforcement}\n")
    (tmp_path / "t.yaml").write_text("extends: s.yaml\nname: third\nvoice: {learning_rate: 0.2}\n", encoding="utf-8")
    assert load(tmp_path / "t.yaml").voice.model == "reinforcement"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("voice: {model: strategic, cost: 1}", "voice.cost: no such key"),
        ("voice: {model: threshold, means: {nobody: 1}}", "voice.means.nobody: a group of this scenario"),
        ("voice: {model: strategic, surveillance: 2}", "voice.surveillance: a number from 0 to 1, and got 2"),
        ("timeline: [{at: 1 d, set: {voice.model: spiral}}]", "timeline.0.set.voice.model: a parameter that may change"),
        (
            "timeline: [{at: 1 d, set: {voice: {model: spiral}}}]",
            "set.voice.model: a scenario keeps its voice.model (logit) while time runs",
        ),
        ("timeline: [{at: 1 d, set: {voice: {softening: 0.1}}}]", "set.voice.softening: a scenario keeps its voice.softening"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        loaded(tmp_path, text + "\n")
    assert problem in str(refused.value)


def test_parameters_of_a_model_can_be_set_while_time_runs() -> None:
    """Control: set to what it was, nothing changes."""
    voice = {"model": "threshold", "mean": 0.05}
    ledgers = [
        run(scenario(voice=voice, horizon="4 d", timeline=[{"at": "2 d", "set": {"voice.mean": mean}}]), (0,), ("fear",))
        for mean in (0.05, 0.5)
    ]
    never = run(scenario(voice=voice, horizon="4 d", timeline=[]), (0,), ("fear",))
    first, other = (np.flatnonzero(ledger.voice[:, -1] != never.voice[:, -1]) for ledger in ledgers)
    assert len(first) == 0
    assert len(other) > 20
    assert never.occasions.time[other].min() >= 48


def test_they_are_listed_and_in_the_schema() -> None:
    assert tuple(voice_models()) == MODELS
    listing = CliRunner().invoke(main, ["list", "voices", "--format", "json"], catch_exceptions=False)
    assert tuple(json.loads(listing.stdout)["voices"]) == MODELS
    schema = json.loads(CliRunner().invoke(main, ["schema"], catch_exceptions=False).stdout)
    assert [ref["$ref"].rsplit("/")[-1].lower() for ref in schema["properties"]["voice"]["anyOf"]] == list(MODELS)
