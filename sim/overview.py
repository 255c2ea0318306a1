"""What one result says, for a terminal: how much voice is lost, to what, and whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.experiment.plan import MOST_REPLICATIONS
from sim.measures.definitions import HEADLINE
from sim.scenario.units import format_duration
from sim.wording import MECHANISM_TITLES, clean, difference, interval, level_title, measure_of, measure_title, number, scenario_title

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from sim.result import Result

BAR = 20
"""Width of a full bar, in characters."""

Row = Mapping[str, Any]


def overview(result: Result) -> Iterator[RenderableType]:
    """The parts to print, one after the other."""
    from rich.text import Text

    world = result.fullest
    yield Text(scenario_title(result.scenario), style="bold")
    yield Text(_basis(result, world), style="dim")
    if warm_up := _warm_up(result):
        yield Text(warm_up, style="dim")
    if short := _short_of_precision(result):
        yield Text(short, style="yellow")
    summary = result.summary.filter(pl.col("world") == world)
    tables = {
        "Of everything that people wished to say": _funnel(result, world),
        "What took it: voice that nobody saw, as a share of what was wished": _attribution(result),
        "The same, on average over all orders in which the mechanisms may act (Shapley)": _parts(result, "shapley"),
        "Who is heard least: share of their voice that someone saw": _groups(result, summary),
        "Messages that each rule took, per replication": _rules(summary),
        "What leaders are told / what people think: critical share by topic": _brief(result, world),
        "Measures, and how many replications make their interval so narrow": _headline(result, summary),
    }
    for title, table in tables.items():
        if table.row_count:
            yield from ("", Text(title, style="bold"), table)
    yield ""


def _basis(result: Result, world: str) -> str:
    n = result.runs.filter(pl.col("status") == "done")["replication"].n_unique()
    intervals = "; brackets hold 95 % intervals" if n > 1 else "; one replication, so no intervals"
    return f"{clean(result.name)}, world {world}: {n} replication{'s' if n > 1 else ''}, seed {result.scenario.seed}{intervals}"


def _short_of_precision(result: Result) -> str:
    """Which measures are not as precise as was asked for, if any."""
    reached = result.needed(result.scenario.precision).filter(pl.col("needed") <= pl.col("n"))["measure"].to_list()
    short = [measure_of(name).title for name in result.scenario.precision if name not in reached]
    return f"Not as precise as was asked for: {', '.join(short)}" if short else ""


def _warm_up(result: Result) -> str:
    """Whether the warm-up suffices; empty where there is none and nothing says that one is needed."""
    from sim.experiment.settling import unsteady

    length = result.scenario.warm_up
    name = f"Warm-up of {format_duration(length)}" if length > 0 else "No warm-up"
    if (reason := unsteady(result.scenario)) is not None:
        return f"{name}: whether it suffices cannot be told from this run, as {reason} may change things at any time" if length > 0 else ""
    settling = result.settling
    moving = settling.filter(pl.col("verdict") == "not settled").sort("dropped", descending=True, maintain_order=True)
    for row in moving.iter_rows(named=True):
        first, rest = (number(row[part], "share") for part in ("first", "rest"))
        stretch = f"the first {row['dropped'] / 24:.1f} d of {row['hours'] / 24:g} d of {row['quantity']} ({first} there, {rest} after)"
        short = f"{name} is too short" if length > 0 else "A warm-up is needed"
        return f"{short}: MSER-5 would drop {stretch}"
    if settling.is_empty() or (settling["verdict"] == "cannot tell").any():
        return f"{name}: whether it suffices takes 14 d and two replications to tell" if length > 0 else ""
    enough = f"{name} suffices" if length > 0 else "No warm-up is needed"
    return f"{enough}: what MSER-5 would drop differs from the rest by no more than chance"


def _funnel(result: Result, world: str) -> Table:
    """Each step as a share of what was wished."""
    table = _table()
    for row in result.shares_of_wished(world).iter_rows(named=True):
        table.add_row(*_cells(measure_of(row["measure"]).title, row), _bar(row["mean"]))
    return table


def _attribution(result: Result) -> Table:
    """The steps of the ladder; then what nobody reads even in the free world."""
    table = _parts(result, "ladder")
    free = result.shares_of_wished("free").filter(pl.col("measure") == "seen", pl.col("mean") < 1)
    unread = free.with_columns(mean=1 - pl.col("mean"), ci_low=1 - pl.col("ci_high"), ci_high=1 - pl.col("ci_low"))
    for row in unread.iter_rows(named=True):
        table.add_row(*_cells("not read even when all are free", row), _bar(row["mean"]))
    return table


def _parts(result: Result, method: str) -> Table:
    table = _table()
    rows = result.attribution.filter(pl.col("quantity") == "seen", pl.col("method") == method)
    for row in rows.sort("order").iter_rows(named=True):
        table.add_row(*_cells(MECHANISM_TITLES[row["mechanism"]], row), _bar(row["mean"]))
    return table


def _groups(result: Result, summary: pl.DataFrame) -> Table:
    table = _table()
    rows = summary.filter(pl.col("measure") == "heard_share", pl.col("split") == "group").sort("mean", maintain_order=True)
    for row in rows.iter_rows(named=True):
        table.add_row(*_cells(level_title(result.scenario, "group", row["level"]), row), _bar(row["mean"]))
    return table


def _brief(result: Result, world: str) -> Table:
    """Told and thought, and the difference in points."""
    table = _table()
    for row in result.brief.filter(pl.col("world") == world, pl.col("group") == "all").iter_rows(named=True):
        label = "all topics" if row["topic"] == "all" else level_title(result.scenario, "topic", row["topic"])
        told, thought = number(row["seen"], "share"), number(row["private"], "share")
        spread = f" {interval(row['ci_low'], row['ci_high'], 'points')}" if row["sd"] else ""
        table.add_row(label, f"{told} / {thought}", f"{number(row['difference'], 'points')}{spread}", "")
    return table


def _rules(summary: pl.DataFrame) -> Table:
    table = _table()
    rows = summary.filter(pl.col("measure") == "taken", pl.col("split") == "rule").sort("mean", descending=True, maintain_order=True)
    most = rows["mean"].max() or 1.0
    for row in rows.iter_rows(named=True):
        table.add_row(*_cells(clean(row["level"]), row, "taken"), _bar(row["mean"] / most))
    return table


def _headline(result: Result, summary: pl.DataFrame) -> Table:
    """The headline measures, and those that were to be precise."""
    precision = result.scenario.precision
    table, calls = _table(), _calls(pl.concat([result.needed(), result.needed(precision)]))
    shown = [*HEADLINE, *precision]
    for row in summary.filter(pl.col("split") == "total", pl.col("measure").is_in(shown)).iter_rows(named=True):
        table.add_row(*_cells(measure_title(measure_of(row["measure"])), row, row["measure"]), calls.get(row["measure"], ""))
    return table


def _calls(needed: pl.DataFrame) -> dict[str, str]:
    """The replications that each measure calls for, in words; of several rows the last counts."""
    found = {}
    for row in needed.filter(pl.col("sd") > 0).iter_rows(named=True):
        half = difference(row["wanted"], measure_of(row["measure"]).kind).removeprefix("+")
        count = f"{row['needed']:,}" if row["needed"] <= MOST_REPLICATIONS else f"over {MOST_REPLICATIONS:,}"
        found[row["measure"]] = f"±{half}: {count}"
    return found


def _cells(label: str, row: Row, measure: str = "heard_share") -> Iterable[RenderableType]:
    from rich.text import Text

    kind = measure_of(measure).kind
    spread = interval(row["ci_low"], row["ci_high"], kind) if row["sd"] else ""
    return Text(label), number(row["mean"], kind), Text(spread)


def _bar(share: float) -> str:
    return "█" * round(BAR * min(1.0, max(0.0, share)))


def _table() -> Table:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", min_width=28)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="cyan")
    return table
