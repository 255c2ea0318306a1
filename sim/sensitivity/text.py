"""What a sensitivity analysis says, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from sim.measures.definitions import HEADLINE
from sim.sensitivity.factors import without_range
from sim.wording import bare, clean, difference, interval, measure_of, measure_title, number, scenario_title, shortened

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from sim.measures.definitions import Kind
    from sim.sensitivity.study import Study

SHOWN = 4
"""Parameters that are shown for each measure."""
LONGEST = 32
"""Characters of a parameter's path, so that a row fits a terminal."""
SOURCED = "\N{DEGREE SIGN}"
HOW = {
    "morris": "mu*: how far a measure moves on average as the parameter crosses its range, wherever the others are.",
    "sobol": "total: share of a measure's variance in which the parameter has a part.",
}


def as_tables(study: Study) -> Iterator[RenderableType]:
    """The parts to print, one after the other."""
    from rich.text import Text

    method = study.manifest["method"]
    yield Text(f"What moves {scenario_title(study.scenario) if study.against is None else clean(study.of)}", style="bold")
    yield Text(_basis(study), style="dim")
    yield from ("", _movers(study, method))
    marks = f" {SOURCED}: rests on a source." if "source" in study.parameters["basis"] else ""
    yield Text(f"{HOW[method]} Brackets: 95 % interval.{marks}", style="dim")
    yield Text(_said(study, method))
    if left := [measure_of(name).title for name in study.manifest.get("measures", ()) if name not in study.indices["measure"]]:
        yield Text(f"Left out, as they have no value in some runs: {', '.join(left)}.")
    if not study.order.is_empty():
        yield from ("", Text("Does the order of the two survive?", style="bold"), order_table(study.order))
        yield Text(_reach(study, method), style="dim")
    yield ""


def _basis(study: Study) -> str:
    size = {"morris": "trajectories", "sobol": "samples"}[study.manifest["method"]]
    points = study.runs["point"].n_unique()
    n = study.runs["replication"].n_unique()
    runs = f"{n} replication{'s' if n > 1 else ''}"
    left = without_range(study.scenario)
    more = f"; {left} assumptions state no range and stay as they are" if left else ""
    return f"{study.parameters.height} parameters, {study.manifest['size']} {size}, {points} points x {runs}{more}"


def _movers(study: Study, method: str) -> Table:
    """The parameters that move each measure most."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    rank = {"morris": "mu_star", "sobol": "total"}[method]
    table.add_column("measure (as it is) and parameter", overflow="fold")
    for heading in ("mu*" if method == "morris" else "total", "lowest", "highest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, rows in _by_measure(study, rank).items():
        measure = measure_of(name)
        written = difference if study.against is not None else number
        table.add_row(Text(f"{measure_title(measure)} ({written(rows['base'][0], measure.kind)})", style="bold"))
        for row in rows.head(SHOWN).iter_rows(named=True):
            ends = [written(row[end], measure.kind) for end in ("at_low", "at_high")]
            sourced = SOURCED if row["basis"] == "source" else ""
            table.add_row(*map(Text, (f"  {shortened(row['parameter'], LONGEST)}{sourced}", _index(row, rank, measure.kind), *ends)))
    return table


def _index(row: dict[str, Any], rank: str, kind: Kind) -> str:
    """An index and its interval."""
    value, low, high = (row[rank + end] for end in ("", "_low", "_high"))
    return f"{value:.2f} [{low:.2f}, {high:.2f}]" if rank == "total" else f"{bare(value, kind)} {interval(low, high, kind)}"


def _by_measure(study: Study, rank: str) -> dict[str, pl.DataFrame]:
    rows = study.indices.filter(pl.col("of") == study.of, pl.col(rank) > 0).sort(rank, descending=True, maintain_order=True)
    names = dict.fromkeys((*(name for name in HEADLINE if name in rows["measure"]), *rows["measure"]))
    return {name: rows.filter(measure=name) for name in names}


def _said(study: Study, method: str) -> str:
    """How many assumptions matter at all."""
    rank = {"morris": "mu_star", "sobol": "total"}[method]
    assumed = study.indices.filter(pl.col("of") == study.of, pl.col("basis") == "assumption")
    names = assumed["parameter"].n_unique()
    if study.indices.is_empty():
        return "No measure that was asked for has a value in every run."
    if not names:
        return "No assumption was varied: what was rests on sources."
    moving = assumed.filter(pl.col(rank) > 0)
    still = names - moving["parameter"].n_unique()
    said = f"Of {names} assumptions varied, {still} move none of these measures at all"
    if method == "sobol" or moving["luck"].is_null().all():
        return f"{said}."
    lucky = moving["parameter"].n_unique() - moving.filter(pl.col(rank) > pl.col("luck"))["parameter"].n_unique()
    return f"{said}, and {lucky} none further than luck might by itself (column luck of indices.csv)."


def _reach(study: Study, method: str) -> str:
    """What an order that holds in all sampled worlds says of the others."""
    worlds, size = study.order["worlds"][0], study.manifest["size"]
    drawn = f"{worlds} worlds drawn" if method == "sobol" else f"{worlds} worlds of {size} trajectories"
    most = 1 - 0.05 ** (1 / (worlds if method == "sobol" else size))
    return f"An order that survives in all {drawn} may turn in up to {100 * most:.2g} % of all (95 %)."


def order_table(order: pl.DataFrame) -> Table:
    """In which share of the sampled worlds each of the two is better."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    first, second = order["first"][0], order["second"][0]
    table.add_column("measure", min_width=20)
    table.add_column("better is", no_wrap=True)
    for name in (first, second):
        table.add_column(f"{clean(name)} better", justify="right", overflow="fold", max_width=12)
    for heading in ("equal", f"of {order['worlds'][0]}"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in order.iter_rows(named=True):
        shares = [f"{100 * row[name]:.0f} %" for name in ("first_better", "second_better", "equal")]
        table.add_row(*map(Text, (measure_title(measure_of(row["measure"])), row["better"], *shares, _survives(row))))
    return table


def _survives(row: dict[str, Any]) -> str:
    """Whether the order that the scenarios have as they are holds in all sampled worlds."""
    gap = measure_of(row["measure"]).advantage(row["first_value"], row["second_value"])
    if gap == 0:
        return "no order" if row["equal"] < 1 else "always equal"
    against = row["second_better" if gap > 0 else "first_better"]
    return "survives" if against == 0 else f"turns in {100 * against:.0f} %"
