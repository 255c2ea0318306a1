"""How much there will be to say: occasions expected in one replication, whatever the world."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from sim.model.hours import hours_of_week

if TYPE_CHECKING:
    from sim.scenario.schema import Group, Platform, Scenario
    from sim.scenario.schema.platform import Replies

QUANTILES = tuple(NormalDist().inv_cdf((index + 0.5) / 64) for index in range(64))
"""Of the standard normal distribution: means over them stand for expectations."""

Cell = tuple[str, str]
"""A group and a platform."""


@dataclass(frozen=True)
class Forecast:
    """Occasions expected in one replication.

    Attributes:
        spoken: by group and platform, replies included and abuse left out.
        abuse: abusive replies and what is said in reply to them, by platform.
        nowhere: occasions that no platform takes.
    """

    spoken: dict[Cell, float]
    abuse: dict[str, float]
    nowhere: float = 0.0

    @property
    def occasions(self) -> float:
        """All of them."""
        return sum(self.spoken.values()) + sum(self.abuse.values()) + self.nowhere


def forecast(scenario: Scenario) -> Forecast:
    """What the drawing of occasions comes to on average, surges and the warm-up included; of a trace, what it holds."""
    if scenario.trace is not None:
        return _of_trace(scenario)
    begun, nowhere = _begun(scenario)
    spoken = {cell: count / (1 - _branching(scenario, cell[1])) for cell, count in begun.items()}
    abuse = dict.fromkeys(scenario.platforms, 0.0)
    for (group, platform), count in spoken.items():
        abuse[platform] += count * _abuse_per_message(scenario, group, platform) / (1 - _branching(scenario, platform))
    return Forecast(spoken, abuse, nowhere)


def _of_trace(scenario: Scenario) -> Forecast:
    from sim.model.trace import compile_trace

    assert scenario.trace is not None
    people, messages = sum(group.size for group in scenario.groups.values()), len(compile_trace(scenario))
    return Forecast({(name, scenario.trace.platform): messages * group.size / people for name, group in scenario.groups.items()}, {})


def _begun(scenario: Scenario) -> tuple[dict[Cell, float], float]:
    """Spontaneous occasions by group and platform, and those that no platform takes.

    People turn to the platforms in an order drawn by habit; a survey takes each person's first occasion on a topic, a meeting what falls
    into its hours, and any other platform all that is left.
    """
    begun: dict[Cell, float] = {}
    nowhere = 0.0
    for name, group in scenario.groups.items():
        habits = {key: platform.habits.get(name, platform.habit) for key, platform in scenario.platforms.items()}
        taking = sum(habits[key] for key, platform in scenario.platforms.items() if platform.kind not in ("survey", "meeting"))
        left = total = _spontaneous(scenario, name, group)
        before = group.size * group.messages_per_day * _days(scenario, group, scenario.begins, 0.0)
        for key, platform in scenario.platforms.items():
            if platform.kind in ("survey", "meeting") and habits[key]:
                most = _answers(scenario, group, total) if platform.kind == "survey" else left * _share_open(platform)
                begun[name, key] = min(most * habits[key] / (habits[key] + taking), left)
                left -= begun[name, key]
        left += before
        for key, platform in scenario.platforms.items():
            if taking and platform.kind not in ("survey", "meeting"):
                begun[name, key] = left * habits[key] / taking
        nowhere += 0.0 if taking else left
    return begun, nowhere


def _spontaneous(scenario: Scenario, name: str, group: Group) -> float:
    """Spontaneous occasions of a group from hour 0 on."""
    weights = {topic: group.interests.get(topic, 1.0) for topic in scenario.topics}
    days = _days(scenario, group, 0.0, scenario.horizon)
    for event in scenario.timeline:
        surge = event.surge
        if surge is not None and (surge.groups is None or name in surge.groups):
            during = _days(scenario, group, event.at, min(event.at + surge.lasts, scenario.horizon))
            days += during * (surge.factor - 1) * weights[surge.topic] / sum(weights.values())
    return group.size * group.messages_per_day * max(days, 0.0)


def _days(scenario: Scenario, group: Group, start: float, end: float) -> float:
    """Days between two times, each hour by its share of the activity of a day."""
    profile, offset = scenario.hour_profile, scenario.jurisdictions[group.resides_in].utc_offset
    share = [profile[(hour + offset) % 24] / sum(profile) for hour in range(24)]

    def until(time: float) -> float:
        day, hour = divmod(time, 24)
        return day + sum(share[: int(hour)]) + share[int(hour)] * (hour % 1)

    return max(until(end) - until(start), 0.0)


def _answers(scenario: Scenario, group: Group, occasions: float) -> float:
    """Pairs of person and topic with an occasion at least."""
    weights = np.array([group.interests.get(topic, 1.0) for topic in scenario.topics])
    rates = occasions / group.size * np.exp(group.activity_sigma * np.array(QUANTILES) - group.activity_sigma**2 / 2)
    answered = -np.expm1(-np.outer(rates, weights / weights.sum())).sum()
    return float(group.size * answered / len(rates))


def _share_open(platform: Platform) -> float:
    """Share of the hours of a week at which a meeting is held."""
    weeks = [hours_of_week(hours, platform.utc_offset) for hours in platform.hours]
    return sum(any(week[hour] for week in weeks) for hour in range(168)) / 168


def _branching(scenario: Scenario, name: str) -> float:
    """Replies to a message that come before the end, of the scenario or of a meeting's session."""
    platform = scenario.platforms[name]
    if platform.kind == "survey":
        return 0.0
    session = scenario.warm_up + scenario.horizon
    if platform.kind == "meeting" and (share := _share_open(platform)) < 1:
        session = min(session, 168 * share / max(sum(_sessions(platform)), 1))
    branching: float = platform.replies.branching
    return branching * _share_in_time(platform.replies, session)


