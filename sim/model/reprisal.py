"""What follows when a person is acted against: silence, fear, anger among critics of their rooms, and messages deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import simpy

from sim.model.counter import Indices

if TYPE_CHECKING:
    from sim.model.world import World


@dataclass(frozen=True)
class Case:
    """A person whom an authority will act against at a time, in one world, for what they said on a topic."""

    person: int
    topic: int
    column: int
    place: int
    at: float


def reprisal(world: World, case: Case) -> simpy.events.ProcessGenerator:
    """A person is acted against and falls silent for a while; who is silenced already is left alone."""
    yield world.env.timeout(case.at - world.env.now)
    now, conversation = world.env.now, world.conversation
    if conversation.barred_until[case.person, case.column] > now:
        return
    silence = list(world.policy.scenario.jurisdictions.values())[case.place].reprisal.silence
    conversation.bar(case.person, case.column, now + silence)
    world.ledger.punished.append((case.person, case.column, now))
    rooms, contacts = world.rooms.of(case.person), world.rooms.contacts
    world.beliefs.record_reprisal(case.person, rooms, case.column, now)
    company = _company(world, rooms)
    hearers = company
    if contacts is not None:
        told, told_on = contacts.everybody_of(case.person), contacts.told_on(case.person, world.people.key)
        world.beliefs.record_told(np.concatenate([told, told_on]), case.column, now)
        company = np.union1d(company, told)
        hearers = np.union1d(company, told_on)
    world.beliefs.record_emboldening(_followers(world, case, company), case.column, now)
    world.self_deletion.reconsider(hearers, case.column)


def _company(world: World, rooms: Indices) -> Indices:
    """Everybody who sits in some of the rooms."""
    start, member = world.rooms.start, world.rooms.member
    return np.unique(np.concatenate([member[start[room] : start[room + 1]] for room in rooms] or [np.zeros(0, np.int32)]))


def _followers(world: World, case: Case, company: Indices) -> Indices:
    """Of the company, those who share the view: critical on the topic, the person acted against apart."""
    critical = world.people.stance[company, case.topic] < 0
    followers: Indices = company[critical & (company != case.person)]
    return followers
