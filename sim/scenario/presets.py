"""What ships with chillsim under ``sim/presets``: one folder for each kind, one file for each thing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

TABLES = ("rule-lists", "domain-blocks")
"""Kinds whose presets are tables."""


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
    place, ending = folder(kind), _ending(kind)
    names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    return tuple(sorted(name.removesuffix(ending) for name in names if name.endswith(ending)))


def text(kind: str, name: str) -> str:
    """The text of a preset's file."""
    return (folder(kind) / f"{name}{_ending(kind)}").read_text(encoding="utf-8")


def title(kind: str, name: str) -> str:
    """A preset's title, and the year that it describes if it says so, read without the rest of the file; in a table they are comments."""
    lines = [line.removeprefix("# ") for line in text(kind, name).splitlines()]
    said = (next((line.removeprefix(key) for line in lines if line.startswith(key)), "") for key in ("title:", "year:"))
    return ", ".join(word for word in (value.strip().strip("\"'") for value in said) if word)


def _ending(kind: str) -> str:
    return ".csv" if kind in TABLES else ".yaml"
