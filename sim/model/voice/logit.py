"""Nested logit: the manner of speaking first, then speaking against silence."""

from __future__ import annotations

import numpy as np

from sim.model.luck import Floats
from sim.model.voice.situation import Choice, Manner, Manners, Situation, VoiceModel
from sim.scenario.schema import Logit


class LogitVoice(VoiceModel[Logit]):
    """The simulation's own voice model; it remembers nothing beyond people's beliefs."""

    def choose(self, voice: Logit, at: Situation) -> Choice:
        """See `choose`."""
        return Choice(choose(voice, at))


def choose(voice: Logit, at: Situation) -> Manners:
    """(n, W) manners; model.md section 8, with U(silent) = 0.

    U(manner) = benefit x value + conformity x stance shown x climate + reactance x noticed (sincere only)
    - eta x abuse met - fear x heat x (c_R R + c_S S) - cost.
    """
    risk = at.fear * at.heat * (voice.fear_of_removal * at.removal + voice.fear_of_reprisal * at.reprisal)
    agreement = at.conformity * at.climate
    common = at.stance * agreement - voice.cost - voice.abuse * at.abuse
    sincere = at.benefit + common + at.reactance * at.noticed - risk
    softened = (
        voice.softened_value * at.benefit + common + voice.softening * (1 - at.stance) * agreement
        - (1 - voice.softening) * risk - voice.softened_cost
    )  # fmt: skip
    coded = voice.coded_value * at.benefit + common - (1 - voice.coded_evasion) * risk - voice.coded_cost
    coded = np.where(at.fluent, coded, -np.inf)
    return _draw(voice, sincere, softened, coded, at)


def _draw(voice: Logit, sincere: Floats, softened: Floats, coded: Floats, at: Situation) -> Manners:
    best = np.maximum(np.maximum(sincere, softened), coded)
    scale = voice.manner_temperature
    e_sincere, e_softened, e_coded = (np.exp((u - best) / scale) for u in (sincere, softened, coded))
    total = e_sincere + e_softened + e_coded
    inclusive = best + scale * np.log(total)
    speaks = at.speak_luck < 1 / (1 + np.exp(np.minimum(-inclusive / voice.temperature, 700.0)))
    drawn = at.manner_luck * total
    manner = 1 + (drawn >= e_sincere).astype(np.uint8) + (drawn >= e_sincere + e_softened)
    return np.where(speaks, manner, Manner.SILENT).astype(np.uint8)
