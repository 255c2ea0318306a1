"""A platform's rules: whom they cover, what they look for, what they do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.combination import parse
from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay

RoomKind = Literal["group", "direct", "feed", "meeting", "survey"]
InputName = Annotated[str, Field(max_length=4096, pattern=r"^([a-z][a-z0-9-]{0,62}|.*\.(csv|yaml))$")]
"""The name of something that ships, or a file (.csv or .yaml) given relative to the scenario file that names it."""
Leaning = Literal["any", "critical", "supportive"]


class RuleBase(Part):
    """What every rule states: whom it covers, what it does, how fast, and who learns of it."""

    registered_in: list[Name] | None = parameter(None, "Covers only accounts registered in these jurisdictions; everyone if not given.")
    resides_in: list[Name] | None = parameter(None, "Covers only authors who live in these jurisdictions; everyone if not given.")
    rooms: list[RoomKind] | None = parameter(None, "Covers only what is said in rooms of these kinds; all if not given.")
    topics: list[Name] | None = parameter(None, "Covers only these topics; all if not given.")
    start: Duration = parameter("0 d", "When the rule comes into force.", unit="duration", design=True)
    end: Duration | None = parameter(None, "When it ends; never if not given.", unit="duration", design=True)
    action: Literal["block", "hold", "remove", "hide", "label"] = parameter(
        ...,
        "block and hold act before publication; remove, hide and label after it (hidden: visible to its author alone; labelled: seen with "
        "a warning).",
    )
    severity: float = parameter(1.0, "Points that an action under this rule adds towards sanctions.", ge=0, le=1000, design=True)
    delay: Delay = parameter(
        {"fixed": "0 s"},
        "Time from publication to a removal or hiding, or to the case's arrival at the desk.",
        assumption="automatic filters act at once",
        range=("0 s", "1 min"),
    )
    desk: Name | None = parameter(None, "Review desk that decides; without one the rule acts by itself. A hold needs one.")
    notice: Literal["none", "author", "public"] = parameter(
        "none", "Who learns of the action.", assumption="most actions come without notice"
    )
    reason: bool = parameter(
        False, "Whether those who are told of the action are told which rule it was.", assumption="most notices name no rule"
    )
    turns_away: Probability = parameter(
        0.2, "Share of readers whom a label turns away.", assumption="most readers pass a label by", range=(0, 0.5)
    )

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> RuleBase:
        if self.end is not None and self.end <= self.start:
            raise ValueError("a rule ends after its start")
        return self

    @model_validator(mode="after")
    def _hold_needs_a_desk(self) -> RuleBase:
        if self.action == "hold" and self.desk is None:
            raise ValueError("a rule that holds messages needs a desk")
        if self.action == "block" and self.desk is not None:
            raise ValueError("a rule that blocks acts by itself and takes no desk; use hold")
        return self


class Turnover(Part):
    """Combinations that come and go: spells on the list, and gaps between them."""

    lifetime: Delay = parameter(..., "How long a combination stays on the list once it is put there.")
    listed: Annotated[float, Field(gt=0, le=1)] = parameter(
        ..., "Share of the combinations that are on the list at any one time; the gaps between their spells follow from it."
    )


class Learning(Part):
    """How a list learns coded variants: some time after the first message that uses one."""

    lag: Delay = parameter(
        {"lognormal": {"median": "7 d", "sigma": 1.0}},
        "Time from the first use of a coded variant on the platform to its entry into the list.",
        assumption="days to weeks; no source gives it",
        range=("1 d", "60 d"),
    )
    share: Probability = parameter(0.5, "Share of the variants that the list ever learns.", assumption="no source", range=(0, 1))


def _sensible(combination: str) -> str:
    try:
        parse(combination)
    except ValueError as error:
        raise PydanticCustomError("combination", "{rule}", {"rule": str(error)}) from None
    return combination


Combination = Annotated[str, Field(max_length=500, pattern=r"[^+\s]"), AfterValidator(_sensible)]


class KeywordRule(RuleBase):
    """Acts on a message whose text contains all parts of any of its combinations."""

    detector: Literal["keywords"] = parameter(..., "Looks for keyword combinations in the phrasebook's text.")
    combinations: list[Combination] = parameter(
        [],
        "Combinations, their parts joined by +; all parts must occur, in any order. In a part * stands for any characters.",
        max_length=100_000,
    )
    allow: list[Combination] = parameter(
        [], "Combinations that switch the rule off for a text in which all their parts occur.", max_length=100_000
    )
    rule_list: InputName | None = parameter(
        None, "A rule list that ships with chillsim, or a file (.csv, as `chillsim import` writes it) relative to this one."
    )
    turnover: Turnover | None = parameter(None, "How combinations without dates of their own come and go; they stay if not given.")
    learning: Learning | None = parameter(None, "How coded variants come to be listed; never if not given.")
    recall: Probability = parameter(
        1.0, "Share of matching messages that the filter acts on.", assumption="filters act on every match", range=(0.8, 1)
    )

    @model_validator(mode="after")
    def _something_to_look_for(self) -> KeywordRule:
        if not self.combinations and self.rule_list is None:
            raise ValueError("a keyword rule needs combinations or a rule_list")
        return self


class Accuracy(Part):
    """How well a classifier does on one group's messages."""

    recall: Probability = parameter(..., "Share of their rule-breaking messages that are flagged.")
    false_positive_rate: Probability = parameter(..., "Share of their other messages that are flagged.")


