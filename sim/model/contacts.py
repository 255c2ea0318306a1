"""Contacts: a network on each platform that has one; every two contacts share a room of the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.graphs import GRAPHS, Links, Nodes
from sim.model.luck import Floats, Keys, Purpose, child_keys, luck, name_key
from sim.model.people import People
from sim.model.ragged import Ragged
from sim.scenario.edges import links_of
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Contacts:
    """Everybody's contacts, each link from both its ends (2L entries), by platform x P + person, ascending, and by the contact.

    Attributes:
        people: P.
        networked: (platforms,) whether there are contacts on a platform at all.
        share: (platforms,) share of what people begin on a platform that goes to a contact.
        retold: (platforms,) chance that who hears of a reprisal from a contact tells each of their contacts.
        ends: positions in `person` and `room`, by platform x P + person.
        person: (2L,) the contact.
        room: (2L,) the room of the two.
    """

    people: int
    networked: NDArray[np.bool_]
    share: Floats
    retold: Floats
    ends: Ragged
    person: Ints
    room: Ints

    def of(self, platform: Indices, person: Indices) -> tuple[Indices, Indices]:
        """All contacts of people on platforms (arrays of one length): the position of whose contact each is, and the contact."""
        position, end = self.ends.of(platform * np.int64(self.people) + person)
        return position, self.person[end]

    def count(self, platform: Indices, person: Indices) -> Indices:
        """Number of contacts of people on platforms; arrays of one shape."""
        return self.ends.count(platform * np.int64(self.people) + person)

    def mean(self, quantity: Floats, platform: Indices, person: Indices) -> Floats:
        """(n, ...) mean of a quantity, (P, ...), over the contacts of n people on platforms; 0 for who has none."""
        position, contact = self.of(platform, person)
        total = np.zeros((len(person), *quantity.shape[1:]))
        np.add.at(total, position, quantity[contact])
        count = np.maximum(self.count(platform, person), 1)
        mean: Floats = total / count.reshape(-1, *(1,) * (quantity.ndim - 1))
        return mean

    def begun_in(self, room: Ints, platform: Indices, person: Indices, key: Keys) -> Ints:
        """The rooms in which conversations begin: those given, or by the platform's share that with a contact, each alike."""
        row = platform * np.int64(self.people) + person
        count = self.ends.count(row)
        turns = np.flatnonzero((luck(Purpose.TO_CONTACT, key) < self.share[platform]) & (count > 0))
        chosen = (luck(Purpose.WHICH_CONTACT, key[turns]) * count[turns]).astype(np.int64)
        result = room.copy()
        result[turns] = self.room[self.ends.nth(row[turns], chosen)]
        return result

    def everybody_of(self, person: int) -> Indices:
        """The contacts of a person on all platforms, once each."""
        contacts: Indices = np.unique(self._on_all(person)[1])
        return contacts

    def told_on(self, person: int, keys: Keys) -> Indices:
        """Who learns from contacts of a person, and not from the person, what happened to them; once each.

        `keys` are luck keys of everybody, (P,).
        """
        where, teller = self._on_all(person)
        position, listener = self.of(where, teller)
        link = child_keys(keys[teller[position]] ^ keys[person], 0) ^ keys[listener]
        tells = luck(Purpose.RETELLS, link) < self.retold[where[position]]
        listeners: Indices = np.setdiff1d(listener[tells], [*teller.tolist(), person])
        return listeners

    def _on_all(self, person: int) -> tuple[Indices, Indices]:
        """Platform and person of each contact of a person."""
        platforms = np.arange(len(self.share))
        return self.of(platforms, np.full(len(platforms), person))


def draw_links(scenario: Scenario, people: People, ranking: Ints) -> list[Links]:
    """The contacts on each platform, as pairs of people in ascending order; (0, 2) where there are none.

    `ranking` is (ranks, P): the platforms that each person would use; others have no contacts there.
    """
    return [
        _links(scenario, name, people, (ranking == index).any(axis=0))
        if platform.rooms.contacts is not None and platform.kind != "survey"
        else np.zeros((0, 2), np.int64)
        for index, (name, platform) in enumerate(scenario.platforms.items())
    ]


def _links(scenario: Scenario, platform: str, people: People, uses: NDArray[np.bool_]) -> Links:
    spec = scenario.platforms[platform].rooms.contacts
    assert spec is not None
    if spec.graph == "file":
        pairs = np.array(links_of(scenario, platform), np.int64)
        starts = np.searchsorted(people.replication, np.arange(len(people.replication_key)))
        links: Links = (starts[:, None, None] + pairs).reshape(-1, 2)
        return links[uses[links].all(axis=1)]
    salt = name_key("contacts", platform)
    users = np.flatnonzero(uses)
    community = people.community[users] if spec.graph == "communities" else np.zeros(len(users), np.int32)
    users = users[np.lexsort((luck(Purpose.CONTACT_ORDER, people.key[users], salt), community, people.replication[users]))]
    nodes = Nodes(people.key[users], people.replication[users], people.community[users], salt)
    links = np.sort(users[GRAPHS[spec.graph](spec, nodes)], axis=1)
    return links[np.lexsort((links[:, 1], links[:, 0]))]


def contacts_of(scenario: Scenario, links: list[Links], people: int, first_room: int) -> Contacts:
    """The network of these links; their rooms are counted on from `first_room`, platform by platform."""
    specs = [platform.rooms.contacts for platform in scenario.platforms.values()]
    on_trace = scenario.trace.platform if scenario.trace is not None else None
    platform = np.repeat(np.arange(len(links)), [len(pairs) for pairs in links])
    one, other = np.concatenate(links).T
    row = np.concatenate([platform * people + one, platform * people + other])
    person, room = np.concatenate([other, one]), np.tile(first_room + np.arange(len(platform)), 2)
    order = np.lexsort((person, row))
    return Contacts(
        people=people,
        networked=np.array([len(pairs) > 0 for pairs in links]),
        share=np.array([0.0 if s is None or name == on_trace else s.share for name, s in zip(scenario.platforms, specs, strict=True)]),
        retold=np.array([0.0 if spec is None else spec.retold for spec in specs]),
        ends=Ragged(row[order], np.arange(len(order)), len(links) * people),
        person=person[order].astype(np.int32),
        room=room[order].astype(np.int32),
    )
