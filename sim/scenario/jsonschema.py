"""The JSON Schema of scenario files, for editors."""

from __future__ import annotations

from typing import Any

from sim.scenario.likeness import SECTIONS
from sim.scenario.presets import shipped
from sim.scenario.presetting import SECTIONS as PRESET_SECTIONS
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
_PRESET = {
    "type": "string",
    "title": "Preset",
    "description": "A preset that ships, from which this entry starts, with its evidence; what stands here is laid over it.",
}


def json_schema() -> dict[str, Any]:
    """The schema of a file: that of a scenario, with `extends`, `like` and `preset`.

    Keys that a scenario requires are required of a file only if it extends no other; those of parts are not, since they may come
    from the file that is extended, from the entry that is copied or from a preset. For the same reason keys may fit several voice models.
    """
    schema = Scenario.model_json_schema()
    required = schema.pop("required")
    for part in schema["$defs"].values():
        part.pop("required", None)
    voice = schema["properties"]["voice"]
    voice["anyOf"] = voice.pop("oneOf")
    del voice["discriminator"]
    schema["properties"] = {"extends": _EXTENDS, **schema["properties"]}
    for section in (*SECTIONS, *PRESET_SECTIONS):
        (entry,) = schema["properties"][section]["patternProperties"].values()
        keys = schema["$defs"][entry["$ref"].rsplit("/", 1)[1]]["properties"]
        keys |= {"like": _LIKE} if section in SECTIONS else {}
        if section in PRESET_SECTIONS:
            keys["preset"] = _PRESET | {"enum": list(shipped(section))}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "chillsim scenario",
        **{key: value for key, value in schema.items() if key != "title"},
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": required},
    }
