"""Occasions on which somebody might speak: spontaneous ones, and every reply that they might ever prompt.

Nothing here depends on a world or on what a platform does to messages, so all worlds of a replication share these rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.scenario.schema import Scenario
from sim.scenario.schema.timeline import Surge

Ints = NDArray[np.int32]
Bytes = NDArray[np.int8]
"""Indices of few things: topics, platforms, seats."""

DRAWN_AT_ONCE = 65_536
"""Spontaneous occasions whose replies are drawn together: enough to make light of the calls, few enough to stay in the cache."""


@dataclass(frozen=True)
class Occasions:
    """Occasions in time order; all arrays have O entries.

    Attributes:
        key: luck key.
        time: hours since the start.
        person, topic: indices.
        home: platform that would carry it with nothing in the way; -1 where every survey has been answered.
        room: room in which the conversation would be held with nothing in the way; 0 on a survey.
        seat: which of the person's rooms a spontaneous occasion takes, on whatever platform.
        parent, root: index of the message replied to (-1 for none) and of the one that began the conversation (itself for none).
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
    parts = list(_spontaneous(scenario, people))
    key, time, person, topic = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = _by_time(time)[: int(np.count_nonzero(time < scenario.horizon))]
    wishes = np.zeros(len(people) * people.topics, np.int8)
    generations: list[_Generation] = []
    for first in range(0, max(len(order), 1), DRAWN_AT_ONCE):
        some, count = order[first : first + DRAWN_AT_ONCE], sum(len(generation.key) for generation in generations)
        home = _home_platform(scenario, people, ranking, wishes, person[some], topic[some])
        roots = _Generation.of_roots(scenario, rooms, home, key[some], time[some], person[some], topic[some], count)
        generations += _with_replies(scenario, people, rooms, roots, count)
    return _in_time_order(generations)


@dataclass(frozen=True)
class _Generation:
    """Occasions at one depth of the reply tree, with `parent` and `root` as positions in the order of generations."""

    key: Keys
    time: Floats
    person: Ints
    topic: Bytes
    home: Bytes
    room: Ints
    seat: Bytes
    parent: Ints
    root: Ints

    @classmethod
    def of_roots(
        cls, scenario: Scenario, rooms: Rooms, home: Bytes, key: Keys, time: Floats, person: Ints, topic: Bytes, offset: int
    ) -> _Generation:
        """Spontaneous occasions, of which the first has the position `offset`."""
        seats = np.array([p.rooms.per_person for p in scenario.platforms.values()])[home]
        seat = (luck(Purpose.ROOM, key) * seats).astype(np.int8)
        room = np.where(home >= 0, rooms.of_person[home, seat, person], 0).astype(np.int32)
        index = np.arange(offset, offset + len(key), dtype=np.int32)
        return cls(key, time, person, topic, home, room, seat, np.full(len(key), -1, np.int32), index)


def _spontaneous(scenario: Scenario, people: People) -> Iterator[tuple[Keys, Floats, Ints, Bytes]]:
    """Key, time, person and topic of spontaneous occasions: first those of every day, then those that surges add."""
    surges = [(event.at, event.surge) for event in scenario.timeline if event.surge is not None]
    days = int(np.ceil(scenario.horizon / 24))
    hours = _HourProfile(scenario, people)
    for day in range(days):
        day_key = child_keys(people.key, day)
        key, person = _repeat(day_key, _poisson(people.rate, luck(Purpose.DAY_COUNT, day_key)))
        time = 24 * day + hours.hour(person, key)
        topic = _topics(people, person, luck(Purpose.TOPIC, key))
        kept = _survives(scenario, people, surges, key, time, person, topic)
        yield key[kept], time[kept], person[kept], topic[kept]
    for start, surge in surges:
        if surge.factor > 1:
            added = _surge(scenario, people, hours, start, surge)
            kept = _survives(scenario, people, surges, *added)
            yield added[0][kept], added[1][kept], added[2][kept], added[3][kept]


def _surge_key(start: float, surge: Surge) -> int:
    """By content, so that a surge elsewhere on the timeline changes nothing about this one."""
    return name_key("surge", repr(start), surge.topic, repr(surge.factor), repr(surge.lasts), *(surge.groups or []))


def _poisson(mean: Floats, uniform: Floats) -> Ints:
    """Poisson counts by inversion, so that each is a function of its own uniform number."""
    count = np.zeros(len(mean), np.int32)
    left = np.flatnonzero(uniform > np.exp(-mean))
    k = 0
    while len(left):
        k += 1
        count[left] = k
        left = left[uniform[left] > pdtr(k, mean[left])]
    return count


def _repeat(keys: Keys, counts: Ints) -> tuple[Keys, Ints]:
    """Keys of `counts` children of each key, and the index of their parent."""
    person = np.repeat(np.arange(len(keys), dtype=np.int32), counts)
    number = np.arange(len(person)) - np.repeat(np.cumsum(counts) - counts, counts)
    return child_keys(keys[person], number), person


