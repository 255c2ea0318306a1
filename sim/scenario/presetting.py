"""`preset`: a platform or place that starts from one that ships, and brings its evidence along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from sim.scenario import presets
from sim.scenario.merging import merged
from sim.scenario.patterns import Pattern, covers, specificity
from sim.scenario.problems import Problem, hint, shown
from sim.scenario.reading import Budget, Unreadable, read_text
from sim.scenario.shape import ROOT, Named, Shape, child
from sim.scenario.tree import Items, Mapping, Node, Path, Refused, is_null, plain

SECTIONS = {"platforms": "platform", "jurisdictions": "jurisdiction"}
"""Sections whose entries may have a preset, and the key of a preset's file that holds the entry."""
BY_PLACE = ("shares_with", "perceived_exposure", "perceived_removal")
OF_PLACES = ("registered_in", "resides_in")

BASE = "\0preset"
"""Key under which an entry keeps the name of the preset that lies under it; no file can have it."""

Column = list[Node | None]
"""One entry as each of a chain of files states it."""


@dataclass(frozen=True)
class Preset:
    """What ships: the entry, and evidence by path in it."""

    body: Mapping
    evidence: dict[Pattern, Node]


def with_presets(layers: Sequence[Mapping], found: list[Problem]) -> list[Mapping]:
    """Scenario files, each extending the one before it, with the preset of every entry laid under the first that states the entry.

    The last file that names a preset decides which. `grounded` then adds the evidence. An entry whose preset is not usable is refused
    as a whole.

    Raises:
        Unreadable: if there are more entries than a scenario can have.
    """
    places = _places(layers)
    result = [dict(layer.entries) for layer in layers]
    for section in SECTIONS:
        sections = [layer.entries.get(section) for layer in layers]
        names = dict.fromkeys(name for node in sections for name, entry in _entries(node).items() if _starts_from_preset(entry))
        for node in sections if names else ():
            _check_number(section, node)
        for name in names:
            column = _Column(section, name, [_entries(node).get(name) for node in sections])
            for entries, entry in zip(result, column.on_preset(places, found), strict=True):
                if entry is not None and isinstance(named := entries.get(section), Mapping):
                    entries[section] = Mapping({**named.entries, name: entry}, named.place)
    return [Mapping(entries, layer.place) for entries, layer in zip(result, layers, strict=True)]


def grounded(tree: Mapping) -> Mapping:
    """The tree with the evidence of its presets, for every value that is still the preset's, where it gives none of its own."""
    entries, brought = dict(tree.entries), dict[str, Node]()
    for section, kind in SECTIONS.items():
        if isinstance(named := entries.get(section), Mapping):
            bare = {name: _without(entry, BASE) for name, entry in named.entries.items()}
            for name, entry in named.entries.items():
                if (preset := _entries(entry).get(BASE)) is not None:
                    evidence = _evidence(_read(kind, str(plain(preset))), bare[name])
                    brought |= {f"{section}.{name}.{path}": node for path, node in evidence}
            entries[section] = Mapping(bare, named.place)
    own = entries.get("evidence", Mapping({}, tree.place))
    if brought and isinstance(own, Mapping):
        kept = {path: node for path, node in own.entries.items() if path not in brought or not is_null(node)}
        entries["evidence"] = Mapping({path: node for path, node in brought.items() if path not in own.entries} | kept, own.place)
    return Mapping(entries, tree.place)


@dataclass(frozen=True)
class _Column:
    """An entry that has a preset, from the first file of a chain to the last."""

    section: str
    name: str
    nodes: Column

    def on_preset(self, places: set[str], found: list[Problem]) -> Column:
        """The same with the preset under it."""
        taken_away = [index for index, node in enumerate(self.nodes) if node is not None and is_null(node)]
        given = [index for index, node in enumerate(self.nodes) if isinstance(node, Mapping) and index > max(taken_away, default=-1)]
        bare: Column = [_without(node, "preset") if node is not None else None for node in self.nodes]
        preset = self._last("preset", given)
        if preset is None:
            return bare
        rule = self._broken_rule(preset, like=self._last("like", given) is not None)
        if rule is not None:
            if not isinstance(preset, Refused):
                found.append(Problem(preset.place, (self.section, self.name, "preset"), f"{rule}, and got {shown(plain(preset))}"))
            bare[given[-1]] = Refused(preset.place)
            return bare
        body = _localised(_read(SECTIONS[self.section], str(plain(preset))).body, places)
        base = Mapping({**body.entries, BASE: preset}, body.place)
        first = bare[given[0]]
        assert first is not None
        whole = merged(base, first, _shape(self.section))
        bare[given[0]] = replace(whole, place=first.place)
        return bare

    def _last(self, key: str, given: Sequence[int]) -> Node | None:
        """What the last file that has a key says; None if that is null."""
        said = [node.entries[key] for index in given if isinstance(node := self.nodes[index], Mapping) and key in node.entries]
        return said[-1] if said and not is_null(said[-1]) else None

    def _broken_rule(self, preset: Node, *, like: bool) -> str | None:
        kind, name = SECTIONS[self.section], plain(preset)
        if not isinstance(name, str):
            return f"the name of a {kind} preset"
        if name not in presets.shipped(self.section):
            return f"a {kind} preset that ships ({hint(name, presets.shipped(self.section))})"
        return "either preset or like (null takes the other away)" if like else None


