"""How people decide whether and how to speak, and how they learn what is risky."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay


class Logit(Part):
    """Nested logit: first the manner of speaking, then speaking against silence (model.md section 8)."""

    model: Literal["logit"] = parameter("logit", "The voice model.")
    temperature: float = parameter(
        0.35,
        "Scale of the choice between speaking and silence.",
        unit="utility",
        gt=0,
        le=10,
        assumption="moderate noise",
        range=(0.2, 0.7),
    )
    manner_temperature: float = parameter(
        0.08,
        "Scale of the choice among manners of speaking.",
        unit="utility",
        gt=0,
        le=10,
        assumption="small, so that unafraid people speak sincerely",
        range=(0.04, 0.15),
    )
    cost: float = parameter(
        0.3,
        "Cost of speaking at all.",
        unit="utility",
        ge=0,
        le=100,
        source="a third of drafted posts are abandoned without any threat (Das & Kramer 2013; figure recalled)",
        range=(0.1, 0.6),
    )
    softening: Probability = parameter(
        0.6, "How far a softened message moves towards the official line.", assumption="more than half-way", range=(0.3, 0.9)
    )
    softened_value: Probability = parameter(
        0.7, "Expressive value of a softened message, sincere being 1.", assumption="no source", range=(0.4, 0.9)
    )
    softened_cost: float = parameter(
        0.2, "Extra cost of softening.", unit="utility", ge=0, le=100, assumption="no source", range=(0.1, 0.5)
    )
    coded_value: Probability = parameter(
        0.8, "Expressive value of a coded message.", assumption="insiders understand it", range=(0.5, 0.95)
    )
    coded_cost: float = parameter(0.35, "Extra cost of coding.", unit="utility", ge=0, le=100, assumption="no source", range=(0.2, 0.8))
    coded_evasion: Probability = parameter(
        0.8, "Share of the heat that coding takes away.", assumption="no source; homophones pass filters more often", range=(0.4, 0.95)
    )
    fear_of_removal: float = parameter(
        0.6,
        "Weight of perceived removal (c_R).",
        unit="utility per heat and perceived chance",
        ge=0,
        le=1000,
        assumption="removal alone hardly chills (sign: Chen, Zhang & Wilson 2013; Roberts 2018)",
        range=(0.2, 1.5),
    )
    fear_of_reprisal: float = parameter(
        5.0,
        "Weight of perceived reprisal (c_S).",
        unit="utility per heat and perceived risk",
        ge=0,
        le=1000,
        assumption="personal risk chills most (order: Penney 2017)",
        range=(2, 10),
    )
    abuse: float = parameter(
        1.5,
        "Weight of abuse met on the topic (eta), an abusive message counting 1.",
        unit="utility/message",
        ge=0,
        le=100,
        source="set so that a third of those abused fall silent on the topic, as of abused women who stopped posting opinions on certain "
        "issues (Amnesty International 2017)",
        range=(0.5, 3),
    )


class Uncoded(Part):
    """A voice model without coded speech, and in which nobody softens by a fixed amount."""

    softening: ClassVar[float] = 0.0
    coded_evasion: ClassVar[float] = 0.0


class Strategic(Uncoded):
    """Strategic self-censorship: each act is the best answer to how an authority watches and punishes (Daymude, Axelrod & Forrest 2025)."""

    model: Literal["strategic"] = parameter(..., "The voice model.")
    punishment: Literal["uniform", "proportional"] = parameter(
        "proportional",
        "Whether every act above the tolerance is punished alike, or by how far it goes.",
        assumption="the milder of the two",
    )
    surveillance: Probability = parameter(
        0.2,
        "Chance that an act without any dissent is observed (nu); one of full dissent always is.",
        source="the example of Daymude, Axelrod & Forrest 2025",
        range=(0, 1),
    )
    tolerance: Probability = parameter(
        0.25, "Dissent up to which nobody is punished (tau).", source="the example of Daymude, Axelrod & Forrest 2025", range=(0, 1)
    )
    severity_of_removal: float = parameter(
        0.2,
        "Severity of a punishment (psi) for each unit of perceived removal R.",
        unit="utility",
        ge=0,
        le=1000,
        assumption="removal alone hardly chills (sign: Chen, Zhang & Wilson 2013; Roberts 2018)",
        range=(0, 1),
    )
    severity_of_reprisal: float = parameter(
        3.0,
        "The same for each unit of perceived reprisal S.",
        unit="utility",
        ge=0,
        le=1000,
        assumption="personal risk chills most (order: Penney 2017)",
        range=(1, 10),
    )


class Threshold(Uncoded):
    """Thresholds: a critic speaks once enough others are heard to (Granovetter 1978, Kuran 1989)."""

    model: Literal["threshold"] = parameter(..., "The voice model.")
    mean: float = parameter(
        0.25,
        "Mean threshold: the share of the others in the room who must be heard as critics.",
        ge=-10,
        le=10,
        source="the example of Granovetter 1978",
        range=(0, 0.5),
    )
    spread: float = parameter(
        0.12,
        "Standard deviation of thresholds between people (normal).",
        ge=0,
        le=10,
        source="the example of Granovetter 1978, in which .1222 parts silence from revolt",
        range=(0, 0.5),
    )
    means: dict[Name, Annotated[float, Field(ge=-10, le=10)]] = parameter({}, "Mean threshold by group, where it differs.")


class Spiral(Uncoded):
    """Spiral of silence: confidence gathers from the opinions that one's neighbours are heard to voice (Ross et al. 2019)."""

    model: Literal["spiral"] = parameter(..., "The voice model.")
    highest_threshold: Probability = parameter(
        1.0,
        "People speak above a confidence that is uniform between 0 and this.",
        source="Ross et al. 2019, who draw thresholds from 0 to 1",
        range=(0.5, 1),
    )
    sensitivity: float = parameter(
        1.0,
        "Raw confidence gained on an occasion on which all who are heard agree.",
        gt=0,
        le=100,
        source="Ross et al. 2019",
        range=(0.5, 2),
    )


