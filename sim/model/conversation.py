"""One window of conversation: who reaches which platform, says what, what the rules do, and what comes up at all.

Arrays are (n, W): the window's occasions by worlds. Beliefs are read as they stand at the window's start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.model.access import NOT_OFFERED, UNREACHABLE, Flags
from sim.model.authors import authors_of, heat_of
from sim.model.ledger import Mark, Outcome, room_of
from sim.model.luck import Purpose, luck
from sim.model.moderation.pipeline import Verdict, no_verdict
from sim.model.moderation.submissions import Submissions
from sim.model.occasions import Ints
from sim.model.policy import Policy
from sim.model.voice import VOICE_MODELS, Manner, Manners, Situation, expressed_heat, expressed_stance

if TYPE_CHECKING:
    from sim.model.world import World


class Conversation:
    """Handles all occasions of a world, window by window."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._worlds = len(world.switches)
        self._everywhere = np.arange(self._worlds)
        self._afraid = np.flatnonzero(world.switches.fear)
        self._moderated = np.flatnonzero(world.switches.moderation)
        self._authors = authors_of(world.people, world.occasions, world.scenario.importance_sigma)
        self._topics = world.people.topics
        self.barred_until = np.zeros((len(world.people), self._worlds))
        self.set_policy(world.policy)
        world.env.process(self._windows())

    def set_policy(self, policy: Policy) -> None:
        """Adopt new tables."""
        self._heat = heat_of(self._authors, self._world.occasions, policy)

    def _windows(self) -> simpy.events.ProcessGenerator:
        env, length, times = self._world.env, self._world.scenario.window, self._world.occasions.time
        numbers = np.unique(np.floor(times / length).astype(np.int64))
        firsts, lasts = np.searchsorted(times, numbers * length), np.searchsorted(times, (numbers + 1) * length)
        for number, first, last in zip(numbers.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
            yield env.timeout(max(number * length - env.now, 0.0))
            if last > first:
                self._handle(slice(first, last))

    def _handle(self, rows: slice) -> None:
        world = self._world
        world.actions.teach(world.env.now)
        venue, around, reached = self._venues(rows)
        room = room_of(world.rooms, world.occasions, rows, venue)
        barred = self.barred_until[world.occasions.person[rows]] > world.occasions.time[rows, None]
        manner = self._voices(rows, np.maximum(venue, 0), room)
        willing = (venue >= 0) & reached & ~barred & (manner != Manner.SILENT)
        messages = self._submissions(rows, willing, venue, room, manner)
        verdict = self._judge(messages)
        self._publish(rows, messages, verdict)
        arises, out_of_reach = self._arise(rows, ~reached | (venue == UNREACHABLE))
        said = willing & arises & ~out_of_reach
        self._write(rows, venue, out_of_reach, barred, arises, said, manner, around)
        kept = np.flatnonzero(said[messages.occasion - rows.start, messages.world])
        self._follow(messages.take(kept), verdict.take(kept))

    def _venues(self, rows: slice) -> tuple[Ints, Flags, Flags]:
        """Venue, whether a block was circumvented, and whether the author reached the venue."""
        world, parent = self._world, self._world.occasions.parent[rows]
        spontaneous, replies = np.flatnonzero(parent < 0), np.flatnonzero(parent >= 0)
        shape = (len(parent), self._worlds)
        venue, around, reached = np.empty(shape, np.int32), np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
        venue[spontaneous], around[spontaneous] = world.access.venues(rows.start + spontaneous)
        world.ledger.venue[rows] = venue
        if len(replies):
            taken = world.ledger.venue[world.occasions.root[rows][replies]].astype(np.int32)
            reached[replies], around[replies] = world.access.reaches(rows.start + replies, np.maximum(taken, 0))
            reached[replies] |= taken < 0
            venue[replies] = np.where(taken < 0, NOT_OFFERED, taken)
        return venue, around, reached

    def _voices(self, rows: slice, venue: Ints, room: Ints) -> Manners:
        world, authors, now = self._world, self._authors, self._world.env.now
        person, pair = world.occasions.person[rows, None], authors.pair[rows, None]
        room_pair = room * np.int64(self._topics) + world.occasions.topic[rows, None]
        removal, reprisal, noticed = np.zeros((3, *venue.shape))
        if len(there := self._afraid):
            at, pairs = venue[:, there], room_pair[:, there]
            removal[:, there] = r = world.beliefs.perceived_removal(person, pair, pairs, at, there, now)
            reprisal[:, there] = s = world.beliefs.perceived_reprisal(person, room[:, there], at, there, now)
            world.ledger.removal_risk[rows], world.ledger.reprisal_risk[rows] = r, s
        if len(there := self._moderated):
            noticed[:, there] = world.beliefs.noticed(person, room[:, there], there, now)
        voice = world.policy.scenario.voice
        situation = Situation(
            stance=authors.stance[rows, None],
            heat=self._heat[rows, None],
            benefit=authors.benefit[rows, None],
            fear=authors.fear[rows, None],
            conformity=authors.conformity[rows, None],
            reactance=authors.reactance[rows, None],
            fluent=authors.fluent[rows, None],
            removal=removal,
            reprisal=reprisal,
            climate=world.beliefs.climate(room_pair, self._everywhere, now),
            noticed=noticed,
            speak_luck=authors.speak_luck[rows, None],
            manner_luck=authors.manner_luck[rows, None],
        )
        return VOICE_MODELS[voice.model](voice, situation)

    def _submissions(self, rows: slice, willing: Flags, venue: Ints, room: Ints, manner: Manners) -> Submissions:
        """Messages that authors would send if the occasion arises."""
        world, authors = self._world, self._authors
        local, column = np.nonzero(willing)
        occasion, spoken, platform = local + rows.start, manner[local, column], venue[local, column]
        person, topic, key = world.occasions.person[occasion], world.occasions.topic[occasion], world.occasions.key[occasion]
        voice = world.policy.scenario.voice
        stance = expressed_stance(voice.softening, authors.stance[occasion], spoken)
        return Submissions(
            occasion=occasion,
            world=column,
            person=person,
            pair=authors.pair[occasion],
            topic=topic,
            platform=platform,
            room=room[local, column],
            registered=authors.registered[occasion],
            key=key,
            time=world.occasions.time[occasion],
            heat=expressed_heat(voice, self._heat[occasion], spoken),
            stance=stance,
            criticality=expressed_heat(voice, (1 - authors.stance[occasion]) / 2, spoken),
            phrase=world.phrases(key, person, topic, stance, spoken),
            kept=luck(Purpose.SAFEGUARD_KEPT, key) < world.policy.kept[platform],
        )

    def _judge(self, messages: Submissions) -> Verdict:
        """The rules' verdict in the worlds that have them; nothing happens in the others."""
        verdict = no_verdict(len(messages))
        if len(self._moderated):
            self._world.pipeline.judge(messages, np.flatnonzero(self._world.switches.moderation[messages.world]), verdict)
        return verdict

    def _publish(self, rows: slice, messages: Submissions, verdict: Verdict) -> None:
        """Write when messages appear and go, as if every reply were prompted."""
        ledger, local = self._world.ledger, messages.occasion - rows.start
        shape = (rows.stop - rows.start, self._worlds)
        shown, gone = np.full(shape, np.inf), np.full(shape, np.inf)
        ledger.audience[messages.occasion, messages.world] = self._world.access.audience(messages.room, messages.world)
        shown[local, messages.world] = np.where(verdict.unpublished, np.inf, messages.time)
        gone[local, messages.world] = verdict.gone
        ledger.shown[rows] = shown
        ledger.gone[rows] = gone

    def _arise(self, rows: slice, unreached: Flags) -> tuple[Flags, Flags]:
        """Whether what would prompt an occasion is there to be seen, and whether the conversation has been out of somebody's reach.

        Nothing is there to be seen on a survey. What does not arise is never shown. A reply whose prompting message was out of its
        author's reach is out of reach too, so that all that a block takes away is counted as taken by it.
        """
        occasions, ledger = self._world.occasions, self._world.ledger
        parent, depth, time = occasions.parent[rows], occasions.depth[rows], occasions.time[rows, None]
        arises = np.ones((len(parent), self._worlds), np.bool_)
        is_reply = parent >= 0
        for level in range(int(depth.max()) + 1):
            at = np.flatnonzero(is_reply & (depth == level))
            prompting, venue = parent[at], np.maximum(ledger.venue[occasions.root[rows][at]], 0)
            seen = (ledger.shown[prompting] <= time[at]) & (time[at] < ledger.gone[prompting]) & ~self._world.policy.survey[venue]
            arises[at] = seen
            unreached[at] |= np.where(
                prompting[:, None] >= rows.start,
                unreached[np.maximum(prompting - rows.start, 0)],
                ledger.outcome[prompting] == Outcome.UNREACHABLE,
            )
            where, column = np.nonzero(~seen)
            ledger.shown[rows.start + at[where], column] = ledger.gone[rows.start + at[where], column] = np.inf
        return arises, unreached

    def _write(
        self, rows: slice, venue: Ints, out_of_reach: Flags, barred: Flags, arises: Flags, said: Flags, manner: Manners, around: Flags
    ) -> None:
        """Voice and outcome of every occasion; what the rules took is written over by what follows."""
        ledger = self._world.ledger
        outcome = np.where(said, Outcome.STOOD, Outcome.UNSAID).astype(np.uint8)
        outcome[~arises] = Outcome.NEVER_AROSE
        outcome[barred] = Outcome.BARRED
        outcome[out_of_reach] = Outcome.UNREACHABLE
        outcome[(venue == NOT_OFFERED) & (self._world.occasions.parent[rows, None] < 0)] = Outcome.NOT_OFFERED
        ledger.venue[rows] = venue
        ledger.voice[rows] = np.where(said, manner, Manner.SILENT)
        ledger.outcome[rows] = outcome
        ledger.marks[rows] |= np.where(around & said, Mark.CIRCUMVENTED, 0).astype(np.uint8)

    def _follow(self, messages: Submissions, verdict: Verdict) -> None:
        """What follows from the messages that were said: lessons, actions of the platform, and findings of the authorities."""
        world, beliefs = self._world, self._world.beliefs
        where = messages.room * np.int64(self._topics) + messages.topic
        seen = np.flatnonzero(~verdict.unpublished & (messages.room > 0))
        beliefs.record_published(where[seen], messages.world[seen], messages.heat[seen], messages.stance[seen], messages.time[seen])
        if len(self._afraid):
            sent = np.flatnonzero(world.switches.fear[messages.world])
            beliefs.record_submitted(messages.pair[sent], messages.world[sent], messages.heat[sent], messages.time[sent])
        if len(self._moderated):
            world.actions.follow(messages, verdict)
        self._surveil(messages, ~verdict.unpublished)

    def hear(self, occasion: int, column: int) -> None:
        """A message released from review is seen by its room from now on."""
        world, row = self._world, np.array([occasion])
        venue, manner, voice = world.ledger.venue[row, column], world.ledger.voice[row, column], world.policy.scenario.voice
        room = room_of(world.rooms, world.occasions, row, venue[:, None])[:, 0]
        if room[0] > 0:
            heat = expressed_heat(voice, self._heat[row], manner)
            stance = expressed_stance(voice.softening, self._authors.stance[row], manner)
            where = room * np.int64(self._topics) + world.occasions.topic[row]
            world.beliefs.record_published(where, np.array([column]), heat, stance, np.array([world.env.now]))

    def _surveil(self, messages: Submissions, published: Flags) -> None:
        world = self._world
        among = np.flatnonzero(world.switches.surveillance[messages.world])
        for found in world.surveillance.watch(messages, among, published):
            world.ledger.marks[messages.occasion[found.identified], messages.world[found.identified]] |= np.uint8(Mark.IDENTIFIED)
            acted = messages.take(found.punished)
            times = acted.time + found.delay
            for person, column, at in zip(acted.person.tolist(), acted.world.tolist(), times.tolist(), strict=True):
                world.env.process(self._reprisal(person, column, found.place, at))

    def _reprisal(self, person: int, column: int, place: int, at: float) -> simpy.events.ProcessGenerator:
        """A person is acted against and falls silent for a while; who is silenced already is left alone."""
        world = self._world
        yield world.env.timeout(at - world.env.now)
        if self.barred_until[person, column] <= world.env.now:
            silence = list(world.policy.scenario.jurisdictions.values())[place].reprisal.silence
            self.barred_until[person, column] = world.env.now + silence
            world.ledger.punished.append((person, column, world.env.now))
            rooms = np.unique(world.rooms.of_person[:, :, person])
            world.beliefs.record_reprisal(person, rooms[rooms > 0], column, world.env.now)
