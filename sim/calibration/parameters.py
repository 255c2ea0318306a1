"""The parameters that are fitted, and over what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.calibration.targets import Fit
from sim.scenario.dumping import resolved
from sim.scenario.evidence import parameters
from sim.scenario.patterns import covers
from sim.scenario.problems import Problem, ScenarioError, dotted, report, shown
from sim.scenario.reading import Budget, Unreadable, read_text
from sim.scenario.schema import Scenario
from sim.scenario.tree import Place, plain
from sim.scenario.units import parse_duration
from sim.scenario.vary import Levels, Span, Varied


@dataclass(frozen=True)
class Parameter:
    """A parameter that is fitted.

    Attributes:
        path: as it was named; may hold * for any name.
        over: its range.
        own: its value in the scenario, as a number (hours for a duration).
        places: the paths that take its value.
        rest: the other weights of the mixture that it is a weight of, by path, as shares of what it leaves.
    """

    path: str
    over: Span
    own: float
    places: tuple[str, ...]
    rest: Mapping[str, float]

    def values(self, share: float) -> dict[str, object]:
        """Values by path at a share of the range; where it is the weight of a mixture, the other weights share what is left."""
        value = self.over.at(share)
        left = {path: part * (1 - value) for path, part in self.rest.items()} if isinstance(value, float) else {}
        return {**dict.fromkeys(self.places, value), **left}

    def number(self, share: float) -> float:
        """The value at a share of the range as a number; hours for a duration."""
        value = self.over.at(share)
        return as_number(value)


def as_number(value: object) -> float:
    """A parameter's value as a number; hours for a duration."""
    if isinstance(value, str):
        return parse_duration(value)
    assert isinstance(value, int | float)
    return float(value)


def read_parameters(options: Sequence[str], fit: Mapping[str, Fit]) -> dict[str, Fit]:
    """What the command line says, `PATH` or `PATH=LOW:HIGH` or `PATH=LOW:HIGH:log`, over what a file of targets does.

    Raises:
        ScenarioError: if some say it wrongly.
    """
    if not options:
        return dict(fit)
    found, named = list[Problem](), dict[str, Fit]()
    for option in options:
        place = Place("--parameters")
        path, equals, text = (part.strip() for part in option.partition("="))
        stated = _stated(text, found, place) if equals else fit[path].stated if path in fit else {}
        if path in named:
            found.append(Problem(place, (), f"each path once, and got {shown(path)} again"))
        named[path] = Fit(stated, place)
    if found:
        raise ScenarioError(report(found))
    return named


def _stated(text: str, found: list[Problem], place: Place) -> dict[str, object]:
    low, *rest = text.split(":")
    if len(rest) not in (1, 2) or rest[1:] not in ([], ["log"]):
        found.append(Problem(place, (), f"PATH, PATH=LOW:HIGH or PATH=LOW:HIGH:log, and got {shown(text)}"))
        return {}
    ends = {"low": _read(low, found, place), "high": _read(rest[0], found, place)}
    return {**ends, "log": True} if rest[1:] else ends


def _read(text: str, found: list[Problem], place: Place) -> object:
    try:
        return plain(read_text(text, place.file, Budget(), found, place))
    except Unreadable as error:
        found.append(error.problem)
        return None


def parameters_of(scenario: Scenario, fit: Mapping[str, Fit]) -> list[Parameter]:
    """The parameters of a scenario that are to be fitted.

    Raises:
        ScenarioError: if there are none, or some cannot be varied so.
    """
    if not fit:
        raise ScenarioError(["--parameters: at least one parameter to fit, here or under fit in the file of targets, and got none"])
    found, made, varied = list[Problem](), list[Parameter](), Varied(scenario)
    for path, what in fit.items():
        try:
            parameter = _parameter(scenario, varied, path, what.stated)
        except ValueError as error:
            found.append(Problem(what.place, tuple(path.split(".")), str(error)))
            continue
        made.append(parameter)
        for share in (0.0, 1.0):
            faults = varied.with_values(parameter.values(share))[1]
            found += [Problem(what.place, at, text) for at, text in faults]
    found += _overlaps(made, fit)
    if found:
        raise ScenarioError(report(found))
    return made


def _parameter(scenario: Scenario, varied: Varied, path: str, stated: Mapping[str, object]) -> Parameter:
    pattern = tuple(path.split("."))
    places: tuple[str, ...] = (path,)
    if "*" in pattern:
        places = tuple(dotted(one.path) for one in parameters(scenario) if len(one.path) == len(pattern) and covers(pattern, one.path))
        if not places:
            raise ValueError("the path of a parameter, * standing for any name; nothing is there")
    over = varied.over(places[0], dict(stated))
    if isinstance(over, Levels):
        raise ValueError("a number or a duration, and got a switch")
    if "log" not in stated:
        over = over.on_its_scale()
    own = _at(scenario, places[0])
    return Parameter(path, over, as_number(own), places, _rest(scenario, places))


def _at(scenario: Scenario, path: str) -> Any:
    data: Any = resolved(scenario)
    for key in path.split("."):
        data = data[int(key)] if isinstance(data, list) else data.get(key)
        if data is None:
            raise ValueError("a parameter that has a value in the scenario, and got one without")
    return data


def _rest(scenario: Scenario, places: Sequence[str]) -> dict[str, float]:
    """By path, how the other weights of a mixture share what one of them leaves."""
    found: dict[str, float] = {}
    for place in places:
        *above, index, key = place.split(".")
        if key != "weight" or above[-1:] != ["mixture"]:
            continue
        around = ".".join(above)
        weights = {f"{around}.{n}.weight": part["weight"] for n, part in enumerate(_at(scenario, around)) if str(n) != index}
        total = sum(weights.values())
        found |= {path: weight / total for path, weight in weights.items()}
    return found


def _overlaps(made: Sequence[Parameter], fit: Mapping[str, Fit]) -> list[Problem]:
    """Parameters that would set the same place."""
    taken, found = dict[str, str](), list[Problem]()
    for parameter in made:
        for place in (*parameter.places, *parameter.rest):
            if place in taken:
                text = f"parameters that leave each other alone, and got {taken[place]}, which sets {place} too"
                found.append(Problem(fit[parameter.path].place, tuple(parameter.path.split(".")), text))
            taken[place] = parameter.path
    return found
