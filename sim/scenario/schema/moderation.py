"""A platform's rules and its review desks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay


class RuleBase(Part):
    """What every rule states: whom it covers, what it does, how fast, and who learns of it."""

    registered_in: list[Name] | None = parameter(None, "Covers only accounts registered in these jurisdictions; everyone if not given.")
    topics: list[Name] | None = parameter(None, "Covers only these topics; all if not given.")
    action: Literal["block", "hold", "remove", "hide"] = parameter(
        ..., "block and hold act before publication; remove and hide after it (hidden: visible to its author alone)."
    )
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

    @model_validator(mode="after")
    def _hold_needs_a_desk(self) -> RuleBase:
        if self.action == "hold" and self.desk is None:
            raise ValueError("a rule that holds messages needs a desk")
        if self.action == "block" and self.desk is not None:
            raise ValueError("a rule that blocks acts by itself and takes no desk; use hold")
        return self


class KeywordRule(RuleBase):
    """Acts on a message whose text contains all parts of any of its combinations."""

    detector: Literal["keywords"] = parameter(..., "Looks for keyword combinations in the phrasebook's text.")
    combinations: list[Annotated[str, Field(max_length=500, pattern=r"[^+\s]")]] = parameter(
        [], "Combinations, their parts joined by +; all parts must occur, in any order.", max_length=100_000
    )
    rule_list: Name | None = parameter(None, "A rule list that ships with chillsim.")
    recall: Probability = parameter(
        1.0, "Share of matching messages that the filter acts on.", assumption="filters act on every match", range=(0.8, 1)
    )

    @model_validator(mode="after")
    def _something_to_look_for(self) -> KeywordRule:
        if not self.combinations and self.rule_list is None:
            raise ValueError("a keyword rule needs combinations or a rule_list")
        return self


class ClassifierRule(RuleBase):
    """Acts on messages whose heat reaches a threshold, with misses and false alarms."""

    detector: Literal["classifier"] = parameter(..., "Scores messages by their heat.")
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


class SampleRule(RuleBase):
    """Acts on a random share of messages, whatever they say."""

    detector: Literal["sample"] = parameter(..., "Picks messages at random.")
    share: Probability = parameter(..., "Share of messages that are picked.")


Rule = Annotated[KeywordRule | ClassifierRule | SampleRule, Field(discriminator="detector")]


class Shift(Part):
    """Reviewers on duty between two hours of the day."""

    days: Literal["all", "weekdays", "weekend"] = parameter("all", "Days of the week; day 0 of the scenario is a Monday.", design=True)
    start: int = parameter(0, "Hour at which the shift begins, local time.", unit="h", ge=0, le=24, design=True)
    end: int = parameter(
        24, "Hour at which it ends, local time; before `start` it ends on the next day.", unit="h", ge=0, le=24, design=True
    )
    reviewers: int = parameter(..., "Reviewers on duty.", unit="people", ge=1, le=100_000)


class Desk(Part):
    """People who review cases one at a time."""

    roster: list[Shift] = parameter(..., "Shifts; those that overlap add up.", min_length=1, max_length=50)
    utc_offset: int = parameter(0, "Local time of the roster minus universal time.", unit="h", ge=-12, le=14, design=True)
    service: Delay = parameter(
        {"lognormal": {"median": "30 s", "sigma": 0.8}},
        "Time that one review takes.",
        assumption="a few hundred decisions per reviewer and day",
        range=("10 s", "3 min"),
    )
    error_rate: Probability = parameter(
        0.1,
        "Share of decisions that go against the rule's own standard.",
        source="reviewers make the wrong call in more than 1 of 10 cases (Zuckerberg 2018; Barrett 2020)",
        range=(0.05, 0.2),
    )
    threshold: Probability = parameter(
        0.5, "Heat from which a case breaks the standard that the desk applies.", unit="heat", assumption="half-way", range=(0.2, 0.8)
    )
    discipline: Literal["fifo", "heat"] = parameter(
        "fifo", "Which waiting case is taken next: the oldest, or the hottest.", assumption="first come, first served"
    )
    expiry: Duration = parameter(
        "3 d",
        "A case not taken up by then is dropped: held messages are never released, others stay.",
        unit="duration",
        assumption="no source",
        range=("1 d", "7 d"),
    )
