"""Keyword rules: a look-up of which texts the list stops at that time."""

from __future__ import annotations

import numpy as np

from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.detectors import Detector, at_once
from sim.model.moderation.items import items_of
from sim.model.moderation.listing import Listing, Look
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.texts import Texts
from sim.model.moderation.variants import Learner
from sim.model.rooms import DIRECT
from sim.scenario.schema import KeywordRule, Scenario


class KeywordDetector(Detector):
    """Texts in which a listed combination occurs, and coded variants that the list has learned."""

    def __init__(self, rule: KeywordRule, platform: str, name: str, scenario: Scenario, texts: Texts, salt: int) -> None:
        self._recall = rule.recall
        self._replication = texts.replication
        items = items_of(scenario, platform, name, rule)
        self._listing = Listing(items, texts.phrasebook, scenario, rule.turnover, texts.replications)
        index = list(scenario.platforms).index(platform)
        self._learner = Learner(rule.learning, texts.uses, index, texts.replications, salt) if rule.learning else None

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        return at_once((self.severity(messages, rows) > 0) & (uniform < self._recall))

    def severity(self, messages: Submissions, rows: Indices) -> Floats:
        """The highest severity among the combinations that occur; 1 for a variant that was learned, 0 where the list stops nothing."""
        severity, phrase = np.zeros(len(rows)), messages.phrase[rows]
        looked_at = self._listing.touches(phrase)
        if self._learner is not None:
            looked_at |= self._learner.may_know(phrase)
        if len(some := np.flatnonzero(looked_at)):
            severity[some] = self._look(messages, rows[some])
        return severity

    def _look(self, messages: Submissions, rows: Indices) -> Floats:
        replication = self._replication[messages.person[rows]]
        look = Look(
            phrase=messages.phrase[rows],
            time=messages.time[rows],
            replication=replication,
            direct=messages.kind[rows] == DIRECT,
            registered=messages.registered[rows],
        )
        severity = self._listing.severity(look)
        if self._learner is not None:
            learned = self._learner.knows(look.phrase, messages.world[rows], replication, look.time)
            severity = np.maximum(severity, learned)
        severity[self._listing.allows(look)] = 0.0
        return severity
