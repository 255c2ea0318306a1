"""Rooms: who hears whom on each platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.scenario.schema import Platform, Scenario
from sim.scenario.schema.rules import RoomKind

ROOM_KINDS: tuple[str, ...] = get_args(RoomKind)
"""Kinds of rooms; `Rooms.kind` counts them in this order."""

_RATE_UNITS = 2.0**20
"""Units in which a daily rate is counted for drawing repliers."""


@dataclass(frozen=True)
class Rooms:
    """Rooms of all platforms; room 0 is no room (surveys).

    Attributes:
        of_person: (platforms, seats, P) room of each of a person's seats on each platform, over again where a platform has fewer
            seats; 0 where there are no rooms.
        size: (rooms,) members.
        platform: (rooms,) platform index; -1 for room 0.
        kind: (rooms,) index in `ROOM_KINDS`; that of a survey for room 0.
        start: (rooms + 1,) first position of a room's members in `member`.
        member: (seats filled,) person index, room by room.
        activity: (seats filled,) cumulated rate of the members, over all rooms; whole numbers, so that a room's share of them is exact.
    """

    of_person: NDArray[np.int32]
    size: NDArray[np.int32]
    platform: NDArray[np.int32]
    kind: NDArray[np.int8]
    start: NDArray[np.int64]
    member: NDArray[np.int32]
    activity: NDArray[np.int64]

    def draw_member(self, room: NDArray[np.int32], uniform: Floats, other_than: NDArray[np.int32]) -> NDArray[np.int32]:
        """Members of the given rooms, drawn by activity; the next member where the draw hits `other_than`."""
        low = np.where(self.start[room] > 0, self.activity[self.start[room] - 1], 0)
        high = self.activity[self.start[room + 1] - 1]
        at = np.searchsorted(self.activity, low + (uniform * (high - low)).astype(np.int64), side="right")
        following = self.start[room] + (at - self.start[room] + 1) % self.size[room]
        return np.where(self.member[at] == other_than, self.member[following], self.member[at]).astype(np.int32)


def draw_rooms(scenario: Scenario, people: People, ranking: NDArray[np.int32]) -> Rooms:
    """Rooms of every platform that has them, for every replication in the stack.

    `ranking` is (ranks, P): the platforms that each person would use; the others seat them nowhere.
    """
    platforms = list(scenario.platforms.items())
    seats = max(p.rooms.per_person for _, p in platforms)
    of_person = np.zeros((len(platforms), seats, len(people)), np.int32)
    sizes, owner = [np.zeros(1, np.int32)], [np.full(1, -1, np.int32)]
    count = 1
    for index, (name, platform) in enumerate(platforms):
        if platform.kind == "survey":
            continue
        for seat in range(platform.rooms.per_person):
            users = np.flatnonzero((ranking == index).any(axis=0))
            rooms, room_sizes = _partition(platform, people, users, name_key("rooms", name, seat))
            of_person[index, seat, users] = rooms + count
            sizes.append(room_sizes)
            owner.append(np.full(len(room_sizes), index, np.int32))
            count += len(room_sizes)
    return _with_members(scenario, people, of_person, np.concatenate(sizes), np.concatenate(owner))


def _with_members(
    scenario: Scenario, people: People, of_person: NDArray[np.int32], size: NDArray[np.int32], platform: NDArray[np.int32]
) -> Rooms:
    room = of_person.reshape(-1)
    person = np.tile(np.arange(len(people), dtype=np.int32), of_person.shape[0] * of_person.shape[1])
    seated = np.flatnonzero(room)
    member = person[seated[np.argsort(room[seated], kind="stable")]]
    kinds = [ROOM_KINDS.index(spec.kind) for spec in scenario.platforms.values()]
    filled = [np.resize(of_person[f, : spec.rooms.per_person], of_person.shape[1:]) for f, spec in enumerate(scenario.platforms.values())]
    return Rooms(
        of_person=np.stack(filled),
        size=size,
        platform=platform,
        kind=np.array([*kinds, ROOM_KINDS.index("survey")], np.int8)[platform],
        start=np.concatenate([[0], np.cumsum(size, dtype=np.int64)]),
        member=member,
        activity=np.cumsum(np.maximum(people.rate[member] * _RATE_UNITS, 1).astype(np.int64)),
    )


def _partition(platform: Platform, people: People, users: NDArray[np.int64], salt: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One seat for every user: room numbers from 0, and the rooms' sizes."""
    if not len(users):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    pools = int(people.community.max()) + 2
    key = people.key[users]
    mixes = luck(Purpose.COMMUNITY, key, salt) < platform.rooms.mixing
    pool = people.replication[users] * pools + np.where(mixes, 0, people.community[users] + 1)
    order = np.lexsort((luck(Purpose.ROOM_SEAT, key, salt), pool))
    numbers, starts = np.unique(pool[order], return_index=True)
    keys = child_keys(people.replication_key[numbers // pools], numbers % pools)
    stops = np.append(starts[1:], len(order))
    sizes = np.concatenate([_cut(platform, keys[i : i + 1], int(stops[i] - starts[i]), salt) for i in range(len(starts))])
    rooms = np.empty(len(users), np.int32)
    rooms[order] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return rooms, sizes


def _cut(platform: Platform, key: Keys, people: int, salt: int) -> NDArray[np.int32]:
    """Sizes of rooms, drawn until everybody in the pool is seated; the last room takes who is left."""
    spec = platform.rooms
    sizes = np.zeros(0, np.int32)
    while sizes.sum() < people:
        uniform = luck(Purpose.ROOM_SIZE, child_keys(key, np.arange(len(sizes), 2 * len(sizes) + 64)), salt)
        drawn = np.clip(np.rint(spec.median_size * np.exp(spec.size_sigma * ndtri(uniform))), 2, spec.limit)
        sizes = np.concatenate([sizes, drawn.astype(np.int32)])
    filled = np.cumsum(sizes)
    last = int(np.searchsorted(filled, people))
    sizes = sizes[: last + 1]
    sizes[last] -= filled[last] - people
    return sizes
