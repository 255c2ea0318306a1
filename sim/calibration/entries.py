"""The entries of a mapping of a file of targets, read one by one; what is wrong with them is noted with its place."""

from __future__ import annotations

from collections.abc import Sequence

from sim.scenario.problems import Problem, hint, shown
from sim.scenario.tree import Items, Mapping, Node, Path, Refused, is_null, plain

LONGEST_TEXT = 2000


class Entries:
    """A mapping whose entries are read by key. One that is null is as good as none."""

    def __init__(self, node: Node, path: Path, found: list[Problem]) -> None:
        self.node, self.path, self._found = node, path, found
        self.nodes = {key: value for key, value in node.entries.items() if not is_null(value)} if isinstance(node, Mapping) else {}
        if not isinstance(node, Mapping):
            self.refuse(None, f"a mapping, and got {shown(plain(node))}")

    def refuse(self, key: str | None, text: str) -> None:
        """Notes that what stands at a key, or the whole, is wrong; once for what could not be read at all."""
        node = self.nodes.get(key, self.node) if key else self.node
        if not isinstance(node, Refused):
            self._found.append(Problem(node.place, (*self.path, key) if key else self.path, text))

    def known(self, keys: Sequence[str]) -> None:
        """Refuses all keys but these."""
        for key in self.nodes:
            if key not in keys:
                self.refuse(key, f"no such key; {hint(key, keys)}")

    def text(self, key: str, default: str | None = None) -> str:
        """The text at a key; refused where it is missing and has no default."""
        value = self._value(key, default, "a text")
        if not isinstance(value, str) or not 0 <= len(value) <= LONGEST_TEXT:
            self._wrong(key, f"a text of at most {LONGEST_TEXT:,} characters", value)
            return default or ""
        return value

    def one_of(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """The text at a key, which is one of some."""
        value = self._value(key, default, f"one of {', '.join(choices)}")
        if value is not None and value not in choices:
            near = hint(str(value), choices) if len(choices) > 4 else f"one of {', '.join(choices)}"
            self._wrong(key, near, value)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """The number at a key; None where there is none, or what is there is refused."""
        if key not in self.nodes:
            return None
        value = plain(self.nodes[key])
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(key, "a number", value)
            return None
        return float(value)

    def numbers(self, key: str) -> tuple[float, float] | None:
        """The two ascending numbers at a key; None as `number`."""
        if key not in self.nodes:
            return None
        node = self.nodes[key]
        values = plain(node) if isinstance(node, Items) else []
        assert isinstance(values, list)
        if len(values) != 2 or not all(isinstance(end, int | float) and not isinstance(end, bool) for end in values):
            self._wrong(key, "two numbers, the lowest and the highest", plain(node))
        elif not values[0] < values[1]:
            self._wrong(key, "the lowest number before the highest", f"{values[0]} and {values[1]}")
        else:
            return float(values[0]), float(values[1])
        return None

    def plain(self) -> dict[str, object]:
        """All entries as plain values."""
        return {key: plain(node) for key, node in self.nodes.items()}

    def mapping(self, key: str) -> dict[str, object] | None:
        """Plain values by key; None where there is nothing."""
        if key not in self.nodes:
            return None
        value = plain(self.nodes[key])
        if not isinstance(value, dict):
            self._wrong(key, "values by dotted path, as for --set", value)
            return None
        return value

    def _value(self, key: str, default: str | None, rule: str) -> object:
        if key in self.nodes:
            return plain(self.nodes[key])
        if default is None:
            self.refuse(key, f"{rule} is required, and got none")
            return ""
        return default

    def _wrong(self, key: str, rule: str, got: object) -> None:
        if key in self.nodes:
            self.refuse(key, f"{rule}, and got {shown(got)}")
