"""Keyword combinations, one a line or in a table: all parts of one must occur in a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from sim.importers.base import Imported, Importer, Option, Options
from sim.importers.lists import LIST_OPTIONS, LogOfChanges, Row, Split, read_list
from sim.importers.rules import Combination, combination

PLUS = re.compile(r"[+＋﹢]")
COMBO = ("combo", "combination")


def read(paths: Sequence[Path], options: Options) -> Imported:
    """A rule list of one file, which may also be a log of changes."""
    try:
        return read_list(paths[0], options, splitter(options))
    except LogOfChanges:
        from sim.importers.snapshots import read as read_log

        imported = read_log(paths, options)
        imported.report.note("This is a log of changes, and was read as `chillsim import snapshots` reads it.")
        return imported


def splitter(options: Options) -> Split:
    """What takes a combination apart at the separators; a row of the type combo, at its spaces where it has none of them."""
    given = [separator for separator in options.own.get("separator") or () if separator]
    between = re.compile("|".join(map(re.escape, given))) if given else PLUS

    def split(row: Row) -> Combination:
        text = row["combination"]
        spaced = row.get("type", "").casefold() in COMBO and not between.search(text)
        return combination(text.split() if spaced else between.split(text))

    return split


SEPARATOR = Option("separator", "Text between the parts, + in any width if not given; repeatable.", metavar="TEXT", many=True)

IMPORTER = Importer(
    summary="Keyword combinations, one a line or in a table.",
    details="""\
Reads one combination a line, or a table (CSV, tab-separated) with a column of them: keyword, keyword_combination, combination, word or
the like, or the one that --column names. Parts stand between +, also with spaces around it and in full width. Two combinations are the
same if they have the same parts in any order, after compatibility forms and case are folded and outer space is dropped.

Known columns of a table: the date of detection, addition or removal in most forms; earliest and latest event; is_group_chat; Group
Chat and 1-1 Chat with Blocked or Not blocked; scope; theme; keyword type,
where the parts of a combo are separated by spaces. A status column is counted, and used with --where.""",
    examples=(
        "wechat_keywords.csv",
        "tested.csv --column 'Tested phrase' --date-order day-first --out rules.csv",
        "keywords.csv --where is_curr_blocked=1",
        "phrases.txt --separator ' and '",
    ),
    read=read,
    options=(*LIST_OPTIONS, SEPARATOR),
)
