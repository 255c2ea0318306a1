"""Occasions on which somebody might speak: spontaneous ones, and every reply that they might ever prompt.

Nothing here depends on a world or on what a platform does to messages, so all worlds of a replication share these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Bytes, Ints
from sim.model.luck import Floats, Keys, Purpose, children, luck, poisson
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.spontaneous import draw_spontaneous
from sim.scenario.schema import Scenario

DRAWN_AT_ONCE = 65_536
"""Spontaneous occasions whose replies are drawn together: enough to make light of the calls, few enough to stay in the cache."""


@dataclass(frozen=True)
class Occasions:
    """Occasions, all of them in time order, or while they are drawn one generation of them; all arrays have O entries.

    Attributes:
        key: luck key.
        time: hours since the start.
        person, topic: indices.
        home: platform that would carry it with nothing in the way; -1 where every survey has been answered.
        room: room in which the conversation would be held with nothing in the way; 0 on a survey.
        seat: which of the person's rooms a spontaneous occasion takes, on whatever platform, unless it goes to a direct chat.
        parent, root: index, among all, of the message replied to (-1 for none) and of the one that began the
            conversation (itself for none).
    """

    key: Keys
    time: Floats
    person: Ints
    topic: Bytes
    home: Bytes
    room: Ints
    seat: Bytes
    parent: Ints
    root: Ints

    def __len__(self) -> int:
        return len(self.key)


def draw_occasions(scenario: Scenario, people: People, rooms: Rooms, ranking: Ints) -> Occasions:
    """All occasions within the horizon.

    Args:
        scenario: the scenario.
        people: participants of the stack.
        rooms: their rooms.
        ranking: (ranks, P) platforms by each person's preference, -1 where there is no further one.
    """
    parts = list(draw_spontaneous(scenario, people))
    key, time, person, topic = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = _by_time(time)[: int(np.count_nonzero(time < scenario.horizon))]
    wishes = np.zeros(len(people) * people.topics, np.int8)
    generations: list[Occasions] = []
    for first in range(0, max(len(order), 1), DRAWN_AT_ONCE):
        some, count = order[first : first + DRAWN_AT_ONCE], sum(len(generation.key) for generation in generations)
        home = _home_platform(scenario, people, ranking, wishes, person[some], topic[some])
        roots = _roots(scenario, rooms, home, key[some], time[some], person[some], topic[some], count)
        generations += _with_replies(scenario, people, rooms, roots, count)
    return _in_time_order(generations)


def _roots(scenario: Scenario, rooms: Rooms, home: Bytes, key: Keys, time: Floats, person: Ints, topic: Bytes, offset: int) -> Occasions:
    """Spontaneous occasions, of which the first has the position `offset`."""
    seats = np.array([p.rooms.per_person for p in scenario.platforms.values()])[home]
    seat = (luck(Purpose.ROOM, key) * seats).astype(np.int8)
    room = np.where(home >= 0, rooms.begun_in(home, seat, person, key), 0).astype(np.int32)
    index = np.arange(offset, offset + len(key), dtype=np.int32)
    return Occasions(key, time, person, topic, home, room, seat, np.full(len(key), -1, np.int32), index)


def _home_platform(scenario: Scenario, people: People, ranking: Ints, wishes: Bytes, person: Ints, topic: Bytes) -> Bytes:
    """The platform that carries each spontaneous occasion, in time order, with nothing in the way; -1 where there is none.

    A survey takes a person's first occasion on each topic; the next goes to the next platform that the person prefers. `wishes` counts
    the occasions by person and topic so far, as far as surveys make it matter, and is brought up to date.
    """
    is_survey = np.array([p.kind == "survey" for p in scenario.platforms.values()])
    nth = _earlier(person * np.int64(people.topics) + topic, wishes, int(is_survey.sum()))
    home = np.full(len(person), -1, np.int8)
    surveys_before = np.zeros(len(person), np.int8)
    for rank in ranking:
        candidate = rank[person]
        survey = is_survey[candidate] & (candidate >= 0)
        takes = (home < 0) & (candidate >= 0) & (~survey | (nth == surveys_before))
        home[takes] = candidate[takes]
        surveys_before += survey
    return home


def _earlier(codes: NDArray[np.int64], before: Bytes, most: int) -> Bytes:
    """How often each entry's code has come before, counted up to `most`; `before` holds that by code, and is brought up to date."""
    count = np.full(len(codes), most, np.int8)
    left = np.flatnonzero(before[codes] < most)
    first = np.empty(len(before), np.int64)
    while len(left):
        first[codes[left[::-1]]] = left[::-1]
        is_first = first[codes[left]] == left
        now, left = left[is_first], left[~is_first]
        count[now] = before[codes[now]]
        before[codes[now]] += 1
        left = left[before[codes[left]] < most]
    return count


