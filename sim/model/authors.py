"""What the author of each occasion brings to it, whatever the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.luck import Floats, Purpose, luck
from sim.model.occasions import Occasions
from sim.model.people import People
from sim.model.policy import Policy


@dataclass(frozen=True)
class Authors:
    """All arrays have O entries.

    Attributes:
        pair: person x topics + topic.
        registered, resident: jurisdiction index.
        stance: private stance on the topic.
        benefit: the person's, times the occasion's importance.
        fear, conformity, reactance: weights of the voice model.
        fluent: whether a coded wording comes to mind.
        speak_luck, manner_luck: uniform numbers.
    """

    pair: NDArray[np.int64]
    registered: NDArray[np.int32]
    resident: NDArray[np.int32]
    stance: Floats
    benefit: Floats
    fear: Floats
    conformity: Floats
    reactance: Floats
    fluent: NDArray[np.bool_]
    speak_luck: Floats
    manner_luck: Floats


def authors_of(people: People, occasions: Occasions, importance_sigma: float) -> Authors:
    """The authors of all occasions."""
    person, key = occasions.person, occasions.key
    pair = person * np.int64(people.topics) + occasions.topic
    sigma = importance_sigma
    importance = np.exp(sigma * ndtri(luck(Purpose.IMPORTANCE, key)) - sigma**2 / 2)
    return Authors(
        pair=pair,
        registered=people.registered[person],
        resident=people.resident[person],
        stance=people.stance.ravel()[pair],
        benefit=people.benefit[person] * importance,
        fear=people.fear[person],
        conformity=people.conformity[person],
        reactance=people.reactance[person],
        fluent=luck(Purpose.FLUENT, key) < people.code_fluency[person],
        speak_luck=luck(Purpose.SPEAK, key),
        manner_luck=luck(Purpose.MANNER, key),
    )


def heat_of(authors: Authors, occasions: Occasions, policy: Policy) -> Floats:
    """(O,) heat of each occasion's sincere message: the stricter of the laws over its author, times its criticality."""
    at_home = policy.sensitivity[authors.resident, occasions.topic]
    abroad = policy.sensitivity[authors.registered, occasions.topic]
    heat: Floats = np.maximum(at_home, abroad) * (1 - authors.stance) / 2
    return heat
