"""A window's messages through their platforms' rules: those before publication, then those after it, each in the order written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.delays import waits
from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.moderation.detectors import Detector, Flags, detector
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.submissions import Submissions
from sim.model.policy import Policy
from sim.scenario.schema import KeywordRule, Rule, Scenario


@dataclass(frozen=True)
class Cases:
    """Messages that a rule sends to its desk: positions in the batch of messages, the rule, and the time of arrival."""

    message: NDArray[np.int64]
    rule: int
    arrival: Floats


@dataclass(frozen=True)
class Verdict:
    """What the rules do to m messages.

    Attributes:
        blocked: stopped before publication.
        held: waiting for a desk before publication.
        rule: index of the rule that blocked, held, or is first to remove or hide; -1 for none.
        gone: time of removal or hiding without a desk; inf for none.
        cases: what goes to the desks.
    """

    blocked: Flags
    held: Flags
    rule: NDArray[np.int16]
    gone: Floats
    cases: list[Cases]


@dataclass(frozen=True)
class CompiledRule:
    """A rule with what it needs at run time."""

    platform: int
    name: str
    spec: Rule
    salt: int
    registered: NDArray[np.bool_]
    topics: NDArray[np.bool_]
    detect: Detector

    def covers(self, messages: Submissions, waived: NDArray[np.bool_]) -> Flags:
        """Which messages fall under the rule."""
        here = (messages.platform == self.platform) & self.registered[messages.registered] & self.topics[messages.topic]
        return here & ~(messages.kept & waived[self.platform])


class Pipeline:
    """All rules of all platforms."""

    def __init__(self, policy: Policy, phrasebook: Phrasebook | None) -> None:
        self._waived = policy.waived
        self.rules = _compile(policy.scenario, phrasebook)
        self._in_order = sorted(enumerate(self.rules), key=lambda numbered: numbered[1].spec.action in ("remove", "hide"))

    def judge(self, messages: Submissions, among: NDArray[np.int64], verdict: Verdict) -> None:
        """Write into the verdict what the rules do to the messages at the positions `among`."""
        moderated = messages.take(among)
        for index, rule in self._in_order:
            open_to_it = rule.covers(moderated, self._waived) & ~verdict.blocked[among] & ~verdict.held[among]
            rows = np.flatnonzero(open_to_it)
            covered = moderated.take(rows)
            flagged = rule.detect(covered, luck(Purpose.RULE, covered.key, rule.salt))
            if flagged.any():
                _apply(index, rule, covered.take(flagged), among[rows[flagged]], verdict)


def _apply(index: int, rule: CompiledRule, flagged: Submissions, rows: NDArray[np.int64], verdict: Verdict) -> None:
    spec = rule.spec
    if spec.action == "block":
        verdict.blocked[rows] = True
        verdict.rule[rows] = index
        return
    arrival = flagged.time + waits(spec.delay, luck(Purpose.RULE_DELAY, flagged.key, rule.salt))
    if spec.action == "hold":
        verdict.held[rows] = True
        verdict.rule[rows] = index
    if spec.desk is not None:
        verdict.cases.append(Cases(rows, index, arrival))
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


def _mask(names: Iterable[str], wanted: list[str] | None) -> NDArray[np.bool_]:
    return np.array([wanted is None or name in wanted for name in names])