def _shape(section: str) -> Shape:
    named = child(ROOT, section, None)
    assert isinstance(named, Named)
    return named.value


def _entries(node: Node | None) -> dict[str, Node]:
    return node.entries if isinstance(node, Mapping) else {}


def _starts_from_preset(entry: Node) -> bool:
    return "preset" in _entries(entry)


def _without(entry: Node, key: str) -> Node:
    if key not in _entries(entry):
        return entry
    return Mapping({other: node for other, node in _entries(entry).items() if other != key}, entry.place)


def _check_number(section: str, node: Node | None) -> None:
    named = child(ROOT, section, None)
    assert isinstance(named, Named)
    if node is not None and len(_entries(node)) > (most := int(named.bounds.high or 0)):
        raise Unreadable(node.place, f"at most {most} {section}, and got {len(_entries(node))}", (section,))


def _places(layers: Sequence[Mapping]) -> set[str]:
    """The jurisdictions that a scenario has once its files are laid over each other."""
    places: set[str] = set()
    for layer in layers:
        for name, entry in _entries(layer.entries.get("jurisdictions")).items():
            (places.discard if is_null(entry) else places.add)(name)
    return places


def _localised(node: Mapping, places: set[str]) -> Mapping:
    """A preset's entry without what it says of places that the scenario does not have."""
    entries: dict[str, Node] = {}
    for key, inner in node.entries.items():
        if key in OF_PLACES and isinstance(inner, Items):
            inner = Items(tuple(place for place in inner.values if plain(place) in places), inner.place)
        elif key in BY_PLACE and isinstance(inner, Mapping):
            inner = Mapping({place: value for place, value in inner.entries.items() if place in places}, inner.place)
        elif isinstance(inner, Mapping):
            inner = _localised(inner, places)
        entries[key] = inner
    return Mapping(entries, node.place)


@cache
def _read(kind: str, name: str) -> Preset:
    """A preset that ships; its entry bears its title unless it has one of its own."""
    tree = read_text(presets.text(f"{kind}s", name), f"preset {name}", Budget(), [])
    assert isinstance(tree, Mapping)
    body, evidence = tree.entries[kind], tree.entries["evidence"]
    assert isinstance(body, Mapping)
    assert isinstance(evidence, Mapping)
    titled = Mapping({"title": tree.entries["title"], **body.entries}, body.place)
    return Preset(titled, {tuple(path.split(".")): node for path, node in evidence.entries.items()})


def _evidence(preset: Preset, entry: Node) -> Iterator[tuple[str, Node]]:
    """Evidence by path for the values of an entry that are the preset's: as the preset states it, or value by value where some differ."""
    values, shipped = dict(_leaves(entry)), dict(_leaves(preset.body))
    same = {path for path, value in values.items() if path in shipped and shipped[path] == value}
    for pattern, node in preset.evidence.items():
        covered = [path for path in values if covers(pattern, path)]
        if covered and same.issuperset(covered):
            yield ".".join(pattern), node
        else:
            owned = [path for path in covered if path in same and _owner(preset, path) == pattern]
            yield from ((".".join(map(str, path)), node) for path in owned)


def _owner(preset: Preset, path: Path) -> Pattern:
    """The most specific evidence for a value."""
    return max((pattern for pattern in preset.evidence if covers(pattern, path)), key=specificity)


def _leaves(node: Node, path: Path = ()) -> Iterator[tuple[Path, object]]:
    if isinstance(node, Mapping):
        for key, inner in node.entries.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(node, Items):
        for index, inner in enumerate(node.values):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, plain(node)
