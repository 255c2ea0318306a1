"""One window of conversation: who reaches which platform, says what, what the rules do, and what comes up at all.

Arrays are (n, W): the window's occasions by worlds. Beliefs are read as they stand at the window's start.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.access import Flags
from sim.model.arising import bar_at_once, closed, prompted, reply_at_once
from sim.model.authors import sincere_heat
from sim.model.counter import Indices
from sim.model.ledger import Mark, Outcome, room_of
from sim.model.luck import Floats
from sim.model.moderation.pipeline import Verdict, no_verdict
from sim.model.moderation.submissions import Submissions
from sim.model.reprisal import Case, reprisal
from sim.model.stretch import Stretch, settle
from sim.model.voice import Manner, Manners, Situation, expressed_heat, expressed_stance

if TYPE_CHECKING:
    from sim.model.world import World


SETTLED_AT_ONCE = 65_536
"""Occasions times worlds that are settled together: enough to make light of the calls, few enough to stay in the cache."""


class Conversation:
    """Handles all occasions of a world, window by window."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._worlds = len(world.switches)
        self._everywhere = np.arange(self._worlds)
        self._afraid = np.flatnonzero(world.switches.fear)
        self._moderated = np.flatnonzero(world.switches.moderation)
        self._noticing = np.flatnonzero(world.switches.moderation | world.switches.surveillance)
        self._abusive = np.flatnonzero(world.switches.abuse & (world.occasions.abusive is not None))
        self._topics = world.people.topics
        self._settled: Stretch | None = None
        self._next = 0
        self.barred_until = np.full((len(world.people), self._worlds), world.scenario.begins)
        self._barred_to = world.scenario.begins
        world.env.process(self._windows())

    def unsettle(self) -> None:
        """Platforms, laws or promises have changed: what was settled ahead is to be settled anew."""
        if self._settled is not None:
            self._world.access.unsettle(self._next)
            self._settled = None

    def _windows(self) -> simpy.events.ProcessGenerator:
        env, length, times = self._world.env, self._world.scenario.window, self._world.occasions.time
        numbers = np.unique(np.floor(times / length).astype(np.int64))
        lasts = np.searchsorted(times, (numbers + 1) * length)
        for number, last in zip(numbers.tolist(), lasts.tolist(), strict=True):
            yield env.timeout(max(number * length - env.now, 0.0))
            if last > self._next:
                self._handle(self._window(last, lasts))
                self._next = last

    def _window(self, last: int, lasts: NDArray[np.int64]) -> Stretch:
        """The occasions up to `last`, settled together with some of the windows that follow."""
        if self._settled is None or self._settled.rows.stop < last:
            enough = int(np.searchsorted(lasts, self._next + SETTLED_AT_ONCE // self._worlds))
            stop = max(last, int(lasts[min(enough, len(lasts) - 1)]))
            self._settled = settle(self._world, slice(self._next, stop))
        return self._settled.part(self._next, last)

    def _handle(self, window: Stretch) -> None:
        world = self._world
        world.actions.teach(world.env.now)
        world.abuse.meet(world.env.now)
        window = self._without_barred(window)
        voice, situation = world.policy.scenario.voice, self._situation(window)
        manner = np.where(window.abusive[:, None], np.uint8(Manner.SINCERE), self._voices(window, situation))
        arises = np.ones(window.venue.shape, np.bool_)
        later = np.flatnonzero((window.parent >= 0) & (window.parent < window.rows.start))
        arises[later] = prompted(world, window, later)
        said = window.open & arises & (manner != Manner.SILENT)
        sent = np.flatnonzero(said)
        messages = self._submissions(window, sent, manner)
        verdict = self._judge(messages)
        self._publish(messages, verdict)
        reply_at_once(world, window, arises, said)
        if world.actions.sanctions.anywhere:
            window = bar_at_once(world, window, arises, said, messages, verdict)
        self._write(window, arises, said, manner)
        if world.voice.remembers:
            world.voice.learn(
                voice, situation, window.open & arises & ~window.abusive[:, None], np.isfinite(world.ledger.shown[window.rows])
            )
        kept = np.flatnonzero(said.reshape(-1)[sent])
        if len(kept) < len(sent):
            messages, verdict = messages.take(kept), verdict.take(kept)
        self._follow(messages, verdict)

    def _without_barred(self, window: Stretch) -> Stretch:
        """Whom an authority has silenced, or a platform has barred by now, does not speak."""
        now, sanctions, person = self._world.env.now, self._world.actions.sanctions, window.authors.person
        barred = np.zeros(window.venue.shape, np.bool_)
        if self._barred_to > now:
            barred |= self.barred_until.take(person, axis=0) > window.time[:, None]
        if sanctions.barred_to > now:
            barred |= sanctions.barred(window.venue, person, window.time)
        return closed(window, barred) if barred.any() else window

    def _voices(self, window: Stretch, situation: Situation) -> Manners:
        choice = self._world.surveys.choose(self._world.voice, self._world.policy.scenario.voice, situation, window)
        if choice.softening is not None:
            self._world.ledger.softening[window.rows] = choice.softening
        return choice.manner

    def _situation(self, window: Stretch) -> Situation:
        world, authors, now = self._world, window.authors, self._world.env.now
        person, rows = authors.person[:, None], window.rows
        removal, reprisal, noticed = np.zeros((3, *window.venue.shape))
        if len(there := self._afraid):
            pair, pairs = authors.pair[:, None], window.room_pair[:, there]
            removal[:, there] = r = world.beliefs.perceived_removal(window.priors, pair, pairs, there, now)
            reprisal[:, there] = s = world.beliefs.perceived_reprisal(window.priors, person, window.room[:, there], there, now)
            world.ledger.removal_risk[rows], world.ledger.reprisal_risk[rows] = r, s
        if len(there := self._noticing):
            noticed[:, there] = world.beliefs.noticed(person, window.room[:, there], there, now)
        return Situation(
            stance=authors.stance[:, None],
            heat=authors.heat[:, None],
            benefit=authors.benefit[:, None],
            fear=authors.fear[:, None],
            conformity=authors.conformity[:, None],
            reactance=authors.reactance[:, None],
            fluent=authors.fluent[:, None],
            removal=removal,
            reprisal=reprisal,
            climate=world.beliefs.climate(window.room_pair, self._everywhere, now),
            noticed=noticed,
            abuse=self._abuse_met(window),
            speak_luck=authors.speak_luck[:, None],
            manner_luck=authors.manner_luck[:, None],
            key=window.key,
            person=person,
            pair=authors.pair[:, None],
            room=window.room,
            room_pair=window.room_pair,
            afraid=world.switches.fear,
        )

    def _abuse_met(self, window: Stretch) -> Floats:
        """(n, W) A; 0 in worlds without abuse."""
        met, there = np.zeros(window.venue.shape), self._abusive
        if len(there):
            person, pair = window.authors.person[:, None], window.authors.pair[:, None]
            met[:, there] = self._world.abuse.met(person, pair, window.room_pair[:, there], there, self._world.env.now)
        return met

    def _submissions(self, window: Stretch, sent: Indices, manner: Manners) -> Submissions:
        """Messages at flat positions of the window, as their authors send them if the occasion arises."""
        world, authors, voice = self._world, window.authors, self._world.policy.scenario.voice
        local, column = np.divmod(sent, self._worlds)
        spoken, private, platform = manner.reshape(-1)[sent], authors.stance.take(local), window.venue.take(sent)
        person, topic, key = authors.person.take(local), window.topic.take(local), window.key.take(local)
        softening, evasion = world.ledger.softening[local + window.rows.start, column], voice.coded_evasion
        stance, room = expressed_stance(softening, private, spoken), window.room.take(sent)
        abusive, counter = self._kinds(window, local)
        telling = np.where(abusive, 0.0, world.surveys.telling(window, local, column))
        phrase = np.full(len(sent), -1, np.int32)
        if len(read := np.flatnonzero(world.pipeline.reads[platform] & world.switches.moderation[column] & ~abusive)):
            phrase[read] = world.phrases(key[read], person[read], topic[read], stance[read], spoken[read])
        messages = Submissions(
            occasion=local + window.rows.start,
            world=column,
            person=person,
            group=world.people.group[person],
            pair=authors.pair.take(local),
            topic=topic,
            platform=platform,
            room=room,
            kind=world.rooms.kind[room],
            audience=world.access.audience(room, column),
            registered=authors.registered.take(local),
            resident=world.people.resident[person],
            key=key,
            time=window.time.take(local),
            heat=telling * expressed_heat(softening, evasion, authors.heat.take(local), spoken),
            stance=stance,
            criticality=telling * expressed_heat(softening, evasion, (1 - private) / 2, spoken),
            phrase=phrase,
            abusive=abusive,
            counter=counter,
            dropped=np.zeros(len(sent), np.bool_),
            kept=window.kept.take(sent),
        )
        return self._interpreted(messages) if world.interpretation.anywhere else messages

    def _kinds(self, window: Stretch, local: Indices) -> tuple[Flags, Flags]:
        """Whether messages at some rows of the window are abusive, and whether they are targets' replies to abuse."""
        parent, person = window.parent.take(local), window.authors.person.take(local)
        answers = (parent >= 0) & self._world.occasions.is_abuse(np.maximum(parent, 0))
        return window.abusive.take(local), answers & self._world.people.targeted[person]

    def _interpreted(self, messages: Submissions) -> Submissions:
        """The messages, with what interpretation leaves out and who then still might read it."""
        dropped = self._world.interpretation.drops(messages)
        return replace(messages, dropped=dropped, audience=self._audience(messages.person, messages.room, messages.world, dropped))

    def _audience(self, person: Indices, room: Indices, column: Indices, dropped: Flags) -> Indices:
        """Who might read messages: of those that interpretation leaves out, only who speaks their author's language."""
        audience, language = self._world.access.audience(room, column), self._world.people.language
        if len(rows := np.flatnonzero(dropped)):
            audience[rows] = self._world.access.audience_speaking(language[person[rows]], room[rows], column[rows])
        return audience

    def _judge(self, messages: Submissions) -> Verdict:
        """The rules' verdict in the worlds that have them; nothing happens in the others."""
        verdict = no_verdict(len(messages))
        if len(self._moderated):
            self._world.pipeline.judge(messages, np.flatnonzero(self._world.switches.moderation[messages.world]), verdict)
        return verdict

    def _publish(self, messages: Submissions, verdict: Verdict) -> None:
        """Write when messages appear and go, as if every reply were prompted."""
        ledger, cells = self._world.ledger, messages.occasion * self._worlds + messages.world
        published = np.flatnonzero(~verdict.unpublished)
        ledger.audience.reshape(-1)[cells] = messages.audience
        ledger.marks.reshape(-1)[cells[messages.dropped]] = Mark.UNINTERPRETED
        ledger.shown.reshape(-1)[cells[published]] = messages.time[published]
        if len(self._moderated):
            taken = np.flatnonzero(verdict.gone < np.inf)
            ledger.gone.reshape(-1)[cells[taken]] = verdict.gone[taken]

    def _write(self, window: Stretch, arises: Flags, said: Flags, manner: Manners) -> None:
        """Voice and outcome of every occasion; what the rules took is written over by what follows."""
        ledger, rows = self._world.ledger, window.rows
        silent = np.where(arises, np.uint8(Outcome.UNSAID), np.uint8(Outcome.NEVER_AROSE))
        ledger.outcome[rows] = np.minimum(np.where(said, np.uint8(Outcome.STOOD), silent), window.ceiling)
        ledger.voice[rows] = np.where(said, manner, np.uint8(Manner.SILENT))
        if window.around.any():
            ledger.marks[rows] |= np.where(window.around & said, np.uint16(Mark.CIRCUMVENTED), np.uint16(0))

    def _follow(self, messages: Submissions, verdict: Verdict) -> None:
        """What follows from the messages that were said: lessons, actions of the platform, and findings of the authorities."""
        world, published = self._world, ~verdict.unpublished
        self._teach(messages, published & ~messages.abusive)
        if len(hurts := np.flatnonzero(published & messages.abusive)):
            world.abuse.expect(messages.occasion[hurts], messages.world[hurts], messages.time[hurts])
        if len(self._moderated):
            world.actions.follow(messages, verdict)
        if world.switches.surveillance.any():
            self._surveil(messages, published)

    def _teach(self, messages: Submissions, published: Flags) -> None:
        """What people learn from what was said, before anything happens to it."""
        beliefs, fear, where = self._world.beliefs, self._world.switches.fear, messages.room * self._topics + messages.topic
        seen = np.flatnonzero(published & (messages.room > 0))
        reached = self._reached(messages.person, messages.room, messages.world, messages.dropped)
        beliefs.record_published(where[seen], messages.world[seen], messages.stance[seen], messages.time[seen], reached[seen])
        if len(self._afraid):
            sent, seen = np.flatnonzero(fear[messages.world] & ~messages.abusive), seen[fear[messages.world[seen]]]
            beliefs.record_submitted(messages.pair[sent], messages.world[sent], messages.heat[sent], messages.time[sent])
            beliefs.record_witnessed(where[seen], messages.world[seen], messages.heat[seen] * reached[seen], messages.time[seen])

    def _reached(self, person: Indices, room: Indices, column: Indices, dropped: Flags) -> Floats:
        """Share of their rooms that takes in messages: of what interpretation leaves out, who speaks its author's language."""
        if not dropped.any():
            return np.ones(len(room))
        return (1.0 + self._audience(person, room, column, dropped)) / (1.0 + self._world.access.audience(room, column))

    def hear(self, occasion: Indices, column: Indices, times: Floats) -> None:
        """Messages that were released from review are seen by their rooms, as of the times of their release."""
        world, beliefs, voice = self._world, self._world.beliefs, self._world.policy.scenario.voice
        abusive = world.occasions.is_abuse(occasion)
        world.abuse.expect(occasion[abusive], column[abusive], times[abusive])
        occasion, column, times = occasion[~abusive], column[~abusive], times[~abusive]
        venue = world.ledger.venue[occasion, column]
        room = room_of(world.rooms, world.occasions, occasion, venue[:, None])[:, 0]
        inside = (room > 0) & (times < world.policy.meetings.end(venue, world.occasions.time[occasion]))
        occasion, column, times, room = occasion[inside], column[inside], times[inside], room[inside]
        person, topic, manner = world.occasions.person[occasion], world.occasions.topic[occasion], world.ledger.voice[occasion, column]
        private = world.occasions.private_stance(world.people, occasion)
        softening, sincere = world.ledger.softening[occasion, column], sincere_heat(world.people, world.policy, person, topic, private)
        heat = expressed_heat(softening, voice.coded_evasion, sincere, manner)
        dropped = (world.ledger.marks[occasion, column] & Mark.UNINTERPRETED) > 0
        reached = self._reached(person, room, column, dropped)
        where = room * np.int64(self._topics) + topic
        beliefs.record_published(where, column, expressed_stance(softening, private, manner), times, reached)
        beliefs.record_witnessed(where, column, heat * reached, times)

    def _surveil(self, messages: Submissions, published: Flags) -> None:
        world = self._world
        among = np.flatnonzero(world.switches.surveillance[messages.world])
        for found in world.surveillance.watch(messages, among, published):
            world.ledger.marks[messages.occasion[found.identified], messages.world[found.identified]] |= np.uint16(Mark.IDENTIFIED)
            acted = messages.take(found.punished)
            times = acted.time + found.delay
            columns = (acted.person, acted.topic, acted.world, times)
            for person, topic, column, at in zip(*(c.tolist() for c in columns), strict=True):
                world.env.process(reprisal(world, Case(person, topic, column, found.place, at)))

    def bar(self, person: int, column: int, until: float) -> None:
        """An authority has silenced somebody in a world until some time."""
        self.barred_until[person, column] = until
        self._barred_to = max(self._barred_to, until)
