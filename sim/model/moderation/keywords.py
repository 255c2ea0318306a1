"""Keyword rules: a look-up of which texts match."""

from __future__ import annotations

from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.detectors import Detector, at_once
from sim.model.moderation.phrasebook import Phrasebook, rule_list
from sim.model.moderation.submissions import Submissions
from sim.scenario.schema import KeywordRule


class KeywordDetector(Detector):
    """Texts that hold all parts of some combination."""

    def __init__(self, rule: KeywordRule, phrasebook: Phrasebook) -> None:
        listed = rule_list(rule.rule_list) if rule.rule_list else []
        self._matches = phrasebook.matches([*rule.combinations, *listed])
        self._recall = rule.recall

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        return at_once(self._matches[messages.phrase[rows]] & (uniform < self._recall))
