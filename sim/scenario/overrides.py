"""Values put at a dotted path: `--set PATH=VALUE`, and the `set` events of a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sim.scenario.merging import ruled_out, tag
from sim.scenario.problems import Problem, clean, dotted, hint, shown
from sim.scenario.reading import Budget, Unreadable, read_text
from sim.scenario.shape import ROOT, Choice, Many, Named, Shape, Value, child, fields, part_of
from sim.scenario.tree import Items, Mapping, Node, Path, Place, is_null, planted


class UnknownPath(ValueError):
    """A path that leads to no parameter; `path` goes as far as the key that is unknown."""

    def __init__(self, path: Path, rule: str) -> None:
        super().__init__(rule)
        self.path = path


def overridden(tree: Mapping, overrides: Sequence[str], found: list[Problem]) -> Mapping:
    """The tree with each `PATH=VALUE` put in, in order; those that cannot be are added to `found`.

    Evidence for what null takes away goes with it.
    """
    for override in overrides:
        place = Place(f"--set {clean(override, 80)}")
        name, equals, text = override.partition("=")
        if not equals:
            found.append(Problem(place, (), f"PATH=VALUE, such as horizon=10d, and got {shown(override)}"))
            continue
        path = tuple(name.strip().split("."))
        faults: list[Problem] = []
        try:
            value = read_text(text, place.file, Budget(), faults, place)
            tree = put(tree, path, value)
            tree = _without_evidence(tree, name.strip()) if is_null(value) else tree
        except Unreadable as error:
            faults.append(error.problem)
        except UnknownPath as error:
            found.append(Problem(place, error.path, str(error)))
        found += [Problem(place, (*path, *fault.path), fault.text) for fault in faults]
    return tree


def _without_evidence(tree: Mapping, path: str) -> Mapping:
    """The tree without the evidence for what was at a path."""
    evidence = tree.entries.get("evidence")
    if not isinstance(evidence, Mapping):
        return tree
    kept = {key: node for key, node in evidence.entries.items() if key != path and not key.startswith(f"{path}.")}
    return Mapping({**tree.entries, "evidence": Mapping(kept, evidence.place)}, tree.place)


def put(tree: Mapping, path: tuple[str, ...], value: Node, *, adding: bool = True) -> Mapping:
    """The tree with a value at a path; null takes away what is there, so that the default holds.

    The last key may be new where names are free: always for single values (a topic's sensitivity), for parts only if `adding`.

    Raises:
        UnknownPath: if the path leads to no parameter.
    """
    result = _put(tree, ROOT, (), path, value, adding)
    assert isinstance(result, Mapping)
    return result


def _put(node: Node, shape: Shape, done: Path, rest: tuple[str, ...], value: Node, adding: bool) -> Node:
    if not rest:
        return value
    here = (*done, rest[0])
    inner = _inner_shape(node, shape, here)
    go_on = partial(_put, shape=inner, done=here, rest=rest[1:], value=value, adding=adding)
    if isinstance(shape, Many):
        return _put_item(node, here, go_on)
    entries = dict(node.entries) if isinstance(node, Mapping) else {}
    if rest[0] not in entries and isinstance(shape, Named):
        _check_addition(entries, shape, here, last=len(rest) == 1, adding=adding)
    new = go_on(entries.get(rest[0]) or _default(node, shape, rest[0], value.place))
    if len(rest) == 1 and is_null(new):
        _check_removal(shape, here, adding)
        entries.pop(rest[0], None)
    else:
        entries = {key: old for key, old in entries.items() if key not in ruled_out(shape, {rest[0]: new})} | {rest[0]: new}
    return Mapping(entries, node.place)


def _put_item(node: Node, here: Path, go_on: partial[Node]) -> Node:
    values = node.values if isinstance(node, Items) else ()
    index = int(here[-1]) if str(here[-1]).isascii() and str(here[-1]).isdigit() and len(str(here[-1])) < 9 else -1
    if not 0 <= index < len(values):
        raise UnknownPath(here, f"the position of an item, from 0 to {len(values) - 1}" if values else "an item of a list that is empty")
    return Items((*values[:index], go_on(values[index]), *values[index + 1 :]), node.place)


def _inner_shape(node: Node, shape: Shape, here: Path) -> Shape:
    if isinstance(shape, Value):
        raise UnknownPath(here, f"nothing lies below {dotted(here[:-1])}, which is a single value")
    data = tag(shape, node)
    inner = child(shape, here[-1], data)
    if inner is None:
        part = part_of(shape, data)
        known = fields(part.model) if part else shape.parts if isinstance(shape, Choice) else {}
        raise UnknownPath(here, f"no such key; {hint(str(here[-1]), known)}")
    return inner


def _default(node: Node, shape: Shape, key: str, place: Place) -> Node:
    """What a key that is not given stands for, to be changed in part."""
    part = part_of(shape, tag(shape, node))
    default = part.model.model_fields[key].default if part else None
    return planted(default, place) if isinstance(default, dict | list) else Mapping({}, place)


def _check_addition(entries: dict[str, Node], shape: Named, here: Path, *, last: bool, adding: bool) -> None:
    if not last or not (adding or isinstance(shape.value, Value)):
        raise UnknownPath(here, f"a name that exists; {hint(str(here[-1]), entries)}")


def _check_removal(shape: Shape, here: Path, adding: bool) -> None:
    if isinstance(shape, Named) and not isinstance(shape.value, Value) and not adding:
        raise UnknownPath(here, "a value other than null: nothing is taken away while time runs")
