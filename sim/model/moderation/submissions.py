"""Messages as moderation meets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats, Keys
from sim.model.occasions import Ints


@dataclass(frozen=True)
class Submissions:
    """Messages that authors have sent, in any of the worlds; all arrays have m entries.

    Attributes:
        occasion: index of the occasion.
        world: index of the world.
        person, topic, platform, registered: indices.
        key: luck key of the occasion.
        time: hours.
        heat, stance: as expressed.
        phrase: index of the text in the phrasebook; -1 where it has none.
        kept: whether the platform's promises are kept for this message.
    """

    occasion: Ints
    world: Ints
    person: Ints
    topic: Ints
    platform: Ints
    registered: Ints
    key: Keys
    time: Floats
    heat: Floats
    stance: Floats
    phrase: Ints
    kept: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.occasion)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Submissions:
        """Some of the messages."""
        return Submissions(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})