def _with_replies(scenario: Scenario, people: People, rooms: Rooms, roots: Occasions, offset: int) -> list[Occasions]:
    """Spontaneous occasions, of which the first has the position `offset`, and the generations of replies to them."""
    generations = [roots]
    while len(generations[-1].key):
        generations.append(_replies(scenario, people, rooms, generations[-1], offset))
        offset += len(generations[-2].key)
    return generations


def _replies(scenario: Scenario, people: People, rooms: Rooms, parents: Occasions, offset: int) -> Occasions:
    """The replies that one generation might prompt; `offset` is the position of its first member."""
    specs = [p.replies for p in scenario.platforms.values()]
    platform = rooms.platform[parents.room]
    prompts = (platform >= 0) & (rooms.size[parents.room] > 1)
    branching = np.where(prompts, np.array([spec.branching for spec in specs])[platform], 0.0)
    key, origin = children(parents.key, poisson(branching, luck(Purpose.REPLY_COUNT, parents.key)))
    c = np.array([spec.offset for spec in specs])
    gamma = np.log(2) / np.log1p(np.array([spec.half_life for spec in specs]) / c)
    where = platform[origin]
    delay = c[where] * (luck(Purpose.REPLY_DELAY, key) ** (-1 / gamma[where]) - 1)
    time = parents.time[origin] + delay
    kept = time < scenario.horizon
    key, origin, time = key[kept], origin[kept], time[kept]
    room = parents.room[origin]
    return Occasions(
        key=key,
        time=time,
        person=rooms.draw_member(room, luck(Purpose.REPLIER, key), parents.person[origin]),
        topic=parents.topic[origin],
        home=parents.home[origin],
        room=room,
        seat=parents.seat[origin],
        parent=(origin + offset).astype(np.int32),
        root=parents.root[origin],
    )


def _in_time_order(generations: list[Occasions]) -> Occasions:
    order = _by_time(np.concatenate([generation.time for generation in generations]))
    position = np.empty(len(order), np.int32)
    position[order] = np.arange(len(order), dtype=np.int32)
    ends = np.cumsum([len(generation.key) for generation in generations])
    places = np.split(position, ends[:-1])

    def column(name: str) -> NDArray[Any]:
        parts = [getattr(generation, name) for generation in generations]
        result = np.empty(len(position), parts[0].dtype)
        for where, part in zip(places, parts, strict=True):
            result[where] = part
        return result

    columns = {f.name: column(f.name) for f in fields(Occasions)}
    columns["root"] = position[columns["root"]]
    replies = columns["parent"] >= 0
    columns["parent"][replies] = position[columns["parent"][replies]]
    return Occasions(**columns)


def _by_time(time: Floats) -> NDArray[np.int64]:
    """The order of time; what happens at the same time keeps its order. The sort that does not see to that is three times as fast."""
    order = np.argsort(time)
    ordered = time[order]
    return np.argsort(time, kind="stable") if (ordered[1:] == ordered[:-1]).any() else order
