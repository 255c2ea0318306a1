"""Authors who delete what they said, once the risk that they see has risen above the one that they knew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.model.access import Flags
from sim.model.authors import sincere_heat
from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.ledger import Mark, Outcome, room_of
from sim.model.luck import Floats, Purpose, luck
from sim.model.rooms import DIRECT
from sim.model.voice import expressed_heat

if TYPE_CHECKING:
    from sim.model.world import World


@dataclass(frozen=True)
class _Standing:
    """Messages that can be seen, in one world: occasions, and those who said them."""

    occasion: Indices
    person: Indices
    column: int


class SelfDeletion:
    """Looks over people's earlier messages whenever they hear of reprisals; nothing is deleted in worlds without fear.

    A message goes where its luck is below 1 - exp(-readiness x fear x heat x rise of S since it was said): each has a rise that it does
    not survive, and the same news heard twice deletes no more than heard once.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._by_person = np.argsort(world.occasions.person, kind="stable")
        self._first = np.searchsorted(world.occasions.person[self._by_person], np.arange(len(world.people) + 1))
        survey, live = world.policy.survey, world.policy.meetings.live
        self._keeps = ~(survey | live)

    def reconsider(self, people: Indices, column: int) -> None:
        """Some people have heard of a reprisal, in a world: they look over what they have said by now."""
        world, beliefs = self._world, self._world.policy.scenario.beliefs
        if beliefs.self_deletion == 0 or not world.switches.fear[column]:
            return
        standing = self._standing(people, column)
        rise = self._rise(standing)
        regret = beliefs.self_deletion * world.people.fear[standing.person] * self._heat(standing) * rise
        key = world.occasions.key[standing.occasion]
        goes = luck(Purpose.SELF_DELETES, key) < -np.expm1(-regret)
        at = world.env.now + waits(beliefs.self_deletion_delay, luck(Purpose.SELF_DELETION_DELAY, key[goes]))
        self._delete(standing.occasion[goes], column, at)

    def _standing(self, people: Indices, column: int) -> _Standing:
        """What some people have said on platforms that keep it and can be seen; not what an appeal has brought back."""
        ledger, now = self._world.ledger, self._world.env.now
        rows = np.concatenate([self._by_person[self._first[p] : self._first[p + 1]] for p in people.tolist()] or [np.zeros(0, np.int64)])
        rows = rows[(ledger.shown[rows, column] <= now) & (now < ledger.gone[rows, column]) & np.isinf(ledger.back[rows, column])]
        rows = rows[self._keeps[ledger.venue[rows, column]] & ~self._world.occasions.is_abuse(rows)]
        return _Standing(rows, self._world.occasions.person[rows].astype(np.int64), column)

    def _rise(self, standing: _Standing) -> Floats:
        """By how much perceived reprisal has risen since each message was said; 0 where it has fallen."""
        world, column = self._world, np.array([standing.column])
        venue = world.ledger.venue[standing.occasion, standing.column].astype(np.int64)[:, None]
        room = room_of(world.rooms, world.occasions, standing.occasion, venue)
        person, direct = standing.person[:, None], world.rooms.kind[room] == DIRECT
        priors = world.beliefs.priors(person, venue, direct)
        now = world.beliefs.perceived_reprisal(priors, person, room.astype(np.int64), column, world.env.now)[:, 0]
        then = world.ledger.reprisal_risk[standing.occasion, world.ledger.afraid.index(standing.column)]
        rise: Floats = np.maximum(now.astype(np.float32) - then, 0.0).astype(np.float64)
        return rise

    def _heat(self, standing: _Standing) -> Floats:
        world, occasions, at = self._world, self._world.occasions, (standing.occasion, standing.column)
        private = occasions.private_stance(world.people, standing.occasion)
        sincere = sincere_heat(world.people, world.policy, standing.person, occasions.topic[standing.occasion], private)
        evasion = world.policy.scenario.voice.coded_evasion
        return expressed_heat(world.ledger.softening[at], evasion, sincere, world.ledger.voice[at])

    def _delete(self, occasion: Indices, column: int, at: Floats) -> None:
        """Messages go at the given times, unless a rule takes them before."""
        ledger = self._world.ledger
        goes: Flags = at < np.minimum(ledger.gone[occasion, column], ledger.horizon)
        occasion = occasion[goes]
        ledger.gone[occasion, column] = at[goes]
        ledger.outcome[occasion, column] = Outcome.SELF_DELETED
        ledger.rule[occasion, column] = -1
        ledger.marks[occasion, column] &= ~np.uint16(Mark.NOTIFIED)
