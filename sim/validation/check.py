"""What a check is, and when it passes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, SupportsFloat

import numpy as np

Verdict = Literal["passes", "fails", "known to differ"]


@dataclass(frozen=True)
class Finding:
    """A value that the simulation yields.

    Attributes:
        value: the value.
        error: its standard error; 0 where it is exact.
        degrees: degrees of freedom of the standard error.
    """

    value: float
    error: float = 0.0
    degrees: float = math.inf


Measure = Callable[[bool], Finding]
"""How a finding is made: with fewer replications if asked to be quick."""


@dataclass(frozen=True)
class Check:
    """A claim of theory or of a publication, and how to see whether it holds.

    Attributes:
        name: unique within its section.
        claim: what is claimed.
        expected: the published or theoretical value.
        measure: how to find it.
        wrong: what is wrong in the negative control.
        control: a deliberately wrong measure, which must fail.
        tolerance: how far the finding may be off: 0 for counts, rounding for printed figures.
        deviations: standard errors that are allowed beyond that; 0 where the finding is exact.
        known: how the figure is known not to reproduce; empty where it should.
    """

    name: str
    claim: str
    expected: float
    measure: Measure
    wrong: str
    control: Measure
    tolerance: float = 0.0
    deviations: float = 0.0
    known: str = ""

    def allowed(self, finding: Finding) -> float:
        """How far a finding may be from what is expected."""
        return self.tolerance + self.deviations * finding.error

    def false_alarms(self, finding: Finding) -> float:
        """How often the check would fail if the claim held, for other seeds; 0 where it is exact."""
        from scipy.stats import norm, t

        if not self.deviations:
            return 0.0
        tail = norm.sf(self.deviations) if math.isinf(finding.degrees) else t.sf(self.deviations, finding.degrees)
        return float(2 * tail)


@dataclass(frozen=True)
class Section:
    """Checks of one published model, or of one theory.

    Attributes:
        name: what to ask for.
        title: what it is about.
        source: where the claims come from.
        checks: the checks.
    """

    name: str
    title: str
    source: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Row:
    """A check that has been made, and its control if that has been made too."""

    section: Section
    check: Check
    finding: Finding
    control: Finding | None

    @property
    def verdict(self) -> Verdict:
        """What to say of the finding."""
        if self.check.known:
            return "known to differ"
        return "passes" if self._near(self.finding) else "fails"

    @property
    def control_fails(self) -> bool | None:
        """Whether the control fails, as it must; None where it was not run."""
        return None if self.control is None else not self._near(self.control)

    def _near(self, finding: Finding) -> bool:
        return abs(finding.value - self.check.expected) <= self.check.allowed(self.finding)

    @property
    def as_it_should(self) -> bool:
        """Whether nothing is amiss."""
        return self.verdict != "fails" and self.control_fails is not False


def made(section: Section, check: Check, *, quick: bool, controls: bool) -> Row:
    """A check, made."""
    return Row(section, check, check.measure(quick), check.control(quick) if controls else None)


def mean(sample: Sequence[float] | np.ndarray) -> Finding:
    """The mean of independent values."""
    values = np.asarray(sample, float)
    return Finding(float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values))), len(values) - 1)


def exactly(value: Callable[[], SupportsFloat]) -> Measure:
    """A measure that is the same however quick."""
    return lambda quick: Finding(float(value()))
