"""What a scenario becomes as its timeline sets parameters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sim.scenario.dumping import resolved
from sim.scenario.overrides import UnknownPath, put
from sim.scenario.problems import MOST, dotted, hint
from sim.scenario.revalidation import Fault, revalidated
from sim.scenario.schema import Scenario
from sim.scenario.tree import Mapping, Path, Place, planted

SECTIONS = ("platforms", "jurisdictions", "voice", "beliefs")
DRAWN_BEFORE = {"platforms": ("kind", "hours", "utc_offset", "habit", "habits", "rooms", "replies"), "jurisdictions": ("utc_offset",)}
"""What shapes people and occasions, which are drawn before time begins."""
MEASURED_AFTER = {"platforms": ("reading", "survey"), "voice": ("softening", "model")}
"""What measures are reckoned with once time has passed, for all of it alike."""

_NOWHERE = Place("timeline")


def variants(scenario: Scenario) -> list[tuple[float, Scenario]]:
    """The hour of each `set` event and the scenario from then on, in order of time; what was set before stays set.

    Raises:
        ValueError: if an event sets what cannot be set; a loaded scenario has no such event.
    """
    result = []
    for at, variant, faults in _history(scenario):
        if faults:
            raise ValueError("\n".join(f"{dotted(path)}: {text}" for path, text in faults))
        result.append((at, variant))
    return result


def faults_in_sets(scenario: Scenario) -> list[Fault]:
    """What is wrong with the `set` events of a timeline."""
    return list(islice((fault for _, _, faults in _history(scenario) for fault in faults), MOST + 1))


def _history(scenario: Scenario) -> Iterator[tuple[float, Scenario, list[Fault]]]:
    """The scenario after each `set` event, and the faults of the event, which then changes nothing."""
    sets = [(event.at, index, event.set) for index, event in enumerate(scenario.timeline) if event.set is not None]
    untouched = {"timeline": scenario.timeline, "evidence": scenario.evidence}
    bare = scenario.model_copy(update={"timeline": [], "evidence": {}})
    tree = planted(resolved(bare), _NOWHERE) if sets else None
    for at, index, values in sorted(sets, key=lambda item: item[0]):
        assert isinstance(tree, Mapping)
        after, faults = _put_all(tree, values)
        changed, invalid = _validated(after, bare)
        faults += [(_under(values, path), text) for path, text in invalid]
        if changed is not None and not faults:
            tree, bare = after, changed
        yield at, bare.model_copy(update=untouched), [(("timeline", index, "set", *path), text) for path, text in faults]


def _put_all(tree: Mapping, values: dict[str, object]) -> tuple[Mapping, list[Fault]]:
    """The tree with every value put at its path, as far as that may be."""
    faults: list[Fault] = []
    for name, value in values.items():
        path = tuple(name.split("."))
        rule = _forbidden(path)
        try:
            tree = tree if rule is not None else put(tree, path, planted(value, _NOWHERE), adding=False)
        except UnknownPath as error:
            rule = str(error) if error.path == path else f"{dotted(error.path)}: {error}"
        if rule is not None:
            faults.append(((name,), rule))
    return tree, faults


def _validated(tree: Mapping, before: Scenario) -> tuple[Scenario | None, list[Fault]]:
    """The scenario of a changed tree, or what is wrong with it that was not wrong before."""
    after, faults = revalidated(tree, before)
    return after, [*faults, *(_changed_kinds(before, after) if after is not None else ())]


def _under(values: dict[str, object], path: Path) -> Path:
    """A path written as the rest below the name that set it."""
    whole = dotted(path)
    name = next((name for name in values if whole == name or whole.startswith(f"{name}.")), None)
    return (name, *path[name.count(".") + 1 :]) if name is not None else (next(iter(values)), whole)


def _forbidden(path: tuple[str, ...]) -> str | None:
    if path[0] not in SECTIONS:
        return f"a parameter of {', '.join(SECTIONS[:-1])} or {SECTIONS[-1]} ({hint(path[0], SECTIONS)})"
    if len(path) > 1 and (path[1] if path[0] == "voice" else path[min(2, len(path) - 1)]) in MEASURED_AFTER.get(path[0], ()):
        return f"a parameter that may change while time runs (measures are reckoned with one {'.'.join(path)} for all of it)"
    if path[0] not in DRAWN_BEFORE:
        return None
    if len(path) < 3 or (len(path) == 3 and path[2] in ("rules", "desks")):
        return "a single parameter, not a part that holds names"
    if path[2] in DRAWN_BEFORE[path[0]]:
        return f"a parameter that may change while time runs ({path[2]} shapes people and occasions, which are drawn before)"
    return None


def _changed_kinds(before: Scenario, after: Scenario) -> Iterator[Fault]:
    for key in ("softening", "model") if after.voice.model == before.voice.model else ("model",):
        if getattr(after.voice, key) != getattr(before.voice, key):
            yield ("voice", key), f"a scenario keeps its voice.{key} ({getattr(before.voice, key)}) while time runs"
    for platform, spec in after.platforms.items():
        for name, rule in spec.rules.items():
            old = before.platforms[platform].rules[name]
            for key in ("detector", "action", "desk"):
                if getattr(rule, key) != getattr(old, key):
                    yield ("platforms", platform, "rules", name, key), f"a rule keeps its {key} ({getattr(old, key)}) while time runs"
