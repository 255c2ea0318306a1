"""What every importer is: a function from files to tables and a report, with the options that it understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sim.importers.report import Report

MOST_BYTES = 64_000_000
MOST_ROWS = 1_000_000


class UnusableFile(ValueError):
    """Files that cannot be imported; `problems` holds one line for each thing to mend."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Option:
    """An option that one kind has beside the common ones: `--name` on the command line.

    Attributes:
        name: as in `Options.own`; `_` is written `-` on the command line.
        help: one sentence.
        default: value if not given; its type is the option's type, where it is not None. False makes a switch.
        choices: what can be given; anything if empty.
        metavar: what the help calls the value.
        many: whether it can be repeated; the value is a tuple then.
    """

    name: str
    help: str
    default: str | int | float | bool | None = None
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """How to read.

    Attributes:
        encoding: of text; found out if None.
        delimiter: of columns; found out if None.
        most_bytes, most_rows: larger files are refused.
        show_terms: whether texts are shown in full instead of masked.
        own: values of the kind's own options, all of them.
    """

    encoding: str | None = None
    delimiter: str | None = None
    most_bytes: int = MOST_BYTES
    most_rows: int = MOST_ROWS
    show_terms: bool = False
    own: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Output:
    """A file to write.

    Attributes:
        ending: of its name, after that of the input: `-rules.csv`.
        text: what it holds, with line feeds.
        use: how a scenario uses it; `{file}` stands for its name.
    """

    ending: str
    text: str
    use: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an importer made of its input; `--out` names the first of the outputs."""

    outputs: tuple[Output, ...]
    report: Report


Read: TypeAlias = Callable[[Sequence[Path], Options], Imported]
"""Reads files; raises UnusableFile, and nothing else, for whatever they hold."""


@dataclass(frozen=True, slots=True)
class Importer:
    """One kind of `chillsim import`.

    Attributes:
        summary: a short sentence, for lists of kinds.
        details: paragraphs of the help after the summary.
        examples: command lines, without `chillsim import KIND`.
        read: does the work.
        options: beside the common ones.
        several: whether it reads several files, or folders, at once.
    """

    summary: str
    details: str
    examples: tuple[str, ...]
    read: Read
    options: tuple[Option, ...] = ()
    several: bool = False
