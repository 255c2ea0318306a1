"""The record of every occasion's voice and outcome in every world."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.desk import DeskRecord
from sim.model.occasions import Occasions
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.worlds import Switches, mechanisms_of, world_name


class Outcome(IntEnum):
    """What becomes of an occasion."""

    NOT_OFFERED = 0
    UNREACHABLE = 1
    LEFT = 2
    BARRED = 3
    NEVER_AROSE = 4
    UNSAID = 5
    BLOCKED = 6
    WITHHELD = 7
    HIDDEN = 8
    REMOVED = 9
    STOOD = 10
    SELF_DELETED = 11


class Mark(IntFlag):
    """What else happened to an occasion."""

    IDENTIFIED = 1
    CIRCUMVENTED = 2
    COUNTED = 4
    SEEN = 8
    LABELLED = 16
    UNINTERPRETED = 32
    NOTIFIED = 64
    APPEALED = 128
    DISMISSED = 256
    REVERSED = 512
    REINSTATED = 1024
    MET = 2048
    """Of an abusive message: its target read it."""


@dataclass
class Ledger:
    """One entry an occasion and world, in arrays of shape (O, W), and what happened beside.

    Attributes:
        voice: manner of speaking.
        outcome: what became of it.
        venue: platform index; negative where there was none.
        rule: index of the rule that took the message; -1 for none.
        marks: flags.
        shown: time of publication, inf where it never was.
        gone: time of removal, hiding or deletion by the author, inf where it never was.
        back: time of reinstatement, inf where it never was; what is not published, or gone, can be seen again from then on.
        softening: how far the message moves, or would move, towards the official line if softened.
        audience: people who might read it, beside the author.
        afraid: indices of the worlds with fear; A of them.
        removal_risk, reprisal_risk: (O, A) risks that authors perceived, R and S.
        punished: (person, world, time) of each reprisal.
        sanctioned: (person, world, time, action) of each sanction by a platform.
        left: (person, world, time, platform) of each exit from a platform.
        desks: record of each desk by (world, replication, label).
        samples: (hour, world, replication, measure, value), sampled over time.
    """

    people: People
    rooms: Rooms
    occasions: Occasions
    worlds: tuple[str, ...]
    horizon: float
    voice: NDArray[np.uint8]
    outcome: NDArray[np.uint8]
    venue: NDArray[np.int8]
    rule: NDArray[np.int16]
    marks: NDArray[np.uint16]
    shown: Floats
    gone: Floats
    back: Floats
    softening: Floats
    audience: Ints
    afraid: tuple[int, ...]
    removal_risk: NDArray[np.float32]
    reprisal_risk: NDArray[np.float32]
    punished: list[tuple[int, int, float]] = field(default_factory=list)
    sanctioned: list[tuple[int, int, float, str]] = field(default_factory=list)
    left: list[tuple[int, int, float, int]] = field(default_factory=list)
    desks: dict[tuple[int, int, str], DeskRecord] = field(default_factory=dict)
    samples: list[tuple[float, int, int, str, float]] = field(default_factory=list)

    def column(self, world: str) -> int:
        """Index of a world, or of the one that differs from it in `abuse` alone, which stands for both where nobody is abused.

        Raises:
            ValueError: if there is neither.
        """
        twin = world_name(mechanisms_of(world) ^ {"abuse"})
        return self.worlds.index(world if world in self.worlds else twin)


def new_ledger(
    people: People,
    rooms: Rooms,
    occasions: Occasions,
    switches: Switches,
    horizon: float,
    softening: float | None = None,
    reinstates: bool = True,
) -> Ledger:
    """An empty ledger.

    No memory is spent on when messages come back where no platform `reinstates` them, nor on how far each is softened where that is
    the same for all; where `softening` is None, it is not.
    """
    shape = (len(occasions), len(switches))
    afraid = tuple(np.flatnonzero(switches.fear).tolist())
    return Ledger(
        people=people,
        rooms=rooms,
        occasions=occasions,
        worlds=switches.names,
        horizon=horizon,
        voice=np.zeros(shape, np.uint8),
        outcome=np.zeros(shape, np.uint8),
        venue=np.full(shape, -1, np.int8),
        rule=np.full(shape, -1, np.int16),
        marks=np.zeros(shape, np.uint16),
        shown=np.full(shape, np.inf),
        gone=np.full(shape, np.inf),
        back=np.full(shape, np.inf) if reinstates else np.broadcast_to(np.inf, shape),
        softening=np.zeros(shape) if softening is None else np.broadcast_to(softening, shape),
        audience=np.zeros(shape, np.int32),
        afraid=afraid,
        removal_risk=np.zeros((len(occasions), len(afraid)), np.float32),
        reprisal_risk=np.zeros((len(occasions), len(afraid)), np.float32),
    )


def measured(ledger: Ledger) -> Ledger:
    """The same from hour 0 on, as views: without the occasions of a warm-up, whatever becomes of them, and without what happened in it."""
    occasions = ledger.occasions.measured()
    first = len(ledger.occasions) - len(occasions)
    columns = {f.name: getattr(ledger, f.name) for f in fields(ledger)}
    kept: dict[str, Any] = {name: column[first:] for name, column in columns.items() if isinstance(column, np.ndarray)}
    kept |= {name: [event for event in columns[name] if event[2] >= 0] for name in ("punished", "sanctioned", "left")}
    return replace(ledger, occasions=occasions, **kept)


def room_of(rooms: Rooms, occasions: Occasions, rows: slice | Indices, venue: Indices) -> Ints:
    """(n, W) room in which an occasion is spoken on its venue: its own, or that of the conversation's author on another platform."""
    at_home = venue == occasions.home[rows, None]
    room: Ints = np.where(at_home, occasions.room[rows, None], 0)
    moved = np.nonzero(~at_home & (venue >= 0))
    if len(moved[0]):
        root = occasions.root[rows][moved[0]]
        room[moved] = rooms.begun_in(venue[moved], occasions.seat[root], occasions.person[root], occasions.key[root])
    return room
