"""Abuse between participants, and people who leave platforms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.base import Duration, Part, parameter

Rate = Annotated[float, Field(ge=0, le=1000)]


class Abuse(Part):
    """How hostile people answer what targets publish; without hostile people and targets nothing comes of it."""

    rate: float = parameter(
        0.05,
        "Mean number of abusive replies to each message of a target from each hostile member of the room.",
        unit="1/message",
        ge=0,
        le=10,
        assumption="no source per message; a quarter of women are abused online (Amnesty International 2017)",
        range=(0.01, 0.2),
    )
    half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "30 d",
        "Abuse met loses half its weight in this time.",
        unit="duration",
        assumption="it is remembered for weeks and more",
        range=("7 d", "180 d"),
    )


class Exit(Part):
    """What drives people from a platform; the hazards of its causes add up."""

    removal: Rate = parameter(
        0.005,
        "Hazard of leaving for each action noticed there on a message of one's own.",
        unit="1/day",
        assumption="no source; few leave over one removal",
        range=(0, 0.03),
    )
    sanction: Rate = parameter(0.02, "The same for each sanction there.", unit="1/day", assumption="no source", range=(0, 0.1))
    abuse: Rate = parameter(
        0.01,
        "The same for each abusive message met there.",
        unit="1/day",
        assumption="some who see harassment leave a service (sign: Duggan 2017)",
        range=(0, 0.05),
    )
    fear: Rate = parameter(
        0.02,
        "The same for each unit by which perceived reprisal there has risen, times the heat of what one thinks.",
        unit="1/day",
        assumption="no source; those who stayed knew what they knew at the start",
        range=(0, 0.1),
    )
    half_life: Annotated[Duration, Field(ge=1)] = parameter(
        "14 d", "Actions, sanctions and abuse lose half their weight in this time.", unit="duration", assumption="weeks",
        range=("3 d", "60 d"),
    )  # fmt: skip