class Reinforcement(Uncoded):
    """Reinforcement: people learn from answers what speaking is worth to them (Gaisbauer, Olbrich & Banisch 2020)."""

    model: Literal["reinforcement"] = parameter(..., "The voice model.")
    exploitation: float = parameter(
        30.0,
        "How strictly people follow what they have learned (b).",
        gt=0,
        le=1000,
        source="the example of Gaisbauer, Olbrich & Banisch 2020",
        range=(5, 50),
    )
    learning_rate: float = parameter(
        0.1, "Weight of the last answer in what speaking is worth (a).", gt=0, le=1, assumption="no source", range=(0.02, 0.3)
    )
    expression_cost: float = parameter(
        0.1,
        "Cost of speaking (c); an answer that agrees is worth 1, one that disagrees -1.",
        unit="utility",
        ge=0,
        le=10,
        source="the example of Gaisbauer, Olbrich & Banisch 2020",
        range=(0, 0.3),
    )


def _logit_by_default(value: object) -> object:
    return {"model": "logit", **value} if isinstance(value, dict) and "model" not in value else value


Voice = Annotated[
    Annotated[Logit | Strategic | Threshold | Spiral | Reinforcement, Field(discriminator="model")], BeforeValidator(_logit_by_default)
]
"""The voice models that a scenario can name; the field `model` tells them apart."""


