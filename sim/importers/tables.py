"""Tables and plain lists: rows by what their columns mean, whatever these are called."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.importers.base import Options, UnusableFile
from sim.importers.files import Text
from sim.importers.report import Report, masked
from sim.scenario.problems import clean, hint, nearest, shown

DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}

_HEADER_WITHIN = 100_000
_NAMES_SHOWN = 12
_NAMES_COMPARED = 200
_BETWEEN_WORDS = re.compile(r"[\s_\-]+")
_CUT_OFF = "unexpected end of data"

Aliases = Mapping[str, Sequence[str]]
"""Names that a column may have, by what it means: in lower case, with spaces between words."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a text.

    Attributes:
        text: the file.
        columns: position of each column that is used, by its meaning.
        names: what these columns are called in the file; empty for a plain list.
        delimiter: of columns; None for a plain list, whose lines are wholes.
        ignored: how many columns are not used.
    """

    text: Text
    columns: Mapping[str, int]
    names: Mapping[str, str]
    delimiter: str | None
    ignored: int = 0

    def has(self, *meanings: str) -> bool:
        """Whether it has all these columns."""
        return all(meaning in self.columns for meaning in meanings)

    def rows(self, report: Report) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows as trimmed cells by meaning, with the line on which they begin; rows that cannot be parsed are skipped in the report.

        Raises:
            UnusableFile: where the file ends within a quote.
        """
        if self.delimiter is None:
            (meaning,) = self.columns
            lines = io.StringIO(self.text.text.removeprefix("\ufeff"), newline=None)
            yield from ((number, {meaning: line.strip()}) for number, line in enumerate(lines, 1))
            return
        records = _records(self.text, self.delimiter, report)
        next(records, None)
        for line, cells in records:
            yield line, {meaning: cells[at].strip() if at < len(cells) else "" for meaning, at in self.columns.items()}

    def described(self) -> dict[str, str | int]:
        """Columns that are used, for the report."""
        return {meaning: clean(name, 80) for meaning, name in self.names.items()}


def find_table(
    text: Text,
    aliases: Aliases,
    required: str,
    options: Options,
    chosen: Mapping[str, str | None] | None = None,
    plain: bool = True,
    option: str = "--column",
) -> Table:
    """The table in a text, or the plain list if no column of it is known.

    Args:
        aliases: names that columns may have; the first that is there counts.
        required: the meaning without which there is no table, and the meaning of the lines of a plain list.
        chosen: names that columns are said to have, by meaning; they go before `aliases`.
        plain: whether a plain list is acceptable.
        option: what names the required column on the command line.

    Raises:
        UnusableFile: if there are too many rows, if a chosen column is not there, or if the required one cannot be found.
    """
    refuse_long(text, options)
    named = {meaning: name for meaning, name in (chosen or {}).items() if name is not None}
    headers = {delimiter: _header(text, delimiter) for delimiter in _delimiters(options)}
    wanted = {**aliases, **{meaning: (_plain(name),) for meaning, name in named.items()}}
    best = max(headers, key=lambda delimiter: (_is_known(headers[delimiter], wanted[required]), len(headers[delimiter])))
    header = headers[best]
    if _is_known(header, wanted[required]):
        _refuse_unknown(text, header, named)
        return _table(text, header, best, wanted)
    if not named and plain and (len(header) < 2 or text.path.suffix.lower() not in (".csv", ".tsv")):
        return Table(text, {required: 0}, {}, None)
    _refuse_unknown(text, header, named)
    near = _nearest(header, aliases[required])
    known = f"the nearest is {near}" if near else hint("", aliases[required])
    raise UnusableFile(f"{text.name}:1: a column with each {required} ({known}), and got {_listed(header)}; {option} names it")


def refuse_long(text: Text, options: Options) -> None:
    """Refuses texts of too many lines.

    Raises:
        UnusableFile: for them.
    """
    if (lines := text.text.count("\n")) > options.most_rows:
        raise UnusableFile(f"{text.name}: at most {options.most_rows:,} lines, and got {lines:,}; --max-rows raises the limit")


def _delimiters(options: Options) -> Sequence[str]:
    if options.delimiter is None:
        return tuple(DELIMITERS.values())
    delimiter = DELIMITERS.get(options.delimiter, options.delimiter)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        known = ", ".join(DELIMITERS)
        raise UnusableFile(f"--delimiter: one character, or one of {known}, and got {shown(options.delimiter)}")
    return (delimiter,)


def _header(text: Text, delimiter: str) -> list[str]:
    start = text.text[:_HEADER_WITHIN].removeprefix("\ufeff")
    try:
        return [cell.strip() for cell in next(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), [])]
    except csv.Error:
        return []


def _table(text: Text, header: Sequence[str], delimiter: str, wanted: Aliases) -> Table:
    places = {_plain(name): at for at, name in reversed(list(enumerate(header)))}
    columns = {
        meaning: next(places[name] for name in names if name in places)
        for meaning, names in wanted.items()
        if any(name in places for name in names)
    }
    names = {meaning: header[at] for meaning, at in columns.items()}
    return Table(text, columns, names, delimiter, len(header) - len(set(columns.values())))


def _is_known(header: Sequence[str], names: Sequence[str]) -> bool:
    return any(_plain(name) in names for name in header)


def _refuse_unknown(text: Text, header: Sequence[str], chosen: Mapping[str, str]) -> None:
    there = {_plain(name): name for name in header}
    missing = [name for name in chosen.values() if _plain(name) not in there][:_NAMES_SHOWN]
    if missing:
        lines = (
            f"{text.name}:1: no such column; {_near(name, there)}there is {_listed(header)}, and got {shown(name)}" for name in missing
        )
        raise UnusableFile(*lines)


def _nearest(header: Sequence[str], names: Sequence[str]) -> str:
    """The column that is called most like what is wanted."""
    there = {_plain(name): name for name in header[:_NAMES_COMPARED] if name.isascii()}
    near = next(filter(None, (nearest(name, there) for name in names)), None)
    return shown(there[near]) if near else ""


def _near(name: str, there: Mapping[str, str]) -> str:
    near = hint(_plain(name), list(there)[:_NAMES_COMPARED])
    return f"{near} " if near.startswith("did") else ""


def _listed(header: Sequence[str]) -> str:
    """Names of columns; what may be a term, in a file that has no header, is masked."""
    names = [shown(name) if name.isascii() else f"'{masked(name)}'" for name in header[:_NAMES_SHOWN]]
    more = f" and {len(header) - _NAMES_SHOWN} more" if len(header) > _NAMES_SHOWN else ""
    return f"{', '.join(names) or 'no column'}{more}"


def _plain(name: str) -> str:
    return _BETWEEN_WORDS.sub(" ", name.strip().casefold())


def _records(text: Text, delimiter: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text.text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    while True:
        start = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if str(error) == _CUT_OFF:
                raise UnusableFile(
                    f"{text.name}:{start}: a quote that is closed again, and got the end of the file; is it cut off?"
                ) from None
            report.skip(_malformed(error), start)
            continue
        yield start, cells


def _malformed(error: csv.Error) -> str:
    return "cell of more than 131,072 characters" if "limit" in str(error) else f"malformed CSV ({error})"
