"""The simulated world: SimPy's environment, the parts, and the clock that drives them.

Conversation is handled window by window as arrays of shape (occasions of the window, worlds); what is contended or rare happens
on SimPy's clock at its exact time in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.access import NOT_OFFERED, UNREACHABLE, Access, rank_platforms
from sim.model.beliefs import Beliefs
from sim.model.convenor import Convenor
from sim.model.ledger import Ledger, Mark, Outcome, new_ledger, room_of
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.actions import Actions
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.pipeline import Pipeline, Verdict, reads_text
from sim.model.moderation.submissions import Submissions
from sim.model.occasions import Ints, draw_occasions
from sim.model.people import draw_people
from sim.model.policy import Policy, compile_policy
from sim.model.readers import mark_seen
from sim.model.rooms import draw_rooms
from sim.model.surveillance import Surveillance
from sim.model.timeline import schedule
from sim.model.voice import VOICE_MODELS, Manner, Manners, Situation, expressed_heat, expressed_stance
from sim.model.worlds import switches
from sim.scenario.schema import Scenario


def simulate(
    scenario: Scenario,
    replications: Sequence[int],
    worlds: Sequence[str],
    variants: Sequence[tuple[float, Scenario]] = (),
) -> Ledger:
    """Run some replications of a scenario in some worlds, all at once.

    Args:
        scenario: the scenario.
        replications: numbers of the replications; each is the same whatever it is run together with.
        worlds: names of the worlds.
        variants: the scenario as each `set` event of the timeline leaves it, in order of time.
    """
    simulation = Simulation(scenario, replications, worlds, variants)
    simulation.run()
    return simulation.ledger


class Simulation:
    """Some replications of a scenario in some worlds, stacked in one environment."""

    def __init__(
        self, scenario: Scenario, replications: Sequence[int], worlds: Sequence[str], variants: Sequence[tuple[float, Scenario]] = ()
    ) -> None:
        self.scenario = scenario
        self.env = simpy.Environment()
        self.switches = switches(worlds)
        self.policy = compile_policy(scenario)
        self.people = draw_people(scenario, replications)
        self.rooms = draw_rooms(scenario, self.people)
        ranking = rank_platforms(scenario, self.people)
        self.occasions = draw_occasions(scenario, self.people, self.rooms, ranking)
        self.ledger = new_ledger(self.people, self.rooms, self.occasions, self.switches.names, scenario.horizon)
        self.access = Access(self.people, self.occasions, ranking, self.policy, self.switches)
        self.beliefs = Beliefs(self.people, len(self.rooms.size), self.policy, len(self.switches))
        self.convenor = Convenor(self.env, scenario, self.ledger)
        self._phrasebook = _phrasebook(scenario)
        self._languages = _languages(scenario)
        self.pipeline = Pipeline(self.policy, self._phrasebook)
        self.actions = Actions(self)
        self._surveillance = Surveillance(self.people, self.policy)
        self._barred_until = np.zeros((len(self.people), len(self.switches)))
        schedule(self, scenario, variants)
        self.env.process(self._converse())

    def run(self) -> None:
        """Let the scenario's time pass, up to and including the convenor's last visit."""
        self.env.run(until=self.scenario.horizon)
        self.convenor.collect()
        self.actions.close()
        mark_seen(self.policy, self.ledger)

    def set_policy(self, policy: Policy) -> None:
        """Adopt new parameters everywhere, from now on."""
        self.policy = policy
        self.access.set_policy(policy)
        self.beliefs.set_policy(policy, self.env.now)
        self.pipeline = Pipeline(policy, self._phrasebook)
        self._surveillance = Surveillance(self.people, policy)

    def room_at(self, occasions: NDArray[np.int64], worlds: NDArray[np.int64]) -> Ints:
        """Room in which each occasion is spoken in the given world, arrays of the same length."""
        rooms = room_of(self.rooms, self.occasions, occasions, self.ledger.venue[occasions])
        return rooms[np.arange(len(occasions)), worlds]

    def _converse(self) -> Iterator[simpy.Event]:
        window, times = self.scenario.window, self.occasions.time
        numbers = np.unique(np.floor(times / window).astype(np.int64))
        firsts = np.searchsorted(times, numbers * window)
        lasts = np.searchsorted(times, (numbers + 1) * window)
        for number, first, last in zip(numbers.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
            yield self.env.timeout(max(number * window - self.env.now, 0.0))
            self._window(np.arange(first, last))

    def _window(self, rows: Ints) -> None:
        now, ledger = self.env.now, self.ledger
        self.actions.teach(now)
        venue, around, reached = self._venues(rows)
        room = room_of(self.rooms, self.occasions, rows, venue)
        barred = self._barred_until[self.occasions.person[rows]] > self.occasions.time[rows, None]
        manner, heat = self._voices(rows, venue, room, now)
        candidate = (venue >= 0) & reached & ~barred & (manner != Manner.SILENT)
        messages = self._submissions(rows, candidate, venue, manner, heat)
        verdict = self._judge(messages)
        local = messages.occasion - rows[0]
        self._publish(rows, local, messages, verdict)
        arises = self._arise(rows)
        said = candidate & arises
        outcome = np.select(
            [venue == UNREACHABLE, (venue == NOT_OFFERED) & (self.occasions.parent[rows, None] < 0), ~reached & (venue >= 0), barred, ~arises, ~said],
            [Outcome.UNREACHABLE, Outcome.NOT_OFFERED, Outcome.UNREACHABLE, Outcome.BARRED, Outcome.NEVER_AROSE, Outcome.UNSAID],
            Outcome.STOOD,
        )
        there = slice(rows[0], rows[-1] + 1)
        ledger.venue[there] = venue
        ledger.voice[there] = np.where(said, manner, Manner.SILENT)
        ledger.outcome[there] = outcome
        ledger.marks[there] |= np.where(around & said, Mark.CIRCUMVENTED, 0).astype(np.uint8)
        self._record(messages, verdict, said[local, messages.world], room[local, messages.world])

    def _venues(self, rows: Ints) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
        """(n, W) venue, whether a block was circumvented, and whether the author reached the venue."""
        root = self.occasions.root[rows]
        spontaneous = root == rows
        shape = (len(rows), len(self.switches))
        around, reached = np.zeros(shape, np.bool_), np.ones(shape, np.bool_)
        taken, around[spontaneous] = self.access.venues(rows[spontaneous])
        self.ledger.venue[rows[spontaneous]] = taken
        venue = self.ledger.venue[root].astype(np.int32)
        replies = ~spontaneous
        reached[replies], around[replies] = self.access.reaches(rows[replies], venue[replies])
        nowhere = replies[:, None] & (venue < 0)
        venue[nowhere] = NOT_OFFERED
        reached |= nowhere
        return venue, around, reached

    def _voices(self, rows: Ints, venue: Ints, room: Ints, now: float) -> tuple[Manners, Floats]:
        """(n, W) manner of speaking, and (n,) heat of a sincere message."""
        people, occasions = self.people, self.occasions
        person, topic, key = occasions.person[rows], occasions.topic[rows], occasions.key[rows]
        stance = people.stance[person, topic]
        sensitivity = self.policy.sensitivity[:, topic]
        column = np.arange(len(rows))
        sensitive = np.maximum(sensitivity[people.registered[person], column], sensitivity[people.resident[person], column])
        heat = sensitive * (1 - stance) / 2
        afraid, moderated = np.flatnonzero(self.switches.fear), np.flatnonzero(self.switches.moderation)
        everywhere = np.arange(len(self.switches))
        removal, reprisal, noticed = (np.zeros(venue.shape) for _ in range(3))
        if len(afraid):
            there, here = venue[:, afraid], room[:, afraid]
            removal[:, afraid] = self.beliefs.perceived_removal(person, topic, here, there, afraid, now)
            reprisal[:, afraid] = self.beliefs.perceived_reprisal(person, here, there, afraid, now)
        if len(moderated):
            noticed[:, moderated] = self.beliefs.noticed(person, room[:, moderated], moderated, now)
        situation = Situation(
            stance=stance[:, None],
            heat=heat[:, None],
            benefit=(people.benefit[person] * self._importance(key))[:, None],
            fear=people.fear[person][:, None],
            conformity=people.conformity[person][:, None],
            reactance=people.reactance[person][:, None],
            fluent=(luck(Purpose.FLUENT, key) < people.code_fluency[person])[:, None],
            removal=removal,
            reprisal=reprisal,
            climate=self.beliefs.climate(topic, room, everywhere, now),
            noticed=noticed,
            speak_luck=luck(Purpose.SPEAK, key)[:, None],
            manner_luck=luck(Purpose.MANNER, key)[:, None],
        )
        return VOICE_MODELS[self.policy.scenario.voice.model](self.policy.scenario.voice, situation), heat

    def _importance(self, key: NDArray[np.uint64]) -> Floats:
        from scipy.special import ndtri

        sigma = self.scenario.importance_sigma
        importance: Floats = np.exp(sigma * ndtri(luck(Purpose.IMPORTANCE, key)) - sigma**2 / 2)
        return importance

    def _submissions(self, rows: Ints, candidate: NDArray[np.bool_], venue: Ints, manner: Manners, heat: Floats) -> Submissions:
        local, world = np.nonzero(candidate)
        occasion, spoken = rows[local], manner[local, world]
        person, topic, key = self.occasions.person[occasion], self.occasions.topic[occasion], self.occasions.key[occasion]
        voice = self.policy.scenario.voice
        stance = expressed_stance(voice.softening, self.people.stance[person, topic], spoken)
        platform = venue[local, world]
        phrase = np.full(len(occasion), -1, np.int32)
        if self._phrasebook is not None:
            phrase = self._phrasebook.phrases(key, self._languages[self.people.group[person]], topic, stance, spoken)
        return Submissions(
            occasion=occasion,
            world=world,
            person=person,
            topic=topic,
            platform=platform,
            registered=self.people.registered[person],
            key=key,
            time=self.occasions.time[occasion],
            heat=expressed_heat(voice, heat[local], spoken),
            stance=stance,
            phrase=phrase,
            kept=luck(Purpose.SAFEGUARD_KEPT, key) < self.policy.kept[platform],
        )

    def _judge(self, messages: Submissions) -> Verdict:
        """The rules' verdict in the worlds that have them; nothing happens in the others."""
        m = len(messages)
        verdict = Verdict(np.zeros(m, np.bool_), np.zeros(m, np.bool_), np.full(m, -1, np.int16), np.full(m, np.inf), [])
        moderated = np.flatnonzero(self.switches.moderation[messages.world])
        if len(moderated):
            self.pipeline.judge(messages, moderated, verdict)
        return verdict

    def _publish(self, rows: Ints, local: Ints, messages: Submissions, verdict: Verdict) -> None:
        """Write when messages appear and go, as if every reply's parent were there."""
        shape = (len(rows), len(self.switches))
        shown, gone = np.full(shape, np.inf), np.full(shape, np.inf)
        shown[local, messages.world] = np.where(verdict.blocked | verdict.held, np.inf, messages.time)
        gone[local, messages.world] = np.where(verdict.blocked, np.inf, verdict.gone)
        there = slice(rows[0], rows[-1] + 1)
        self.ledger.shown[there] = shown
        self.ledger.gone[there] = gone

    def _arise(self, rows: Ints) -> NDArray[np.bool_]:
        """(n, W) whether what would prompt an occasion is there to be seen; replies that do not arise are never shown."""
        occasions, ledger = self.occasions, self.ledger
        parent, depth, time = occasions.parent[rows], occasions.depth[rows], occasions.time[rows]
        arises = np.ones((len(rows), len(self.switches)), np.bool_)
        replies = parent >= 0
        for level in range(int(depth.max(initial=0)) + 1):
            at = np.flatnonzero(replies & (depth == level))
            seen = (ledger.shown[parent[at]] <= time[at, None]) & (time[at, None] < ledger.gone[parent[at]])
            arises[at] = seen
            unprompted = ~seen
            ledger.shown[rows[at]] = np.where(unprompted, np.inf, ledger.shown[rows[at]])
            ledger.gone[rows[at]] = np.where(unprompted, np.inf, ledger.gone[rows[at]])
        return arises

    def _record(self, messages: Submissions, verdict: Verdict, said: NDArray[np.bool_], room: Ints) -> None:
        """What follows from the messages that were said: lessons, desk cases, removals to come, and findings of the authorities."""
        beliefs = self.beliefs
        sent = messages.take(said)
        beliefs.record_submitted(sent.person, sent.topic, sent.world, sent.heat, sent.time)
        appears = said & ~verdict.blocked & ~verdict.held & (room > 0)
        seen = messages.take(appears)
        beliefs.record_published(room[appears], seen.topic, seen.world, seen.heat, seen.stance, seen.time)
        self.actions.follow(messages, verdict, said)
        self._surveil(messages.take(said & self.switches.surveillance[messages.world]))

    def _surveil(self, messages: Submissions) -> None:
        for found in self._surveillance.watch(messages):
            known = messages.take(found.identified)
            self.ledger.marks[known.occasion, known.world] |= np.uint8(Mark.IDENTIFIED)
            acted = messages.take(found.punished)
            for person, world, place, time, delay in zip(
                acted.person.tolist(), acted.world.tolist(), found.place.tolist(), acted.time.tolist(), found.delay.tolist(), strict=True
            ):
                self.env.process(self._reprisal(person, world, place, time + delay))

    def _reprisal(self, person: int, world: int, place: int, at: float) -> Iterator[simpy.Event]:
        yield self.env.timeout(at - self.env.now)
        if self._barred_until[person, world] > self.env.now:
            return
        silence = list(self.policy.scenario.jurisdictions.values())[place].reprisal.silence
        self._barred_until[person, world] = self.env.now + silence
        self.ledger.punished.append((person, world, self.env.now))
        rooms = np.unique(self.rooms.of_person[:, :, person])
        self.beliefs.record_reprisal(person, rooms[rooms > 0], world, self.env.now)


def _phrasebook(scenario: Scenario) -> Phrasebook | None:
    if not reads_text(scenario):
        return None
    return Phrasebook(scenario.phrasebook, list(scenario.topics), _language_names(scenario))


def _language_names(scenario: Scenario) -> list[str]:
    return sorted({group.language for group in scenario.groups.values()})


def _languages(scenario: Scenario) -> Ints:
    names = _language_names(scenario)
    return np.array([names.index(group.language) for group in scenario.groups.values()], np.int32)
