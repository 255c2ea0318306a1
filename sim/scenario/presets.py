"""What ships with chillsim under ``sim/presets``: one folder for each kind, one file for each thing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


def folder(kind: str) -> Traversable:
    """The folder of a kind, such as ``phrasebooks``."""
    return files("sim") / "presets" / kind


@cache
def kinds() -> tuple[str, ...]:
    """The kinds of preset that ship."""
    return tuple(sorted(entry.name for entry in folder("").iterdir() if entry.is_dir() and shipped(entry.name)))


@cache
def shipped(kind: str) -> tuple[str, ...]:
    """Names of the presets of a kind."""
    place = folder(kind)
    names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def text(kind: str, name: str) -> str:
    """The YAML text of a preset."""
    return (folder(kind) / f"{name}.yaml").read_text(encoding="utf-8")


def title(kind: str, name: str) -> str:
    """A preset's title, read without the rest of the file."""
    line = next((line for line in text(kind, name).splitlines() if line.startswith("title:")), "")
    return line.removeprefix("title:").strip().strip("\"'")