class _HourProfile:
    """Hours of the day by the activity profile, in the local time of where people live."""

    def __init__(self, scenario: Scenario, people: People) -> None:
        weights = np.array(scenario.hour_profile, dtype=np.float64)
        self._cdf = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
        self._offset = np.array([place.utc_offset for place in scenario.jurisdictions.values()])
        self._resident = people.resident

    def hour(self, person: Ints, key: Keys) -> Floats:
        """Hour of the day in universal time, in [0, 24), of occasions with the given keys."""
        local = np.interp(luck(Purpose.HOUR, key), self._cdf, np.arange(25.0))
        hours: Floats = (local - self._offset[self._resident[person]]) % 24
        return hours


def _topics(people: People, person: Ints, uniform: Floats) -> Bytes:
    cdf = people.topic_cdf[people.group[person]]
    topics: Bytes = (uniform[:, None] >= cdf[:, :-1]).sum(axis=1, dtype=np.int8)
    return topics


def _concerned(scenario: Scenario, people: People, surge: Surge, person: Ints, topic: Bytes) -> NDArray[np.bool_]:
    on_topic: NDArray[np.bool_] = topic == list(scenario.topics).index(surge.topic)
    if surge.groups is None:
        return on_topic
    names = list(scenario.groups)
    return on_topic & np.isin(people.group[person], [names.index(name) for name in surge.groups])


def _survives(
    scenario: Scenario, people: People, surges: list[tuple[float, Surge]], key: Keys, time: Floats, person: Ints, topic: Bytes
) -> NDArray[np.bool_]:
    """Thinning by surges with a factor below 1."""
    kept = np.ones(len(key), np.bool_)
    for start, surge in surges:
        if surge.factor < 1:
            during = (time >= start) & (time < start + surge.lasts) & _concerned(scenario, people, surge, person, topic)
            kept &= ~during | (luck(Purpose.SURGE_THIN, key, _surge_key(start, surge)) < surge.factor)
    return kept


def _surge(scenario: Scenario, people: People, hours: _HourProfile, start: float, surge: Surge) -> tuple[Keys, Floats, Ints, Bytes]:
    """Occasions that a surge adds: rate x (factor - 1) on its topic for as long as it lasts, by the hour profile."""
    key = child_keys(people.key ^ np.uint64(_surge_key(start, surge)), 0)
    topic = list(scenario.topics).index(surge.topic)
    everyone = np.arange(len(people), dtype=np.int32)
    share = np.diff(people.topic_cdf, axis=1, prepend=0.0)[people.group, topic]
    rate = people.rate * share * (surge.factor - 1) * _concerned(scenario, people, surge, everyone, np.full(len(people), topic, np.int8))
    first = int(start // 24)
    last = max(first + 1, int(np.ceil(min(start + surge.lasts, scenario.horizon) / 24)))
    parts = []
    for day in range(first, last):
        day_key = child_keys(key, day)
        keys, person = _repeat(day_key, _poisson(rate, luck(Purpose.SURGE_COUNT, day_key)))
        time = 24 * day + hours.hour(person, keys)
        during = (time >= start) & (time < start + surge.lasts)
        parts.append((keys[during], time[during], person[during]))
    keys, time, person = (np.concatenate(column) for column in zip(*parts, strict=True))
    return keys, time, person, np.full(len(keys), topic, np.int8)


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


def _with_replies(scenario: Scenario, people: People, rooms: Rooms, roots: _Generation, offset: int) -> list[_Generation]:
    """Spontaneous occasions, of which the first has the position `offset`, and the generations of replies to them."""
    generations = [roots]
    while len(generations[-1].key):
        generations.append(_replies(scenario, people, rooms, generations[-1], offset))
        offset += len(generations[-2].key)
    return generations


def _replies(scenario: Scenario, people: People, rooms: Rooms, parents: _Generation, offset: int) -> _Generation:
    """The replies that one generation might prompt; `offset` is the position of its first member."""
    specs = [p.replies for p in scenario.platforms.values()]
    platform = rooms.platform[parents.room]
    prompts = (platform >= 0) & (rooms.size[parents.room] > 1)
    branching = np.where(prompts, np.array([spec.branching for spec in specs])[platform], 0.0)
    key, origin = _repeat(parents.key, _poisson(branching, luck(Purpose.REPLY_COUNT, parents.key)))
    c = np.array([spec.offset for spec in specs])
    gamma = np.log(2) / np.log1p(np.array([spec.half_life for spec in specs]) / c)
    where = platform[origin]
    delay = c[where] * (luck(Purpose.REPLY_DELAY, key) ** (-1 / gamma[where]) - 1)
    time = parents.time[origin] + delay
    kept = time < scenario.horizon
    key, origin, time = key[kept], origin[kept], time[kept]
    room = parents.room[origin]
    return _Generation(
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


def _in_time_order(generations: list[_Generation]) -> Occasions:
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

    columns = {f.name: column(f.name) for f in fields(_Generation)}
    columns["root"] = position[columns["root"]]
    replies = columns["parent"] >= 0
    columns["parent"][replies] = position[columns["parent"][replies]]
    return Occasions(**columns)


def _by_time(time: Floats) -> NDArray[np.int64]:
    """The order of time; what happens at the same time keeps its order. The sort that does not see to that is three times as fast."""
    order = np.argsort(time)
    ordered = time[order]
    return np.argsort(time, kind="stable") if (ordered[1:] == ordered[:-1]).any() else order
