"""One tree laid over another: the child wins, key by key."""

from __future__ import annotations

from sim.scenario.schema.base import OneOf
from sim.scenario.shape import Choice, PartOf, Shape, child, fields
from sim.scenario.tree import Mapping, Node, Scalar, is_null


def merged(under: Node, over: Node, shape: Shape | None) -> Node:
    """Mappings merge, the keys of `under` first; anything else is replaced; null in `over` takes a key of `under` away.

    What the child rules out goes as well: the other ways of stating a delay, and the keys of another kind of rule.
    """
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    telling = {**tag(shape, under), **tag(shape, over)}
    entries = {key: node for key, node in under.entries.items() if _stands(key, over, shape, telling)}
    for key, node in over.entries.items():
        if key not in entries:
            entries[key] = node
        elif is_null(node):
            del entries[key]
        else:
            entries[key] = merged(entries[key], node, child(shape, key, telling))
    return Mapping(entries, over.place)


def tag(shape: Shape | None, node: Node) -> dict[str, object]:
    """The key that tells which of several parts a mapping is, as far as it says."""
    if not isinstance(shape, Choice) or not isinstance(node, Mapping):
        return {}
    telling = node.entries.get(shape.key)
    return {shape.key: telling.value} if isinstance(telling, Scalar) else {}


def _stands(key: str, over: Mapping, shape: Shape | None, telling: dict[str, object]) -> bool:
    """Whether a key of the parent still has a place beside what the child says."""
    if isinstance(shape, Choice) and tag(shape, over):
        part = shape.parts.get(str(telling[shape.key]))
        known_elsewhere = any(key in fields(other.model) for other in shape.parts.values())
        return part is None or key in fields(part.model) or not known_elsewhere
    return key not in ruled_out(shape, over.entries)


def ruled_out(shape: Shape | None, entries: dict[str, Node]) -> set[str]:
    """The keys of which at most one may be given, if one of them is given here; without those given here."""
    if not isinstance(shape, PartOf) or not issubclass(shape.model, OneOf):
        return set()
    alternatives = set(shape.model.alternatives)
    given = {key for key in alternatives & set(entries) if not is_null(entries[key])}
    return alternatives - set(entries) if given else set()
