"""Occasions on which somebody might speak: spontaneous ones, and every reply that they might ever prompt.

Nothing here depends on a world or on what a platform does to messages, so all worlds of a replication share these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Bytes, Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, children, luck, name_key, poisson
from sim.model.meetings import Meetings, compile_meetings
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.spontaneous import draw_spontaneous
from sim.model.trace import replay
from sim.scenario.schema import Scenario
from sim.scenario.schema.platform import Replies

BEFORE = -2
"""Instead of an index: a message of the warm-up."""

DRAWN_AT_ONCE = 65_536
"""Spontaneous occasions whose replies are drawn together: enough to make light of the calls, few enough to stay in the cache."""


@dataclass(frozen=True)
class Occasions:
    """Occasions, all of them in time order, or while they are drawn one generation of them; all arrays have O entries.

    Attributes:
        key: luck key.
        time: hours since measures begin; below 0 in the warm-up.
        person, topic: indices.
        home: platform that would carry it with nothing in the way; -1 where every survey has been answered and no meeting is held.
        room: room in which the conversation would be held with nothing in the way; 0 on a survey.
        seat: which of the person's rooms a spontaneous occasion takes, on whatever platform, unless it goes to a direct chat.
        parent, root: index, among all, of the message replied to (-1 for none) and of the one that began the
            conversation (itself for none). Once the warm-up is cut off, BEFORE stands for what was said in it.
        abusive: whether it is an abusive reply to a target by somebody hostile; None where there are none.
        asked: author of the message replied to, -1 for none; None unless the warm-up is cut off.
        stance: the author's private stance where a trace gives one for the occasion, NaN elsewhere; None where there is no trace.
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
    stance: Floats | None = None
    abusive: NDArray[np.bool_] | None = None
    asked: Ints | None = None

    def __len__(self) -> int:
        return len(self.key)

    def private_stance(self, people: People, rows: slice | Indices = slice(None)) -> Floats:
        """Private stances of the authors of some occasions on what these are about."""
        own: Floats = people.stance[self.person[rows], self.topic[rows]]
        return own if self.stance is None else np.where(np.isnan(self.stance[rows]), own, self.stance[rows])

    def prompter(self, rows: Indices) -> Ints:
        """The authors of the messages that some replies answer."""
        return self.person[self.parent[rows]] if self.asked is None else self.asked[rows]

    def measured(self) -> Occasions:
        """Those from hour 0 on."""
        first = int(np.searchsorted(self.time, 0.0))
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        kept: dict[str, Any] = {name: None if column is None else column[first:] for name, column in columns.items()}
        parent, root = (np.where(kept[name] >= first, kept[name] - first, BEFORE).astype(np.int32) for name in ("parent", "root"))
        parent[kept["parent"] == -1] = -1
        asked = np.where(kept["parent"] >= 0, self.person[kept["parent"]], -1)
        return Occasions(**{**kept, "parent": parent, "root": root, "asked": asked.astype(np.int32)})

    def is_abuse(self, rows: slice | Indices = slice(None)) -> NDArray[np.bool_]:
        """Whether some occasions are abusive."""
        abusive: NDArray[np.bool_] = np.zeros(len(self.key[rows]), np.bool_) if self.abusive is None else self.abusive[rows]
        return abusive


def draw_occasions(scenario: Scenario, people: People, rooms: Rooms, ranking: Ints) -> Occasions:
    """All occasions of the warm-up and within the horizon.

    Args:
        scenario: the scenario.
        people: participants of the stack.
        rooms: their rooms.
        ranking: (ranks, P) platforms by each person's preference, -1 where there is no further one.
    """
    if scenario.trace is not None:
        return _replayed(scenario, people, rooms, ranking)
    parts = list(draw_spontaneous(scenario, people))
    key, time, person, topic = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = _by_time(time)[int(np.count_nonzero(time < scenario.begins)) : int(np.count_nonzero(time < scenario.horizon))]
    homes = _Homes(scenario, people, ranking)
    hostile = rooms.among(people.hostile) if people.hostile.any() and people.targeted.any() else None
    generations: list[Occasions] = []
    for first in range(0, max(len(order), 1), DRAWN_AT_ONCE):
        some, count = order[first : first + DRAWN_AT_ONCE], sum(len(generation.key) for generation in generations)
        home = homes.of(time[some], person[some], topic[some])
        roots = _roots(scenario, rooms, home, key[some], time[some], person[some], topic[some], count)
        spoken = _with_replies(scenario, homes.meetings, rooms, roots, count)
        if hostile is not None:
            abuse = _abusive_replies(scenario, homes.meetings, people, hostile, _joined(spoken), count)
            spoken += _with_replies(scenario, homes.meetings, rooms, abuse, count + sum(len(generation.key) for generation in spoken))
        generations += spoken
    return _in_time_order(generations)


