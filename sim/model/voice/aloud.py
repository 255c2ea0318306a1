"""Who is heard where.

Neighbours are the others in the room, or on a platform with a network a person's contacts, wherever these were heard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.voice.situation import Flags, Situation

CRITICAL, SUPPORTIVE = 0, 1
"""The two camps on a topic: private stances below 0, and the others."""


class Aloud:
    """Who is heard among neighbours, by topic and camp: whoever said something there last, and has not been silent since.

    A person is heard in one room at a time, and by all their contacts; what is blocked or withheld is silence to the others.
    """

    def __init__(self, people: People, rooms: Rooms, worlds: int) -> None:
        self._worlds = worlds
        self._rooms = rooms
        self._place = np.zeros(people.stance.size * worlds, np.int64)
        self._voices = np.zeros((len(rooms.size) * people.topics * worlds, 2), np.int32)
        self._topics = people.topics

    def others(self, at: Situation) -> tuple[Ints, Ints]:
        """(n, W) neighbours who are heard: of the author's camp, and of the other."""
        column = np.arange(self._worlds)
        where, oneself = at.room_pair * self._worlds + column, self._place[at.pair * self._worlds + column]
        own = camp(at)
        allies, opponents = (self._voices[where, side] - ((oneself == 2 * at.room + side) & (at.room > 0)) for side in (own, 1 - own))
        if self._rooms.contacts is not None:
            there = self._networked(at)
            allies[there], opponents[there] = self._contacts_heard(at, *there)
        return allies, opponents

    def company(self, at: Situation) -> Ints:
        """(n, W) neighbours, and 1 where there are none, of whom no share is heard."""
        others: Ints = self._rooms.size[at.room] - 1
        if (contacts := self._rooms.contacts) is not None:
            there = self._networked(at)
            others[there] = contacts.count(self._rooms.platform[at.room[there]], at.person[there[0], 0])
        return np.maximum(others, 1)

    def _networked(self, at: Situation) -> tuple[Indices, Indices]:
        """Rows and worlds of what would be said on a platform with a network."""
        assert self._rooms.contacts is not None
        rows, column = np.nonzero((at.room > 0) & self._rooms.contacts.networked[self._rooms.platform[at.room]])
        return rows, column

    def _contacts_heard(self, at: Situation, rows: Indices, column: Indices) -> tuple[Ints, Ints]:
        """Contacts who are heard, for some rows and worlds: of the author's camp, and of the other."""
        assert self._rooms.contacts is not None
        position, contact = self._rooms.contacts.of(self._rooms.platform[at.room[rows, column]], at.person[rows, 0])
        topic = at.pair[rows, 0] % self._topics
        place = self._place[(contact * np.int64(self._topics) + topic[position]) * self._worlds + column[position]]
        agrees = place % 2 == camp(at)[rows, 0][position]
        allies, opponents = (np.bincount(position[(place > 1) & side], minlength=len(rows)) for side in (agrees, ~agrees))
        return allies.astype(np.int32), opponents.astype(np.int32)

    def follow(self, at: Situation, arose: Flags, heard: Flags) -> None:
        """Take in who was heard, and who not, on occasions that arose; the last of each person's on a topic counts."""
        rows, column = np.nonzero(arose)
        who, latest = last_of_each(at.pair[rows, 0] * self._worlds + column)
        rows, column = rows[latest], column[latest]
        now = np.where(heard[rows, column], 2 * at.room[rows, column] + camp(at)[rows, 0], 0)
        topic = at.pair[rows, 0] % self._topics
        for place, step in ((self._place[who], -1), (now, 1)):
            inside = np.flatnonzero(place > 1)
            room, side = np.divmod(place[inside], 2)
            np.add.at(self._voices, ((room * self._topics + topic[inside]) * self._worlds + column[inside], side), step)
        self._place[who] = now


def camp(at: Situation) -> NDArray[np.int64]:
    """(n, 1) the camp of each author."""
    return np.where(at.stance < 0, CRITICAL, SUPPORTIVE)


def last_of_each(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different codes, and the position at which each comes last."""
    different, from_the_end = np.unique(codes[::-1], return_index=True)
    return different, len(codes) - 1 - from_the_end
