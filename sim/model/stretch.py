"""A stretch of occasions with all about them that nothing said can change, settled at once rather than window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.access import LEFT, NOT_OFFERED, UNREACHABLE, Flags
from sim.model.arrays import Ints
from sim.model.authors import Authors, authors_of
from sim.model.beliefs import Priors
from sim.model.counter import Indices
from sim.model.ledger import Outcome, room_of
from sim.model.luck import Keys, Purpose, luck
from sim.model.rooms import DIRECT

if TYPE_CHECKING:
    from sim.model.world import World


@dataclass(frozen=True)
class Stretch:
    """Occasions that follow one another; arrays are (n,), or (n, W) where worlds differ, or (n, A) over the worlds with fear.

    Attributes:
        rows: which occasions.
        authors: who would speak.
        key, topic, time, parent: of the occasions.
        venue: (n, W) platform; negative where there is none.
        around: (n, W) whether the venue is reached around a block.
        open: (n, W) whether there is a venue and the author reaches the conversation.
        ceiling: (n, W) the highest outcome that access leaves possible.
        room: (n, W) room in which it would be said; 0 for none.
        room_pair: (n, W) room x topics + topic.
        answers: (n, W) whether a reply can come up there at all: not outside of rooms, nor in a meeting after the session in which
            something was said.
        abusive: (n,) whether it is an abusive reply.
        kept: (n, W) whether the platform's promises are kept for this message.
        priors: (n, A) what authors take the risks to be before anything happens.
    """

    rows: slice
    authors: Authors
    key: Keys
    topic: NDArray[np.int64]
    time: NDArray[np.float64]
    parent: Ints
    venue: NDArray[np.int64]
    around: Flags
    open: Flags
    ceiling: NDArray[np.uint8]
    room: NDArray[np.int64]
    room_pair: NDArray[np.int64]
    answers: Flags
    abusive: Flags
    kept: Flags
    priors: Priors

    def __len__(self) -> int:
        return len(self.key)

    def part(self, first: int, last: int) -> Stretch:
        """The occasions from `first` up to `last`, as views."""
        here = slice(first - self.rows.start, last - self.rows.start)
        arrays = {name: getattr(self, name)[here] for name in _ARRAYS}
        return Stretch(rows=slice(first, last), authors=self.authors.part(here), priors=self.priors.part(here), **arrays)


_ARRAYS = tuple(name for name in Stretch.__dataclass_fields__ if name not in ("rows", "authors", "priors"))


def settle(world: World, rows: slice) -> Stretch:
    """What is settled about some occasions as platforms and laws now stand; writes their venues into the ledger."""
    occasions, policy = world.occasions, world.policy
    parent = occasions.parent[rows]
    authors = authors_of(world.people, occasions, rows, policy)
    venue, around, reached = _venues(world, rows)
    room = room_of(world.rooms, occasions, rows, venue).astype(np.int64)
    topic = occasions.topic[rows].astype(np.int64)
    shut = _out_of_reach(world, rows, ~reached | (venue == UNREACHABLE))
    ceiling = np.where(shut, np.uint8(Outcome.UNREACHABLE), np.uint8(Outcome.STOOD))
    ceiling[(venue == NOT_OFFERED) & (parent < 0)[:, None]] = Outcome.NOT_OFFERED
    left = _left(world, authors.person, venue) & ~shut
    ceiling[left] = Outcome.LEFT
    abusive = occasions.is_abuse(rows)
    peaceful = abusive[:, None] & ~world.switches.abuse
    ceiling[peaceful] = Outcome.NOT_OFFERED
    there, afraid = np.maximum(venue, 0), np.flatnonzero(world.switches.fear)
    return Stretch(
        rows=rows,
        authors=authors,
        key=occasions.key[rows],
        topic=topic,
        time=occasions.time[rows],
        parent=parent,
        venue=venue,
        around=around,
        open=(venue >= 0) & ~(shut | left | peaceful),
        ceiling=ceiling,
        room=room,
        room_pair=room * world.people.topics + topic[:, None],
        answers=_answers(world, rows, there, room),
        abusive=abusive,
        kept=luck(Purpose.SAFEGUARD_KEPT, occasions.key[rows])[:, None] < policy.kept[there],
        priors=world.beliefs.priors(authors.person[:, None], there[:, afraid], world.rooms.kind[room[:, afraid]] == DIRECT),
    )


def _left(world: World, person: Indices, venue: NDArray[np.int64]) -> Flags:
    """Whether authors have left the platform that would take what they say, or that the conversation is on."""
    left = world.access.has_left(np.maximum(venue, 0), person[:, None], np.arange(len(world.switches)))
    gone: Flags = (venue == LEFT) | ((venue >= 0) & left)
    return gone


def _venues(world: World, rows: slice) -> tuple[NDArray[np.int64], Flags, Flags]:
    """Venue, whether a block was circumvented, and whether the author reached the venue."""
    parent, root = world.occasions.parent[rows], world.occasions.root[rows]
    spontaneous, replies = np.flatnonzero(parent < 0), np.flatnonzero(parent >= 0)
    shape = (len(parent), len(world.switches))
    venue, around, reached = np.empty(shape, np.int64), np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
    venue[spontaneous], around[spontaneous] = world.access.venues(rows.start + spontaneous)
    world.ledger.venue[rows] = venue
    if len(replies):
        taken = world.ledger.venue[root[replies]].astype(np.int64)
        reached[replies], around[replies] = world.access.reaches(rows.start + replies, np.maximum(taken, 0))
        reached[replies] |= taken < 0
        venue[replies] = np.where(taken < 0, NOT_OFFERED, taken)
        world.ledger.venue[rows] = venue
    return venue, around, reached


def _out_of_reach(world: World, rows: slice, unreached: Flags) -> Flags:
    """Also replies whose prompting message was out of reach, so that all that a block takes away is counted as taken by it."""
    parent = world.occasions.parent[rows]
    earlier = np.flatnonzero((parent >= 0) & (parent < rows.start))
    unreached[earlier] |= world.ledger.outcome[parent[earlier]] == Outcome.UNREACHABLE
    here = np.flatnonzero(parent >= rows.start)
    prompting = parent[here] - rows.start
    while (spreads := unreached[prompting] & ~unreached[here]).any():
        unreached[here] |= spreads
    return unreached


def _answers(world: World, rows: slice, platform: Indices, room: Indices) -> Flags:
    """Whether replies to what was said there can come up."""
    occasions, meetings = world.occasions, world.policy.meetings
    answers: Flags = room > 0
    replies = np.flatnonzero(occasions.parent[rows] >= 0)
    if meetings.live.any() and len(replies):
        asked = occasions.time[occasions.parent[rows][replies], None]
        answers[replies] &= occasions.time[rows][replies, None] < meetings.end(platform[replies], asked)
    return answers
