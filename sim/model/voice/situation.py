"""What a voice model decides on, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats
from sim.scenario.schema import Voice


class Manner(IntEnum):
    """What a participant does with an occasion."""

    SILENT = 0
    SINCERE = 1
    SOFTENED = 2
    CODED = 3


Manners = NDArray[np.uint8]


@dataclass(frozen=True)
class Situation:
    """Occasions as their authors see them. Arrays are (n, 1) where all worlds share them, else (n, W).

    Attributes:
        stance: private stance.
        heat: heat of a sincere message.
        benefit: expressive benefit, the person's times the occasion's importance.
        fear, conformity, reactance: the person's weights.
        fluent: whether a coded wording comes to mind.
        removal, reprisal: perceived risks R and S; 0 in worlds without fear.
        climate, noticed: C and N.
        speak_luck, manner_luck: uniform numbers.
    """

    stance: Floats
    heat: Floats
    benefit: Floats
    fear: Floats
    conformity: Floats
    reactance: Floats
    fluent: NDArray[np.bool_]
    removal: Floats
    reprisal: Floats
    climate: Floats
    noticed: Floats
    speak_luck: Floats
    manner_luck: Floats


VoiceModel = Callable[[Voice, Situation], Manners]
"""A rule by which people speak or fall silent: (n, W) manners."""


def expressed_stance(softening: float, stance: Floats, manner: Manners) -> Floats:
    """The stance that a message shows: moved towards the official line where softened."""
    return np.where(manner == Manner.SOFTENED, stance + softening * (1 - stance), stance)


def expressed_heat(voice: Voice, heat: Floats, manner: Manners) -> Floats:
    """The heat of a message said in this manner, given that of the sincere one."""
    factors = np.array([0.0, 1.0, 1 - voice.softening, 1 - voice.coded_evasion])
    expressed: Floats = heat * factors[manner]
    return expressed
