"""What pydantic found, in the words of a scenario's author."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import ErrorDetails

from sim.scenario.problems import Problem, clean, hint, nearest, shown
from sim.scenario.shape import ROOT, Choice, PartOf, Shape, Value, child, fields, readable
from sim.scenario.tree import Mapping, Node, Path, Refused, along


@dataclass(frozen=True)
class Fault:
    """An error of the schema: its path in the file, what may stand there, and the part that holds it."""

    error: ErrorDetails
    path: Path
    shape: Shape | None
    part: Shape | None

    @property
    def unknown_key(self) -> bool:
        """Whether the format has no such key."""
        return self.error["type"] == "extra_forbidden"

    @property
    def missing_key(self) -> bool:
        """Whether a key that is needed is not there."""
        return self.error["type"] == "missing"


def locate(error: ErrorDetails, data: object) -> Fault:
    """The path of an error, without the marks that pydantic puts among the keys."""
    shape: Shape | None = ROOT
    part: Shape | None = None
    path: list[str | int] = []
    pending_tag = False
    for key in error["loc"]:
        if key == "[key]":
            break
        if pending_tag:
            pending_tag = False
            shape = shape.parts.get(str(key)) if isinstance(shape, Choice) else shape
            continue
        path.append(key)
        part, shape = shape, child(shape, key, data)
        pending_tag = isinstance(shape, Choice)
        data = below(data, key)
    return Fault(error, tuple(path), shape, part)


def below(data: object, key: str | int) -> object:
    """What stands at a key, or None."""
    if isinstance(data, dict):
        return data.get(key)
    return data[key] if isinstance(data, list) and isinstance(key, int) and key < len(data) else None


def worded(fault: Fault, tree: Node) -> Problem | None:
    """The problem to report; None where the value is reported already."""
    path = fault.path
    if isinstance(fault.shape, Choice) and fault.error["type"].startswith("union_tag"):
        path = (*path, fault.shape.key)
    nodes = list(along(tree, path))
    return None if isinstance(nodes[-1], Refused) else Problem(nodes[-1].place, path, _sentence(fault, nodes))


def _sentence(fault: Fault, nodes: Sequence[Node]) -> str:
    error, shape = fault.error, fault.shape
    context = error.get("ctx", {})
    if error["loc"][-1:] == ("[key]",):
        return f"{readable(Value('name'))}, and got {shown(fault.path[-1])}"
    match error["type"]:
        case "missing":
            return f"{_rule(shape)} is required, and got none"
        case "extra_forbidden":
            return f"no such key; {_key_hint(fault, nodes[-2])}"
        case "union_tag_not_found" if isinstance(shape, Choice):
            return f"one of {', '.join(shape.parts)} is required, and got none"
        case "union_tag_invalid" if isinstance(shape, Choice):
            tag = str(context.get("tag", ""))
            return f"one of {', '.join(shape.parts)}, and got {shown(tag)}; {hint(tag, shape.parts)}"
        case "value_error" if not isinstance(shape, Value):
            return clean(str(context.get("error", error["msg"])), 300)
        case "combination":
            return f"{context['rule']}, and got {shown(error['input'])}"
        case "too_long" | "too_short" if shape is not None:
            return f"{readable(shape)}, and got {context.get('actual_length')}"
        case "string_pattern_mismatch" if isinstance(shape, Value) and shape.kind == "text":
            return f"{readable(shape)} that matches {context.get('pattern')}, and got {shown(error['input'])}"
    return _expectation(shape, error["input"])


def _rule(shape: Shape | None) -> str:
    return readable(shape) if shape is not None else "a value"


def _expectation(shape: Shape | None, got: object) -> str:
    rule = f"{_rule(shape)}, and got {shown(got)}"
    if not isinstance(shape, Value):
        return rule
    if shape.kind in ("text", "name", "choice") and isinstance(got, bool | int | float):
        return f"{rule} (in quotes, if the text is meant)"
    if shape.kind == "choice" and isinstance(got, str):
        return f"{rule}; {hint(got, shape.choices)}"
    if shape.kind == "switch" and isinstance(got, str):
        return f"{rule} (yes and no are texts here)" if got.lower() in ("yes", "no", "on", "off", "y", "n") else rule
    return rule


def _key_hint(fault: Fault, holder: Node) -> str:
    """The key that was probably meant, or those that may still be given."""
    name, known = str(fault.path[-1]), fields(fault.part.model) if isinstance(fault.part, PartOf) else {}
    given = holder.entries if isinstance(holder, Mapping) else {}
    return hint(name, known if nearest(name, known) else [key for key in known if key not in given])
