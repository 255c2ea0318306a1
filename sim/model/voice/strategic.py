"""Strategic self-censorship: acts that balance desired dissent against how an authority watches and punishes.

Daymude, Axelrod & Forrest 2025 (arXiv 2509.03731). An act of dissent a is observed with probability nu + (1 - nu) a; if it goes beyond the
tolerance tau it is punished, by psi or by psi (a - tau). People choose a from 0 to their desired dissent d so as to make the most of
boldness x (1 - d + a) - expected punishment.
"""

from __future__ import annotations

import numpy as np

from sim.model.luck import Floats
from sim.model.voice.situation import Choice, Manner, Situation, VoiceModel
from sim.scenario.schema import Strategic


class StrategicVoice(VoiceModel[Strategic]):
    """Desired dissent is the heat of a sincere message, boldness its benefit over the person's fear.

    R and S scale the severity: they are the perceived chance that an act of heat 1, which is always observed, is punished. With R and S at
    0, as in worlds without fear, people say what they think. Acts of less dissent than desired are softened messages of that heat; an act
    of none, where some was desired, is silence.
    """

    softens_at_will = True

    def choose(self, voice: Strategic, at: Situation) -> Choice:
        """The best act, as a manner and a softening."""
        severity = at.fear * (voice.severity_of_removal * at.removal + voice.severity_of_reprisal * at.reprisal)
        act = best_act(at.heat, at.benefit, voice.surveillance, voice.tolerance, severity, proportional=voice.punishment == "proportional")
        manner = np.where(act == at.heat, Manner.SINCERE, np.where(act > 0, Manner.SOFTENED, Manner.SILENT))
        return Choice(manner.astype(np.uint8), 1 - act / np.where(at.heat > 0, at.heat, 1.0))


def best_act(
    desired: Floats, boldness: Floats | float, nu: Floats | float, tau: Floats | float, psi: Floats | float, *, proportional: bool
) -> Floats:
    """The dissent that people act with; only the ratio of boldness and psi matters."""
    if proportional:
        ideal = ideal_act(boldness, nu, tau, psi)
        return np.where(desired <= np.maximum(tau, ideal), desired, np.maximum(tau, ideal))
    defies = (boldness > (1 - nu) * psi) & (desired > defiance(boldness, nu, tau, psi))
    return np.where((desired <= tau) | defies, desired, tau)


def defiance(boldness: Floats | float, nu: Floats | float, tau: Floats | float, psi: Floats | float) -> Floats:
    """D: desired dissent beyond which people defy uniform punishment, if they are bolder than (1 - nu) psi."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.divide(boldness * tau + nu * psi, boldness - (1 - nu) * psi)


def ideal_act(boldness: Floats | float, nu: Floats | float, tau: Floats | float, psi: Floats | float) -> Floats:
    """P: the dissent at which proportional punishment outweighs boldness; infinite where it never does, or always."""
    slope, gain = np.broadcast_arrays(np.multiply(1 - np.asarray(nu), psi), np.subtract(boldness, np.multiply(nu, psi)))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        inside = (tau + gain / slope) / 2
    return np.where(slope > 0, inside, np.where(gain >= 0, np.inf, -np.inf))


def utility(
    act: Floats, desired: Floats, boldness: Floats | float, nu: Floats | float, tau: Floats | float, psi: Floats | float,
    *, proportional: bool,
) -> Floats:  # fmt: skip
    """What people expect of an act."""
    observed = nu + (1 - nu) * act
    punishment = np.where(act > tau, psi * (act - tau) if proportional else psi, 0.0)
    return boldness * (1 - desired + act) - observed * punishment
