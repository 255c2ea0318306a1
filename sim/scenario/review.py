"""What a scenario holds and what it rests on, for `chillsim check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.measures.definitions import LADDER
from sim.scenario.evidence import Basis, Parameter, parameters
from sim.scenario.notes import notes
from sim.scenario.problems import clean, dotted
from sim.scenario.schema import Scenario
from sim.scenario.tree import Path
from sim.scenario.units import format_duration

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from sim.experiment.budget import Budget

NARROWEST_PATH = 36
IN_TRACE = {
    "orphans": "count as spontaneous, as what they answer is no earlier message of their room",
    "beyond": "outside of the horizon, and left out",
    "without_topic": "without a topic, and given that of what they answer, or one that interests their author",
    "with_text": "with the text that keyword rules see",
    "with_stance": "with the stance that their author shows in them",
}
"""What is said of some of the messages of a trace."""
HEADINGS: dict[Basis, str] = {"source": "Sources", "assumption": "Assumptions", "none stated": "None stated"}


def counts(scenario: Scenario) -> dict[str, int]:
    """How many there are of whatever a scenario holds."""
    platforms = scenario.platforms.values()
    return {
        "people": sum(group.size for group in scenario.groups.values()),
        "groups": len(scenario.groups),
        "topics": len(scenario.topics),
        "jurisdictions": len(scenario.jurisdictions),
        "platforms": len(scenario.platforms),
        "rules": sum(len(platform.rules) for platform in platforms),
        "desks": sum(len(platform.desks) for platform in platforms),
        "events": len(scenario.timeline),
        "worlds": len(LADDER),
        "replications": scenario.replications,
    }


def in_trace(scenario: Scenario) -> dict[str, int]:
    """What the scenario takes up of its trace, and what it leaves; nothing where it has none."""
    if scenario.trace is None:
        return {}
    from sim.model.trace import counts

    return counts(scenario)


def as_data(scenario: Scenario, budget: Budget) -> dict[str, Any]:
    """The review as JSON holds it."""
    return {
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        **counts(scenario),
        "horizon": format_duration(scenario.horizon),
        "warm_up": format_duration(scenario.warm_up),
        "occasions": round(budget.occasions),
        "budget": budget.as_data(),
        **({"trace": found} if (found := in_trace(scenario)) else {}),
        "notes": [{"path": dotted(path), "text": text} for path, text in notes(scenario)],
        "parameters": [_as_data(parameter) for parameter in parameters(scenario)],
    }


def _as_data(parameter: Parameter) -> dict[str, Any]:
    return {**asdict(parameter), "path": dotted(parameter.path), "field": dotted(parameter.field)}


def as_tables(scenario: Scenario, budget: Budget) -> Iterator[Text | Table]:
    """The review as a terminal shows it: the size of the scenario, and a table for each kind of evidence."""
    from rich.text import Text

    yield Text(f"{scenario.name}: {clean(scenario.title or scenario.name, 200)}", style="bold")
    yield Text("  " + ", ".join(_counted(number, what) for what, number in counts(scenario).items() if number))
    yield Text(f"  about {round(budget.occasions):,} occasions in {_simulated(scenario)}, in each replication and world")
    if found := in_trace(scenario):
        much = ", ".join(_counted(found[what], what) for what in ("messages", "authors", "rooms"))
        yield Text(f"  trace: {much}; {found['replies']:,} in reply to another")
        yield from (Text(f"    {found[what]:,} {text}") for what, text in IN_TRACE.items() if found[what])
    yield Text(f"  {budget.in_words()}")
    yield from (Text(f"  note: {dotted(path)}: {text}", style="yellow") for path, text in notes(scenario))
    stated = parameters(scenario)
    for basis, heading in HEADINGS.items():
        chosen = [parameter for parameter in stated if parameter.basis == basis]
        if chosen:
            yield Text()
            yield _table(f"{heading}: {_counted(len(chosen), 'parameters')}", chosen, _sizes(stated))
    design = sum(parameter.basis == "design" for parameter in stated)
    yield Text(f"\nChoices of design, such as sizes and times, which need no evidence: {_counted(design, 'parameters')}.\n")


def _simulated(scenario: Scenario) -> str:
    warm_up = f" after a warm-up of {format_duration(scenario.warm_up)}" if scenario.warm_up > 0 else ""
    return format_duration(scenario.horizon) + warm_up


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what.removesuffix('s') if number == 1 and what != 'people' else what}"


def _sizes(found: Sequence[Parameter]) -> dict[Path, int]:
    """How often each parameter of the format occurs."""
    sizes: dict[Path, int] = {}
    for parameter in found:
        sizes[parameter.field] = sizes.get(parameter.field, 0) + 1
    return sizes


def _table(title: str, chosen: Sequence[Parameter], sizes: dict[Path, int]) -> Table:
    """A table with one row for all parameters that are the same but for names and that rest on the same."""
    from rich.table import Table
    from rich.text import Text

    stated = any(parameter.text for parameter in chosen)
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    table.add_column("parameter", overflow="fold", min_width=NARROWEST_PATH)
    for name in ("value", "range", "evidence")[: 3 if stated else 1]:
        table.add_column(name, overflow="fold")
    rows: dict[tuple[object, ...], list[Parameter]] = {}
    for parameter in chosen:
        rows.setdefault((parameter.field, parameter.text, parameter.range), []).append(parameter)
    for same in rows.values():
        cells = [_label(same, sizes), _values(same)]
        if stated:
            cells += [" to ".join(map(_written, same[0].range or ())), same[0].text + (" (default)" if same[0].where == "default" else "")]
        table.add_row(*(Text(clean(cell, 600)) for cell in cells))
    return table


def _label(same: Sequence[Parameter], sizes: dict[Path, int]) -> str:
    if len(same) == 1:
        return dotted(same[0].path)
    all_of_them = sizes[same[0].field]
    return dotted(same[0].field) + (f" ({len(same)} of {all_of_them})" if len(same) < all_of_them else "")


def _values(same: Sequence[Parameter]) -> str:
    """The value, or the lowest and the highest, or the first few."""
    values = [parameter.value for parameter in same]
    unit = f" {same[0].unit}" if same[0].unit and len(same[0].unit) <= 10 else ""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values):
        low, high = min(numbers), max(numbers)
        return (_written(low) if low == high else f"{_written(low)} to {_written(high)}") + unit
    different = list(dict.fromkeys(map(_written, values)))
    return ", ".join(different[:3]) + (f" and {len(different) - 3} more" if len(different) > 3 else "") + unit


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"{len(value)} values, {_written(min(value))} to {_written(max(value))}"
    return f"{value:g}" if isinstance(value, float) else str(value)
