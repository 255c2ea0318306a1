"""Rooms: who hears whom on each platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.model.contacts import Contacts, contacts_of, draw_links
from sim.model.counter import Indices
from sim.model.graphs import Links
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.model.trace import trace_rooms
from sim.scenario.schema import Scenario
from sim.scenario.schema.platform import Rooms as RoomsSpec
from sim.scenario.schema.rules import RoomKind

ROOM_KINDS: tuple[str, ...] = get_args(RoomKind)
"""Kinds of rooms; `Rooms.kind` counts them in this order."""
DIRECT = ROOM_KINDS.index("direct")

_RATE_UNITS = 2.0**20
"""Units in which a daily rate is counted for drawing repliers."""


@dataclass(frozen=True)
class Rooms:
    """Rooms of all platforms; room 0 is no room (surveys).

    Attributes:
        of_person: (platforms, seats, P) room of each of a person's seats on each platform, over again where a platform has fewer
            seats; 0 where there are no rooms. The last seat is that in a direct chat if any platform has some beside its rooms.
        beside: (platforms,) share of what people begin on a platform that goes to a direct chat beside its rooms.
        size: (rooms,) members.
        platform: (rooms,) platform index; -1 for room 0.
        kind: (rooms,) index in `ROOM_KINDS`; that of a survey for room 0.
        start: (rooms + 1,) first position of a room's members in `member`.
        member: (seats filled,) person index, room by room.
        contacts: who talks to whom in rooms of two, which come after all others; None where nobody has contacts.
        activity: (seats filled,) cumulated rate of the members, over all rooms; whole numbers, so that a room's share of them is exact.
    """

    of_person: NDArray[np.int32]
    beside: Floats
    size: NDArray[np.int32]
    platform: NDArray[np.int32]
    kind: NDArray[np.int8]
    start: NDArray[np.int64]
    member: NDArray[np.int32]
    activity: NDArray[np.int64]
    contacts: Contacts | None = None

    def begun_in(self, platform: Indices, seat: Indices, person: Indices, key: Keys) -> NDArray[np.int32]:
        """Rooms in which conversations begin: those of the given seats of their authors, or direct chats by the platform's chance."""
        if self.beside.any():
            seat = np.where(luck(Purpose.DIRECT, key) < self.beside[platform], self.of_person.shape[1] - 1, seat)
        room = self.of_person[platform, seat, person]
        return room if self.contacts is None else self.contacts.begun_in(room, platform, person, key)

    def of(self, person: int) -> NDArray[np.int32]:
        """The rooms in which somebody sits, on all platforms, without those of two contacts."""
        rooms = np.unique(self.of_person[:, :, person])
        return rooms[rooms > 0]

    def among(self, people: NDArray[np.bool_]) -> Rooms:
        """The same rooms with some of their members alone, (P,)."""
        kept = people[self.member]
        size = np.bincount(np.repeat(np.arange(len(self.size)), self.size)[kept], minlength=len(self.size)).astype(np.int32)
        return replace(
            self,
            size=size,
            start=np.concatenate([[0], np.cumsum(size, dtype=np.int64)]),
            member=self.member[kept],
            activity=np.cumsum(np.diff(self.activity, prepend=0)[kept]),
        )

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
    specs = list(scenario.platforms.values())
    beside = np.array([_share_beside(scenario, name) for name in scenario.platforms])
    read = trace_rooms(scenario, people) if scenario.trace is not None else np.zeros((0, 0), np.int32)
    in_rooms = max(len(read), *(spec.rooms.per_person for spec in specs))
    of_person = np.zeros((len(specs), in_rooms + int(beside.any()), len(people)), np.int32)
    size, platform, kind = [np.zeros(1, np.int32)], [-1], ["survey"]
    for index, seat, of_kind, salt in _seatings(scenario, beside):
        users = np.flatnonzero((ranking == index).any(axis=0))
        rooms, sizes = _partition(specs[index].rooms, of_kind == "direct", people, users, salt)
        of_person[index, seat, users] = rooms + len(platform)
        size.append(sizes)
        platform += [index] * len(sizes)
        kind += [of_kind] * len(sizes)
    if scenario.trace is not None:
        index = list(scenario.platforms).index(scenario.trace.platform)
        read = np.where((ranking == index).any(axis=0), read, -1)
        of_person[index, : len(read)] = np.where(read >= 0, read + len(platform), 0)
        size.append(np.bincount(read[read >= 0]).astype(np.int32))
        platform += [index] * len(size[-1])
        kind += [specs[index].kind] * len(size[-1])
    codes = np.array([ROOM_KINDS.index(name) for name in kind], np.int8)
    shared = _with_members(people, of_person, beside, np.concatenate(size), np.array(platform, np.int32), codes)
    return _with_contacts(scenario, people, shared, draw_links(scenario, people, ranking))


