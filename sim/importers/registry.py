"""Which kinds of import there are."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from sim.importers.base import Importer, UnusableFile

GROUP = "chillsim.importers"
"""Entry points of other packages."""

KINDS = {
    "combinations": "sim.importers.combinations",
    "wildcards": "sim.importers.wildcards",
    "allow-combinations": "sim.importers.allow_combinations",
    "snapshots": "sim.importers.snapshots",
    "domain-blocks": "sim.importers.domain_blocks",
    "scores": "sim.importers.scores",
    "chat": "sim.importers.chat",
    "trace": "sim.importers.trace",
}
"""Module of each kind, which holds its `IMPORTER`; imported when it is used."""


def kinds() -> list[str]:
    """Names of all kinds: those that ship, then those of other packages."""
    return [*KINDS, *sorted(_others())]


def importer(kind: str) -> Importer:
    """The importer of a kind.

    Raises:
        KeyError: if there is none.
        UnusableFile: if another package offers it and it cannot be loaded.
    """
    if kind in KINDS:
        found = import_module(KINDS[kind]).IMPORTER
        assert isinstance(found, Importer)
        return found
    return _loaded(_others()[kind])


def _others() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in KINDS}


def _loaded(entry: EntryPoint) -> Importer:
    try:
        found = entry.load()
    except Exception as error:  # whatever another package does on import
        raise UnusableFile(f"import {entry.name}: {entry.value} cannot be loaded: {type(error).__name__}: {error}") from error
    if not isinstance(found, Importer):
        raise UnusableFile(f"import {entry.name}: {entry.value} is an Importer, and got {type(found).__name__}")
    return found
