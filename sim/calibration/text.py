"""What a calibration says, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.calibration.targets import WEAK_LEVELS
from sim.wording import clean, measure_of, number, scenario_title

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from sim.calibration.result import Calibration

LEFT = ("parameter", "target", "")


def as_tables(result: Calibration) -> Iterator[RenderableType]:
    """The parts to print, one after the other."""
    from rich.text import Text

    yield Text(f"Fitting {scenario_title(result.scenario)} to {clean(result.manifest['targets'])}", style="bold")
    yield Text(_basis(result), style="dim")
    yield from ("", _parameters(result), "", _targets(result))
    yield Text("off: difference in standard errors, of publication and of simulation together; met within 2.", style="dim")
    if result.warnings:
        yield ""
        yield from (Text(f"Mind: {clean(warning)}") for warning in result.warnings)
    yield ""


def _basis(result: Calibration) -> str:
    parameters, trials, method = result.parameters.height, result.trials.height, result.manifest["method"]
    fitted = result.fit.filter(use="fitted").height
    drawn = f", {result.posterior.height} draws from the posterior" if result.posterior.width else ""
    runs = f"{trials} points x {_many(result.manifest['replications'], 'replication')}"
    return f"{_many(parameters, 'parameter')}, {_many(fitted, 'target')}; {method}: {runs}{drawn}"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _parameters(result: Calibration) -> Table:
    posterior = result.posterior.width > 0
    table = _table("parameter", "range", "before", "fitted", *(["95 %"] if posterior else []))
    for row in result.parameters.iter_rows(named=True):
        unit = " h" if row["unit"] else ""
        ends = [f"{row['ci_low']:.4g} to {row['ci_high']:.4g}{unit}"] if posterior else []
        log = " (log)" if row["scale"] == "logarithmic" else ""
        cells = (f"{row['low']:.4g} to {row['high']:.4g}{unit}{log}", f"{row['before']:.4g}{unit}", f"{row['fitted']:.4g}{unit}", *ends)
        _add(table, clean(row["parameter"]), *cells)
    return table


def _targets(result: Calibration) -> Table:
    table = _table("target", "published", "before", "simulated", "off", "")
    for row in result.fit.iter_rows(named=True):
        _add(table, *_target_cells(row))
    return table


def _target_cells(row: Mapping[str, Any]) -> Iterator[str]:
    kind = measure_of(row["measure"]).kind
    yield clean(row["target"])
    yield _with_error(row["published"], row["published_sd"], kind)
    yield number(row["before"], kind)
    yield _with_error(row["simulated"], row["se"], kind)
    yield "" if row["off"] is None else f"{row['off']:+.1f}"
    weak = f", {row['source_level'].replace('_', ' ')}" if row["source_level"] in WEAK_LEVELS else ""
    yield row["verdict"] + ("" if row["use"] == "fitted" else ", out of sample") + weak


def _with_error(value: float | None, error: float | None, kind: Any) -> str:
    return number(value, kind) + (f" ±{number(error, kind)}" if error is not None and value is not None else "")


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in LEFT else "right", overflow="fold")
    return table


def _add(table: Table, *cells: str) -> None:
    from rich.text import Text

    table.add_row(*map(Text, cells))
