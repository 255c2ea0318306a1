"""The voice model against the utilities written out one by one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.voice import Manner, Situation, expressed_heat, expressed_stance
from sim.model.voice.logit import choose
from sim.scenario.schema import Logit

DRAWS = 200
"""Points a side of the grid of luck on which probabilities are counted: exact to 1/200."""


ORDINARY: dict[str, Any] = {
    "stance": -0.5, "heat": 0.6, "benefit": 1.0, "fear": 1.0, "conformity": 0.0, "reactance": 0.0, "fluent": True,
    "removal": 0.0, "reprisal": 0.0, "climate": 0.0, "noticed": 0.0,
}  # fmt: skip


def situation(**given: float | bool) -> Situation:
    """One occasion; what is not given is neutral. Luck is a grid over the unit square."""
    axis = (np.arange(DRAWS) + 0.5) / DRAWS
    speak, manner = (grid.reshape(-1, 1) for grid in np.meshgrid(axis, axis))
    columns = {name: np.full((1, 1), amount) for name, amount in (ORDINARY | given).items()}
    nowhere: dict[str, Any] = dict.fromkeys(("person", "pair", "room", "room_pair"), np.zeros((1, 1), np.int64))
    afraid, key = np.ones(1, np.bool_), np.zeros(1, np.uint64)
    return Situation(**columns, speak_luck=speak, manner_luck=manner, afraid=afraid, key=key, **nowhere)


def shares(voice: Logit, **given: float | bool) -> np.ndarray:
    """Shares of silent, sincere, softened and coded."""
    chosen = choose(voice, situation(**given))
    return np.bincount(chosen.ravel(), minlength=4) / chosen.size


def by_hand(voice: Logit, **given: float | bool) -> np.ndarray:
    """The same from the formulas of the model, in plain arithmetic."""
    at = {name: float(getattr(situation(**given), name)[0, 0]) for name in ORDINARY}
    x, h = at["stance"], at["heat"]
    options = {
        Manner.SINCERE: (1.0, x, h, at["reactance"] * at["noticed"], 0.0),
        Manner.SOFTENED: (voice.softened_value, x + voice.softening * (1 - x), h * (1 - voice.softening), 0.0, voice.softened_cost),
        Manner.CODED: (voice.coded_value, x, h * (1 - voice.coded_evasion), 0.0, voice.coded_cost),
    }
    utility = {
        manner: at["benefit"] * worth
        + at["conformity"] * y * at["climate"]
        + extra
        - at["fear"] * heat * (voice.fear_of_removal * at["removal"] + voice.fear_of_reprisal * at["reprisal"])
        - voice.cost
        - cost
        for manner, (worth, y, heat, extra, cost) in options.items()
        if manner != Manner.CODED or at["fluent"]
    }
    top = max(utility.values())
    weights = {manner: math.exp((u - top) / voice.manner_temperature) for manner, u in utility.items()}
    inclusive = top + voice.manner_temperature * math.log(sum(weights.values()))
    speaks = 1 / (1 + math.exp(-inclusive / voice.temperature)) if inclusive / voice.temperature > -700 else 0.0
    result = np.zeros(4)
    result[0] = 1 - speaks
    for manner, weight in weights.items():
        result[manner] = speaks * weight / sum(weights.values())
    return result


unit = st.floats(0, 1)
situations = st.fixed_dictionaries(
    {
        "stance": st.floats(-0.999, 0.999), "heat": unit, "benefit": st.floats(0, 5), "fear": st.floats(0, 5),
        "conformity": st.floats(0, 2), "reactance": st.floats(0, 2), "fluent": st.booleans(), "removal": unit, "reprisal": unit,
        "climate": st.floats(-1, 1), "noticed": unit,
    }
)  # fmt: skip
voices = st.builds(
    Logit,
    temperature=st.floats(0.05, 2),
    manner_temperature=st.floats(0.02, 1),
    cost=st.floats(0, 1),
    softening=unit,
    softened_value=unit,
    softened_cost=unit,
    coded_value=unit,
    coded_cost=unit,
    coded_evasion=unit,
    fear_of_removal=st.floats(0, 3),
    fear_of_reprisal=st.floats(0, 10),
)


@given(voice=voices, given=situations)
@settings(max_examples=300, deadline=None)
def test_probabilities_are_those_of_a_nested_logit(voice: Logit, given: dict[str, float | bool]) -> None:
    """To the resolution of the grid of luck: a share is a number of rows times a number of columns."""
    assert shares(voice, **given) == pytest.approx(by_hand(voice, **given), abs=2 / DRAWS)


def test_a_flat_logit_would_be_noticed() -> None:
    """Control: with one temperature for both choices the shares are others."""
    flat = Logit(manner_temperature=0.35)
    assert np.abs(shares(Logit()) - by_hand(flat)).max() > 10 / DRAWS


def test_unafraid_people_speak_sincerely() -> None:
    """Softening and coding measure fear and not noise: hardly any without it, whatever the stance."""
    for stance in (-0.9, -0.3, 0.3, 0.9):
        _, sincere, softened, coded = shares(Logit(), stance=stance, benefit=1.5)
        assert softened + coded < 0.05 * sincere


def test_a_third_stay_silent_on_occasions_of_ordinary_importance() -> None:
    """Das and Kramer's abandoned drafts, by the default cost; importance is lognormal with mean 1."""
    z = (np.arange(2000) + 0.5) / 2000
    importance = np.exp(0.8 * np.sqrt(2) * np.array([_inverse_erf(2 * u - 1) for u in z]) - 0.32)
    at = replace(situation(), benefit=importance[:, None], speak_luck=np.full((1, 1), 0.5), manner_luck=np.full((1, 1), 0.5))
    utility = at.benefit[:, 0] - Logit().cost
    silent = 1 - (1 / (1 + np.exp(-utility / Logit().temperature))).mean()
    assert 0.2 < silent < 0.4


