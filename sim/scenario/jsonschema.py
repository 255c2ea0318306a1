"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from sim.scenario.likeness import SECTIONS
from sim.scenario.schema import Scenario

_EXTENDS = {
    "type": "string",
    "title": "Extends",
    "description": "Another scenario file, relative to this one: it is read first, and what stands here is laid over it.",
}
_LIKE = {
    "type": "string",
    "title": "Like",
    "description": "Another entry beside this one, of which this is a copy except for what stands here.",
}


def json_schema() -> dict[str, Any]:
    """The schema of a file: that of a scenario, with `extends` and `like`.

    Keys that a scenario requires are required of a file only if it extends no other; those of parts are not, since they may come
    from the file that is extended or from the entry that is copied.
    """
    schema = Scenario.model_json_schema()
    required = schema.pop("required")
    for part in schema["$defs"].values():
        part.pop("required", None)
    schema["properties"] = {"extends": _EXTENDS, **schema["properties"]}
    for section in SECTIONS:
        (entry,) = schema["properties"][section]["patternProperties"].values()
        name = entry["$ref"].rsplit("/", 1)[1]
        schema["$defs"][name]["properties"]["like"] = _LIKE
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "chillsim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": required},
    }