def _sessions(platform: Platform) -> Iterator[bool]:
    """Hours of a week at which a session begins."""
    weeks = [hours_of_week(hours, platform.utc_offset) for hours in platform.hours]
    held = [any(week[hour] for week in weeks) for hour in range(168)]
    return (held[hour] and not held[hour - 1] for hour in range(168))


def _share_in_time(replies: Replies, span: float) -> float:
    """Of the replies to messages that are spread evenly over a span, those that come within it: 1 - the mean of (1 + t / c)^-gamma."""
    c = replies.offset
    gamma = math.log(2) / math.log1p(replies.half_life / c)
    if abs(gamma - 1) < 1e-9:
        return 1 - c / span * math.log1p(span / c)
    late: float = c / span * ((1 + span / c) ** (1 - gamma) - 1) / (1 - gamma)
    return 1 - late


def _abuse_per_message(scenario: Scenario, name: str, key: str) -> float:
    """Abusive replies expected to a message of a group on a platform: rate x chance of a target x hostile others in the room."""
    group, platform = scenario.groups[name], scenario.platforms[key]
    if platform.kind == "survey" or not group.targeted:
        return 0.0
    everybody, own = list(scenario.groups.values()), [other for other in scenario.groups.values() if _community(other) == _community(group)]
    mixing = platform.rooms.mixing
    hostile = (1 - mixing) * _hostile(own) + mixing * _hostile(everybody)
    users = sum(other.size for other in own)
    beside = 1.0 if platform.kind == "direct" else platform.rooms.direct
    if platform.rooms.contacts is not None:
        beside += (1 - beside) * platform.rooms.contacts.share
    others = beside + (1 - beside) * (_room_of_somebody(platform, users) - 1)
    expected: float = scenario.abuse.rate * group.targeted * hostile * others
    return expected


def readers(scenario: Scenario, platform: Platform) -> float:
    """People, beside its author, who might read a message on a platform: those of the room in which somebody sits."""
    if platform.kind in ("survey", "direct"):
        return float(platform.kind == "direct")
    users = sum(group.size for group in scenario.groups.values()) / len({_community(group) for group in scenario.groups.values()})
    return _room_of_somebody(platform, users) - 1


def _hostile(groups: list[Group]) -> float:
    return sum(group.hostile * group.size for group in groups) / sum(group.size for group in groups)


def _community(group: Group) -> str:
    return group.community or group.resides_in


def _room_of_somebody(platform: Platform, users: float) -> float:
    """Expected size of the room in which somebody sits: the mean over rooms, each weighted by its size."""
    return _weighted_size(platform.rooms.median_size, platform.rooms.size_sigma, float(min(platform.rooms.limit, max(users, 2))))


@lru_cache(maxsize=1024)
def _weighted_size(median: float, sigma: float, most: float) -> float:
    sizes = [min(max(median * math.exp(sigma * z), 2.0), most) for z in QUANTILES]
    return sum(size * size for size in sizes) / sum(sizes)