def _replayed(scenario: Scenario, people: People, rooms: Rooms, ranking: Ints) -> Occasions:
    """The messages of a trace, replies included."""
    trace = replay(scenario, people)
    roots = np.flatnonzero(trace.parent < 0)
    home = np.empty(len(trace.key), np.int8)
    home[roots] = _Homes(scenario, people, ranking).of(trace.time[roots], trace.person[roots], trace.topic[roots])
    home = home[trace.root]
    room = np.where(home >= 0, rooms.begun_in(home, trace.seat[trace.root], trace.person[trace.root], trace.key[trace.root]), 0)
    given = {name: column for name, column in vars(trace).items() if name != "text"}
    return Occasions(home=home, room=room.astype(np.int32), **given)


def _roots(scenario: Scenario, rooms: Rooms, home: Bytes, key: Keys, time: Floats, person: Ints, topic: Bytes, offset: int) -> Occasions:
    """Spontaneous occasions, of which the first has the position `offset`."""
    seats = np.array([p.rooms.per_person for p in scenario.platforms.values()])[home]
    seat = (luck(Purpose.ROOM, key) * seats).astype(np.int8)
    room = np.where(home >= 0, rooms.begun_in(home, seat, person, key), 0).astype(np.int32)
    index = np.arange(offset, offset + len(key), dtype=np.int32)
    return Occasions(key, time, person, topic, home, room, seat, np.full(len(key), -1, np.int32), index)


