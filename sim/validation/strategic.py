"""Strategic self-censorship (Daymude, Axelrod & Forrest 2025): closed forms, populations, and acts in the simulation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from sim.model.authors import authors_of
from sim.model.luck import Floats
from sim.model.voice import Manner
from sim.model.voice.strategic import best_act, defiance, ideal_act, utility
from sim.validation.check import Check, Section, exactly
from sim.validation.one_room import held, scenario

MEAN, NU, TAU = 0.25, 0.2, 0.25
"""The published example: mean of the desired dissent, surveillance, tolerance; boldness is 1."""
SEVERITY = {False: 0.6, True: 1.0}
"""Severity of uniform and of proportional punishment in it."""
PUBLISHED = {
    "uniform": {"compliant": 0.60953, "self-censoring": 0.33901, "defiant": 0.05146, "mean act": 0.192462},
    "proportional": {"compliant": 0.60953, "self-censoring": 0.08054, "defiant": 0.30993, "mean act": 0.238192},
}
PEOPLE, PARAMETERS, GRID = 2_000_000, 4_000, 1_001


def _random_parameters() -> tuple[Floats, ...]:
    """Desired dissent, boldness, nu, tau, psi: (PARAMETERS,) each."""
    rng = np.random.default_rng(1)
    desired, nu, tau = rng.random((3, PARAMETERS))
    boldness, psi = rng.uniform(0.05, 3, (2, PARAMETERS))
    return desired, boldness, nu, tau, psi


def misjudged(proportional: bool, forgetful: bool = False) -> int:
    """Random cases in which some act on a fine grid is worth more than the one chosen; the forgetful take surveillance for 0."""
    desired, boldness, nu, tau, psi = _random_parameters()
    chosen = best_act(desired, boldness, nu * (not forgetful), tau, psi, proportional=proportional)
    acts = np.linspace(0, 1, GRID)[:, None] * desired
    others = utility(acts, desired, boldness, nu, tau, psi, proportional=proportional).max(axis=0)
    return int((others > utility(chosen, desired, boldness, nu, tau, psi, proportional=proportional) + 1e-12).sum())


def exceptions(proportional: bool, swapped: bool = False) -> int:
    """Random cases in which the condition under which nobody dissents beyond the tolerance errs about those who desire most."""
    _, boldness, nu, tau, psi = _random_parameters()
    act = best_act(np.ones(PARAMETERS), boldness, nu, tau, psi, proportional=proportional)
    predicted = psi >= (boldness / (nu + tau - nu * tau) if proportional != swapped else boldness * (1 - tau))
    return int((predicted != (act == tau)).sum())


@cache
def _desired() -> Floats:
    """Quantiles of an exponential distribution that is cut to [0, 1] and then has the published mean; (PEOPLE,)."""
    from scipy.optimize import brentq

    rate = brentq(lambda r: 1 / r - 1 / np.expm1(r) - MEAN, 0.1, 50)
    shares: Floats = -np.log1p((np.arange(PEOPLE) + 0.5) / PEOPLE * np.expm1(-rate)) / rate
    return shares


@cache
def population(proportional: bool) -> dict[str, float]:
    """Shares of the population, and its mean act."""
    desired = _desired()
    act = best_act(desired, 1.0, NU, TAU, SEVERITY[proportional], proportional=proportional)
    compliant, held_back = desired <= TAU, act < desired
    return {
        "compliant": float(compliant.mean()),
        "self-censoring": float(held_back.mean()),
        "defiant": float((~compliant & ~held_back).mean()),
        "mean act": float(act.mean()),
    }


def off_on_the_engine(proportional: bool, tau: float = TAU, nu_known: bool = True) -> float:
    """Largest difference between an act in a simulation and the closed form, over all occasions.

    Everybody takes it for certain that a message of heat 1 is acted on (S = 1), whatever it is about; people differ in stance, benefit
    and fear, occasions in importance.
    """
    voice: dict[str, Any] = {
        "model": "strategic",
        "punishment": "proportional" if proportional else "uniform",
        "surveillance": NU,
        "tolerance": tau,
        "severity_of_removal": 0.0,
        "severity_of_reprisal": SEVERITY[proportional],
    }
    certain = {"jurisdictions": {"here": {"sensitivity": {"any": 1.0}, "perceived_reprisal": 1.0}}}
    what = scenario(voice, {"people": {"size": 60}}, horizon="2 d", **certain)
    chat = what.platforms["chat"].model_copy(update={"perceived_exposure": {"here": 1.0}})
    world = held(what.model_copy(update={"platforms": {"chat": chat}}))
    ledger = world.ledger
    at = authors_of(world.people, world.occasions, slice(None), world.policy)
    expected = best_act(at.heat, at.benefit, NU * nu_known, tau, at.fear * SEVERITY[proportional], proportional=proportional)
    act = np.where(ledger.voice[:, 0] == Manner.SILENT, 0.0, at.heat)
    act = np.where(ledger.voice[:, 0] == Manner.SOFTENED, at.heat * (1 - ledger.softening[:, 0]), act)
    return float(np.abs(act - expected).max())


def _closed_forms() -> Iterator[Check]:
    yield Check(
        "defiance", "D for boldness 1, nu .2, tau .25, psi .6", 0.711538, exactly(lambda: defiance(1, NU, TAU, 0.6)),
        "surveillance taken for 0", exactly(lambda: defiance(1, 0, TAU, 0.6)), tolerance=5e-7,
    )  # fmt: skip
    yield Check(
        "ideal-act", "P for boldness 1, nu .2, tau .25, psi 1", 0.625, exactly(lambda: ideal_act(1, NU, TAU, 1)),
        "the severity of the uniform example", exactly(lambda: ideal_act(1, NU, TAU, 0.6)), tolerance=1e-12,
    )  # fmt: skip
    conditions = {"uniform": "boldness (1 - tau)", "proportional": "boldness / (nu + tau - nu tau)"}
    for kind, condition in conditions.items():
        proportional = kind == "proportional"
        yield Check(
            f"{kind}-best", f"no act on a grid beats the closed form ({PARAMETERS:,} random cases)", 0,
            exactly(partial(misjudged, proportional)), "surveillance taken for 0", exactly(partial(misjudged, proportional, True)),
        )  # fmt: skip
        yield Check(
            f"{kind}-corollary", f"nobody dissents beyond tau if and only if psi >= {condition}", 0,
            exactly(partial(exceptions, proportional)), "the other condition", exactly(partial(exceptions, proportional, True)),
        )  # fmt: skip


def _populations() -> Iterator[Check]:
    for kind, published in PUBLISHED.items():
        proportional = kind == "proportional"
        for quantity, expected in published.items():
            yield Check(
                f"{kind}-{quantity.replace(' ', '-')}", f"{quantity} under {kind} punishment of severity {SEVERITY[proportional]}",
                expected,
                exactly(partial(_of_population, proportional, quantity)),
                "tau taken for half of what it is" if quantity == "compliant" else "the other punishment",
                exactly(partial(_wrongly_of_population, proportional, quantity)), tolerance=1e-6 if quantity == "mean act" else 1e-5,
            )  # fmt: skip


def _of_population(proportional: bool, quantity: str) -> float:
    return population(proportional)[quantity]


def _wrongly_of_population(proportional: bool, quantity: str) -> float:
    return float((_desired() <= TAU / 2).mean()) if quantity == "compliant" else population(not proportional)[quantity]


def _on_the_engine() -> Iterator[Check]:
    for name, proportional, tau in (("uniform", False, TAU), ("proportional", True, TAU), ("intolerant", False, 0.0)):
        yield Check(
            f"engine-{name}", f"largest difference of an act in the simulation from the closed form (tau {tau:g})", 0.0,
            exactly(partial(off_on_the_engine, proportional, tau)),
            "surveillance taken for 0", exactly(partial(off_on_the_engine, proportional, tau, False)), tolerance=1e-12,
        )  # fmt: skip


SECTION = Section(
    "strategic",
    "Strategic self-censorship",
    "Daymude, Axelrod & Forrest 2025, arXiv 2509.03731",
    (*_closed_forms(), *_populations(), *_on_the_engine()),
)
