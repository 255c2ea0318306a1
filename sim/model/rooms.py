"""Rooms: who hears whom on each platform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.scenario.schema import Platform, Scenario


@dataclass(frozen=True)
class Rooms:
    """Rooms of all platforms; room 0 is no room (surveys).

    Attributes:
        of_person: (platforms, seats, P) room of each of a person's seats on each platform, over again where a platform has fewer
            seats; 0 where there are no rooms.
        size: (rooms,) members.
        platform: (rooms,) platform index; -1 for room 0.
        start: (rooms + 1,) first position of a room's members in `member`.
        member: (seats filled,) person index, room by room.
        activity: (seats filled,) cumulated rate of the members, over all rooms.
    """

    of_person: NDArray[np.int32]
    size: NDArray[np.int32]
    platform: NDArray[np.int32]
    start: NDArray[np.int64]
    member: NDArray[np.int32]
    activity: Floats

    def draw_member(self, room: NDArray[np.int32], uniform: Floats, other_than: NDArray[np.int32]) -> NDArray[np.int32]:
        """Members of the given rooms, drawn by activity; the next member where the draw hits `other_than`."""
        low = np.where(self.start[room] > 0, self.activity[self.start[room] - 1], 0.0)
        high = self.activity[self.start[room + 1] - 1]
        at = np.searchsorted(self.activity, low + uniform * (high - low), side="left")
        at = np.clip(at, self.start[room], self.start[room + 1] - 1)
        following = self.start[room] + (at - self.start[room] + 1) % self.size[room]
        return np.where(self.member[at] == other_than, self.member[following], self.member[at]).astype(np.int32)


def draw_rooms(scenario: Scenario, people: People) -> Rooms:
    """Rooms of every platform that has them, for every replication in the stack."""
    platforms = list(scenario.platforms.items())
    seats = max(p.rooms.per_person for _, p in platforms)
    of_person = np.zeros((len(platforms), seats, len(people)), np.int32)
    sizes, owner = [np.zeros(1, np.int32)], [np.full(1, -1, np.int32)]
    count = 1
    for index, (name, platform) in enumerate(platforms):
        if platform.kind == "survey":
            continue
        for seat in range(platform.rooms.per_person):
            rooms, room_sizes = _partition(platform, people, name_key("rooms", name, seat))
            of_person[index, seat] = rooms + count
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
    filled = [np.resize(of_person[f, : spec.rooms.per_person], of_person.shape[1:]) for f, spec in enumerate(scenario.platforms.values())]
    return Rooms(
        of_person=np.stack(filled),
        size=size,
        platform=platform,
        start=np.concatenate([[0], np.cumsum(size, dtype=np.int64)]),
        member=member,
        activity=np.cumsum(np.maximum(people.rate[member], 1e-12)),
    )


def _partition(platform: Platform, people: People, salt: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One seat for everybody: (P,) room numbers from 0, and the rooms' sizes."""
    pools = int(people.community.max()) + 2
    mixes = luck(Purpose.COMMUNITY, people.key, salt) < platform.rooms.mixing
    pool = people.replication * pools + np.where(mixes, 0, people.community + 1)
    order = np.lexsort((luck(Purpose.ROOM_SEAT, people.key, salt), pool))
    numbers, starts = np.unique(pool[order], return_index=True)
    keys = child_keys(people.replication_key[numbers // pools], numbers % pools)
    stops = np.append(starts[1:], len(order))
    sizes = np.concatenate([_cut(platform, keys[i : i + 1], int(stops[i] - starts[i]), salt) for i in range(len(starts))])
    rooms = np.empty(len(people), np.int32)
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
