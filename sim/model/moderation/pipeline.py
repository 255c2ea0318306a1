"""A window's messages through their platforms' rules: those before publication, then those after it, each in the order written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.ledger import Outcome
from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.moderation.detectors import Detector, Flags, detector
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.submissions import Submissions
from sim.model.policy import Policy
from sim.scenario.schema import KeywordRule, Rule, Scenario

_OUTCOME = {"block": Outcome.BLOCKED, "hold": Outcome.WITHHELD, "hide": Outcome.HIDDEN, "remove": Outcome.REMOVED}


@dataclass(frozen=True)
class Verdict:
    """What the rules do to m messages.

    Attributes:
        blocked: stopped before publication.
        held: waiting for a desk before publication.
        rule: index of the rule that blocked, held, or is first to remove or hide; -1 for none.
        gone: time of removal or hiding without a desk; inf for none.
        case_rule, case_arrival: rule that sends the message to its desk, the soonest if there are several; -1 for none.
    """

    blocked: Flags
    held: Flags
    rule: NDArray[np.int16]
    gone: Floats
    case_rule: NDArray[np.int16]
    case_arrival: Floats

    @property
    def unpublished(self) -> Flags:
        """Blocked or held."""
        return self.blocked | self.held

    def take(self, rows: Indices) -> Verdict:
        """The verdict on some of the messages."""
        return Verdict(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def no_verdict(messages: int) -> Verdict:
    """Nothing happens to any message."""
    flags = np.zeros((2, messages), np.bool_)
    rules = np.full((2, messages), -1, np.int16)
    times = np.full((2, messages), np.inf)
    return Verdict(flags[0], flags[1], rules[0], times[0], rules[1], times[1])


@dataclass(frozen=True)
class CompiledRule:
    """A rule with what it needs at run time; `registered` and `topics` are masks, or None where the rule covers all."""

    platform: int
    name: str
    spec: Rule
    salt: int
    registered: Flags | None
    topics: Flags | None
    detect: Detector

    def covers(self, messages: Submissions, among: Indices, waived: NDArray[np.bool_]) -> Indices:
        """Positions, out of `among` on its platform, of the messages that fall under the rule."""
        rows = among
        if self.registered is not None:
            rows = rows[self.registered[messages.registered[rows]]]
        if self.topics is not None:
            rows = rows[self.topics[messages.topic[rows]]]
        return rows[~messages.kept[rows]] if waived[self.platform] else rows


class Pipeline:
    """All rules of all platforms.

    Attributes:
        rules: in the order of their indices.
        outcomes: by rule, what becomes of a message that it takes.
        notified, public: by rule, whether authors, and whether rooms, are told.
        reads: by platform, whether any rule looks at the words of messages.
    """

    def __init__(self, policy: Policy, phrasebook: Phrasebook | None) -> None:
        self._waived = policy.waived
        self.rules = _compile(policy.scenario, phrasebook)
        self._in_order = sorted(enumerate(self.rules), key=lambda numbered: numbered[1].spec.action in ("remove", "hide"))
        specs = [rule.spec for rule in self.rules]
        self.outcomes = np.array([_OUTCOME[spec.action] for spec in specs] or [Outcome.STOOD], np.uint8)
        self.notified = np.array([spec.notice != "none" for spec in specs], np.bool_)
        self.public = np.array([spec.notice == "public" for spec in specs], np.bool_)
        self.reads = np.zeros(len(policy.waived), np.bool_)
        self.reads[[rule.platform for rule in self.rules if isinstance(rule.spec, KeywordRule)]] = True

    def judge(self, messages: Submissions, among: Indices, verdict: Verdict) -> None:
        """Write into the verdict what the rules do to the messages at the positions `among`."""
        platform = messages.platform[among]
        there = {rule.platform: among[platform == rule.platform] for rule in self.rules}
        for index, rule in self._in_order:
            rows = rule.covers(messages, there[rule.platform], self._waived)
            rows = rows[~verdict.unpublished[rows]]
            uniform = luck(Purpose.RULE, messages.key[rows], rule.salt)
            flagged = rows[rule.detect(messages, rows, uniform)]
            if len(flagged):
                _apply(index, rule, messages, flagged, verdict)


def _apply(index: int, rule: CompiledRule, messages: Submissions, rows: Indices, verdict: Verdict) -> None:
    spec = rule.spec
    if spec.action in ("block", "hold"):
        (verdict.blocked if spec.action == "block" else verdict.held)[rows] = True
        verdict.rule[rows] = index
    if spec.action == "block":
        return
    arrival = messages.time[rows] + waits(spec.delay, luck(Purpose.RULE_DELAY, messages.key[rows], rule.salt))
    if spec.desk is not None:
        sooner = arrival < verdict.case_arrival[rows]
        verdict.case_rule[rows[sooner]] = index
        verdict.case_arrival[rows[sooner]] = arrival[sooner]
        return
    sooner = arrival < verdict.gone[rows]
    verdict.gone[rows[sooner]] = arrival[sooner]
    verdict.rule[rows[sooner]] = index


def reads_text(scenario: Scenario) -> bool:
    """Whether any rule looks at the words of messages."""
    return any(isinstance(rule, KeywordRule) for platform in scenario.platforms.values() for rule in platform.rules.values())


def rule_labels(scenario: Scenario) -> list[str]:
    """``platform.rule`` of every rule, in the order of their indices."""
    return [f"{platform}.{name}" for platform, spec in scenario.platforms.items() for name in spec.rules]


def _compile(scenario: Scenario, phrasebook: Phrasebook | None) -> list[CompiledRule]:
    return [
        CompiledRule(
            platform=f,
            name=name,
            spec=rule,
            salt=name_key("rule", platform, name),
            registered=_mask(scenario.jurisdictions, rule.registered_in),
            topics=_mask(scenario.topics, rule.topics),
            detect=detector(rule, phrasebook),
        )
        for f, (platform, spec) in enumerate(scenario.platforms.items())
        for name, rule in spec.rules.items()
    ]


def _mask(names: Iterable[str], wanted: list[str] | None) -> Flags | None:
    return None if wanted is None else np.array([name in wanted for name in names])
