"""Files of targets: one's own form, targets by name, or the form of a list of published facts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from sim.calibration.entries import Entries
from sim.calibration.facts import marked, read_facts
from sim.calibration.figures import read_figure
from sim.calibration.targets import NORMAL_95, Fit, Key, Target, Targets, Use
from sim.measures.definitions import MEASURES
from sim.scenario.problems import Problem, ScenarioError, hint, report, shown
from sim.scenario.reading import MOST_BYTES, Budget, Unreadable, decoded, read_bytes, read_text
from sim.scenario.tree import Items, Node, Place

TOP = ("targets", "fit")
KEYS = (
    "measure", "split", "level", "world", "set", "against", "value", "sd", "interval", "tolerance", "source", "source_level", "use", "note",
)  # fmt: skip
RANGE_KEYS = ("low", "high", "log")
SOURCE_LEVELS = ("", "primary", "secondary", "machine_extracted", "recalled", "not_found", "derived")
MOST_TARGETS = 1000


def read_targets(path: str | os.PathLike[str], chosen: str | None = None, beside: str | None = None, tolerance: float = 0.1) -> Targets:
    """The targets of a file.

    Args:
        path: the file.
        chosen: names of those to fit to, separated by commas; of facts each may be followed by `=MEASURE`. All that may be fitted to, and
            that are not named in `beside`, if None; a list of facts needs it.
        beside: names of those to hold against the outcome. All others of a file of one's own, and none of a list of facts, if None.
        tolerance: uncertainty of a fact that states none, as a share of its value: half the width of its 95 % interval.

    Raises:
        ScenarioError: if anything is wrong, with one line for each problem; so it is where a target marked for validation is to be fitted.
    """
    file, found = os.fspath(path), list[Problem]()
    try:
        text = decoded(read_bytes(file, Place(file), MOST_BYTES, "a file of targets"), file)
        tree = read_text(text, file, Budget(), found)
    except Unreadable as error:
        raise ScenarioError(report([*found, error.problem])) from None
    if isinstance(tree, Items):
        targets, fit = read_facts(tree, chosen, beside, tolerance, found), dict[str, Fit]()
    else:
        targets, fit = _own(tree, chosen, beside, found)
    if not any(target.fitted for target in targets) and not found:
        found.append(Problem(Place(file), ("targets",), "at least one with use: calibrate to fit to, and got none"))
    if found:
        raise ScenarioError(report(found))
    return Targets(os.path.basename(file), text, tuple(targets), fit)


def _own(tree: Node, chosen: str | None, beside: str | None, found: list[Problem]) -> tuple[list[Target], dict[str, Fit]]:
    top = Entries(tree, (), found)
    top.known(TOP)
    if "targets" not in top.nodes:
        top.refuse("targets", "targets by name are required, and got none")
        return [], {}
    named = Entries(top.nodes["targets"], ("targets",), found)
    if len(named.nodes) > MOST_TARGETS:
        named.refuse(None, f"at most {MOST_TARGETS:,} targets, and got {len(named.nodes):,}")
        return [], {}
    targets = [_target(name, node, found) for name, node in named.nodes.items()]
    fit = Entries(top.nodes["fit"], ("fit",), found).nodes if "fit" in top.nodes else {}
    return list(_sorted_out(targets, chosen, beside, found)), {path: _fit(path, node, found) for path, node in fit.items()}


def _target(name: str, node: Node, found: list[Problem]) -> Target:
    entries = Entries(node, ("targets", name), found)
    entries.known(KEYS)
    value, sd = _published(entries)
    against = entries.mapping("against")
    return Target(
        name=name,
        key=_key(entries),
        value=value,
        sd=sd,
        use=cast("Use", entries.one_of("use", ("calibrate", "validate"))),
        source=entries.text("source"),
        source_level=entries.one_of("source_level", SOURCE_LEVELS, ""),
        setting=entries.mapping("set") or {},
        against=against,
        place=node.place,
    )


def _key(entries: Entries) -> Key:
    name = entries.text("measure")
    if name and name not in MEASURES:
        entries.refuse("measure", f"a measure (chillsim list measures); {hint(name, MEASURES)}")
    split, level, world = entries.text("split", "total"), entries.text("level", "all"), entries.text("world", "full")
    try:
        return read_figure(split, level, world, name)
    except ValueError as error:
        entries.refuse(None, str(error))
        return Key(world, name, split, level)


def _published(entries: Entries) -> tuple[float, float]:
    """The value and its standard deviation: as stated, or of the 95 % interval that is."""
    value = entries.number("value")
    if "value" not in entries.nodes:
        entries.refuse("value", "a number is required, and got none")
    given = [key for key in ("sd", "interval", "tolerance") if key in entries.nodes]
    if len(given) != 1:
        entries.refuse(None, f"exactly one of sd, interval and tolerance, and got {' and '.join(given) or 'none'}")
    interval, sd, tolerance = entries.numbers("interval"), entries.number("sd"), entries.number("tolerance")
    for key, number in (("sd", sd), ("tolerance", tolerance)):
        if number is not None and not number > 0:
            entries.refuse(key, f"a number above 0, and got {number:g}")
    if interval is not None and value is not None and not interval[0] <= value <= interval[1]:
        entries.refuse("interval", f"an interval around the value {value:g}, and got {interval[0]:g} to {interval[1]:g}")
    if interval is not None:
        sd = (interval[1] - interval[0]) / (2 * NORMAL_95)
    elif tolerance is not None:
        sd = tolerance / NORMAL_95
    return value if value is not None else 0.0, sd if sd is not None else 1.0


def _fit(path: str, node: Node, found: list[Problem]) -> Fit:
    entries = Entries(node, ("fit", path), found)
    entries.known(RANGE_KEYS)
    if ("low" in entries.nodes) != ("high" in entries.nodes):
        entries.refuse(None, "both low and high, or neither of them for the range in the evidence, and got one")
    stated = {key: value for key, value in entries.plain().items() if key in RANGE_KEYS}
    if not isinstance(stated.get("log", False), bool):
        entries.refuse("log", "true or false, and got something else")
    return Fit(stated, node.place)


def _sorted_out(targets: Sequence[Target], chosen: str | None, beside: str | None, found: list[Problem]) -> Iterator[Target]:
    """Each target that is asked for, as one to fit to or to hold against the outcome."""
    known = [target.name for target in targets]
    to_fit, others = (None if names is None else _names(names) for names in (chosen, beside))
    for option, names in (("--targets", to_fit), ("--out-of-sample", others)):
        found += [
            Problem(Place(option), (), f"a target of the file ({hint(name, known)}), and got {shown(name)}")
            for name in names or ()
            if name not in known
        ]
    for target in targets:
        fitted = target.name in to_fit if to_fit is not None else target.use == "calibrate" and target.name not in (others or ())
        if fitted and target.use == "validate":
            found.append(marked(target.name))
        if fitted or others is None or target.name in others:
            yield replace(target, fitted=fitted)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
