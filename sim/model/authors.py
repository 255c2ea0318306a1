"""What the authors of some occasions bring to them, whatever the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.counter import Indices
from sim.model.luck import Floats, Purpose, luck
from sim.model.occasions import Occasions
from sim.model.people import People
from sim.model.policy import Policy


@dataclass(frozen=True)
class Authors:
    """All arrays have n entries.

    Attributes:
        person, registered: indices.
        pair: person x topics + topic.
        stance: private stance on the topic.
        heat: of a sincere message, under the stricter of the laws over its author.
        benefit: the person's, times the occasion's importance.
        fear, conformity, reactance: weights of the voice model.
        fluent: whether a coded wording comes to mind.
        speak_luck, manner_luck: uniform numbers.
    """

    person: NDArray[np.int64]
    registered: NDArray[np.int64]
    pair: NDArray[np.int64]
    stance: Floats
    heat: Floats
    benefit: Floats
    fear: Floats
    conformity: Floats
    reactance: Floats
    fluent: NDArray[np.bool_]
    speak_luck: Floats
    manner_luck: Floats

    def part(self, rows: slice) -> Authors:
        """The authors of some of the occasions, as views."""
        return Authors(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def authors_of(people: People, occasions: Occasions, rows: slice, policy: Policy) -> Authors:
    """The authors of some occasions."""
    person, key, topic = occasions.person[rows].astype(np.int64), occasions.key[rows], occasions.topic[rows]
    pair = person * people.topics + topic
    stance = occasions.private_stance(people, rows)
    sigma = policy.scenario.importance_sigma
    importance = np.exp(sigma * ndtri(luck(Purpose.IMPORTANCE, key)) - sigma**2 / 2)
    return Authors(
        person=person,
        registered=people.registered[person].astype(np.int64),
        pair=pair,
        stance=stance,
        heat=sincere_heat(people, policy, person, topic, stance),
        benefit=people.benefit[person] * importance,
        fear=people.fear[person],
        conformity=people.conformity[person],
        reactance=people.reactance[person],
        fluent=luck(Purpose.FLUENT, key) < people.code_fluency[person],
        speak_luck=luck(Purpose.SPEAK, key),
        manner_luck=luck(Purpose.MANNER, key),
    )


def sincere_heat(people: People, policy: Policy, person: Indices, topic: Indices, stance: Floats) -> Floats:
    """Heat of sincere messages: the stricter of the laws over their authors, times their criticality."""
    at_home = policy.sensitivity[people.resident[person], topic]
    abroad = policy.sensitivity[people.registered[person], topic]
    heat: Floats = np.maximum(at_home, abroad) * (1 - stance) / 2
    return heat
