"""Worlds: which mechanisms are switched on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sim.measures.definitions import LADDER, MECHANISMS


@dataclass(frozen=True)
class Switches:
    """Mechanisms by world: each array has W entries, one a world."""

    names: tuple[str, ...]
    abuse: NDArray[np.bool_]
    access: NDArray[np.bool_]
    moderation: NDArray[np.bool_]
    surveillance: NDArray[np.bool_]
    fear: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.names)


def mechanisms_of(world: str) -> frozenset[str]:
    """The mechanisms that a world's name switches on.

    Raises:
        ValueError: if the name is not free, full, or mechanisms joined by +.
    """
    if world in ("free", "full"):
        return frozenset(MECHANISMS if world == "full" else ())
    parts = world.split("+")
    if len(set(parts)) != len(parts) or not set(parts) <= set(MECHANISMS):
        raise ValueError(f"a world is free, full or different mechanisms of {', '.join(MECHANISMS)} joined by +, and got {world!r}")
    return frozenset(parts)


def world_name(mechanisms: frozenset[str]) -> str:
    """The name of the world in which exactly these mechanisms are on."""
    if not mechanisms:
        return "free"
    return "full" if mechanisms == set(MECHANISMS) else "+".join(m for m in MECHANISMS if m in mechanisms)


ALL_WORLDS = tuple(
    dict.fromkeys((*LADDER, *(world_name(frozenset(some)) for size in range(len(MECHANISMS)) for some in combinations(MECHANISMS, size))))
)
"""Every world that there can be, those of the ladder first."""


def parse_worlds(text: str) -> tuple[str, ...]:
    """World names of `ladder`, of `shapley` (all), or of a comma-separated list; each in its standard form and once.

    Raises:
        ValueError: for an unknown world.
    """
    if text == "ladder":
        return LADDER
    if text == "shapley":
        return ALL_WORLDS
    return tuple(dict.fromkeys(world_name(mechanisms_of(part.strip())) for part in text.split(",")))


def fullest(worlds: Sequence[str]) -> str:
    """The world with the most mechanisms."""
    return max(worlds, key=lambda world: (world == "full", world != "free", world.count("+")))


def switches(worlds: Sequence[str]) -> Switches:
    """The switches of the named worlds."""
    on = {m: np.array([m in mechanisms_of(world) for world in worlds]) for m in MECHANISMS}
    return Switches(names=tuple(worlds), **on)
