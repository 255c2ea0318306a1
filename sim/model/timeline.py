"""Events of the timeline, each at its exact time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.luck import Purpose, luck, name_key
from sim.model.policy import compile_policy
from sim.scenario.schema import Event, Scenario
from sim.scenario.schema.timeline import Announce, Reach, ReprisalNews

if TYPE_CHECKING:
    from sim.model.world import Simulation


def schedule(simulation: Simulation, scenario: Scenario, variants: Sequence[tuple[float, Scenario]]) -> None:
    """Let every event happen; `variants` are the scenarios after each `set`, in order of time. Surges act on occasions, which are drawn already."""
    changed = iter([variant for _, variant in variants])
    for event in sorted(scenario.timeline, key=lambda event: event.at):
        variant = next(changed) if event.set is not None else None
        simulation.env.process(_happen(simulation, event, variant))


def _happen(simulation: Simulation, event: Event, variant: Scenario | None) -> Iterator[simpy.Event]:
    yield simulation.env.timeout(event.at)
    scenario = simulation.scenario
    if variant is not None:
        simulation.set_policy(compile_policy(variant))
    if event.announce is not None:
        _announce(simulation, event.at, event.announce)
    if event.reprisal_news is not None:
        _reprisal_news(simulation, event.at, event.reprisal_news)
    if event.block is not None:
        _reach(simulation, event.block, blocks=True)
    if event.unblock is not None:
        _reach(simulation, event.unblock, blocks=False)
    if event.withdraw is not None:
        platform = list(scenario.platforms).index(event.withdraw)
        simulation.convenor.leave(platform)
        simulation.access.closed[platform] = True


def _announce(simulation: Simulation, at: float, announce: Announce) -> None:
    scenario, people = simulation.scenario, simulation.people
    salt = name_key(repr(at), announce.platform, announce.belief)
    believes = luck(Purpose.BELIEVES_ANNOUNCEMENT, people.key, salt) < announce.believed
    platform = list(scenario.platforms).index(announce.platform)
    simulation.beliefs.tell(platform, announce.belief, announce.value, believes & _members(simulation, announce.groups))


def _members(simulation: Simulation, groups: list[str] | None) -> NDArray[np.bool_]:
    names = list(simulation.scenario.groups)
    wanted = names if groups is None else groups
    return np.isin(simulation.people.group, [names.index(name) for name in wanted])


def _reprisal_news(simulation: Simulation, at: float, news: ReprisalNews) -> None:
    people = simulation.people
    place = list(simulation.scenario.jurisdictions).index(news.jurisdiction)
    hears = luck(Purpose.HEARS_NEWS, people.key, name_key(repr(at), news.jurisdiction)) < news.reach
    concerned = (people.registered == place) | (people.resident == place)
    simulation.beliefs.record_news(np.flatnonzero(hears & concerned), news.weight, at)


def _reach(simulation: Simulation, reach: Reach, *, blocks: bool) -> None:
    scenario, access = simulation.scenario, simulation.access
    place = list(scenario.jurisdictions).index(reach.jurisdiction)
    platform = list(scenario.platforms).index(reach.platform)
    if blocks:
        access.block(place, platform, reach.share, reach.recruits)
    else:
        access.unblock(place, platform)
