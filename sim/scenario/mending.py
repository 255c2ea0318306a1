"""A faulty scenario as it might be without its faults, so that what else is wrong with it can be found in the same go."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.problems import MOST, nearest
from sim.scenario.shape import ROOT, Named, PartOf, Shape, Value, child
from sim.scenario.tree import Mapping, Node, Path
from sim.scenario.wording import Fault, below


def mended(tree: Node, data: object, faults: Sequence[Fault], lost: list[Path]) -> Mapping | None:
    """The tree with misspelt keys spelt right and what else is wrong taken away where a default takes its place.

    `data` is the tree in plain form. The paths of what was taken away are added to `lost`. None if something stays wrong, or
    if so much is wrong that nothing more need be found.
    """
    if len(faults) > MOST:
        return None
    missing = {fault.path for fault in faults if fault.missing_key}
    for fault in faults:
        if fault.unknown_key:
            meant = _meant(fault.path, missing)
            missing.discard((*fault.path[:-1], meant or ""))
            tree = _without(tree, fault.path, meant)
            lost.append(fault.path)
    for path in [*missing, *(fault.path for fault in faults if not fault.unknown_key and not fault.missing_key)]:
        spared = _dispensable(path, data)
        if spared is None:
            return None
        tree = _without(tree, spared, None)
        lost.append(spared)
    return tree if isinstance(tree, Mapping) else None


def in_doubt(path: Path, lost: Sequence[Path]) -> bool:
    """Whether a problem found in a mended tree may be due to the mending."""
    if path[:1] == ("timeline",) and ("horizon",) in lost:
        return True
    if path[-1] == "desk" and (*path[:2], "desks") in lost:
        return True
    about = tuple(str(path[-1]).split(".")) if path[0] == "evidence" or "set" in path else path
    return any(all(str(a) == str(b) or a == "*" for a, b in zip(about, gone, strict=False)) for gone in lost)


def _meant(path: Path, missing: set[Path]) -> str | None:
    """The missing key beside an unknown one that it was probably meant to be."""
    return nearest(str(path[-1]), [str(other[-1]) for other in missing if other[:-1] == path[:-1]])


def _dispensable(path: Path, data: object) -> Path | None:
    """The path, or the nearest part around it, that can go: it has a default, or is one of freely named values or of the evidence."""
    shape: Shape | None = ROOT
    found: Path | None = None
    for depth, key in enumerate(path):
        if _can_go(shape, key) or (isinstance(shape, Named) and path[0] == "evidence"):
            found = path[: depth + 1]
        shape = child(shape, key, data)
        data = below(data, key)
    return found


def _can_go(shape: Shape | None, key: str | int) -> bool:
    if isinstance(shape, PartOf):
        return key in shape.model.model_fields and not shape.model.model_fields[str(key)].is_required()
    return isinstance(shape, Named) and isinstance(shape.value, Value)


def _without(node: Node, path: Path, instead: str | None) -> Node:
    """A tree without what stands at a path, or with it under another key."""
    key, rest = str(path[0]), path[1:]
    if not isinstance(node, Mapping) or key not in node.entries:
        return node
    entries = dict(node.entries)
    old = entries.pop(key)
    if rest:
        entries[key] = _without(old, rest, instead)
    elif instead is not None:
        entries[instead] = old
    return Mapping(entries, node.place)
