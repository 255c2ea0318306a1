"""What a sensitivity analysis varies: the parameters that rest on one piece of evidence, over the range that it states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.scenario.evidence import Basis, Parameter, parameters
from sim.scenario.patterns import covers
from sim.scenario.problems import ScenarioError, dotted, hint, shown
from sim.scenario.units import parse_duration
from sim.scenario.vary import Levels, Span, Varied

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

ASSUMPTIONS, ALL = "assumptions", "all"


@dataclass(frozen=True)
class Member:
    """One parameter of one of the compared scenarios.

    Attributes:
        option: which of the scenarios.
        path: of the parameter.
        over: its range.
        own: its value in the scenario, as a number; hours for a duration.
    """

    option: int
    path: str
    over: Span | Levels
    own: float

    def at(self, share: float, *, around_own: bool) -> object:
        """The value at a share of the range; with `around_own` the scenario's own value lies at a half."""
        if isinstance(self.over, Levels) or not around_own:
            return self.over.at(share)
        return self.over.around(self.own, share)


@dataclass(frozen=True)
class Factor:
    """Parameters that vary together, as one piece of evidence speaks for all of them.

    Attributes:
        name: the path, with * where it stands for several.
        basis: whether they rest on a source or on an assumption.
        text: the source or the assumption.
        limits: the ends of the range, as a file writes them.
        members: the parameters.
    """

    name: str
    basis: Basis
    text: str
    limits: tuple[object, object]
    members: tuple[Member, ...]

    def values(self, option: int, share: float) -> dict[str, object]:
        """Values by path at a share of the range, in one of the scenarios; those that differ keep their differences about the middle."""
        around_own = len({member.own for member in self.members}) > 1
        return {member.path: member.at(share, around_own=around_own) for member in self.members if member.option == option}


def factors(scenarios: Sequence[Scenario], wanted: str = ASSUMPTIONS) -> list[Factor]:
    """The factors of one scenario, or of several that are compared; what they have in common varies in all of them alike.

    Args:
        scenarios: the scenarios.
        wanted: `assumptions`, `all` that has a range, or paths separated by commas (* for any name; a path of a part stands for all in it).

    Raises:
        ScenarioError: for a path at which nothing has a range, and if nothing is left to vary.
    """
    varied = [Varied(scenario) for scenario in scenarios]
    grouped: dict[tuple[object, ...], list[tuple[Parameter, Member]]] = {}
    for option, scenario in enumerate(scenarios):
        for found, member in _members(scenario, varied[option], option):
            grouped.setdefault((found.field, found.basis, found.text, found.range), []).append((found, member))
    chosen = [same for same in grouped.values() if _is_wanted(same, wanted)]
    _check(wanted, chosen, [found for same in grouped.values() for found, _ in same])
    return _named(chosen, scenarios)


def without_range(scenario: Scenario) -> int:
    """The number of assumptions that cannot be varied, as they state no range."""
    return sum(found.basis == "assumption" and found.range is None for found in parameters(scenario))


def _members(scenario: Scenario, varied: Varied, option: int) -> Iterator[tuple[Parameter, Member]]:
    """The parameters that have a range."""
    for found in parameters(scenario):
        if found.range is None or found.range[0] == found.range[1] or isinstance(found.value, list):
            continue
        path = dotted(found.path)
        assert isinstance(found.value, str | int | float)
        own = parse_duration(found.value) if isinstance(found.value, str) else float(found.value)
        over = varied.over(path, {"low": found.range[0], "high": found.range[1]})
        yield found, Member(option, path, over if isinstance(over, Levels) else over.on_its_scale(), own)


def _is_wanted(same: Sequence[tuple[Parameter, Member]], wanted: str) -> bool:
    if wanted in (ASSUMPTIONS, ALL):
        return wanted == ALL or same[0][0].basis == "assumption"
    return any(covers(pattern, found.path) for pattern in _patterns(wanted) for found, _ in same)


def _patterns(wanted: str) -> list[tuple[str, ...]]:
    return [tuple(path.strip().split(".")) for path in wanted.split(",")]


def _check(wanted: str, chosen: Sequence[object], known: Sequence[Parameter]) -> None:
    problems = []
    if wanted not in (ASSUMPTIONS, ALL):
        lost = [pattern for pattern in _patterns(wanted) if not any(covers(pattern, found.path) for found in known)]
        names = [dotted(found.path) for found in known]
        problems = [
            f"--parameters: a parameter whose evidence states a range ({hint(dotted(path), names)}), and got {shown(dotted(path))}"
            for path in lost
        ]
    elif not chosen:
        problems = [f"--parameters: {wanted}: at least one parameter with a range, and got none"]
    if problems:
        raise ScenarioError(problems)


def _named(chosen: Sequence[Sequence[tuple[Parameter, Member]]], scenarios: Sequence[Scenario]) -> list[Factor]:
    """The factors, under names that differ."""
    names = _told_apart([_name(same) for same in chosen], [_first_and_more(same) for same in chosen])
    names = _told_apart(names, [f"{name} in {scenarios[same[0][1].option].name}" for name, same in zip(names, chosen, strict=True)])
    found = []
    for name, same in zip(names, chosen, strict=True):
        first = same[0][0]
        assert first.range is not None
        found.append(Factor(name, first.basis, first.text, first.range, tuple(member for _, member in same)))
    return found


def _told_apart(names: Sequence[str], longer: Sequence[str]) -> list[str]:
    """The names, in their longer form where several are the same."""
    return [name if names.count(name) == 1 else more for name, more in zip(names, longer, strict=True)]


def _first_and_more(same: Sequence[tuple[Parameter, Member]]) -> str:
    """The first path, and how many others there are."""
    first, *others = dict.fromkeys(member.path for _, member in same)
    return f"{first} and {len(others)} more" if others else first


def _name(same: Sequence[tuple[Parameter, Member]]) -> str:
    """The path, with * where those of several differ."""
    paths = {found.path for found, _ in same}
    return ".".join(str(keys[0]) if len(set(keys)) == 1 else "*" for keys in zip(*paths, strict=True))