class _Homes:
    """Finds the platform that carries each spontaneous occasion with nothing in the way: the first in its person's order that takes it.

    A survey takes a person's first occasion on each topic that comes to it, a meeting those that fall into its hours.
    """

    def __init__(self, scenario: Scenario, people: People, ranking: Ints) -> None:
        survey = np.array([spec.kind == "survey" for spec in scenario.platforms.values()])
        self._topics = people.topics
        self._ranking = ranking
        self.meetings = compile_meetings(scenario)
        self._survey = np.where(survey, np.cumsum(survey) - 1, -1)
        self._pairs = len(people) * people.topics
        self._answered = np.zeros(int(survey.sum()) * self._pairs, np.bool_)

    def of(self, time: Floats, person: Ints, topic: Bytes) -> Bytes:
        """Platform of each of some occasions, -1 where there is none; to be asked in order of time."""
        home = np.full(len(person), -1, np.int8)
        left = np.arange(len(person))
        for rank in self._ranking:
            left = left[home[left] < 0]
            platform = rank[person[left]]
            left, platform = left[platform >= 0], platform[platform >= 0]
            takes = self.meetings.take(platform, time[left])
            asked = np.flatnonzero(takes & (self._survey[platform] >= 0))
            pair = person[left[asked]] * np.int64(self._topics) + topic[left[asked]]
            takes[asked] = self._answer(self._survey[platform[asked]] * self._pairs + pair)
            home[left[takes]] = platform[takes]
        return home

    def _answer(self, code: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each occasion, in order, is the first of its survey, person and topic."""
        order = np.arange(len(code))
        first = np.empty(len(self._answered), np.int64)
        first[code[::-1]] = order[::-1]
        answers: NDArray[np.bool_] = (first[code] == order) & ~self._answered[code]
        self._answered[code] = True
        return answers


def _with_replies(scenario: Scenario, meetings: Meetings, rooms: Rooms, roots: Occasions, offset: int) -> list[Occasions]:
    """Spontaneous occasions, of which the first has the position `offset`, and the generations of replies to them."""
    generations = [roots]
    while len(generations[-1].key):
        generations.append(_replies(scenario, meetings, rooms, generations[-1], offset))
        offset += len(generations[-2].key)
    return generations


def _replies(scenario: Scenario, meetings: Meetings, rooms: Rooms, parents: Occasions, offset: int) -> Occasions:
    """The replies that one generation might prompt, in meetings until the session ends; `offset` is the position of its first member."""
    specs = [p.replies for p in scenario.platforms.values()]
    platform = rooms.platform[parents.room]
    prompts = (platform >= 0) & (rooms.size[parents.room] > 1)
    branching = np.where(prompts, np.array([spec.branching for spec in specs])[platform], 0.0)
    key, origin = children(parents.key, poisson(branching, luck(Purpose.REPLY_COUNT, parents.key)))
    time = parents.time[origin] + _delays(specs, platform[origin], luck(Purpose.REPLY_DELAY, key))
    kept = (time < scenario.horizon) & (time < meetings.end(platform[origin], parents.time[origin]))
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


def _delays(specs: list[Replies], platform: Ints, uniform: Floats) -> Floats:
    """Hours from messages to replies on some platforms."""
    c = np.array([spec.offset for spec in specs])
    gamma = np.log(2) / np.log1p(np.array([spec.half_life for spec in specs]) / c)
    delays: Floats = c[platform] * (uniform ** (-1 / gamma[platform]) - 1)
    return delays


def _abusive_replies(scenario: Scenario, meetings: Meetings, people: People, hostile: Rooms, parents: Occasions, offset: int) -> Occasions:
    """The abusive replies that messages of targets might prompt from the hostile people of their rooms, no message being abused twice over.

    `offset` is the position of the first of the messages. Each hostile member but the author adds a Poisson number.
    """
    others = hostile.size[parents.room] - people.hostile[parents.person]
    mean = np.where(people.targeted[parents.person] & (parents.room > 0), scenario.abuse.rate * np.maximum(others, 0), 0.0)
    own_keys = parents.key ^ np.uint64(name_key("abuse"))
    key, origin = children(own_keys, poisson(mean, luck(Purpose.ABUSE_COUNT, parents.key)))
    platform, room = hostile.platform[parents.room[origin]], parents.room[origin]
    specs = [p.replies for p in scenario.platforms.values()]
    time = parents.time[origin] + _delays(specs, platform, luck(Purpose.ABUSE_DELAY, key))
    kept = (time < scenario.horizon) & (time < meetings.end(platform, parents.time[origin]))
    key, origin, time, room = key[kept], origin[kept], time[kept], room[kept]
    return Occasions(
        key=key,
        time=time,
        person=hostile.draw_member(room, luck(Purpose.ABUSER, key), parents.person[origin]),
        topic=parents.topic[origin],
        home=parents.home[origin],
        room=room,
        seat=parents.seat[origin],
        parent=(origin + offset).astype(np.int32),
        root=parents.root[origin],
        abusive=np.ones(len(key), np.bool_),
    )


def _joined(generations: list[Occasions]) -> Occasions:
    names = [f.name for f in fields(Occasions) if f.name not in ("stance", "abusive", "asked")]
    return Occasions(**{name: np.concatenate([getattr(generation, name) for generation in generations]) for name in names})


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

    columns = {f.name: column(f.name) for f in fields(Occasions) if f.name not in ("stance", "abusive", "asked")}
    if any(generation.abusive is not None for generation in generations):
        columns["abusive"] = np.concatenate([generation.is_abuse() for generation in generations])[order]
    columns["root"] = position[columns["root"]]
    replies = columns["parent"] >= 0
    columns["parent"][replies] = position[columns["parent"][replies]]
    return Occasions(**columns)


def _by_time(time: Floats) -> NDArray[np.int64]:
    """The order of time; what happens at the same time keeps its order. The sort that does not see to that is three times as fast."""
    order = np.argsort(time)
    ordered = time[order]
    return np.argsort(time, kind="stable") if (ordered[1:] == ordered[:-1]).any() else order
