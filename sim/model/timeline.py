"""Events of the timeline, each at its exact time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.model.luck import Purpose, luck, name_key
from sim.model.policy import compile_policy
from sim.scenario.schema import Event, Scenario
from sim.scenario.schema.timeline import Announce, Reach, ReprisalNews

if TYPE_CHECKING:
    from sim.model.world import Branches, World


def schedule(world: World, events: Sequence[Event], variants: Sequence[tuple[float, Scenario]], branch: int = -1) -> None:
    """Let every event happen, in a `branch` if it is given; `variants` are the scenarios after each `set`, in order of time.

    Surges need nothing here: they have acted on the occasions, which are drawn.
    """
    changed = iter([variant for _, variant in variants])
    for event in sorted(events, key=lambda event: event.at):
        variant = next(changed) if event.set is not None else None
        world.env.process(_happen(world, event, variant, branch))


def schedule_branches(world: World, branches: Branches) -> None:
    """Let the events of all futures happen, each in its own: all take their places now, as events do that happen at the same time."""
    parting = branches.parting
    for number, (future, variants) in enumerate(zip(parting.futures, branches.variants, strict=True)):
        schedule(world, parting.events(future), [variant for variant in variants if variant[0] >= parting.hour], number)


def _happen(world: World, event: Event, variant: Scenario | None, branch: int) -> simpy.events.ProcessGenerator:
    yield world.env.timeout(event.at - world.env.now)
    if branch not in (-1, world.branch):
        return
    scenario = world.scenario
    if variant is not None:
        world.set_policy(compile_policy(variant))
    if event.announce is not None:
        _announce(world, event.at, event.announce)
    if event.reprisal_news is not None:
        _reprisal_news(world, event.at, event.reprisal_news)
    if event.block is not None:
        _reach(world, event.block, blocks=True)
    if event.unblock is not None:
        _reach(world, event.unblock, blocks=False)
    if event.withdraw is not None:
        platform = list(scenario.platforms).index(event.withdraw)
        world.convenor.leave(platform)
        world.access.close(platform)
    if event.outage is not None:
        world.actions.close_desk(f"{event.outage.platform}.{event.outage.desk}", event.at + event.outage.lasts)
    world.conversation.unsettle()


def _announce(world: World, at: float, announce: Announce) -> None:
    scenario, people = world.scenario, world.people
    salt = name_key(repr(at), announce.platform, announce.belief)
    believes = luck(Purpose.BELIEVES_ANNOUNCEMENT, people.key, salt) < announce.believed
    platform = list(scenario.platforms).index(announce.platform)
    world.beliefs.tell(platform, announce.belief, announce.value, believes & _members(world, announce.groups))


def _members(world: World, groups: list[str] | None) -> NDArray[np.bool_]:
    names = list(world.scenario.groups)
    wanted = names if groups is None else groups
    return np.isin(world.people.group, [names.index(name) for name in wanted])


def _reprisal_news(world: World, at: float, news: ReprisalNews) -> None:
    people = world.people
    place = list(world.scenario.jurisdictions).index(news.jurisdiction)
    hears = luck(Purpose.HEARS_NEWS, people.key, name_key(repr(at), news.jurisdiction)) < news.reach
    concerned = (people.registered == place) | (people.resident == place)
    reached = np.flatnonzero(hears & concerned)
    world.beliefs.record_news(reached, news.weight, at)
    for column in world.ledger.afraid:
        world.self_deletion.reconsider(reached, column)


def _reach(world: World, reach: Reach, *, blocks: bool) -> None:
    scenario, access = world.scenario, world.access
    place = list(scenario.jurisdictions).index(reach.jurisdiction)
    platform = list(scenario.platforms).index(reach.platform)
    if blocks:
        access.block(place, platform, reach.share, reach.recruits)
    else:
        access.unblock(place, platform)
