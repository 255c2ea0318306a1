"""A dumped scenario loads back to itself, whatever is in it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario import dump, load
from sim.scenario.combination import parse
from sim.scenario.dumping import resolved
from sim.scenario.schema import Scenario
from sim.scenario.units import format_duration, parse_duration
from tests.scenario_files import BASE, loaded

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t#:-'\"[]{}&*!|>%@`,?"), max_size=30)
tricky = st.sampled_from(
    [
        "no",
        "Yes",
        "null",
        "~",
        "",
        " ",
        "012",
        "1_000",
        "1e3",
        "0x1F",
        "12:30",
        "2020-01-01",
        "10 d",
        " 10 d ",
        "10 d\n",
        ".nan",
        "- a",
        "a: b",
        "a #b",
        "---",
        "=",
        "<<",
        "'",
        '"',
    ]
)


def looks_for_something(combination: str) -> bool:
    """Whether a text is a combination."""
    try:
        return bool(parse(combination))
    except ValueError:
        return False


shares = st.floats(0, 1)
hours = st.floats(0, 24 * 3660).map(format_duration)
positive_hours = st.floats(1e-3, 24 * 3660).map(format_duration)
delays = st.one_of(
    st.fixed_dictionaries({"fixed": hours}),
    st.fixed_dictionaries({"exponential": positive_hours}),
    st.fixed_dictionaries({"lognormal": st.fixed_dictionaries({"median": positive_hours, "sigma": st.floats(0, 5)})}),
    st.just({"mixture": [{"median": "1 h", "sigma": 1, "weight": 0.25}, {"median": "2 h", "sigma": 0, "weight": 0.75}]}),
)
rules = st.one_of(
    st.fixed_dictionaries({"detector": st.just("sample"), "action": st.sampled_from(["block", "hide"]), "share": shares, "delay": delays}),
    st.fixed_dictionaries(
        {
            "detector": st.just("keywords"),
            "action": st.just("remove"),
            "combinations": st.lists((texts | tricky).filter(looks_for_something), min_size=1, max_size=3),
            "registered_in": st.sampled_from([None, ["here"]]),
            "topics": st.sampled_from([None, ["climate", "rights"]]),
        }
    ),
)
events = st.one_of(
    st.fixed_dictionaries({"at": st.just("1.5 h"), "label": texts, "withdraw": st.just("chat")}),
    st.fixed_dictionaries(
        {"at": st.just("2 d"), "set": st.fixed_dictionaries({"voice.cost": shares, "beliefs.climate_half_life": st.just("7 h")})}
    ),
    st.fixed_dictionaries(
        {
            "at": st.just("0 s"),
            "surge": st.fixed_dictionaries({"topic": st.just("climate"), "factor": st.floats(0, 9), "lasts": positive_hours}),
        }
    ),
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    data: dict[str, Any] = resolved(_base())
    data["title"], data["description"], data["seed"] = draw(texts | tricky), draw(texts | tricky), draw(st.integers(0, 2**63 - 1))
    data["represents"], data["importance_sigma"] = draw(st.floats(1e-9, 1e9, exclude_min=True)), draw(st.floats(0, 3))
    data["hour_profile"] = draw(st.lists(st.floats(1e-9, 1e6), min_size=24, max_size=24))
    data["topics"]["climate"]["title"] = draw(texts | tricky)
    data["jurisdictions"]["here"]["reprisal"]["delay"] = draw(delays)
    data["jurisdictions"]["here"]["sensitivity"] = draw(st.dictionaries(st.sampled_from(["climate", "rights"]), shares))
    data["platforms"]["chat"]["rules"] = draw(st.dictionaries(st.sampled_from(["a", "no", "b-1"]), rules))
    data["timeline"] = draw(st.lists(events, max_size=3))
    data["evidence"] = draw(st.dictionaries(st.sampled_from(["groups.*.size", "seed"]), st.fixed_dictionaries({"source": texts | tricky})))
    return Scenario.model_validate(data)


def _base() -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        return loaded(Path(folder), BASE)


@settings(deadline=None)
@given(scenarios())
def test_dump_and_load(scenario: Scenario) -> None:
    text = dump(scenario)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.yaml"
        path.write_text(text, encoding="utf-8")
        again = load(path)
    assert again == scenario
    assert dump(again) == text


@settings(deadline=None)
@given(scenarios())
def test_other_readers_of_yaml_read_the_same_texts(scenario: Scenario) -> None:
    document = yaml.safe_load(dump(scenario))
    assert (document["title"], document["description"]) == (scenario.title, scenario.description)


@given(st.floats(0, 24 * 3660))
def test_durations_are_written_exactly(value: float) -> None:
    assert parse_duration(format_duration(value)) == value


@pytest.mark.parametrize(
    ("value", "text"), [(0.25, "15 min"), (72, "3 d"), (1.5, "1.5 h"), (1 / 3600, "1 s"), (8783.999722222222, "31622399 s")]
)
def test_durations_are_short(value: float, text: str) -> None:
    assert parse_duration(format_duration(value)) == value
    assert len(format_duration(value)) <= len(text) + 8


def test_the_whole_scenario_is_there_in_the_order_of_the_schema() -> None:
    data = yaml.safe_load(dump(_base()))
    assert list(data) == [name for name in Scenario.model_fields if getattr(_base(), name) is not None]
    assert data["jurisdictions"]["here"]["reprisal"]["delay"] == {"lognormal": {"median": "4 d", "sigma": 0.8}}


def test_it_is_readable(tmp_path: Path) -> None:
    text = dump(loaded(tmp_path, BASE + 'title: 北京 no. 1\ndescription: "one\\ntwo"\n'))
    assert "title: 北京 no. 1\n" in text
    assert f"description: {json.dumps('one' + chr(10) + 'two')}\n" in text
    assert "  collects:\n    - chat\n" in text
    assert "horizon: 10 d\n" in text
    assert "&" not in text
    assert "hour_profile: [20.0, 12.0," in text
