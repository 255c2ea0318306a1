"""`like`: a group or platform that starts as a copy of another."""

from __future__ import annotations

from sim.scenario.merging import merged
from sim.scenario.problems import Problem, hint, shown
from sim.scenario.reading import Unreadable
from sim.scenario.shape import ROOT, Named, Shape, child
from sim.scenario.tree import Mapping, Node, Refused, Scalar, plain

SECTIONS = ("groups", "platforms")
LONGEST_CHAIN = 10


def with_copies(tree: Mapping, found: list[Problem]) -> Mapping:
    """The tree with every `like` replaced by what it names; an entry that names nothing usable is refused as a whole.

    Raises:
        Unreadable: if there are more entries than a scenario can have.
    """
    entries = dict(tree.entries)
    for section in SECTIONS:
        named = entries.get(section)
        if isinstance(named, Mapping) and any(isinstance(entry, Mapping) and "like" in entry.entries for entry in named.entries.values()):
            shape = child(ROOT, section, None)
            assert isinstance(shape, Named)
            if len(named.entries) > (most := int(shape.bounds.high or 0)):
                raise Unreadable(named.place, f"at most {most} {section}, and got {len(named.entries)}", (section,))
            copier = _Copier(section, named.entries, shape.value, found)
            entries[section] = Mapping({name: copier.resolved(name) for name in named.entries}, named.place)
    return Mapping(entries, tree.place)


class _Copier:
    """Resolves the entries of one section, each once."""

    def __init__(self, section: str, entries: dict[str, Node], shape: Shape | None, found: list[Problem]) -> None:
        self.section, self.entries, self.shape, self.found = section, entries, shape, found
        self.done: dict[str, Node] = {}
        self.copies: dict[str, int] = {}

    def resolved(self, name: str, asked: tuple[str, ...] = ()) -> Node:
        """An entry without `like`; `asked` are the entries that are like it, and like each other."""
        if name not in self.done:
            entry = self.entries[name]
            is_copy = isinstance(entry, Mapping) and "like" in entry.entries
            self.done[name] = self._copied(name, entry, (*asked, name)) if is_copy and isinstance(entry, Mapping) else entry
        return self.done[name]

    def _copied(self, name: str, entry: Mapping, asked: tuple[str, ...]) -> Node:
        like = entry.entries["like"]
        original = like.value if isinstance(like, Scalar) else None
        rule = self._broken_rule(original, asked)
        copy = self.resolved(str(original), asked) if rule is None else Refused(entry.place)
        self.copies[name] = 1 + self.copies.get(str(original), 0)
        if isinstance(copy, Mapping) and self.copies[name] > LONGEST_CHAIN:
            rule = f"a chain of at most {LONGEST_CHAIN} copies"
        if rule is not None:
            self.found.append(Problem(like.place, (self.section, name, "like"), f"{rule}, and got {shown(plain(like))}"))
        if rule is not None or not isinstance(copy, Mapping):
            return Refused(entry.place)
        whole = merged(copy, Mapping({key: node for key, node in entry.entries.items() if key != "like"}, entry.place), self.shape)
        assert isinstance(whole, Mapping)
        return Mapping(whole.entries, copy.place)

    def _broken_rule(self, original: object, asked: tuple[str, ...]) -> str | None:
        kind = self.section.removesuffix("s")
        if not isinstance(original, str):
            return f"the name of a {kind}"
        if original not in self.entries:
            return f"a {kind} of this scenario ({hint(original, [name for name in self.entries if name not in asked])})"
        if original in asked:
            return f"a {kind} that is not like this one in turn"
        return f"a chain of at most {LONGEST_CHAIN} copies" if len(asked) > LONGEST_CHAIN else None
