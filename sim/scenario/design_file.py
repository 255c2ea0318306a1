"""Designs in CSV: a column for each parameter that varies, by its dotted path, and a row for each point."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from sim.scenario.problems import Problem, shown
from sim.scenario.reading import Budget, Unreadable, read_text
from sim.scenario.schema.experiment import MOST_POINTS
from sim.scenario.table import Faults
from sim.scenario.tree import Place, plain

NUMBER = "point"
"""Column that numbers the points in what a run writes; it is passed over."""
MOST_COLUMNS = 200

Rows = list[dict[str, object]]
"""Values by path, for each point."""


def read_design(text: str, file: str, found: list[Problem]) -> Rows:
    """The points of a file, without rows that are wrong, which are added to `found`. Cells are read as in a scenario file."""
    faults = Faults(file, found)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        return list(_rows(reader, faults, Place(file)))
    except csv.Error as error:
        faults.add(reader.line_num, "", f"CSV that can be read, and got: {error}")
        return []


def _rows(reader: Iterator[list[str]], faults: Faults, file: Place) -> Iterator[dict[str, object]]:
    header = [name.strip() for name in next(reader, [])]
    line = 1
    if not _is_usable(header, faults):
        return
    for line, cells in enumerate((cells for cells in reader if any(cell.strip() for cell in cells)), start=2):
        if line > MOST_POINTS + 1:
            faults.add(line, "", f"at most {MOST_POINTS:,} points, and got more")
            return
        if len(cells) != len(header):
            faults.add(line, "", f"{len(header)} cells, separated by commas, and got {len(cells)}")
            continue
        yield {name: _value(cell, name, Place(file.file, line), faults) for name, cell in zip(header, cells, strict=True) if name != NUMBER}
    if line == 1:
        faults.add(1, "", "a row for each point, and got none")


def _is_usable(header: list[str], faults: Faults) -> bool:
    paths = [name for name in header if name != NUMBER]
    if not paths or not all(paths) or len(set(header)) < len(header) or len(header) > MOST_COLUMNS:
        faults.add(1, "", f"a header of at most {MOST_COLUMNS} different paths, and got {shown(','.join(header))}")
        return False
    return True


def _value(cell: str, name: str, place: Place, faults: Faults) -> object:
    problems: list[Problem] = []
    try:
        value = plain(read_text(cell, place.file, Budget(), problems, place))
    except Unreadable as error:
        problems.append(error.problem)
        value = None
    for problem in problems:
        faults.add(place.line or 1, name, problem.text)
    return None if problems else value
