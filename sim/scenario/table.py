"""CSV files that a scenario names: comments, a header, rows; bounded, and every problem with its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import dropwhile
from typing import TypeVar

from sim.scenario.problems import MOST, Problem, hint, shown
from sim.scenario.tree import Place

LONGEST_CELL = 10_000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_T = TypeVar("_T")


class Faults:
    """Collects what is wrong with one file."""

    def __init__(self, file: str, found: list[Problem]) -> None:
        self._file = file
        self._found = found
        self._before = len(found)

    def add(self, line: int, column: str, text: str) -> None:
        """One problem more; `column` may be empty."""
        self._found.append(Problem(Place(self._file, line), (column,) if column else (), text))

    def __len__(self) -> int:
        return len(self._found) - self._before


class Table:
    """A table in CSV, with comments (lines that start with #) before its header."""

    def __init__(self, text: str, columns: Sequence[str], required: Sequence[str], most: int, faults: Faults) -> None:
        """`columns` are those that may be there, `required` those that must, `most` the rows that it may have."""
        lines = text.removesuffix("\n").split("\n")
        table = list(dropwhile(lambda line: line.startswith("#"), lines))
        self._before = len(lines) - len(table)
        self._reader = csv.reader((f"{line}\n" for line in table), strict=True)
        self._columns, self._required = columns, required
        self._most = most
        self._faults = faults

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The rows that are not empty, as cells by column without outer space, with the lines on which they begin.

        What the file lacks is empty. No rows come where the header is wrong, and no more where as much is wrong as can be listed.
        """
        try:
            header = [name.strip() for name in next(self._reader, [])]
            if self._is_usable(header):
                yield from self._rows(header)
        except csv.Error as error:
            self._faults.add(self._line, "", f"a table in CSV, and got: {error}")

    @property
    def _line(self) -> int:
        """The line that was read last."""
        return self._before + max(self._reader.line_num, 1)

    def _is_usable(self, header: list[str]) -> bool:
        faults, line = len(self._faults), self._line
        for position, name in enumerate(header):
            if name not in self._columns:
                self._faults.add(line, "", f"no such column; {hint(name, self._columns)}, and got {shown(name)}")
            elif name in header[:position]:
                self._faults.add(line, name, "a column is given once, and got it again")
        for name in self._required:
            if name not in header:
                self._faults.add(line, name, "a column that is required, and got none")
        return len(self._faults) == faults

    def _rows(self, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
        count, line = 0, self._line + 1
        for cells in self._reader:
            if any(cell.strip() for cell in cells):
                count += 1
                if count > self._most:
                    self._faults.add(line, "", f"at most {self._most:,} rows, and got more")
                if len(self._faults) > MOST or count > self._most:
                    return
                if row := self._row(header, cells, line):
                    yield line, row
            line = self._line + 1

    def _row(self, header: list[str], cells: list[str], line: int) -> dict[str, str] | None:
        if len(cells) > len(header):
            self._faults.add(line, "", f"a row of at most {len(header)} columns, and got {len(cells)}")
            return None
        found = dict.fromkeys(self._columns, "") | {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        long = next((name for name, cell in found.items() if len(cell) > LONGEST_CELL), None)
        if long is not None:
            self._faults.add(line, long, f"at most {LONGEST_CELL:,} characters, and got {len(found[long]):,}")
        return None if long is not None else found


def read_cell(row: dict[str, str], line: int, faults: Faults, column: str, read: Callable[[str], _T]) -> _T | None:
    """What a cell says; None where it is empty, or wrong: `read` then raises a `ValueError` that states the rule."""
    if not row[column]:
        return None
    try:
        return read(row[column])
    except ValueError as error:
        faults.add(line, column, str(error))
        return None


def one_of(known: tuple[str, ...], text: str) -> str:
    """A cell that holds one of some words.

    Raises:
        ValueError: if it does not.
    """
    if text not in known:
        raise ValueError(f"{' or '.join(known)} or empty, and got {shown(text)}; {hint(text, known)}")
    return text


def iso_date(text: str) -> date:
    """A cell that holds a date.

    Raises:
        ValueError: if it does not.
    """
    try:
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"a date such as 2020-04-30, and got {shown(text)}")
