"""Keys of scenario files that YAML makes something else of, that are given twice, or that are no keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.commands import TINY, called, refused, runs_or_is_refused
from tests.scenario_files import write

LINES = TINY.count("\n")
TWICE = f"a key is given once, and got it again (the first is on line {LINES + 1})"

KEYS: dict[str, tuple[str, list[str]]] = {
    "duplicate": ("seed: 1\nseed: 2\n", [f":{LINES + 2}:1: seed: {TWICE}"]),
    "duplicate in one line": (
        "abuse: {rate: 0, rate: 1}\n", [f":{LINES + 1}:18: abuse.rate: {TWICE}"],
    ),
    "duplicate in quotes": ("seed: 1\n'seed': 2\n", [f":{LINES + 2}:1: seed: {TWICE}"]),
    "1 and 1.0 and true together": (
        "1: a\n1.0: b\ntrue: c\n",
        [f":{LINES + 1 + n}:1: a text as key (in quotes, if it is meant), and got '{key}'" for n, key in enumerate(("1", "1.0", "true"))],
    ),
    "~:": ("~: 1\n", [f":{LINES + 1}:1: a text as key (in quotes, if it is meant), and got '~'"]),
    "null:": ("null: 1\n", [f":{LINES + 1}:1: a text as key (in quotes, if it is meant), and got 'null'"]),
    "no key at all": (": 1\n", [f":{LINES + 1}:1: YAML that can be read, and got: "]),
    "no:": ("no: 1\n", [f":{LINES + 1}:1: no: "]),
    "unhashable list": ("? [a, b]\n: 1\n", [f":{LINES + 1}:3: a text as key, and got a list or a mapping"]),
    "unhashable mapping": ("? {a: b}\n: 1\n", [f":{LINES + 1}:3: a text as key, and got a list or a mapping"]),
    "misspelt": ("horizno: 3 d\n", [f":{LINES + 1}:1: horizno: "]),
    "misspelt within": ("abuse: {rat: 1}\n", [f":{LINES + 1}:9: abuse.rat: "]),
    "in capitals": ("SEED: 1\n", [f":{LINES + 1}:1: SEED: "]),
    "with a space": ("'seed ': 1\n", [f":{LINES + 1}:1: seed : "]),
    "look-alike letters": ("sееd: 1\n", [f":{LINES + 1}:1: sееd: "]),
    "a dotted path": ("platforms.chat.kind: group\n", [f":{LINES + 1}:1: platforms.chat.kind: "]),
    "dunder": ("__class__: 1\n__init__: 2\n", [f":{LINES + 1}:1: __class__: ", f":{LINES + 2}:1: __init__: "]),
    "field of the implementation": ("model_config: 1\ninputs: {}\n", [f":{LINES + 1}:1: model_config: ", f":{LINES + 2}:1: inputs: "]),
}  # fmt: skip
"""Lines added to a scenario, and how each message begins after the file's name."""


@pytest.mark.parametrize("name", KEYS)
def test_each_key_that_is_none_is_refused_at_its_place(name: str, tmp_path: Path) -> None:
    added, starts = KEYS[name]
    path = write(tmp_path, TINY + added)
    found = refused("check", path)
    assert len(found) == len(starts)
    for line, start in zip(found, starts, strict=True):
        assert line.startswith(f"{path}{start}"), line
    assert refused("run", path, "--out", tmp_path / "results") == found
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("key", ["horizno", "plattforms", "replication", "group", "convener"])
def test_the_nearest_key_is_named(key: str, tmp_path: Path) -> None:
    (line,) = [line for line in refused("check", write(tmp_path, f"{TINY}{key}: 1\n")) if f": {key}: " in line]
    assert "did you mean '" in line


@pytest.mark.parametrize("country", ["no", "on", "off", "yes", "y", "n"])
def test_country_codes_are_no_booleans(country: str, tmp_path: Path) -> None:
    path = write(tmp_path, TINY.replace("{here: {}}", f"{{{country}: {{}}}}").replace(": here", f": {country}"))
    assert runs_or_is_refused(path)


@pytest.mark.parametrize(
    "override", ["1=2", "~=1", "a..b=1", ".seed=1", "seed.=1", "seed.0=1", "[a]=1", "*=1", "seed=1=2", "__class__.x=1"]
)
def test_overrides_of_no_parameter_are_refused(override: str, tmp_path: Path) -> None:
    (line,) = refused("check", write(tmp_path, TINY), "--set", override)
    assert line.startswith("--set")


def test_a_key_is_found_in_the_file_that_gives_it(tmp_path: Path) -> None:
    write(tmp_path, f"{TINY}seeed: 1\n", "base.yaml")
    path = write(tmp_path, "extends: base.yaml\nhorizno: 1 d\n")
    found = refused("check", path)
    assert sorted(line.split(": ")[1] for line in found) == ["horizno", "seeed"]
    assert called("check", write(tmp_path, TINY)).exit_code == 0
