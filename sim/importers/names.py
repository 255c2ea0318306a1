"""Names of other people's files as scenarios can have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sim.importers.base import UnusableFile
from sim.importers.report import Value
from sim.scenario.problems import clean, shown

LONGEST = 63

_STRANGE = re.compile(r"[^a-z0-9]+")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


class Names:
    """Turns names into those of a scenario: lower-case letters, digits and hyphens."""

    def __init__(self, given: Iterable[str] = (), reserved: Iterable[str] = ()) -> None:
        """`given` are OLD=NEW; what is `reserved` is not used as a name.

        Raises:
            UnusableFile: for anything else.
        """
        pairs = [text.partition("=") for text in given]
        for old, equals, new in pairs:
            if not old or not equals or not _NAME.fullmatch(new):
                rule = "OLD=NEW, the new name of lower-case letters, digits and hyphens"
                raise UnusableFile(f"--rename: {rule}, and got {shown(old + equals + new)}")
        self._given = {old.strip(): new for old, _, new in pairs}
        self._reserved = set(reserved)
        self._found: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name in a scenario; the same for the same."""
        if name not in self._found:
            self._found[name] = self._given.get(name) or self._made(name)
        return self._found[name]

    def changed(self) -> dict[str, Value]:
        """What was called otherwise, and what it is called now."""
        return {clean(old, 80): new for old, new in self._found.items() if old != new}

    def _made(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        made = _STRANGE.sub("-", plain).strip("-").lstrip("0123456789-")[:LONGEST].rstrip("-")
        taken = {*self._found.values(), *self._given.values(), *self._reserved}
        if made and made not in taken:
            return made
        return next(new for number in range(1, len(taken) + 2) if (new := f"{made[: LONGEST - 8] or 'name'}-{number}") not in taken)
