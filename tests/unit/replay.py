"""What people hear of one another, told again one occasion after the other, to hold voice models that remember against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from sim.model.ledger import Outcome, room_of
from sim.model.world import World


@dataclass
class Occasion:
    """One occasion on which somebody could speak; what others said is as of the window's start."""

    index: int
    person: int
    topic: int
    critical: bool
    others: int
    allies: int
    opponents: int
    spoke: bool
    heard: bool

    @property
    def pair(self) -> tuple[int, int]:
        """Whose confidence, or experience, it is about."""
        return self.person, self.topic


@dataclass
class Replay:
    """The occasions of one world on which somebody could speak, window by window."""

    world: World
    column: int
    aloud: dict[tuple[int, int], tuple[int, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ledger = self.world.ledger
        self.outcome, self.shown = ledger.outcome[:, self.column], ledger.shown[:, self.column]
        rows = np.arange(len(ledger.occasions))
        self.room = room_of(ledger.rooms, ledger.occasions, rows, ledger.venue[:, self.column, None])[:, 0]

    def windows(self) -> Iterator[list[Occasion]]:
        """Each window's occasions; take them one after the other, as people's memories are."""
        times = self.world.ledger.occasions.time
        open_to = [int(i) for i in np.flatnonzero(self.outcome >= Outcome.UNSAID)]
        for _, window in groupby(open_to, lambda i: times[i] // self.world.scenario.window):
            occasions = [self.occasion(i) for i in window]
            yield occasions
            for occasion in occasions:
                self.aloud.pop(occasion.pair, None)
                if occasion.heard and self.room[occasion.index] > 0:
                    self.aloud[occasion.pair] = int(self.room[occasion.index]), occasion.critical

    def occasion(self, i: int) -> Occasion:
        """An occasion, and who is heard in its room."""
        drawn, room = self.world.ledger.occasions, int(self.room[i])
        person, topic = int(drawn.person[i]), int(drawn.topic[i])
        critical = bool(self.world.people.stance[person, topic] < 0)
        voices = [c for (p, k), (r, c) in self.aloud.items() if k == topic and r == room > 0 and p != person]
        return Occasion(
            i, person, topic, critical, max(int(self.world.rooms.size[room]) - 1, 1), voices.count(critical), voices.count(not critical),
            bool(self.outcome[i] > Outcome.UNSAID), bool(np.isfinite(self.shown[i])),
        )  # fmt: skip
