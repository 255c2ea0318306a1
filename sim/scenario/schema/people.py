"""Topics and the groups of people who might speak on them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.base import Name, Part, Probability, parameter

Weight = Annotated[float, Field(ge=0, le=1e6)]


class Topic(Part):
    """Something that people wish to talk about."""

    title: str = parameter("", "The topic as tables and figures show it; its name where empty.", max_length=120)


class Stance(Part):
    """Private stances on a topic: tanh of a normal variable, so that they lie in (-1, 1).

    +1 is the line that the authority favours, -1 the most critical view.
    """

    median: float = parameter(
        0.0,
        "Median stance.",
        unit="-1 (most critical) to 1 (the official line)",
        gt=-1,
        lt=1,
        assumption="neutral",
        range=(-0.4, 0.4),
    )
    spread: float = parameter(
        0.6,
        "Standard deviation of the stance before it is bent into (-1, 1) by tanh.",
        ge=0,
        le=3,
        assumption="views differ widely within every group",
        range=(0.3, 0.9),
    )


class Group(Part):
    """Participants who share a place, a law and a distribution of traits."""

    title: str = parameter("", "The group as tables and figures show it; its name where empty.", max_length=120)
    size: int = parameter(..., "Number of simulated participants.", unit="people", ge=1, le=10_000_000, design=True)
    registered_in: Name = parameter(..., "Jurisdiction whose rules follow the account, also abroad.")
    resides_in: Name = parameter(..., "Jurisdiction in which the participant lives.")
    language: Name = parameter("en", "Language of the phrasebook from which messages are drawn.")
    community: Name | None = parameter(None, "People of one community tend to share rooms; the place of residence if not given.")
    messages_per_day: float = parameter(
        0.5,
        "Mean number of spontaneous wishes to say something, per participant and day.",
        unit="1/day",
        ge=0,
        le=1000,
        assumption="an invited dialogue is visited less than a work chat (4.5 to 5.9 messages a day)",
        range=(0.1, 2),
    )
    activity_sigma: float = parameter(
        1.67,
        "Inequality of activity: standard deviation of the logarithm of a participant's rate.",
        ge=0,
        le=3,
        source="measured chats, where the most active tenth write 57 to 74 % (1.46 to 1.92 for a lognormal)",
        range=(1.46, 1.92),
    )
    interests: dict[Name, Weight] = parameter({}, "Relative weight of each topic; topics not named weigh 1.", unit="weight")
    stance: Stance = parameter({}, "Stance on every topic that `stances` does not name.")
    stances: dict[Name, Stance] = parameter({}, "Stance by topic.")
    stance_correlation: float = parameter(
        0.5,
        "Correlation between a person's stances on two topics.",
        ge=0,
        le=1,
        assumption="people critical on one topic tend to be so on others",
        range=(0.2, 0.8),
    )
    benefit: float = parameter(
        1.0,
        "Median expressive benefit of speaking on an occasion of mean importance.",
        unit="utility",
        ge=0,
        le=100,
        assumption="the unit of utility",
        range=(0.7, 1.5),
    )
    benefit_sigma: float = parameter(
        0.4,
        "Standard deviation of the logarithm of the benefit between people.",
        ge=0,
        le=3,
        assumption="moderate differences",
        range=(0.2, 0.8),
    )
    fear: float = parameter(
        1.0,
        "Median weight of perceived risk.",
        ge=0,
        le=100,
        assumption="the unit of fear; experts and organisers may differ",
        range=(0.5, 2),
    )
    fear_sigma: float = parameter(
        0.5,
        "Standard deviation of the logarithm of the fear weight between people.",
        ge=0,
        le=3,
        assumption="moderate differences",
        range=(0.2, 1),
    )
    conformity: float = parameter(
        0.2,
        "Weight of agreement with what is seen being said (spiral of silence).",
        unit="utility",
        ge=0,
        le=10,
        source="opinion climate and expression correlate weakly, r = 0.10 (Matthes, Knoll & von Sikorski 2018)",
        range=(0, 0.5),
    )
    reactance: float = parameter(
        0.1,
        "Weight of noticed censorship as a reason to speak up.",
        unit="utility",
        ge=0,
        le=10,
        assumption="observable censorship does not deter and can embolden (sign: Roberts 2018)",
        range=(0, 0.4),
    )
    code_fluency: Probability = parameter(
        0.5,
        "Share of occasions on which the participant knows how to say it in coded words.",
        assumption="no source; sweep it",
        range=(0, 1),
    )
    circumvention: Probability = parameter(
        0.0,
        "Share of the group that gets around a long-standing block.",
        assumption="depends on the place; set it per group",
        range=(0, 0.1),
    )
    hostile: Probability = parameter(
        0.0,
        "Share of the group who abuse targets.",
        assumption="nobody, so that scenarios without abuse need not say so; a few per cent where there is some",
        range=(0, 0.1),
    )
    targeted: Probability = parameter(
        0.0,
        "Share of the group who are targets of abuse.",
        assumption="nobody; where there is abuse, set it by group (23 % of women in eight countries: Amnesty International 2017)",
        range=(0, 0.5),
    )
