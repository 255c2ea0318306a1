"""What a voice model decides on, and what it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats, Keys
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.scenario.schema import Scenario


class Manner(IntEnum):
    """What a participant does with an occasion."""

    SILENT = 0
    SINCERE = 1
    SOFTENED = 2
    CODED = 3


Manners = NDArray[np.uint8]
Flags = NDArray[np.bool_]


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
        abuse: abuse met on the topic, A; 0 in worlds without abuse.
        speak_luck, manner_luck: uniform numbers.
        key: (n,) luck key of the occasion.
        person, pair: the person, and person x topics + topic.
        room, room_pair: where it would be said (0 for no room), and room x topics + topic.
        afraid: (W,) worlds with fear.
    """

    stance: Floats
    heat: Floats
    benefit: Floats
    fear: Floats
    conformity: Floats
    reactance: Floats
    fluent: Flags
    removal: Floats
    reprisal: Floats
    climate: Floats
    noticed: Floats
    speak_luck: Floats
    manner_luck: Floats
    key: Keys
    person: NDArray[np.int64]
    pair: NDArray[np.int64]
    room: NDArray[np.int64]
    room_pair: NDArray[np.int64]
    afraid: Flags
    abuse: Floats | float = 0.0


@dataclass(frozen=True)
class Choice:
    """What authors do.

    Attributes:
        manner: (n, W) manners.
        softening: (n, W) how far a softened message moves towards the official line; None where it moves as the scenario says.
    """

    manner: Manners
    softening: Floats | None = None


Parameters = TypeVar("Parameters")


class VoiceModel(ABC, Generic[Parameters]):
    """A rule by which people speak or fall silent, and what they remember of doing so; one object a simulation.

    In worlds without fear everybody speaks sincerely, unless speaking is a matter of more than fear in the model.
    """

    remembers: ClassVar[bool] = False
    """Whether there is anything to `learn`."""
    softens_at_will: ClassVar[bool] = False
    """Whether each softened message has a softening of its own."""

    def __init__(self, scenario: Scenario, people: People, rooms: Rooms, worlds: int) -> None:
        """Nobody has spoken yet."""

    @abstractmethod
    def choose(self, voice: Parameters, at: Situation) -> Choice:
        """What the authors of some occasions do, from what they knew before the window."""

    def learn(self, voice: Parameters, at: Situation, arose: Flags, heard: Flags) -> None:
        """What came of the window's occasions, (n, W) in order of time: whether each was one to speak on, and whether it was heard."""


AnyVoiceModel = VoiceModel[Any]


def sincere_or_silent(speaks: Flags, at: Situation) -> Choice:
    """Those who speak do so sincerely, as does everybody in worlds without fear."""
    return Choice((speaks | ~at.afraid).astype(np.uint8))


def expressed_stance(softening: Floats | float, stance: Floats, manner: Manners) -> Floats:
    """The stance that a message shows: moved towards the official line where softened."""
    return np.where(manner == Manner.SOFTENED, stance + softening * (1 - stance), stance)


def expressed_heat(softening: Floats | float, coded_evasion: float, heat: Floats, manner: Manners) -> Floats:
    """The heat of a message said in this manner, given that of the sincere one."""
    factors = np.array([0.0, 1.0, 1.0, 1 - coded_evasion])[manner]
    expressed: Floats = heat * np.where(manner == Manner.SOFTENED, 1 - softening, factors)
    return expressed
