"""Checks that have been made, as lines and as records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.validation.check import Row, Section


def heading(section: Section) -> str:
    """The line above a section's checks."""
    return f"{section.name}: {section.title} ({section.source})"


def lines(row: Row, width: int) -> Iterator[str]:
    """A check as text: verdict, name (padded to a width), claim and figures, and what has to be said besides."""
    check, finding = row.check, row.finding
    error = f" ± {finding.error:.2g}" if finding.error else ""
    yield f"  {row.verdict:15}  {check.name:{width}}  {check.claim}"
    indent = " " * (width + 21)
    yield f"{indent}expected {check.expected:.6g}, found {finding.value:.6g}{error}; {_allowance(row)}"
    if check.known:
        yield f"{indent}{check.known}"
    if row.control is not None:
        yield f"{indent}control ({check.wrong}): {row.control.value:.6g}, {_control(row)}"


def summary(rows: Sequence[Row]) -> str:
    """How many checks came out how."""
    verdicts = [row.verdict for row in rows]
    told = [f"{verdicts.count(verdict)} {text}" for verdict, text in _OUTCOMES.items() if verdict in verdicts]
    bad = sum(row.control_fails is False for row in rows)
    return f"{len(rows)} checks: {', '.join(told)}" + (f"; {bad} negative controls do not fail" if bad else "")


_OUTCOMES = {"passes": "pass", "known to differ": "known to differ", "fails": "fail"}


def records(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The checks as rows of a table."""
    return [
        {
            "section": row.section.name,
            "source": row.section.source,
            "check": row.check.name,
            "claim": row.check.claim,
            "expected": row.check.expected,
            "found": row.finding.value,
            "standard_error": row.finding.error,
            "tolerance": row.check.allowed(row.finding),
            "false_alarms": row.check.false_alarms(row.finding),
            "verdict": row.verdict,
            "known": row.check.known,
            "control": row.check.wrong,
            "control_found": None if row.control is None else row.control.value,
            "control_verdict": _control(row),
        }
        for row in rows
    ]


def _allowance(row: Row) -> str:
    allowed, alarms = row.check.allowed(row.finding), row.check.false_alarms(row.finding)
    if alarms:
        return f"tolerance {allowed:.3g}, false alarms 1 in {1 / alarms:,.0f}"
    return f"tolerance {allowed:.3g}" if allowed else "exact"


def _control(row: Row) -> str:
    if row.control_fails is None:
        return "not run"
    return "fails, as it must" if row.control_fails else "passes, and must not"
