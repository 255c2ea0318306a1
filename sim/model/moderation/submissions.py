"""Messages as moderation meets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats, Keys


@dataclass(frozen=True)
class Submissions:
    """Messages that authors have sent, in any of the worlds; all arrays have m entries.

    Attributes:
        occasion: index of the occasion.
        world: index of the world.
        person, group, topic, platform, registered, resident: indices.
        room: room in which it is said; 0 on a survey.
        kind: of the room, an index into `ROOM_KINDS`.
        audience: people who might read it, beside the author.
        pair: person x topics + topic.
        key: luck key of the occasion.
        time: hours.
        heat, stance: as expressed.
        criticality: heat were the topic of the highest sensitivity.
        phrase: index of the text in the phrasebook; -1 where it has none.
        abusive: whether it is an abusive reply.
        counter: whether it is a target's reply to abuse.
        dropped: whether machine interpretation leaves it out.
        kept: whether the platform's promises are kept for this message.
    """

    occasion: Indices
    world: Indices
    person: Indices
    group: Indices
    pair: Indices
    topic: Indices
    platform: Indices
    room: Indices
    kind: Indices
    audience: Indices
    registered: Indices
    resident: Indices
    key: Keys
    time: Floats
    heat: Floats
    stance: Floats
    criticality: Floats
    phrase: Indices
    abusive: NDArray[np.bool_]
    counter: NDArray[np.bool_]
    dropped: NDArray[np.bool_]
    kept: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.occasion)

    def take(self, rows: Indices) -> Submissions:
        """Some of the messages."""
        return Submissions(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})
