"""Lists of words whose entries use * for any characters and ? for one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sim.importers.base import Imported, Importer, Options
from sim.importers.lists import LIST_OPTIONS, Row, read_list
from sim.importers.rules import Combination, combination

_WILD = re.compile(r"[*?＊？]+")
_BOUNDED = re.compile(r"^[^*?＊？]|[^*?＊？]$")


def read(paths: Sequence[Path], options: Options) -> Imported:
    """A rule list of one file."""
    count = _Count()
    imported = read_list(paths[0], options, count.split)
    if count.single:
        imported.report.note(f"? stands for one character, and was written as *, which is wider. Such rows: {count.single:,}.")
    if count.bounded:
        imported.report.note(
            f"An entry without * at an end is a whole word to some filters; here it matches within words too. Such rows: {count.bounded:,}."
        )
    return imported


class _Count:
    """Takes entries apart, and counts those that are widened."""

    def __init__(self) -> None:
        self.single = self.bounded = 0

    def split(self, row: Row) -> Combination:
        text = row["combination"]
        found = combination([_WILD.sub("*", text).strip("*") or text], wild=True)
        self.single += "?" in text or "？" in text
        self.bounded += _BOUNDED.search(text) is not None
        return found


IMPORTER = Importer(
    summary="Lists of words whose entries use * and ?.",
    details="""\
Reads one entry a line, or a column of a table as `combinations` does. In an entry * stands for any characters, and ? for one, which is
written as *; a * at either end changes nothing, as chillsim looks for entries anywhere in a text. A + and a backslash stand for
themselves: an entry is one part.""",
    examples=("automod-words.txt", "filters.csv --column Pattern --out filters-rules.csv"),
    read=read,
    options=LIST_OPTIONS,
)
