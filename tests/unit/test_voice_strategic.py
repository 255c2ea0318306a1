"""Strategic self-censorship: the closed forms against brute force, and what they come to as manners of speaking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.voice import Manner, StrategicVoice, expressed_heat
from sim.model.voice.strategic import best_act, defiance, ideal_act, utility
from sim.scenario.schema import Strategic
from tests.unit.test_logit import situation

share = st.floats(0, 1)
amount = st.floats(0.01, 5)


def choice(voice: Strategic, **given: float) -> tuple[Manner, float]:
    """Manner and heat of what is said in one situation."""
    at = situation(**given)
    chosen = StrategicVoice.choose(None, voice, at)  # type: ignore[arg-type]
    assert chosen.softening is not None
    heat = expressed_heat(chosen.softening, 0.0, at.heat, chosen.manner)
    return Manner(int(chosen.manner[0, 0])), float(heat[0, 0])


@given(desired=share, boldness=amount, nu=share, tau=share, psi=amount, proportional=st.booleans())
def test_no_act_is_worth_more_than_the_best(desired: float, boldness: float, nu: float, tau: float, psi: float, proportional: bool) -> None:
    given: dict[str, Any] = {"boldness": boldness, "nu": nu, "tau": tau, "psi": psi, "proportional": proportional}
    best = best_act(np.array(desired), **given)
    acts = np.append(np.linspace(0, desired, 301), min(tau, desired))
    assert 0 <= best <= desired
    assert utility(acts, np.array(desired), **given).max() <= utility(best, np.array(desired), **given) + 1e-9


def test_published_values() -> None:
    assert defiance(1, 0.2, 0.25, 0.6) == pytest.approx(0.711538, abs=5e-7)
    assert ideal_act(1, 0.2, 0.25, 1) == pytest.approx(0.625)


@pytest.mark.parametrize(("boldness", "act"), [(0.9, 0.3), (1.0, 0.8), (1.5, 0.8)])
def test_total_surveillance_is_a_matter_of_boldness_alone(boldness: float, act: float) -> None:
    """nu = 1, proportional: all or nothing at boldness psi."""
    assert best_act(np.array(0.8), boldness, 1.0, 0.3, 1.0, proportional=True) == act


def test_only_the_ratio_of_boldness_and_severity_matters() -> None:
    desired = np.linspace(0, 1, 50)
    for proportional in (False, True):
        once, thrice = (best_act(desired, 0.5 * scale, 0.1, 0.2, 0.7 * scale, proportional=proportional) for scale in (1.0, 3.0))
        assert once == pytest.approx(thrice, abs=1e-12)


CERTAIN: dict[str, Any] = {"surveillance": 0.2, "tolerance": 0.25, "severity_of_reprisal": 1.0, "severity_of_removal": 0.0}


def test_acts_become_manners() -> None:
    """P is .625: below it sincere, above it softened to it; at tolerance 0 and a heavy punishment silent."""
    voice = Strategic(model="strategic", punishment="proportional", **CERTAIN)
    assert choice(voice, heat=0.6, reprisal=1.0) == (Manner.SINCERE, 0.6)
    assert choice(voice, heat=0.9, reprisal=1.0) == (Manner.SOFTENED, pytest.approx(0.625))
    harsh = Strategic(model="strategic", punishment="uniform", **(CERTAIN | {"tolerance": 0.0, "severity_of_reprisal": 3.0}))
    assert choice(harsh, heat=0.9, reprisal=1.0) == (Manner.SILENT, 0.0)
    assert choice(harsh, heat=0.0, reprisal=1.0) == (Manner.SINCERE, 0.0)


def test_without_perceived_risk_or_fear_people_say_what_they_think() -> None:
    """Control: with both, they do not."""
    voice = Strategic(model="strategic", punishment="uniform", **CERTAIN)
    assert choice(voice, heat=0.6, reprisal=0.0)[0] == choice(voice, heat=0.6, reprisal=1.0, fear=0.0)[0] == Manner.SINCERE
    assert choice(voice, heat=0.6, reprisal=1.0) == (Manner.SOFTENED, pytest.approx(0.25))


def test_risks_of_removal_and_of_reprisal_add_up() -> None:
    voice = Strategic(model="strategic", punishment="proportional", **(CERTAIN | {"severity_of_removal": 0.5}))
    both, one = choice(voice, heat=0.95, removal=0.4, reprisal=0.8), choice(voice, heat=0.95, reprisal=1.0)
    assert both == (one[0], pytest.approx(one[1]))


@given(heat=st.floats(0.01, 1), lesser=share, greater=share, punishment=st.sampled_from(["uniform", "proportional"]))
def test_more_risk_never_makes_anybody_bolder(heat: float, lesser: float, greater: float, punishment: str) -> None:
    voice = Strategic.model_validate({"model": "strategic", "punishment": punishment} | CERTAIN | {"severity_of_reprisal": 2.0})
    mild, grave = (choice(voice, heat=heat, reprisal=risk)[1] for risk in sorted((lesser, greater)))
    assert grave <= mild + 1e-12
