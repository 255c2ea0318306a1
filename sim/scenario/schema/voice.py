"""How people decide whether and how to speak."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from sim.scenario.schema.base import Name, Part, Probability, parameter


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