class Beliefs(Part):
    """How experience and news move perceived removal R, perceived reprisal S, climate C and noticed censorship N."""

    removal_prior: Probability = parameter(
        0.02, "Perceived chance of removal where the platform states none.", assumption="little is expected elsewhere", range=(0, 0.1)
    )
    removal_strength: float = parameter(
        5.0, "Weight of the prior, in messages of heat 1.", gt=0, le=1e6, assumption="no source", range=(2, 20)
    )
    removal_half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "14 d", "Evidence on removal loses half its weight in this time.", unit="duration", assumption="weeks", range=("7 d", "60 d")
    )
    ambiguity_aversion: float = parameter(
        0.5,
        "People reckon with the mean of what they believe of removal plus this many standard deviations; 0 is the mean alone.",
        unit="standard deviations",
        ge=0,
        le=5,
        assumption="no source for the size; erratic, unexplained blocking makes people more careful (sign: Shklovski & Kotamraju 2011)",
        range=(0, 1.5),
    )
    witness_weight: Probability = parameter(
        0.1, "Weight of what is witnessed in a room against one's own experience.", assumption="no source", range=(0, 0.5)
    )
    discovery: Probability = parameter(
        0.1, "Chance that an author discovers an action without notice.", assumption="silent filters are rarely noticed", range=(0, 0.4)
    )
    spillover: Probability = parameter(
        0.1,
        "Weight on other topics of an action that is not explained: without a reason, its author cannot tell what it was about.",
        assumption="no source; explained removals reduce repeat violations (order: Jhaver, Bruckman & Gilbert 2019)",
        range=(0, 0.5),
    )
    explained_weight: Probability = parameter(
        0.5,
        "Weight of an explained action among noticed censorship, against one without a reason.",
        assumption="explanations are taken as fairer (order: Jhaver, Bruckman & Gilbert 2019)",
        range=(0.2, 1),
    )
    label_weight: Probability = parameter(
        0.2,
        "Weight of a label, as evidence of removal and among noticed censorship, against an action that takes the message away.",
        assumption="a label leaves the message standing; no source",
        range=(0, 0.5),
    )
    reprisal_half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "180 d",
        "News of reprisals loses half its weight in this time.",
        unit="duration",
        source="views of sensitive articles had not recovered a year after June 2013 (Penney 2016)",
        range=("60 d", "720 d"),
    )
    reprisal_witness: float = parameter(
        0.05,
        "Step in perceived reprisal when a member of one's room, or a contact, is acted against.",
        ge=0,
        le=10,
        assumption="no source",
        range=(0.01, 0.3),
    )
    reprisal_own: float = parameter(
        1.0, "The same for the person acted against.", ge=0, le=10, assumption="deterred (Pan & Siegel 2020)", range=(0.5, 3)
    )
    emboldening: float = parameter(
        1.0,
        "Noticed actions for which it counts that a member of one's room is acted against, with those who are critical on its topic.",
        unit="actions",
        ge=0,
        le=100,
        assumption="no source for the size; followers of those imprisoned dissent more (sign: Pan & Siegel 2020)",
        range=(0, 5),
    )
    self_deletion: float = parameter(
        3.0,
        "How readily authors delete what they said, for each unit by which perceived reprisal has risen since, times its heat.",
        ge=0,
        le=100,
        assumption="no source per message; guided by how much was deleted after crackdowns in Turkey and Hong Kong "
        "(order: Tanash et al. 2017; sign: Wang & Mayer 2023)",
        range=(0, 10),
    )
    self_deletion_delay: Delay = parameter(
        {"lognormal": {"median": "1 d", "sigma": 1.0}},
        "Time from the news to the deletion.",
        assumption="hours to days; no source gives it",
        range=("1 h", "7 d"),
    )
    climate_half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "3 d", "What was seen said loses half its weight in this time.", unit="duration", assumption="days", range=("1 d", "7 d")
    )
    climate_strength: float = parameter(
        3.0,
        "Messages that must be seen before the climate counts for half.",
        unit="messages",
        gt=0,
        le=1e6,
        assumption="no source",
        range=(1, 10),
    )
    noticed_half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "7 d",
        "Noticed censorship loses half its weight in this time.",
        unit="duration",
        assumption="about a week (order: Yildirim et al. 2021)",
        range=("3 d", "21 d"),
    )
    noticed_scale: float = parameter(
        3.0,
        "Noticed actions at which reactance reaches 63 % of its most.",
        unit="actions",
        gt=0,
        le=1e6,
        assumption="no source",
        range=(1, 10),
    )
