"""`chillsim validate`"""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.validation import sections
from sim.validation.check import Check, Finding, Row, Section, made, mean
from sim.validation.table import lines, summary

FAST = ("strategic.defiance", "strategic.uniform-mean-act", "thresholds.jump", "spiral.confident", "reinforcement.mean-field-apart-1")


def validate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["validate", *arguments], catch_exceptions=False)


def test_checks_pass_and_their_controls_fail() -> None:
    result = validate(*FAST, "--controls")
    assert result.exit_code == 0
    assert result.stdout.count("fails, as it must") == len(FAST)
    assert result.stdout.endswith(f"{len(FAST)} checks: {len(FAST)} pass\n")
    assert "strategic: Strategic self-censorship (Daymude" in result.stdout
    assert "expected 0.711538, found 0.711538; tolerance 5e-07" in result.stdout


def test_tables_carry_source_figures_and_verdicts() -> None:
    rows = json.loads(validate(*FAST, "--format", "json").stdout)
    assert {row["section"] for row in rows} == {"strategic", "spiral", "reinforcement", "thresholds"}
    assert all(row["verdict"] == "passes" and row["source"] and row["claim"] and row["control"] for row in rows)
    assert all(abs(row["found"] - row["expected"]) <= row["tolerance"] for row in rows)
    assert {row["control_verdict"] for row in rows} == {"not run"}
    table = list(csv.DictReader(io.StringIO(validate(*FAST, "--format", "csv").stdout)))
    assert [row["check"] for row in table] == [row["check"] for row in rows]
    assert [float(row["found"]) for row in table] == pytest.approx([row["found"] for row in rows])


@pytest.mark.statistical
def test_figures_with_errors_state_them() -> None:
    """A spiral on sparse networks; 100 runs, 4 standard errors: one false alarm in 8,000."""
    (row,) = json.loads(validate("spiral.minority-m1", "--quick", "--controls", "--format", "json").stdout)
    assert row["verdict"] == "passes"
    assert row["standard_error"] > 0
    assert row["tolerance"] == pytest.approx(0.05 + 4 * row["standard_error"])
    assert 1e-5 < row["false_alarms"] < 1e-3
    assert row["control_verdict"] == "fails, as it must"


def test_unknown_names_are_refused_all_at_once() -> None:
    result = validate("strategc", "spiral.tick-m5")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "strategc: a section or a check; did you mean 'strategic'?",
        "spiral.tick-m5: a section or a check; did you mean 'spiral.ticks-m5'?",
    ]


def _section(value: float, control: float, known: str = "") -> Section:
    check = Check("one", "is one", 1.0, lambda quick: Finding(value, 0.1), "wrong", lambda quick: Finding(control), 0.0, 4.0, known)
    return Section("made-up", "Made up", "nobody", (check,))


@pytest.mark.parametrize(
    ("value", "control", "known", "status", "ends"),
    [
        (1.3, 2.0, "", 0, "1 checks: 1 pass\n"),
        (1.5, 2.0, "", 1, "1 checks: 1 fail\n"),
        (1.5, 2.0, "is 1.5", 0, "1 checks: 1 known to differ\n"),
        (1.3, 1.1, "", 1, "1 checks: 1 pass; 1 negative controls do not fail\n"),
    ],
)
def test_the_status_says_whether_all_is_well(
    monkeypatch: pytest.MonkeyPatch, value: float, control: float, known: str, status: int, ends: str
) -> None:
    monkeypatch.setattr("sim.validation.sections", lambda: [_section(value, control, known)])
    result = validate("--controls")
    assert result.exit_code == status
    assert result.stdout.endswith(ends)
    assert not known or known in result.stdout


def test_false_alarms_follow_from_the_allowed_deviations() -> None:
    """Normal: 4 standard errors are 1 in 15,787; t with 29 degrees, 4.5: 1 in 9,800; exact figures have none."""
    (check,) = _section(1.0, 2.0).checks
    assert check.false_alarms(Finding(1.0, 0.1)) == pytest.approx(1 / 15_787, rel=1e-3)
    assert Check("a", "b", 0, lambda quick: Finding(0), "", lambda quick: Finding(1)).false_alarms(Finding(0)) == 0
    assert mean([1.0, 2.0, 3.0]) == Finding(2.0, pytest.approx(3**-0.5), 2)  # type: ignore[arg-type]


def test_rows_say_what_was_found() -> None:
    section = _section(1.3, 2.0)
    row: Row = made(section, section.checks[0], quick=True, controls=True)
    text = "\n".join(lines(row, 3))
    assert "expected 1, found 1.3 ± 0.1; tolerance 0.4, false alarms 1 in 15,787" in text
    assert "control (wrong): 2, fails, as it must" in text
    assert summary([row, row]) == "2 checks: 2 pass"


def test_names_are_unique_and_every_check_says_where_it_comes_from() -> None:
    every = sections()
    assert len({section.name for section in every}) == len(every) == 7
    for section in every:
        assert section.source
        assert len({check.name for check in section.checks}) == len(section.checks)
        assert all(check.claim and check.wrong for check in section.checks)
