"""The simulated world: SimPy's environment, the parts, and the wiring between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import simpy

from sim.model.abuse import Abuse
from sim.model.access import Access, rank_platforms
from sim.model.arrays import Ints
from sim.model.beliefs import Beliefs
from sim.model.convenor import Convenor
from sim.model.conversation import Conversation
from sim.model.counter import Indices
from sim.model.exits import Exits
from sim.model.interpretation import Interpretation
from sim.model.ledger import Ledger, measured, new_ledger
from sim.model.luck import Floats, Keys
from sim.model.moderation.actions import Actions
from sim.model.moderation.pipeline import Pipeline, reads_text
from sim.model.moderation.texts import texts_of
from sim.model.occasions import draw_occasions
from sim.model.people import draw_people
from sim.model.policy import Policy, compile_policy
from sim.model.readers import mark_seen
from sim.model.rooms import draw_rooms
from sim.model.self_deletion import SelfDeletion
from sim.model.surveillance import Surveillance
from sim.model.surveys import Surveys
from sim.model.timeline import schedule, schedule_branches
from sim.model.voice import VOICE_MODELS, Manners
from sim.model.worlds import switches
from sim.scenario.parting import Parting
from sim.scenario.schema import Scenario


def simulate(
    scenario: Scenario,
    replications: Sequence[int],
    worlds: Sequence[str],
    variants: Sequence[tuple[float, Scenario]] = (),
) -> Ledger:
    """Run some replications of a scenario in some worlds, all at once; nothing of a warm-up is in the ledger.

    Args:
        scenario: the scenario.
        replications: numbers of the replications; each is the same whatever it is run together with.
        worlds: names of the worlds.
        variants: the scenario as each `set` event of the timeline leaves it, in order of time.
    """
    world = World(scenario, replications, worlds, variants)
    world.run()
    return of_measured_time(world)


def of_measured_time(world: World) -> Ledger:
    """The ledger of a world that has been run, without its warm-up."""
    return measured(world.ledger) if world.scenario.warm_up > 0 else world.ledger


@dataclass(frozen=True)
class Branches:
    """Futures of a world, of which it takes one when they part; `variants` are those of each, from the beginning of time on."""

    parting: Parting
    variants: Sequence[Sequence[tuple[float, Scenario]]]


class World:
    """Some replications of a scenario in some worlds, stacked in one environment.

    Conversation is handled window by window as arrays; what is contended or rare happens on SimPy's clock at its exact time in between.
    """

    def __init__(
        self,
        scenario: Scenario,
        replications: Sequence[int],
        worlds: Sequence[str],
        variants: Sequence[tuple[float, Scenario]] = (),
        branches: Branches | None = None,
    ) -> None:
        self.scenario = scenario
        self.branch = -1
        self._branches = branches
        self.env = simpy.Environment(initial_time=scenario.begins)
        self.switches = switches(worlds)
        self.policy = compile_policy(scenario)
        self.people = draw_people(scenario, replications)
        ranking = rank_platforms(scenario, self.people)
        self.rooms = draw_rooms(scenario, self.people, ranking)
        self.occasions = draw_occasions(scenario, self.people, self.rooms, ranking)
        every = [scenario, *(v for some in (variants, *(branches.variants if branches else ())) for _, v in some)]
        reinstates = any(platform.appeals is not None for what in every for platform in what.platforms.values())
        self.voice = VOICE_MODELS[scenario.voice.model](scenario, self.people, self.rooms, len(self.switches))
        self.surveys = Surveys(scenario, self.people)
        softening = None if self.voice.softens_at_will or self.surveys.closed else scenario.voice.softening
        self.ledger = new_ledger(self.people, self.rooms, self.occasions, self.switches, scenario.horizon, softening, reinstates)
        self.access = Access(self.people, self.rooms, self.occasions, ranking, self.policy, self.switches)
        self.beliefs = Beliefs(self.people, len(self.rooms.size), self.policy, len(self.switches))
        self.convenor = Convenor(self.env, scenario, self.ledger, self.switches)
        self.texts = texts_of(scenario, self.people, len(self.switches)) if reads_text(scenario) else None
        self.pipeline = Pipeline(self.policy, self.texts)
        self.interpretation = Interpretation(scenario, self.texts)
        self.abuse = Abuse(self)
        self.actions = Actions(self)
        self.surveillance = Surveillance(self.people, self.policy)
        self.self_deletion = SelfDeletion(self)
        schedule(self, scenario.timeline, variants)
        if branches is not None:
            schedule_branches(self, branches)
        self.conversation = Conversation(self)
        self.exits = None if scenario.exit is None else Exits(self, scenario.exit)

    def take(self, branch: int) -> None:
        """Go on as one of the futures; to be called at the hour at which they part."""
        assert self._branches is not None
        self.branch = branch
        self.scenario = self._branches.parting.futures[branch]

    def run(self) -> None:
        """Let the scenario's time pass, up to and including the convenor's last visit."""
        self.env.run(until=self.scenario.horizon)
        self.convenor.collect()
        self.actions.close()
        mark_seen(self.policy, self.ledger)

    def set_policy(self, policy: Policy) -> None:
        """Adopt new parameters everywhere, from now on; what has happened by now was learned under the old ones."""
        self.actions.teach(self.env.now)
        self.policy = policy
        self.access.set_policy(policy)
        self.beliefs.set_policy(policy, self.env.now)
        self.pipeline = Pipeline(policy, self.texts)
        self.interpretation = Interpretation(policy.scenario, self.texts)
        self.surveillance = Surveillance(self.people, policy)
        self.conversation.unsettle()
        self.actions.set_policy(policy)

    def phrases(self, key: Keys, person: Indices, topic: Indices, stance: Floats, manner: Manners) -> Ints:
        """Index of each message's text; to be asked for only where a rule reads texts."""
        assert self.texts is not None
        return self.texts.phrasebook.phrases(key, self.people.language[person], topic, stance, manner)