def _share_beside(scenario: Scenario, platform: str) -> float:
    """Share of what people begin on a platform that goes to a direct chat beside its rooms."""
    spec = scenario.platforms[platform]
    return spec.rooms.direct if spec.kind in ("group", "feed", "meeting") and not _has_rooms_of_trace(scenario, platform) else 0.0


def _has_rooms_of_trace(scenario: Scenario, platform: str) -> bool:
    return scenario.trace is not None and scenario.trace.platform == platform


def _seatings(scenario: Scenario, beside: Floats) -> Iterator[tuple[int, int, str, int]]:
    """Platform, seat, kind of room and salt of each seat that people take, but in the rooms of a trace."""
    for index, (name, spec) in enumerate(scenario.platforms.items()):
        for seat in range(0 if spec.kind == "survey" or _has_rooms_of_trace(scenario, name) else spec.rooms.per_person):
            yield index, seat, spec.kind, name_key("rooms", name, seat)
        if beside[index]:
            yield index, -1, "direct", name_key("direct", name)


def _with_members(
    people: People,
    of_person: NDArray[np.int32],
    beside: Floats,
    size: NDArray[np.int32],
    platform: NDArray[np.int32],
    kind: NDArray[np.int8],
) -> Rooms:
    room = of_person.reshape(-1)
    person = np.tile(np.arange(len(people), dtype=np.int32), of_person.shape[0] * of_person.shape[1])
    seated = np.flatnonzero(room)
    member = person[seated[np.argsort(room[seated], kind="stable")]]
    filled, in_rooms = of_person.copy(), of_person.shape[1] - int(beside.any())
    for index, seats in enumerate(of_person[:, :in_rooms]):
        filled[index, :in_rooms] = np.take_along_axis(seats, np.arange(in_rooms)[:, None] % np.maximum((seats > 0).sum(axis=0), 1), axis=0)
    return Rooms(
        of_person=filled,
        beside=beside,
        size=size,
        platform=platform,
        kind=kind,
        start=np.concatenate([[0], np.cumsum(size, dtype=np.int64)]),
        member=member,
        activity=_activity(people, member),
    )


def _with_contacts(scenario: Scenario, people: People, rooms: Rooms, links: list[Links]) -> Rooms:
    """The rooms, and after them those of every two contacts."""
    counts = [len(pairs) for pairs in links]
    if not sum(counts):
        return rooms
    member = np.concatenate([rooms.member, np.concatenate(links).reshape(-1).astype(np.int32)])
    size = np.concatenate([rooms.size, np.full(sum(counts), 2, np.int32)])
    return replace(
        rooms,
        size=size,
        platform=np.concatenate([rooms.platform, np.repeat(np.arange(len(links), dtype=np.int32), counts)]),
        kind=np.concatenate([rooms.kind, np.full(sum(counts), DIRECT, np.int8)]),
        start=np.concatenate([[0], np.cumsum(size, dtype=np.int64)]),
        member=member,
        activity=_activity(people, member),
        contacts=contacts_of(scenario, links, len(people), len(rooms.size)),
    )


def _activity(people: People, member: NDArray[np.int32]) -> NDArray[np.int64]:
    cumulated: NDArray[np.int64] = np.cumsum(np.maximum(people.rate[member] * _RATE_UNITS, 1).astype(np.int64))
    return cumulated


def _partition(
    spec: RoomsSpec, pairs: bool, people: People, users: NDArray[np.int64], salt: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """One seat for every user: room numbers from 0, and the rooms' sizes."""
    if not len(users):
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    pools = int(people.community.max()) + 2
    key = people.key[users]
    mixes = luck(Purpose.COMMUNITY, key, salt) < spec.mixing
    pool = people.replication[users] * pools + np.where(mixes, 0, people.community[users] + 1)
    order = np.lexsort((luck(Purpose.ROOM_SEAT, key, salt), pool))
    numbers, starts = np.unique(pool[order], return_index=True)
    keys = child_keys(people.replication_key[numbers // pools], numbers % pools)
    stops = np.append(starts[1:], len(order))
    seated = (stops - starts).tolist()
    cut = [_pairs(count) if pairs else _cut(spec, keys[i : i + 1], count, salt) for i, count in enumerate(seated)]
    sizes = np.concatenate(cut)
    rooms = np.empty(len(users), np.int32)
    rooms[order] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return rooms, sizes


def _pairs(people: int) -> NDArray[np.int32]:
    """Sizes of direct chats: two by two, and three in the last where the number is odd."""
    sizes = np.full(max(people // 2, 1), 2, np.int32)
    sizes[-1] += people - sizes.sum()
    return sizes


def _cut(spec: RoomsSpec, key: Keys, people: int, salt: int) -> NDArray[np.int32]:
    """Sizes of rooms, drawn until everybody in the pool is seated; the last room takes who is left."""
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
