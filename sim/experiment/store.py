"""Result folders: complete, or not there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sim.experiment.disk import ResultError, sync, write_text, writing_to

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

T = TypeVar("T")


def check_place(out: Path, name: str, force: bool) -> Path:
    """The folder `out/name`, if a result can be written there.

    Raises:
        ResultError: if it exists and force is not set, or if it is no folder of results.
    """
    place = out / name
    if os.path.lexists(place):
        if not force:
            raise ResultError(f"{place}: exists; --force replaces it, --out writes elsewhere")
        if not (place / "manifest.json").is_file() and (not place.is_dir() or any(place.iterdir())):
            raise ResultError(f"{place}: exists and holds no result, so --force does not replace it")
    for folder in (out, *out.parents):
        if os.path.lexists(folder) and not folder.is_dir():
            raise ResultError(f"{out}: cannot hold results, as {folder} is not a folder")
    return place


def partial_place(place: Path) -> Path:
    """Where a run is kept until it is complete."""
    return place.with_name(f"{place.name}.partial")


def commit(place: Path, write: Callable[[Path], T], *, complete: bool, force: bool) -> tuple[T, Path]:
    """Has the tables of a result written into a folder and moves it to its place; what came of the writing, and the place.

    A complete result takes the place; where that was taken since the run began, it goes to `NAME.new`. The tables of an incomplete one
    are laid beside what is kept of the run, in `NAME.partial`.

    Raises:
        WriteError: if the disk refuses; what is kept of the run stays.
    """
    if not complete:
        kept = partial_place(place)
        with writing_to(kept):
            return _written(kept, write), kept
    if place.exists() and not force:
        place = place.with_name(f"{place.name}.new")
    with writing_to(place), _beside(place) as folder:
        written = _written(folder, write)
        _swap(folder, place)
    return written, place


def _written(folder: Path, write: Callable[[Path], T]) -> T:
    """Has it written, and held by the disk."""
    written = write(folder)
    for path in (*folder.iterdir(), folder):
        sync(path)
    return written


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    folder = place.with_name(f".{place.name}.{uuid4().hex[:8]}")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_origin(folder: Path, scenario: Scenario, manifest: Mapping[str, Any]) -> None:
    """Writes what a result comes from: its scenario, with the files that it names, and the manifest."""
    from sim.scenario import dump

    write_inputs(folder, scenario.inputs)
    write_text(folder / "scenario.yaml", dump(scenario))
    write_text(folder / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def write_inputs(folder: Path, inputs: Mapping[str, bytes]) -> None:
    """The files that the scenario names, where its own file in that folder finds them."""
    for name, content in inputs.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        sync(path)


def _swap(folder: Path, place: Path) -> None:
    """Moves the folder to its place; what was there goes only once the new one is there."""
    old = folder.with_name(f"{folder.name}.old")
    if place.exists():
        place.rename(old)
    try:
        folder.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
    sync(place.parent)
    shutil.rmtree(old, ignore_errors=True)
