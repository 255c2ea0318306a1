"""Access and choice of platform: which one, if any, carries an occasion in each world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.occasions import Ints, Occasions
from sim.model.people import People
from sim.model.policy import Policy
from sim.model.worlds import Switches
from sim.scenario.schema import Scenario

NOT_OFFERED, UNREACHABLE = -1, -2
"""Venues of an occasion that no platform takes: the surveys have been answered, or blocks and closures stand in the way."""


def rank_platforms(scenario: Scenario, people: People) -> Ints:
    """(F, P) platforms in each person's order of preference, -1 after the last one that the person would use.

    Weighted sampling without replacement (Efraimidis & Spirakis 2006): the order among some platforms does not change
    when another is offered.
    """
    scores = np.empty((len(scenario.platforms), len(people)))
    for index, (name, platform) in enumerate(scenario.platforms.items()):
        weights = np.array([platform.habits.get(group, platform.habit) for group in scenario.groups])[people.group]
        with np.errstate(divide="ignore"):
            scores[index] = np.log(luck(Purpose.HABIT, people.key, name_key(name))) / weights
    ranking = np.argsort(-scores, axis=0, kind="stable").astype(np.int32)
    return np.where(np.isfinite(np.take_along_axis(scores, ranking, axis=0)), ranking, -1)


class Access:
    """Reach of platforms by place, as blocks, closures and circumvention change it."""

    def __init__(self, people: People, occasions: Occasions, ranking: Ints, policy: Policy, switches: Switches) -> None:
        self._people = people
        self._occasions = occasions
        self._ranking = ranking
        self._switch = switches.access
        platforms = list(policy.scenario.platforms)
        self._salt = [name_key(name) for name in platforms]
        self.closed = np.zeros(len(platforms), np.bool_)
        self._by_events: dict[tuple[int, int], float] = {}
        self._recruits: dict[tuple[int, int], float] = {}
        self._answered = np.zeros((int(policy.survey.sum()), len(people) * people.topics, len(switches)), np.bool_)
        self._survey_number = np.cumsum(policy.survey) - 1
        self.set_policy(policy)

    def set_policy(self, policy: Policy) -> None:
        """Adopt new tables; what the timeline has blocked or unblocked stays so."""
        self._policy = policy
        self._blocked = policy.blocked.copy()
        for where, share in self._by_events.items():
            self._blocked[where] = share

    def block(self, place: int, platform: int, share: float, recruits: float) -> None:
        """Block a platform suddenly: some of its users there get around it."""
        self._by_events[place, platform] = self._blocked[place, platform] = share
        self._recruits[place, platform] = recruits

    def unblock(self, place: int, platform: int) -> None:
        """Make a platform reachable again."""
        self._by_events[place, platform] = self._blocked[place, platform] = 0.0
        self._recruits.pop((place, platform), None)

    def venues(self, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """(n, W) platform that takes each of some spontaneous occasions, and whether a block was circumvented on the way there."""
        person = self._occasions.person[rows]
        venue = np.full((len(person), len(self._switch)), NOT_OFFERED, np.int32)
        around = np.zeros(venue.shape, np.bool_)
        for rank in self._ranking:
            platform = rank[person]
            left = (venue < 0) & (platform >= 0)[:, None]
            if not left.any():
                break
            takes, unreached, circumvents = self._try(rows, platform, left)
            venue[unreached] = UNREACHABLE
            venue = np.where(takes, platform[:, None], venue)
            around |= takes & circumvents
        return venue, around

    def _try(self, rows: Ints, platform: Ints, left: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        reached, circumvents = self.reaches(rows, platform)
        unanswered = left
        survey = self._policy.survey[platform] & (platform >= 0)
        if survey.any():
            unanswered = left & ~self._has_answered(rows, platform, survey)
        takes = unanswered & reached
        if survey.any():
            self._mark_answered(rows, platform, survey, takes)
        return takes, unanswered & ~reached, circumvents

    def reaches(self, rows: Ints, platform: Ints) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(n, W): whether the author reaches the platform on that occasion, and whether that takes circumvention.

        `platform` holds one platform a row, shape (n,) or (n, W).
        """
        people, person = self._people, self._occasions.person[rows]
        platform = platform if platform.ndim == 2 else platform[:, None]
        resident = people.resident[person][:, None]
        fails = self._luck_of_reach(rows, platform) < self._blocked[resident, platform]
        circumvents = np.zeros(fails.shape, np.bool_)
        if fails.any():
            gets_around = people.circumvention_luck[person][:, None] < self._circumventing_share(person, resident, platform)
            circumvents = fails & gets_around & (luck(Purpose.FRICTION, self._occasions.key[rows])[:, None] >= self._policy.friction[platform])
        shut = (fails & ~circumvents) | self.closed[platform]
        return ~(shut & self._switch), circumvents & self._switch

    def _luck_of_reach(self, rows: Ints, platform: Ints) -> Floats:
        draws = np.stack([luck(Purpose.REACH, self._occasions.key[rows], salt) for salt in self._salt])
        return draws[platform, np.arange(draws.shape[1])[:, None]]

    def _circumventing_share(self, person: Ints, resident: Ints, platform: Ints) -> Floats:
        share = np.broadcast_to(self._people.circumvention[person][:, None], platform.shape)
        for (place, blocked), recruits in self._recruits.items():
            users = (resident == place) & (platform == blocked) & (self._ranking[0, person][:, None] == blocked)
            share = np.where(users, np.maximum(share, recruits), share)
        return share

    def _pairs(self, rows: Ints) -> NDArray[np.int64]:
        return self._occasions.person[rows].astype(np.int64) * self._people.topics + self._occasions.topic[rows]

    def _has_answered(self, rows: Ints, platform: Ints, survey: NDArray[np.bool_]) -> NDArray[np.bool_]:
        answered = self._answered[self._survey_number[platform], self._pairs(rows)] | self._occasions.repeated[rows][:, None]
        return answered & survey[:, None]

    def _mark_answered(self, rows: Ints, platform: Ints, survey: NDArray[np.bool_], takes: NDArray[np.bool_]) -> None:
        self._answered[self._survey_number[platform[survey]], self._pairs(rows)[survey]] |= takes[survey]
