"""Refusals: one line per problem, with the place, the path, the rule and the value got."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.scenario.tree import REFUSED, Path, Place

MOST = 100
"""Problems that are listed."""

_LONGEST_NAME = 100


class ScenarioError(ValueError):
    """A scenario that cannot be used; `problems` holds one line for each thing to mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(list(problems))
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend."""

    place: Place
    path: Path
    text: str

    def __str__(self) -> str:
        return ": ".join([clean(str(self.place), 500), *([dotted(self.path)] if self.path else []), self.text])


def report(problems: Iterable[Problem]) -> list[str]:
    """Lines in order of file and line; what is at fault in one place is said once, however many parts copied it."""
    once: dict[tuple[Place, Path, str], Problem] = {}
    for problem in problems:
        once.setdefault((problem.place, problem.path[-1:], problem.text), problem)
    ordered = sorted(once.values(), key=lambda p: (p.place.file, p.place.line or 0, p.place.column or 0, dotted(p.path)))
    lines = [str(problem) for problem in ordered[:MOST]]
    return lines if len(ordered) <= MOST else [*lines, f"and at least {len(ordered) - MOST} more"]


def dotted(path: Path) -> str:
    """A path as people write it."""
    return ".".join(clean(str(part), 80) for part in path)


def clean(text: str, longest: int) -> str:
    """A text in one line and shortened, its control characters escaped."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)


def shown(value: object) -> str:
    """A value as a message shows it."""
    if isinstance(value, str):
        return f"'{clean(value, 60)}'"
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return clean(repr(value), 40) if isinstance(value, float) or abs(value) < 10**40 else "a number of many digits"
    if isinstance(value, dict):
        return f"a mapping with the keys {clean(', '.join(map(str, value)), 60)}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    return "a value that is refused" if value is REFUSED else clean(repr(value), 60)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one was probably meant to be."""
    if len(name) > _LONGEST_NAME:
        return None
    near = difflib.get_close_matches(name, list(known), n=1)
    return near[0] if near else None


def hint(name: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown name."""
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f"did you mean '{near}'?"
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"known: {', '.join(names[:8]) or 'none'}{more}"
