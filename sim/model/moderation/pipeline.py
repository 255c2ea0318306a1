"""A window's messages through their platforms' rules: those before publication, then those after it, each in the order written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.ledger import Outcome
from sim.model.luck import Floats, Purpose, luck
from sim.model.moderation.compiled import CompiledRule, compiled
from sim.model.moderation.detectors import Flags
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.texts import Texts
from sim.model.policy import Policy
from sim.scenario.schema import KeywordRule, Platform, Scenario

_OUTCOME = {
    "block": Outcome.BLOCKED,
    "hold": Outcome.WITHHELD,
    "hide": Outcome.HIDDEN,
    "remove": Outcome.REMOVED,
    "label": Outcome.STOOD,
}


@dataclass(frozen=True)
class Cases:
    """Messages that a rule sends to its desk: positions, and times of arrival there."""

    rule: int
    rows: Indices
    arrival: Floats


@dataclass(frozen=True)
class Verdict:
    """What the rules do to m messages.

    Attributes:
        blocked: stopped before publication.
        held: waiting for a desk before publication.
        rule: index of the rule that blocked, held, or is first to remove or hide; -1 for none.
        gone: time of removal or hiding without a desk; inf for none.
        labelled: time of a label without a desk; inf for none.
        label: index of the rule that is first to label; -1 for none.
        cases: what goes to the desks.
    """

    blocked: Flags
    held: Flags
    rule: NDArray[np.int16]
    gone: Floats
    labelled: Floats
    label: NDArray[np.int16]
    cases: list[Cases] = field(default_factory=list)

    @property
    def unpublished(self) -> Flags:
        """Blocked or held."""
        return self.blocked | self.held

    def take(self, rows: Indices) -> Verdict:
        """The verdict on some of the messages."""
        position = np.full(len(self.rule), -1)
        position[rows] = np.arange(len(rows))
        arrays = {name: getattr(self, name)[rows] for name in self.__dataclass_fields__ if name != "cases"}
        return Verdict(**arrays, cases=[_kept(cases, position[cases.rows]) for cases in self.cases])


def _kept(cases: Cases, position: Indices) -> Cases:
    kept = position >= 0
    return Cases(cases.rule, position[kept], cases.arrival[kept])


def no_verdict(messages: int) -> Verdict:
    """Nothing happens to any message."""
    flags = np.zeros((2, messages), np.bool_)
    rules = np.full((2, messages), -1, np.int16)
    times = np.full((2, messages), np.inf)
    return Verdict(flags[0], flags[1], rules[0], times[0], times[1], rules[1])


class Pipeline:
    """All rules of all platforms.

    Attributes:
        rules: in the order of their indices.
        outcomes: by rule, what becomes of a message that it takes.
        notified, public: by rule, whether authors, and whether rooms, are told.
        weight: by rule, of its actions as a lesson.
        explained: by rule, whether who is told of its actions is told why; who finds out about a silent one is not.
        reads: by platform, whether any rule, or machine interpretation, looks at the words of messages.
    """

    def __init__(self, policy: Policy, texts: Texts | None) -> None:
        self._waived = policy.waived
        self.rules = compiled(policy.scenario, texts)
        self._in_order = sorted(enumerate(self.rules), key=lambda numbered: numbered[1].spec.action not in ("block", "hold"))
        specs = [rule.spec for rule in self.rules]
        self.outcomes = np.array([_OUTCOME[spec.action] for spec in specs] or [Outcome.STOOD], np.uint8)
        self.notified = np.array([spec.notice != "none" for spec in specs], np.bool_)
        self.public = np.array([spec.notice == "public" for spec in specs], np.bool_)
        self.weight = np.array([policy.scenario.beliefs.label_weight if spec.action == "label" else 1.0 for spec in specs])
        self.explained = np.array([spec.reason and spec.notice != "none" for spec in specs], np.bool_)
        self.reads = np.array([_reads_words(platform) for platform in policy.scenario.platforms.values()])

    def points(self, messages: Submissions, rows: Indices, rule: NDArray[np.integer]) -> Floats:
        """(m,) points that actions on the messages at `rows`, each under its rule, add towards sanctions."""
        points = np.zeros(len(rows))
        for index in np.unique(rule).tolist():
            some = np.flatnonzero(rule == index)
            points[some] = self.rules[index].points(messages, rows[some])
        return points

    def judge(self, messages: Submissions, among: Indices, verdict: Verdict) -> None:
        """Write into the verdict what the rules do to the messages at the positions `among`."""
        platform = messages.platform[among]
        there = {rule.platform: among[platform == rule.platform] for rule in self.rules}
        for index, rule in self._in_order:
            rows = rule.covers(messages, there[rule.platform], self._waived)
            rows = rows[~verdict.unpublished[rows]]
            uniform = luck(Purpose.RULE, messages.key[rows], rule.salt)
            hours = rule.detect.hours(messages, rows, uniform)
            if len(flagged := np.flatnonzero(hours < np.inf)):
                _apply(index, rule, messages, rows[flagged], hours[flagged], verdict)


def _apply(index: int, rule: CompiledRule, messages: Submissions, rows: Indices, hours: Floats, verdict: Verdict) -> None:
    spec = rule.spec
    if spec.action in ("block", "hold"):
        (verdict.blocked if spec.action == "block" else verdict.held)[rows] = True
        verdict.rule[rows] = index
    if spec.action == "block":
        return
    times = messages.time[rows] + hours + waits(spec.delay, luck(Purpose.RULE_DELAY, messages.key[rows], rule.salt))
    if spec.desk is not None:
        verdict.cases.append(Cases(index, rows, times))
    elif spec.action == "label":
        _sooner(index, rows, times, verdict.labelled, verdict.label)
    else:
        _sooner(index, rows, times, verdict.gone, verdict.rule)


def _sooner(index: int, rows: Indices, times: Floats, first: Floats, by: NDArray[np.int16]) -> None:
    """Write down a rule where it acts before those written down so far."""
    sooner = times < first[rows]
    first[rows[sooner]] = times[sooner]
    by[rows[sooner]] = index


def reads_text(scenario: Scenario) -> bool:
    """Whether any rule, or machine interpretation, looks at the words of messages."""
    return any(map(_reads_words, scenario.platforms.values()))


def _reads_words(platform: Platform) -> bool:
    return platform.interpretation is not None or any(isinstance(rule, KeywordRule) for rule in platform.rules.values())


def rule_labels(scenario: Scenario) -> list[str]:
    """``platform.rule`` of every rule, in the order of their indices."""
    return [f"{platform}.{name}" for platform, spec in scenario.platforms.items() for name in spec.rules]
