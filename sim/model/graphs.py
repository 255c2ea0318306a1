"""Random graphs of contacts, vectorised over replications, each replication's from the luck of its own people.

Nodes are in order: those of a replication one after the other, within it by luck, for `communities` one community after the other.
Every graph is a list of links, (L, 2) positions of nodes: no node is linked to itself, and no two twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys, Purpose, child_keys, children, luck, name_key, poisson
from sim.scenario.schema.contacts import Contacts

Links = NDArray[np.int64]
MOST_ROUNDS = 64
"""Links that would double another are drawn anew, so often at most; on the few nodes where that fails, they are left out."""


@dataclass(frozen=True)
class Nodes:
    """People whose contacts are drawn, in order; arrays have N entries.

    Attributes:
        key: luck key.
        replication, community: ascending; communities within a replication only where the graph has them.
        salt: tells platforms apart.
    """

    key: Keys
    replication: Ints
    community: Ints
    salt: int

    def __len__(self) -> int:
        return len(self.key)

    def drawn(self, keys: Keys, rounds: Indices | int = 0) -> Floats:
        """Uniform numbers of links, by how often they have been drawn before."""
        return luck(Purpose.CONTACT, child_keys(keys, rounds), self.salt)


@dataclass(frozen=True)
class Blocks:
    """Blocks of consecutive nodes: of each node (N entries), where its block begins and how many there are in it."""

    start: Indices
    size: Indices


def blocks_of(*labels: Ints) -> Blocks:
    """The blocks of nodes that share all labels."""
    changes = np.any([np.diff(label) != 0 for label in labels], axis=0)
    start = np.flatnonzero(np.concatenate([[len(labels[0]) > 0], changes]))
    size = np.diff(np.append(start, len(labels[0])))
    return Blocks(np.repeat(start, size), np.repeat(size, size))


def random(spec: Contacts, nodes: Nodes) -> Links:
    """G(n, p), with p such that the mean degree is the one wanted."""
    world = blocks_of(nodes.replication)
    others = world.size - 1
    probability = np.minimum(spec.degree / np.maximum(others, 1), 1.0)
    return _linked(nodes, "anybody", world, np.arange(len(nodes)) + 1, others, probability)


def communities(spec: Contacts, nodes: Nodes) -> Links:
    """A stochastic block model; a community too small for its links has all of them, and the rest goes to nobody."""
    world, own = blocks_of(nodes.replication), blocks_of(nodes.replication, nodes.community)
    inside, outside = own.size - 1, world.size - own.size
    within = np.minimum((1 - spec.mixing) * spec.degree / np.maximum(inside, 1), 1.0)
    pairs = np.bincount(nodes.replication, outside)[nodes.replication]
    between = np.minimum(spec.mixing * spec.degree * world.size / np.maximum(pairs, 1), 1.0)
    here = _linked(nodes, "inside", own, np.arange(len(nodes)) + 1, inside, within)
    there = _linked(nodes, "outside", world, own.start + own.size, outside, between)
    return np.concatenate([here, there])


def _linked(nodes: Nodes, name: str, circle: Blocks, first: Indices, others: Indices, probability: Floats) -> Links:
    """Every two nodes are linked with the probability of their replication or block, each by itself.

    The candidates of a node are `others` consecutive nodes of its circle, from `first` on. Each node draws a Poisson number of them, so
    that the links between any two are Poisson as well, and independent: they are linked if there is one. All are where that is certain.
    """
    certain = (probability >= 1) & (others > 0)
    mean = -others * np.log1p(-np.where((probability < 1) & (others > 0), probability, 0.0)) / 2
    keys = nodes.key ^ np.uint64(name_key(name))
    counts = poisson(mean, luck(Purpose.CONTACTS, keys, nodes.salt))
    key, drawn = children(keys, counts)
    step = (nodes.drawn(key) * others[drawn]).astype(np.int64)
    all_of = np.repeat(np.flatnonzero(certain), others[certain])
    steps = np.arange(len(all_of)) - np.repeat(np.cumsum(others[certain]) - others[certain], others[certain])
    node, step = np.concatenate([drawn, all_of]), np.concatenate([step, steps])
    other = circle.start[node] + (first[node] - circle.start[node] + step) % circle.size[node]
    return _once(np.stack([node, other], axis=1))


def small_world(spec: Contacts, nodes: Nodes) -> Links:
    """A ring on which everybody is linked to the next ones, half the degree in number, and some of the links are rewired to anybody.

    Where the degree is no even number, some are linked to one more of the next than others.
    """
    world = blocks_of(nodes.replication)
    key, node, number = _numbered(spec, nodes, (world.size - 1) // 2)
    rewired = luck(Purpose.REWIRED, key, nodes.salt) < spec.rewiring
    within = node - world.start[node]

    def target(rounds: Indices) -> Indices:
        anybody = (nodes.drawn(key, rounds) * (world.size[node] - 1)).astype(np.int64)
        reached: Indices = world.start[node] + (within + 1 + np.where(rewired, anybody, number)) % world.size[node]
        return reached

    return _redrawn(node, target, rewired)


def scale_free(spec: Contacts, nodes: Nodes) -> Links:
    """Each node is linked to earlier ones, half the degree in number, by preference for those with many links; the first ones all know
    one another.

    A link goes to a random end of a random link of an earlier node (Batagelj & Brandes 2005), which is chosen in proportion to its degree.
    """
    world = blocks_of(nodes.replication)
    within = np.arange(len(nodes)) - world.start
    key, node, number = _numbered(spec, nodes, within)
    first_link = np.searchsorted(node, np.arange(len(nodes) + 1))
    own_start, base = first_link[node], first_link[world.start[node]]
    chosen = within[node] > np.ceil(spec.degree / 2)

    def target(rounds: Indices) -> Indices:
        ends = 2 * (own_start - base)
        end = (nodes.drawn(key, rounds) * ends).astype(np.int64)
        link = base + end // 2
        origin = np.where(chosen & (end % 2 == 1), link, np.arange(len(node)))
        settled = np.where(chosen, node[np.minimum(link, len(node) - 1)], world.start[node] + number)
        while (further := origin[origin]).tobytes() != origin.tobytes():
            origin = further
        result: Indices = settled[origin]
        return result

    return _redrawn(node, target, chosen)


def _numbered(spec: Contacts, nodes: Nodes, most: Indices) -> tuple[Keys, Indices, Indices]:
    """Links that nodes begin, half the degree on average and `most` (N,) at most: their keys, their nodes, and a number from 0 in each."""
    half = spec.degree / 2
    more = luck(Purpose.CONTACT_MORE, nodes.key, nodes.salt) < half % 1
    counts = np.minimum(int(half) + more, most).astype(np.int32)
    key, node = children(nodes.key ^ np.uint64(name_key("link")), counts)
    return key, node.astype(np.int64), np.arange(len(node)) - np.repeat(np.cumsum(counts) - counts, counts)


def _redrawn(node: Indices, target: Callable[[Indices], Indices], drawn: NDArray[np.bool_]) -> Links:
    """Links of nodes to their targets, given how often each has been drawn before; drawn ones that double another are drawn anew."""
    rounds = np.zeros(len(node), np.int64)
    fixed_first = np.argsort(drawn, kind="stable")
    for _ in range(MOST_ROUNDS):
        links = np.stack([node, target(rounds)], axis=1)
        again = fixed_first[~_is_first(links[fixed_first])]
        if not drawn[again].any():
            break
        rounds[again] += 1
    return _once(links)


def _is_first(links: Links) -> NDArray[np.bool_]:
    """Whether no link before it is between the same two."""
    low, high = np.sort(links, axis=1).T
    _, first = np.unique(low * (links.max(initial=0) + 1) + high, return_index=True)
    result = np.zeros(len(links), np.bool_)
    result[first] = True
    return result


def _once(links: Links) -> Links:
    """The links without those that are given again."""
    return links[_is_first(links)]


GRAPHS: dict[str, Callable[[Contacts, Nodes], Links]] = {
    "random": random,
    "small-world": small_world,
    "scale-free": scale_free,
    "communities": communities,
}
"""How contacts are drawn, by the name of the graph."""