def _inverse_erf(value: float) -> float:
    from scipy.special import erfinv

    return float(erfinv(value))


@pytest.mark.parametrize("risk", ["removal", "reprisal", "fear", "heat"])
def test_more_to_fear_means_less_sincere_speech_and_more_silence(risk: str) -> None:
    ordinary = {"removal": 0.3, "reprisal": 0.3} if risk in ("fear", "heat") else {}
    found = np.array([shares(Logit(), **{**ordinary, risk: amount}) for amount in np.linspace(0, 1, 9)])
    assert (np.diff(found[:, Manner.SINCERE]) <= 0).all()
    assert (np.diff(found[:, Manner.SILENT]) >= 0).all()
    assert found[-1, Manner.SINCERE] < found[0, Manner.SINCERE]


def test_what_is_not_hot_is_not_feared() -> None:
    """Chill is selective: an ordinary topic keeps its voice whatever the risk."""
    assert np.array_equal(shares(Logit(), heat=0.0, removal=1.0, reprisal=1.0), shares(Logit(), heat=0.0))


def test_personal_risk_chills_more_than_removal() -> None:
    sincere = [shares(Logit(), **{risk: 0.3})[Manner.SINCERE] for risk in ("removal", "reprisal")]
    assert sincere[1] < sincere[0] - 0.1


def test_fear_of_weight_0_is_no_fear() -> None:
    brave = Logit(fear_of_removal=0.0, fear_of_reprisal=0.0)
    assert np.array_equal(shares(brave, removal=1.0, reprisal=1.0), shares(brave))
    assert np.array_equal(shares(Logit(), fear=0.0, removal=1.0, reprisal=1.0), shares(Logit(), fear=0.0))


def test_who_is_not_fluent_never_codes() -> None:
    assert shares(Logit(), reprisal=0.5)[Manner.CODED] > 0.05
    assert shares(Logit(), reprisal=0.5, fluent=False)[Manner.CODED] == 0


def test_a_climate_that_agrees_gives_voice_and_one_that_disagrees_takes_it() -> None:
    speaks = [1 - shares(Logit(), conformity=1.0, climate=climate)[0] for climate in (-0.8, 0.0, 0.8)]
    assert speaks[0] > speaks[1] > speaks[2]


def test_reactance_makes_people_speak_up() -> None:
    assert shares(Logit(), reactance=1.0, noticed=1.0)[Manner.SINCERE] > shares(Logit())[Manner.SINCERE]


def test_each_world_chooses_by_its_own_risks() -> None:
    at = replace(situation(), reprisal=np.array([[0.0, 0.2, 0.9]]))
    chosen = choose(Logit(), at)
    assert chosen.shape == (DRAWS**2, 3)
    for column, risk in enumerate((0.0, 0.2, 0.9)):
        assert np.array_equal(chosen[:, [column]], choose(Logit(), situation(reprisal=risk)))


def test_extreme_utilities_are_no_accident() -> None:
    """Neither overflow nor a warning, and the certain choice."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert shares(Logit(temperature=0.01, manner_temperature=0.001), benefit=100.0).tolist() == [0, 1, 0, 0]
        hopeless = {"benefit": 0.0, "fear": 100.0, "reprisal": 1.0, "fluent": False}
        assert shares(Logit(temperature=0.01, fear_of_reprisal=1000.0, softening=0.0), **hopeless).tolist() == [1, 0, 0, 0]


def test_what_a_message_shows() -> None:
    manners = np.array(list(Manner), np.uint8)
    voice = Logit(softening=0.5, coded_evasion=0.8)
    assert expressed_stance(0.5, np.full(4, -0.6), manners).tolist() == pytest.approx([-0.6, -0.6, 0.2, -0.6])
    assert expressed_heat(0.5, voice.coded_evasion, np.full(4, 0.8), manners).tolist() == pytest.approx([0, 0.8, 0.4, 0.16])
