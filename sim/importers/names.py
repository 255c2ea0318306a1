"""Names of other people's files as scenarios can have them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import islice

from sim.importers.base import UnusableFile
from sim.importers.report import Value
from sim.scenario.problems import clean, shown

LONGEST = 63
MOST, MOST_SHOWN = 1000, 20

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
        self._taken = {*self._given.values(), *reserved}
        self._found: dict[str, str] = {}

    def of(self, name: str) -> str:
        """The name in a scenario; the same for the same.

        Raises:
            UnusableFile: if there are more names than a scenario could have.
        """
        if name not in self._found:
            if len(self._found) == MOST:
                raise UnusableFile(f"at most {MOST:,} different topics or groups, and got more: is it the right column?")
            self._found[name] = self._given.get(name) or self._made(name)
            self._taken.add(self._found[name])
        return self._found[name]

    def changed(self) -> dict[str, Value]:
        """What was called otherwise, and what it is called now."""
        changed: dict[str, Value] = {clean(old, 80): new for old, new in self._found.items() if old != new}
        return shortened(changed)

    def _made(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        made = _STRANGE.sub("-", plain).strip("-").lstrip("0123456789-")[:LONGEST].rstrip("-")
        if made and made not in self._taken:
            return made
        candidates = (f"{made[: LONGEST - 8] or 'name'}-{number}" for number in range(1, len(self._taken) + 2))
        return next(new for new in candidates if new not in self._taken)


def shortened(facts: Mapping[str, Value]) -> dict[str, Value]:
    """Facts for a report, the first of them where there are many."""
    more: dict[str, Value] = {"and": f"{len(facts) - MOST_SHOWN:,} more"} if len(facts) > MOST_SHOWN else {}
    return dict(islice(facts.items(), MOST_SHOWN)) | more
