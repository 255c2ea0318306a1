"""Traces: messages of real traffic, by participants of a scenario, in place of drawn occasions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.arrays import Bytes, Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.scenario.inputs import traffic
from sim.scenario.schema import Scenario
from sim.scenario.traffic import Traffic

MOST_SEATS = 120
"""Rooms in which one author may write."""


@dataclass(frozen=True)
class Trace:
    """A trace as a scenario takes it up: N messages within the horizon, in order of time, by A authors.

    Attributes:
        time: (N,) hours since the start.
        author: (N,) index.
        number: (N,) how many messages the author had written before, in the whole file.
        topic: (N,) index in the scenario's order; -1 where the file gives none.
        stance: (N,) the stance given; NaN for none.
        text: (N,) index in the file's texts; -1 for none.
        parent: (N,) message replied to; -1 for none.
        root: (N,) message that began the conversation.
        seat: (N,) which of the author's rooms it was written in.
        participant: (A,) number of the participant that each author is, within a replication.
        rooms: (seats, A) rooms of each author, from 0, and -1 after the last.
        orphans: replies that count as spontaneous, as what they answer is no earlier message of their room, or not within the time.
        beyond: messages of the file that lie outside of the time simulated.
    """

    time: Floats
    author: Ints
    number: Ints
    topic: Bytes
    stance: Floats
    text: Ints
    parent: Indices
    root: Indices
    seat: Bytes
    participant: Indices
    rooms: Ints
    orphans: int
    beyond: int

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True)
class Replayed:
    """The occasions of a trace in all replications of a stack, in order of time; arrays have O entries, `parent` and `root` index them."""

    key: Keys
    time: Floats
    person: Ints
    topic: Bytes
    stance: Floats
    parent: Ints
    root: Ints
    seat: Bytes
    text: Ints


def compile_trace(scenario: Scenario) -> Trace:
    """The trace of a scenario that has one."""
    assert scenario.trace is not None
    found = traffic(scenario.trace.file, scenario.inputs)
    hours = found.hours(scenario.date)
    order = np.argsort(hours, kind="stable")
    order = order[(hours[order] >= 0) & (hours[order] < scenario.horizon)]
    position = np.full(len(found) + 1, -1)
    position[order] = np.arange(len(order))
    parent = position[found.parent[order]]
    rooms, seat = _seats(found)
    known = {name: index for index, name in enumerate(scenario.topics)}
    topics = np.array([*(known.get(name, -1) for name in found.topics), -1], np.int8)
    return Trace(
        time=hours[order],
        author=found.author[order],
        number=_numbers(found.author)[order],
        topic=topics[found.topic[order]],
        stance=found.stance[order],
        text=found.text[order],
        parent=parent,
        root=_origins(parent),
        seat=seat[order],
        participant=_participants(scenario, found),
        rooms=rooms,
        orphans=found.orphans + int(np.count_nonzero((found.parent[order] >= 0) & (parent < 0))),
        beyond=len(found) - len(order),
    )


def counts(scenario: Scenario) -> dict[str, int]:
    """What a scenario takes up of its trace, and what it leaves."""
    trace = compile_trace(scenario)
    return {
        "messages": len(trace),
        "authors": trace.rooms.shape[1],
        "rooms": int(trace.rooms.max()) + 1,
        "replies": int(np.count_nonzero(trace.parent >= 0)),
        "orphans": trace.orphans,
        "beyond": trace.beyond,
        "without_topic": int(np.count_nonzero(trace.topic < 0)),
        "with_text": int(np.count_nonzero(trace.text >= 0)),
        "with_stance": int(np.count_nonzero(~np.isnan(trace.stance))),
    }


def authors_by_group(scenario: Scenario, found: Traffic) -> dict[str, list[int]]:
    """The authors of each group, in the order in which they first write; one of no known group is dealt out by the luck of the name."""
    names = list(scenario.groups)
    shares = np.cumsum([group.size for group in scenario.groups.values()], dtype=np.float64)
    keys = np.array([name_key("author", name) for name in found.authors], np.uint64)
    dealt = np.searchsorted(shares / shares[-1], luck(Purpose.TRACE_GROUP, keys), side="right")
    members: dict[str, list[int]] = {name: [] for name in names}
    for author, given in enumerate(found.groups):
        members[given if given in members else names[dealt[author]]].append(author)
    return members


def seats_of(found: Traffic) -> int:
    """Rooms of the author who writes in most."""
    pairs = np.unique(found.author.astype(np.int64) * found.rooms + found.room)
    return int(np.bincount(pairs // found.rooms).max())


def replay(scenario: Scenario, people: People) -> Replayed:
    """The occasions of a scenario's trace, the same in every replication but for the luck of the people."""
    trace = compile_trace(scenario)
    stack = len(people.replication_key)
    starts = np.searchsorted(people.replication, np.arange(stack))
    person = (starts[:, None] + trace.participant[trace.author]).reshape(-1).astype(np.int32)
    order = np.argsort(np.tile(trace.time, stack), kind="stable")
    position = np.empty(len(order), np.int32)
    position[order] = np.arange(len(order), dtype=np.int32)
    key = child_keys(people.key[person] ^ np.uint64(name_key("trace")), np.tile(trace.number, stack))
    shift = np.repeat(np.arange(stack) * len(trace), len(trace))
    parent, root = np.tile(trace.parent, stack), np.tile(trace.root, stack)
    return Replayed(
        key=key[order],
        time=np.tile(trace.time, stack)[order],
        person=person[order],
        topic=_topics(trace, people, person, key, shift)[order],
        stance=np.tile(trace.stance, stack)[order],
        parent=np.where(parent < 0, -1, position[parent + shift])[order].astype(np.int32),
        root=position[root + shift][order],
        seat=np.tile(trace.seat, stack)[order],
        text=np.tile(trace.text, stack)[order],
    )


