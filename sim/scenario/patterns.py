"""Paths of evidence: which parameters they speak for, and which of two is the more specific."""

from __future__ import annotations

from sim.scenario.tree import Path

Pattern = tuple[str, ...]
"""The keys of a path, with * for any one name."""


def covers(pattern: Pattern, path: Path) -> bool:
    """Whether evidence at a path, with * for any one name, is evidence for another at or below it."""
    return len(pattern) <= len(path) and all(want in ("*", str(got)) for want, got in zip(pattern, path, strict=False))


def specificity(pattern: Pattern) -> tuple[int, list[bool]]:
    """Larger for the more specific of two paths that speak for the same."""
    return len(pattern), [segment != "*" for segment in pattern]
