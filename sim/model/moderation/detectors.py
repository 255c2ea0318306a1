"""What a rule looks for: one class a detector, from messages to the hours at which each is flagged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Floats
from sim.model.moderation.scores import accuracy as scored_accuracy
from sim.model.moderation.submissions import Submissions
from sim.scenario.schema import ClassifierRule, DirectiveRule, ReportRule, SampleRule

Flags = NDArray[np.bool_]


class Detector(ABC):
    """Looks at m of the messages, at the positions `rows`, with m uniform numbers."""

    @abstractmethod
    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """(m,) hours from publication to the flag; inf for what is never flagged."""

    def severity(self, messages: Submissions, rows: Indices) -> Floats:
        """(m,) factor on the points that an action under the rule adds towards sanctions."""
        return np.ones(len(rows))


class Sample(Detector):
    """A random share, whatever is said."""

    def __init__(self, rule: SampleRule) -> None:
        self._share = rule.share

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        return at_once(uniform < self._share)


class Classifier(Detector):
    """Heat above a threshold, or abuse, with misses and false alarms that may differ by the author's group."""

    def __init__(self, rule: ClassifierRule, groups: Sequence[str], inputs: dict[str, bytes]) -> None:
        self._rule = rule
        self._recall, self._false = accuracy(rule, groups, inputs)

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        group, breaks, false = messages.group[rows], broken(self._rule, messages, rows), self._false[messages.group[rows]]
        if self._rule.counter_speech is not None:
            false = np.where(messages.counter[rows], self._rule.counter_speech, false)
        return at_once(uniform < np.where(breaks, self._recall[group], false))


def accuracy(rule: ClassifierRule, groups: Sequence[str], inputs: dict[str, bytes]) -> tuple[Floats, Floats]:
    """(G,) recall and false positive rate by group."""
    recall, false = np.full(len(groups), rule.recall), np.full(len(groups), rule.false_positive_rate)
    if rule.scores is not None and rule.cut is not None:
        recall, false = scored_accuracy(rule.scores, rule.cut, groups, inputs)
    for name, given in rule.by_group.items():
        recall[groups.index(name)], false[groups.index(name)] = given.recall, given.false_positive_rate
    return recall, false


class Directive(Detector):
    """What an order is about, as far as the platform complies; topics and dates are the rule's scope."""

    def __init__(self, rule: DirectiveRule) -> None:
        self._rule = rule

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        meant = leans(messages.stance[rows], self._rule.stance) & (messages.heat[rows] >= self._rule.heat)
        return at_once(meant & (uniform < self._rule.compliance))


def broken(rule: ClassifierRule | ReportRule, messages: Submissions, rows: Indices) -> Flags:
    """(m,) whether messages break what a rule is about."""
    breaks: Flags = messages.abusive[rows] if rule.about == "abuse" else messages.heat[rows] >= rule.threshold
    return breaks


def at_once(flags: Flags) -> Floats:
    """Flagged when published, or never."""
    return np.where(flags, 0.0, np.inf)


def leans(stance: Floats, leaning: str) -> Flags:
    """Whether stances lean the way that a rule is about."""
    everything: Flags = np.ones(len(stance), np.bool_)
    return {"critical": stance < 0, "supportive": stance > 0, "any": everything}[leaning]