class ClassifierRule(RuleBase):
    """Acts on messages whose heat reaches a threshold, with misses and false alarms."""

    detector: Literal["classifier"] = parameter(..., "Scores messages by their heat, or as abuse.")
    about: Literal["heat", "abuse"] = parameter(
        "heat", "What it looks for: heat, from its threshold, or abuse; a desk that it sends cases to judges them by the same.", design=True
    )
    threshold: Probability = parameter(
        0.5, "Heat from which a message breaks this rule.", unit="heat", assumption="half-way", range=(0.2, 0.8)
    )
    recall: Probability = parameter(
        0.7, "Share of rule-breaking messages that are flagged.", assumption="no source for 2020", range=(0.4, 0.95)
    )
    false_positive_rate: Probability = parameter(
        0.01,
        "Share of other messages that are flagged.",
        assumption="10 to 20 % of automated removals are mistakes (Meta 2025)",
        range=(0.001, 0.05),
    )
    by_group: dict[Name, Accuracy] = parameter({}, "Recall and false positive rate by group, where they differ.")
    scores: InputName | None = parameter(
        None,
        "File of score curves (.csv, as `chillsim import scores` writes it); recall and false_positive_rate are then read off it, by group "
        "where it has the group.",
    )
    cut: float | None = parameter(None, "Score from which a message is flagged; needed with scores.")
    counter_speech: Probability | None = parameter(
        None, "With `about: abuse`: share of targets' replies to abuse that are flagged; false_positive_rate if not given."
    )

    @model_validator(mode="after")
    def _scores_need_a_cut(self) -> ClassifierRule:
        if (self.scores is None) != (self.cut is None):
            raise ValueError("scores and cut belong together: both, or neither")
        return self

    @model_validator(mode="after")
    def _counter_speech_answers_abuse(self) -> ClassifierRule:
        if self.counter_speech is not None and self.about != "abuse":
            raise ValueError("counter_speech needs about: abuse")
        return self


class Brigade(Part):
    """People who agree to report whatever certain others say."""

    groups: list[Name] | None = parameter(None, "Groups whose messages they report; all if not given.")
    topics: list[Name] | None = parameter(None, "Topics on which they report; all if not given.")
    stance: Leaning = parameter("any", "Stance that they report.")
    share: Probability = parameter(1.0, "Share of such messages that they come upon.", design=True)
    reports: float = parameter(..., "Mean number of reports that they add to such a message.", gt=0, le=1e6)
    delay: Delay = parameter(
        {"lognormal": {"median": "1 h", "sigma": 1.0}},
        "Time from publication to their reports.",
        assumption="an organised group acts within hours",
        range=("5 min", "24 h"),
    )


class ReportRule(RuleBase):
    """Acts once enough readers have reported a message."""

    detector: Literal["reports"] = parameter(..., "Counts reports by readers, and by brigades.")
    about: Literal["heat", "abuse"] = parameter(
        "heat", "What it looks for: heat, from its threshold, or abuse; a desk that it sends cases to judges them by the same.", design=True
    )
    threshold: Probability = parameter(
        0.5, "Heat from which a message breaks this rule in the eyes of readers.", unit="heat", assumption="half-way", range=(0.2, 0.8)
    )
    rate: Probability = parameter(
        0.002, "Chance that a reader reports a rule-breaking message.", assumption="most readers never report", range=(0.0002, 0.02)
    )
    false_rate: Probability = parameter(
        0.0001, "Chance that a reader reports any other message.", assumption="rare, but readers are many", range=(0, 0.001)
    )
    needed: int = parameter(
        1, "Reports from which the rule acts.", ge=1, le=1_000_000, assumption="the first report opens a case", range=(1, 10)
    )
    brigade: Brigade | None = parameter(None, "Coordinated reporting; none if not given.")

    @model_validator(mode="after")
    def _acts_after_publication(self) -> ReportRule:
        if self.action in ("block", "hold"):
            raise ValueError("only what is published can be reported: remove, hide or label")
        return self


class DirectiveRule(RuleBase):
    """Acts on what an authority has ordered the platform to act on, as far as the platform complies."""

    detector: Literal["directive"] = parameter(..., "Follows an order: topics, dates, and which stance.")
    stance: Leaning = parameter("any", "Stance that the order is about.")
    heat: Probability = parameter(0.0, "Heat from which a message falls under the order.", unit="heat", design=True)
    compliance: Probability = parameter(
        0.8, "Share of the messages under the order that the platform acts on.", assumption="orders are carried out in part", range=(0.3, 1)
    )


class SampleRule(RuleBase):
    """Acts on a random share of messages, whatever they say."""

    detector: Literal["sample"] = parameter(..., "Picks messages at random.")
    about: Literal["heat", "abuse"] = parameter(
        "heat", "What the desk that it sends cases to judges them by: their heat, or whether they are abuse.", design=True
    )
    share: Probability = parameter(..., "Share of messages that are picked.")


Rule = Annotated[KeywordRule | ClassifierRule | ReportRule | DirectiveRule | SampleRule, Field(discriminator="detector")]
