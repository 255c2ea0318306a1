"""Spontaneous occasions: when people, of themselves, wish to say something, and on what."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Bytes, Ints
from sim.model.luck import Floats, Keys, Purpose, child_keys, children, luck, name_key, poisson
from sim.model.people import People
from sim.scenario.schema import Scenario
from sim.scenario.schema.timeline import Surge


def draw_spontaneous(scenario: Scenario, people: People) -> Iterator[tuple[Keys, Floats, Ints, Bytes]]:
    """Key, time, person and topic of spontaneous occasions: first those of every day, then those that surges add."""
    surges = [(event.at, event.surge) for event in scenario.timeline if event.surge is not None]
    days = range(int(np.floor(scenario.begins / 24)), int(np.ceil(scenario.horizon / 24)))
    hours = _HourProfile(scenario, people)
    for day in days:
        day_key = child_keys(people.key, day)
        key, person = children(day_key, poisson(people.rate, luck(Purpose.DAY_COUNT, day_key)))
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
        keys, person = children(day_key, poisson(rate, luck(Purpose.SURGE_COUNT, day_key)))
        time = 24 * day + hours.hour(person, keys)
        during = (time >= start) & (time < start + surge.lasts)
        parts.append((keys[during], time[during], person[during]))
    keys, time, person = (np.concatenate(column) for column in zip(*parts, strict=True))
    return keys, time, person, np.full(len(keys), topic, np.int8)
