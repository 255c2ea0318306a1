"""Rules with all that they need at run time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats, name_key
from sim.model.moderation.detectors import Classifier, Detector, Directive, Flags, Sample
from sim.model.moderation.keywords import KeywordDetector
from sim.model.moderation.reports import ReportDetector
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.texts import Texts
from sim.model.rooms import ROOM_KINDS
from sim.scenario.schema import ClassifierRule, DirectiveRule, KeywordRule, ReportRule, Rule, Scenario


@dataclass(frozen=True)
class CompiledRule:
    """A rule with what it needs at run time; the masks are None where the rule covers all.

    `sanctioned` says whether its platform has a ladder of sanctions.
    """

    platform: int
    name: str
    spec: Rule
    salt: int
    registered: Flags | None
    resident: Flags | None
    kinds: Flags | None
    topics: Flags | None
    detect: Detector
    sanctioned: bool

    @property
    def about_abuse(self) -> bool:
        """Whether it looks for abuse, and not for heat."""
        return getattr(self.spec, "about", "heat") == "abuse"

    def covers(self, messages: Submissions, among: Indices, waived: NDArray[np.bool_]) -> Indices:
        """Positions, out of `among` on its platform, of the messages that fall under the rule."""
        rows = among
        for mask, index in (
            (self.registered, messages.registered),
            (self.resident, messages.resident),
            (self.kinds, messages.kind),
            (self.topics, messages.topic),
        ):
            if mask is not None:
                rows = rows[mask[index[rows]]]
        rows = self._in_force(messages, rows)
        return rows[~messages.kept[rows]] if waived[self.platform] else rows

    def points(self, messages: Submissions, rows: Indices) -> Floats:
        """(m,) points that an action under this rule on the messages at `rows` adds towards sanctions; 0 where there are none."""
        if not self.sanctioned:
            return np.zeros(len(rows))
        return self.spec.severity * self.detect.severity(messages, rows)

    def _in_force(self, messages: Submissions, rows: Indices) -> Indices:
        """In a warm-up, what is in force at hour 0."""
        if self.spec.start > 0:
            rows = rows[messages.time[rows] >= self.spec.start]
        return rows if self.spec.end is None else rows[np.maximum(messages.time[rows], 0.0) < self.spec.end]


def compiled(scenario: Scenario, texts: Texts | None) -> list[CompiledRule]:
    """All rules of all platforms, in the order of their indices."""
    return [
        _compile(scenario, texts, f, platform, name, rule)
        for f, (platform, spec) in enumerate(scenario.platforms.items())
        for name, rule in spec.rules.items()
    ]


def _compile(scenario: Scenario, texts: Texts | None, index: int, platform: str, name: str, rule: Rule) -> CompiledRule:
    salt = name_key("rule", platform, name)
    return CompiledRule(
        platform=index,
        name=name,
        spec=rule,
        salt=salt,
        registered=_mask(scenario.jurisdictions, rule.registered_in),
        resident=_mask(scenario.jurisdictions, rule.resides_in),
        kinds=_mask(ROOM_KINDS, rule.rooms),
        topics=_mask(scenario.topics, rule.topics),
        detect=_detector(scenario, texts, platform, name, rule, salt),
        sanctioned=scenario.platforms[platform].sanctions is not None,
    )


def _detector(scenario: Scenario, texts: Texts | None, platform: str, name: str, rule: Rule, salt: int) -> Detector:
    if isinstance(rule, KeywordRule):
        assert texts is not None
        return KeywordDetector(rule, platform, name, scenario, texts, salt)
    if isinstance(rule, ReportRule):
        return ReportDetector(rule, scenario.platforms[platform], scenario.groups, scenario.topics, salt)
    if isinstance(rule, DirectiveRule):
        return Directive(rule)
    return Classifier(rule, list(scenario.groups), scenario.inputs) if isinstance(rule, ClassifierRule) else Sample(rule)


def _mask(names: Iterable[str], wanted: Iterable[str] | None) -> Flags | None:
    return None if wanted is None else np.array([name in wanted for name in names])
