"""chillsim import"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.refusal import refuse

if TYPE_CHECKING:
    from sim.importers import Imported, Importer, Option, Options, Output

KINDS = {
    "combinations": "Keyword combinations, one a line or in a table.",
    "wildcards": "Lists of words whose entries use * and ?.",
    "allow-combinations": "Combinations that switch others off.",
    "snapshots": "Dated lists, or a log of changes, with births and deaths.",
    "domain-blocks": "Blocked domains: AutoProxy, Mastodon's CSV, plain lists.",
    "scores": "Labelled scores of a classifier, by group.",
    "chat": "Exported chats: when people write, and how they reply.",
    "trace": "Messages that were really sent, to replay.",
}
"""Kinds that ship and what they read, as their importers say it; these are imported when they are used."""

_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([kMG]?)B?")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


def _size(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """Bytes of a size such as `64MB`."""
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise click.BadParameter(f"a size such as 200MB, and got {value!r}", ctx, param)
    return int(float(found[1]) * _UNITS[found[2]])


class Kinds(click.Group):
    """One command for each kind, made of its importer when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the kinds."""
        from sim.importers.registry import kinds

        return kinds()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a kind, or None."""
        from sim.importers import UnusableFile
        from sim.importers.registry import importer

        if cmd_name not in self.list_commands(ctx):
            return None
        try:
            return _command(cmd_name, importer(cmd_name))
        except UnusableFile as error:
            refuse(error)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the table of kinds without importing those that ship."""
        with formatter.section("Kinds"):
            formatter.write_dl([(kind, KINDS.get(kind, "From another installed package.")) for kind in self.list_commands(ctx)])


@click.group(
    cls=Kinds,
    subcommand_metavar="KIND FILE",
    options_metavar="",
    epilog="""\b
Example:
  chillsim import combinations keywords.csv --out blocked.csv
  chillsim import domain-blocks --help
""",
)
def command() -> None:
    """Turn other people's lists, scores and chats into input of scenarios.

    Each kind writes a file that a scenario names, and reports what was read, kept and skipped, and why. Terms are masked in what
    is printed. `chillsim import KIND --help` tells what the kind reads.
    """


def _command(kind: str, importer: Importer) -> click.Command:
    """The command of one kind."""
    examples = "\n".join(f"  chillsim import {kind} {example}" for example in importer.examples)
    return click.Command(
        kind,
        callback=_callback(kind, importer),
        params=[_files(importer), *map(_option, importer.options), *_common()],
        help=f"{importer.summary}\n\n{importer.details}",
        epilog=f"\b\nExample:\n{examples}\n",
    )


def _files(importer: Importer) -> click.Argument:
    many = {"nargs": -1, "metavar": "FILE..."} if importer.several else {"metavar": "FILE"}
    return click.Argument(["files"], required=True, type=click.Path(path_type=Path), **many)


def _option(option: Option) -> click.Option:
    form: dict[str, Any] = {"help": option.help, "default": option.default, "metavar": option.metavar, "multiple": option.many}
    if option.many:
        form["default"] = ()
    elif option.default is False:
        return click.Option([f"--{option.name.replace('_', '-')}"], is_flag=True, help=option.help)
    else:
        form["show_default"] = option.default is not None
    kind = click.Choice(option.choices) if option.choices else type(option.default) if option.default is not None else str
    return click.Option([f"--{option.name.replace('_', '-')}"], type=kind, **form)


def _common() -> list[click.Option]:
    from sim.importers.base import MOST_BYTES, MOST_ROWS

    most = f"{MOST_BYTES // 10**6}MB"
    return [
        click.Option(["--out"], type=click.Path(path_type=Path), metavar="FILE", help="What to write; by default named after the input."),
        click.Option(["--force"], is_flag=True, help="Write over a file that is there."),
        click.Option(["--show-terms"], is_flag=True, help="Show terms and texts in full instead of their first character."),
        click.Option(["--format", "form"], type=click.Choice(["text", "json"]), default="text", show_default=True, help="Of the report."),
        click.Option(["--encoding"], metavar="NAME", help="Encoding of the input; found out if not given."),
        click.Option(["--delimiter"], metavar="NAME", help="comma, tab, semicolon, bar or a character; found out if not given."),
        click.Option(["--max-size"], metavar="SIZE", callback=_size, default=most, show_default=True, help="Larger files are refused."),
        click.Option(["--max-rows"], type=click.IntRange(1), default=MOST_ROWS, show_default=True, help="Longer files are refused."),
    ]


def _callback(kind: str, importer: Importer) -> Callable[..., None]:
    def run(files: Path | tuple[Path, ...], out: Path | None, force: bool, form: str, **given: Any) -> None:
        from sim.importers import UnusableFile

        paths = files if isinstance(files, tuple) else (files,)
        try:
            imported = importer.read(paths, _options(given))
            written = _write(imported, paths[0], out, force)
        except UnusableFile as error:
            refuse(error)
        _print(kind, paths, imported, written, form)

    return run


def _options(given: dict[str, Any]) -> Options:
    from sim.importers import Options

    common = {key: given.pop(key) for key in ("encoding", "delimiter", "show_terms")}
    return Options(most_bytes=given.pop("max_size"), most_rows=given.pop("max_rows"), own=given, **common)


def _write(imported: Imported, source: Path, out: Path | None, force: bool) -> dict[Path, Output]:
    """Writes all outputs, or none where a file is in the way; which file holds which."""
    from sim.importers.writing import places, write

    found = dict(zip(places(imported.outputs, source, out), imported.outputs, strict=True))
    write({path: output.text for path, output in found.items()}, force)
    return found


def _print(kind: str, paths: tuple[Path, ...], imported: Imported, written: dict[Path, Output], form: str) -> None:
    from sim.importers.files import shown_path

    uses = {shown_path(path): output.use.format(file=shown_path(path)) for path, output in written.items()}
    if form == "json":
        import json

        data = {"kind": kind, "files": [shown_path(path) for path in paths], **imported.report.as_data(), "written": uses}
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
        return
    click.echo(imported.report.as_text(), nl=False)
    click.echo("\n".join(["Written", *(f"  {path}" for path in uses)]))
    if any(uses.values()):
        click.echo("\n".join(["In a scenario", *(f"  {line}" for use in uses.values() for line in use.splitlines())]))
