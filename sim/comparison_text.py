"""A comparison as text: for a terminal, and as Markdown, CSV and JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.wording import clean, difference, interval, level_title, measure_of, measure_title, number, percent, scenario_title

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from sim.comparison import Comparison

Row = Mapping[str, Any]

FOOTNOTE = (
    "Brackets: 95 % interval of the difference. A verdict is given where Holm's adjusted p, over all rows compared, is below 0.05. "
    "pp: percentage points."
)
LABEL, CELL = 18, 10
"""Least width, in characters, of a measure's name and of a value in a table of all options."""

STYLES = {"better": "green", "worse": "red"}


class Line(NamedTuple):
    """One measure of an option against the baseline, in words."""

    measure: str
    baseline: str
    option: str
    difference: str
    change: str
    p: str
    verdict: str


HEADER = Line("measure", "baseline", "option", "difference", "change", "p", "verdict")


def as_csv(comparison: Comparison) -> str:
    """The table as CSV."""
    from sim.experiment.csv import to_csv

    return to_csv(comparison.table)


def as_json(comparison: Comparison) -> str:
    """The table, its baseline and its notes as JSON."""
    document = {
        "baseline": comparison.baseline,
        "options": comparison.options,
        "world": comparison.world,
        "notes": comparison.notes,
        "rows": comparison.table.to_dicts(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def as_markdown(comparison: Comparison) -> str:
    """One table per option, as Markdown."""
    blocks = [f"Baseline: {_escaped(_name(comparison, comparison.baseline))}. {_escaped(_basis(comparison))}"]
    for option in comparison.options:
        rows = [_markdown_row(_line(comparison, row)) for row in _rows(comparison, option)]
        rule = "| --- |" + " ---: |" * 5 + " --- |"
        blocks.append("\n".join([f"**{_escaped(_name(comparison, option))}**", "", _markdown_row(HEADER), rule, *rows]))
    return "\n\n".join([*blocks, *map(_escaped, comparison.notes), FOOTNOTE]) + "\n"


def as_tables(comparison: Comparison, width: int) -> Iterator[RenderableType]:
    """What to print on a terminal that is `width` characters wide."""
    from rich.text import Text

    yield _legend(comparison)
    yield Text(_basis(comparison), style="dim")
    if len(comparison.options) > 1 and LABEL + 2 + CELL * len(comparison.results) <= width:
        yield from ("", _glance(comparison, width))
    for letter, option in zip(_letters(comparison)[1:], comparison.options, strict=True):
        yield from ("", _details(comparison, option, letter, width))
    yield ""
    for note in comparison.notes:
        yield Text(f"Note: {clean(note)}")
    yield Text(FOOTNOTE, style="dim")


def _legend(comparison: Comparison) -> Table:
    """Which letter stands for which result."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for letter, label in zip(_letters(comparison), (comparison.baseline, *comparison.options), strict=True):
        table.add_row(Text(letter, style="bold"), Text(_name(comparison, label) + (" - the baseline" if letter == "A" else "")))
    return table


def _glance(comparison: Comparison, width: int) -> Table:
    """All options side by side."""
    from rich.text import Text

    letters = _letters(comparison)
    gap = " " if 40 + 18 * len(comparison.options) <= width else "\n"
    table = _table("All options", ["measure", *letters])
    table.columns[0].min_width = LABEL
    by_key: dict[tuple[str, str], list[Row]] = {}
    for row in comparison.table.iter_rows(named=True):
        by_key.setdefault((row["measure"], row["level"]), []).append(row)
    for rows in by_key.values():
        lines = [_line(comparison, row) for row in rows]
        cells = [Text(f"{line.option}{gap}{_short(line)}", style=_style(line)) for line in lines]
        table.add_row(Text(lines[0].measure), Text(lines[0].baseline), *cells)
    return table


def _details(comparison: Comparison, option: str, letter: str, width: int) -> Table:
    """One option against the baseline."""
    from rich.text import Text

    narrow = width < 100
    hidden = {"change", "p", *(("baseline", "option") if len(comparison.options) > 1 else ())} if narrow else set()
    shown = [index for index, name in enumerate(Line._fields) if name not in hidden]
    header = HEADER._replace(baseline="A", option=letter)
    table = _table(f"{letter} against A: {clean(option)}", [header[index] for index in shown])
    table.columns[-1].justify = "left"
    for row in _rows(comparison, option):
        line = _line(comparison, row)
        if narrow and "option" not in hidden:
            line = line._replace(difference=line.difference.replace(" [", "\n["))
        table.add_row(*(Text(line[index], style=_style(line) if index == len(line) - 1 else "") for index in shown))
    return table


def _table(title: str, header: list[str]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    heading = Text(title, style="bold")
    table = Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for index, name in enumerate(header):
        table.add_column(Text(name), justify="right" if index else "left", overflow="fold")
    return table


def _rows(comparison: Comparison, option: str) -> list[Row]:
    return [row for row in comparison.table.iter_rows(named=True) if row["option"] == option]


def _line(comparison: Comparison, row: Row) -> Line:
    measure = measure_of(row["measure"])
    kind = measure.kind
    where = level_title(comparison.results[comparison.baseline].scenario, row["split"], row["level"])
    return Line(
        measure_title(measure) if row["split"] == "total" else f"{measure_title(measure)}: {where}",
        number(row["baseline_value"], kind),
        number(row["value"], kind),
        f"{difference(row['difference'], kind)} {interval(row['ci_low'], row['ci_high'], kind)}".strip(),
        percent(row["relative"]),
        _p_value(row["p_holm"]),
        _verdict(row, measure.loss),
    )


def _verdict(row: Row, loss: bool | None) -> str:
    verdict = str(row["verdict"])
    if verdict == "not comparable":
        return f"{verdict}: {clean(row['reason'])}"
    if verdict in ("lower", "higher") and loss is not None:
        return f"{verdict}, {'worse' if (verdict == 'higher') == loss else 'better'}"
    if verdict in ("lower", "higher") and measure_of(row["measure"]).kind == "points":
        return f"{verdict}, {'nearer' if abs(row['value']) < abs(row['baseline_value']) else 'further from'} 0"
    return f"{verdict} (identical)" if row["reason"] == "identical" else verdict


def _short(line: Line) -> str:
    """The verdict in a word."""
    words = {"no difference shown": "same?", "no difference shown (identical)": "same", "further from 0": "further"}
    verdict = "" if line.verdict.startswith("not comparable") else line.verdict.split(", ")[-1]
    return words.get(verdict, verdict)


def _style(line: Line) -> str:
    return STYLES.get(line.verdict.split(", ")[-1], "")


def _p_value(p: float | None) -> str:
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _name(comparison: Comparison, label: str) -> str:
    title = scenario_title(comparison.results[label].scenario)
    return clean(label) if title == label else f"{title} ({clean(label)})"


def _basis(comparison: Comparison) -> str:
    paired = comparison.table.filter(method="paired")["n"]
    pairs = f" Paired replications: {max(paired)}." if len(paired) else ""
    return f"World compared: {clean(comparison.world)}.{pairs}"


def _letters(comparison: Comparison) -> list[str]:
    """A letter for each result, from A, the baseline; numbers beyond Z."""
    return [chr(ord("A") + at) if at < 26 else str(at + 1) for at in range(len(comparison.results))]


def _markdown_row(cells: Line) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", clean(text))
