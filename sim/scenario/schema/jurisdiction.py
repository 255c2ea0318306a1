"""Places: what they block, what they find sensitive, and what happens to people who speak."""

from __future__ import annotations

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay
from sim.scenario.schema.rules import InputName


class Reprisal(Part):
    """What an authority does to authors whom it has identified."""

    hazard: Probability = parameter(
        0.0,
        "Chance that an identified author of a message of heat 1 is acted against.",
        assumption="no per-message figure is published; sweep it",
        range=(0, 0.01),
    )
    abroad: Probability = parameter(
        0.1,
        "Factor on the hazard for people who are registered there and live elsewhere.",
        assumption="transnational repression is rarer than repression at home",
        range=(0, 0.5),
    )
    delay: Delay = parameter(
        {"lognormal": {"median": "4 d", "sigma": 0.8}},
        "Time from the message to the reprisal.",
        assumption="days, as in reported cases",
        range=("1 d", "14 d"),
    )
    silence: Duration = parameter(
        "15 d",
        "For how long the person cannot speak.",
        unit="duration",
        assumption="administrative detention lasts up to 15 days",
        range=("5 d", "30 d"),
    )


class Jurisdiction(Part):
    """A place whose law applies to those registered or living there."""

    title: str = parameter("", "The place as tables and figures show it; its name where empty.", max_length=120)
    utc_offset: int = parameter(0, "Local time minus universal time.", unit="h", ge=-12, le=14, design=True)
    sensitivity: dict[Name, Probability] = parameter(
        {},
        "How far the most critical message on a topic crosses the line; topics not named have 0.",
        unit="heat",
    )
    blocks: dict[Name, Probability] = parameter(
        {},
        "Platforms that are blocked or hard to reach there: share of people who cannot reach them (1 is a full block).",
    )
    blocklist: InputName | None = parameter(
        None, "Domains that are blocked there: a list that ships, or a file (.csv, as `chillsim import domain-blocks` writes it)."
    )
    blocklist_share: Probability = parameter(
        1.0,
        "Share of people there who cannot reach a platform with a listed domain; `blocks` goes before it.",
        assumption="a listed domain is blocked on nearly every network",
        range=(0.8, 1),
    )
    watches_public: Probability = parameter(
        0.0,
        "Chance that a message of heat 1 on a public feed is read by the authority.",
        assumption="no source; sweep it",
        range=(0, 0.5),
    )
    perceived_reprisal: Probability = parameter(
        0.0,
        "What people under this law take to be the risk to the identified author of a message of heat 1, at the start.",
        unit="perceived risk, 0 to 1",
        assumption="no source; sweep it",
        range=(0, 1),
    )
    reprisal: Reprisal = parameter({}, "What happens to identified authors.")
