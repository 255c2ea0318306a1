"""Access and choice of platform: which one, if any, carries an occasion in each world."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Purpose, luck, name_key
from sim.model.occasions import Occasions
from sim.model.people import People
from sim.model.policy import Policy
from sim.model.rooms import Rooms
from sim.model.worlds import Switches
from sim.scenario.schema import Scenario

NOT_OFFERED, UNREACHABLE, LEFT = -1, -2, -3
"""Venues of an occasion that no platform takes: surveys have been answered and no meeting is held, blocks and closures stop it, or the
person has left the platform that would."""

Flags = NDArray[np.bool_]
_NEVER = np.int32(2**31 - 1)


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

    def __init__(self, people: People, rooms: Rooms, occasions: Occasions, ranking: Ints, policy: Policy, switches: Switches) -> None:
        self._people = people
        self._rooms = rooms
        self._occasions = occasions
        self._ranking = ranking
        self._switch = switches.access
        platforms = list(policy.scenario.platforms)
        self._salts = [name_key(name) for name in platforms]
        self._reach_luck = np.stack([luck(Purpose.REACH, people.key, salt) for salt in self._salts])
        self._closed = np.zeros(len(platforms), np.bool_)
        self._recruits: dict[tuple[int, int], float] = {}
        self._answered = np.full((int(policy.survey.sum()), len(people) * people.topics, len(switches)), _NEVER)
        self._survey_number = np.cumsum(policy.survey) - 1
        self._policy = policy
        self._blocked = policy.blocked.copy()
        self._speaking: Ints | None = None
        self.left = np.zeros((len(platforms), len(people), len(switches)), np.bool_)
        self._anybody_left = False
        self._count_members()

    def set_policy(self, policy: Policy) -> None:
        """Adopt new tables; what the timeline has blocked or unblocked stays so unless the new tables say otherwise."""
        changed = policy.blocked != self._policy.blocked
        self._blocked[changed] = policy.blocked[changed]
        self._policy = policy
        self._count_members()

    def block(self, place: int, platform: int, share: float, recruits: float) -> None:
        """Block a platform suddenly: some of its users there get around it."""
        self._blocked[place, platform] = share
        self._recruits[place, platform] = recruits
        self._count_members()

    def unblock(self, place: int, platform: int) -> None:
        """Make a platform reachable again."""
        self._blocked[place, platform] = 0.0
        self._recruits.pop((place, platform), None)
        self._count_members()

    def close(self, platform: int) -> None:
        """Close a platform for the dialogue, everywhere."""
        self._closed[platform] = True

    def leave(self, who: Flags) -> None:
        """People leave platforms for good, (F, P, W)."""
        self.left |= who
        self._anybody_left = True
        self._count_members()

    def has_left(self, platform: Indices, person: Indices, world: Indices) -> Flags:
        """Whether people have left platforms in some worlds; arrays that broadcast."""
        gone: Flags = self.left[platform, person, world]
        return gone

    def current(self, among: Flags) -> Ints:
        """(P, W) the platform, of those (F,) among, that each person would turn to first; -1 where none is left within reach."""
        everyone = np.arange(len(self._people), dtype=np.int32)
        found = np.full((len(self._people), len(self._switch)), -1, np.int32)
        for rank in self._ranking:
            platform = np.maximum(rank, 0)
            usable = (rank >= 0) & among[platform]
            shut = ~self._reaches(platform, everyone) | self._closed[platform]
            takes = usable[:, None] & ~(shut[:, None] & self._switch) & ~self.left[platform, everyone]
            found = np.where((found < 0) & takes, platform[:, None], found).astype(np.int32)
        return found

    def venues(self, rows: Indices) -> tuple[Ints, Flags]:
        """(n, W) platform that takes each of some spontaneous occasions, and whether a block was circumvented on the way there.

        Rows are asked about in order; a survey remembers which occasion of a person on a topic answered it.
        """
        venue = np.full((len(rows), len(self._switch)), NOT_OFFERED, np.int32)
        around = np.zeros(venue.shape, np.bool_)
        left = np.arange(len(rows))
        for rank in self._ranking:
            platform = rank[self._occasions.person[rows[left]]]
            left, platform = left[platform >= 0], platform[platform >= 0]
            if not len(left):
                break
            wanting = venue[left] < 0
            takes, unreached, circumvents = self._try(rows[left], platform, wanting)
            found = np.where(takes, platform[:, None], np.where(unreached & (venue[left] != LEFT), UNREACHABLE, venue[left]))
            if self._anybody_left:
                gone = takes & self.left[platform, self._occasions.person[rows[left]]]
                takes, found = takes & ~gone, np.where(gone, LEFT, found)
            venue[left] = found
            around[left] |= takes & circumvents
            left = left[(venue[left] < 0).any(axis=1)]
        return venue, around

    def _try(self, rows: Indices, platform: Ints, wanting: Flags) -> tuple[Flags, Flags, Flags]:
        """(n, W): the platform takes the occasion, it cannot be reached for it, and it is reached around a block."""
        reached, circumvents = self.reaches(rows, platform[:, None])
        if self._policy.meetings.called.any():
            wanting = wanting & self._policy.meetings.take(platform, self._occasions.time[rows])[:, None]
        survey = np.flatnonzero(self._policy.survey[platform])
        if len(survey):
            wanting = wanting.copy()
            wanting[survey] &= self._unanswered(rows[survey], platform[survey], (wanting & reached)[survey])
        return wanting & reached, wanting & ~reached, circumvents

    def _unanswered(self, rows: Indices, survey: Ints, tries: Flags) -> Flags:
        """(n, W): the person has not answered the survey on the topic before; of those who try, in order of rows, the first answers."""
        pair = self._occasions.person[rows] * np.int64(self._people.topics) + self._occasions.topic[rows]
        number, order = self._survey_number[survey], rows[:, None]
        where, column = np.nonzero(tries & (self._answered[number, pair] > order))
        where, column = where[::-1], column[::-1]
        self._answered[number[where], pair[where], column] = rows[where]
        unanswered: Flags = self._answered[number, pair] >= order
        return unanswered

    def unsettle(self, row: int) -> None:
        """Take back the answers of occasions from this one on."""
        self._answered[self._answered >= row] = _NEVER

    def reaches(self, rows: Indices, platform: Ints) -> tuple[Flags, Flags]:
        """(n, W): whether the author reaches the platform on that occasion, and whether that takes circumvention.

        `platform` holds one platform a row, shape (n, 1), or one a row and world, (n, W).
        """
        shape = (len(rows), len(self._switch))
        reached, around = np.ones(shape, np.bool_), np.zeros(shape, np.bool_)
        resident = self._people.resident[self._occasions.person[rows]]
        hindered = (self._blocked[resident[:, None], platform] > 0) | self._closed[platform]
        some = np.flatnonzero(hindered.any(axis=1)) if self._switch.any() else np.zeros(0, np.int64)
        if len(some):
            reached[some], around[some] = self._overcomes(rows[some], platform[some], resident[some, None])
        return reached, around

    def audience(self, room: Indices, worlds: Indices) -> Indices:
        """Members, beside the author, who can reach each room's platform in the given world; arrays of the same length."""
        if self._anybody_left:
            members = self._staying[room, worlds]
        else:
            members = np.where(self._switch[worlds], self._reaching[room], self._rooms.size[room])
        return np.maximum(members - 1, 0)

    def audience_speaking(self, language: Indices, room: Indices, worlds: Indices) -> Indices:
        """Of the same audience, those of a language, that of the author; arrays of the same length."""
        self._speaking = self._members_by_language() if self._speaking is None else self._speaking
        members: Ints = self._speaking[room, language, worlds]
        return np.maximum(members - 1, 0)

    def _count_members(self) -> None:
        """Take note of who can reach their rooms' platforms, if need be around a block."""
        self._reaches_room = self._members_who_reach()
        self._reaching = np.diff(np.concatenate([[0], np.cumsum(self._reaches_room)])[self._rooms.start]).astype(np.int32)
        self._speaking = None
        if self._anybody_left:
            room = np.repeat(np.arange(len(self._rooms.size)), self._rooms.size)
            self._staying = self._counted(room, len(self._rooms.size))

    def _members_by_language(self) -> Ints:
        """(rooms, languages, W) members of each room who can reach it and have not left it."""
        shape = (len(self._rooms.size), int(self._people.language.max()) + 1)
        cell = np.repeat(np.arange(shape[0]), self._rooms.size) * shape[1] + self._people.language[self._rooms.member]
        return self._counted(cell, shape[0] * shape[1]).reshape(*shape, -1)

    def _counted(self, cell: Indices, cells: int) -> Ints:
        """(cells, W) members, by the cell of each seat filled, who can reach their rooms' platforms and have not left them."""
        platform = np.repeat(self._rooms.platform, self._rooms.size)
        there = (self._reaches_room[:, None] | ~self._switch) & ~self.left[platform, self._rooms.member]
        return np.stack([np.bincount(cell[seats], minlength=cells) for seats in there.T], axis=1).astype(np.int32)

    def _members_who_reach(self) -> Flags:
        """(seats filled,) whether members can reach their rooms' platforms."""
        return self._reaches(np.repeat(self._rooms.platform, self._rooms.size), self._rooms.member)

    def _reaches(self, platform: Ints, member: Ints) -> Flags:
        """Whether people can reach platforms, if need be around a block; arrays of the same length."""
        resident = self._people.resident[member]
        fails = self._reach_luck[platform, member] < self._blocked[resident, platform]
        able = self._people.circumvention_luck[member] < self._circumventing_share(member, resident[:, None], platform[:, None])[:, 0]
        reaches: Flags = ~fails | able
        return reaches

    def _overcomes(self, rows: Indices, platform: Ints, resident: Ints) -> tuple[Flags, Flags]:
        key, person = self._occasions.key[rows], self._occasions.person[rows]
        fails = self._reach_luck[platform, person[:, None]] < self._blocked[resident, platform]
        able = self._people.circumvention_luck[person][:, None] < self._circumventing_share(person, resident, platform)
        trouble = np.stack([luck(Purpose.FRICTION, key, salt) for salt in self._salts])[platform, np.arange(len(rows))[:, None]]
        around = fails & able & (trouble >= np.where(self._policy.survey, 0.0, self._policy.friction)[platform])
        shut = (fails & ~around) | self._closed[platform]
        return ~(shut & self._switch), around & ~self._closed[platform] & self._switch

    def _circumventing_share(self, person: Ints, resident: Ints, platform: Ints) -> NDArray[np.float64]:
        share = np.broadcast_to(self._people.circumvention[person][:, None], platform.shape)
        for (place, blocked), recruits in self._recruits.items():
            users = (resident == place) & (platform == blocked) & (self._ranking[0, person][:, None] == blocked)
            share = np.where(users, np.maximum(share, recruits), share)
        return share
