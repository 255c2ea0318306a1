"""What a rule looks for: one function a detector, from messages to flags."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.phrasebook import Phrasebook, rule_list
from sim.model.moderation.submissions import Submissions
from sim.scenario.schema import ClassifierRule, DirectiveRule, KeywordRule, ReportRule, Rule, SampleRule

Flags = NDArray[np.bool_]
Detector = Callable[[Submissions, Indices, Floats], Flags]
"""Takes messages, the positions of m of them to look at, and m uniform numbers; flags some of the m."""


def detector(rule: Rule, phrasebook: Phrasebook | None) -> Detector:
    """The detector of a rule; keyword rules read the phrasebook once, here."""
    if isinstance(rule, KeywordRule):
        return _keywords(rule, phrasebook)
    return _classifier(rule) if isinstance(rule, ClassifierRule) else _sample(rule)


def _keywords(rule: KeywordRule, phrasebook: Phrasebook | None) -> Detector:
    assert phrasebook is not None
    listed = rule_list(rule.rule_list) if rule.rule_list else []
    matches = phrasebook.matches([*rule.combinations, *listed])
    return lambda messages, rows, uniform: matches[messages.phrase[rows]] & (uniform < rule.recall)


def _classifier(rule: ClassifierRule) -> Detector:
    return lambda messages, rows, uniform: uniform < np.where(messages.heat[rows] >= rule.threshold, rule.recall, rule.false_positive_rate)


def _sample(rule: SampleRule) -> Detector:
    return lambda messages, rows, uniform: uniform < rule.share