def _topics(trace: Trace, people: People, person: Ints, key: Keys, shift: Indices) -> Bytes:
    """A message without a topic has that of what it answers, or one that interests its author."""
    stack = len(people.replication_key)
    source = np.tile(_origins(np.where(trace.topic < 0, trace.parent, -1)), stack) + shift
    cdf = people.topic_cdf[people.group[person]]
    drawn = (luck(Purpose.TRACE_TOPIC, key)[:, None] >= cdf[:, :-1]).sum(axis=1, dtype=np.int8)
    given = np.tile(trace.topic, stack)
    topics: Bytes = np.where(given < 0, drawn, given)[source]
    return topics


def trace_rooms(scenario: Scenario, people: People) -> Ints:
    """(seats, P) rooms of each person on the trace's platform, from 0, and -1 after the last; people who write nothing have none."""
    trace = compile_trace(scenario)
    number = int(trace.rooms.max()) + 1
    of_person = np.full((len(trace.rooms), len(people)), -1, np.int32)
    for replication, start in enumerate(np.searchsorted(people.replication, np.arange(len(people.replication_key)))):
        of_person[:, start + trace.participant] = np.where(trace.rooms < 0, -1, trace.rooms + replication * number)
    return of_person


def _participants(scenario: Scenario, found: Traffic) -> Indices:
    """(A,) participant, within a replication, that each author is: author k of a group is participant k of it."""
    participant = np.empty(len(found.authors), np.int64)
    first = 0
    for name, members in authors_by_group(scenario, found).items():
        participant[members] = first + np.arange(len(members))
        first += scenario.groups[name].size
    return participant


def _seats(found: Traffic) -> tuple[Ints, Bytes]:
    """(seats, A) rooms of each author, and the seat of each message."""
    code = found.author.astype(np.int64) * found.rooms + found.room
    pairs, seat = np.unique(code, return_inverse=True)
    author, room = np.divmod(pairs, found.rooms)
    counts = np.bincount(author)
    first = np.cumsum(counts) - counts
    number = np.arange(len(pairs)) - first[author]
    rooms = np.full((counts.max(), len(counts)), -1, np.int32)
    rooms[number, author] = room
    return rooms, number[seat].astype(np.int8)


def _numbers(author: Ints) -> Ints:
    """How many entries with the same author come before each."""
    order = np.argsort(author, kind="stable")
    ordered = author[order]
    numbers = np.empty(len(author), np.int32)
    numbers[order] = np.arange(len(author)) - np.searchsorted(ordered, ordered)
    return numbers


def _origins(parent: Indices) -> Indices:
    """Where each chain of parents ends; -1 ends one."""
    origin = np.where(parent < 0, np.arange(len(parent)), parent)
    while (further := origin[origin]).tobytes() != origin.tobytes():
        origin = further
    return origin
