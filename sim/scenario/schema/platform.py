"""Platforms: rooms, replies, reading, identity, data sharing, rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.contacts import Contacts
from sim.scenario.schema.desk import Desk, Hours
from sim.scenario.schema.people import Weight
from sim.scenario.schema.rules import Combination, InputName, Rule
from sim.scenario.schema.sanctions import Appeals, Sanctions
from sim.scenario.schema.survey import Survey


class Rooms(Part):
    """Who hears whom. Surveys have none."""

    median_size: float = parameter(
        25.0, "Median size of a room.", unit="people", ge=2, le=1e6, assumption="small group chats", range=(8, 100)
    )
    size_sigma: float = parameter(
        0.9, "Standard deviation of the logarithm of the size.", ge=0, le=3, assumption="heavy-tailed sizes", range=(0.5, 1.5)
    )
    limit: int = parameter(
        500,
        "Largest size that the platform allows.",
        unit="people",
        ge=2,
        le=10_000_000,
        assumption="that of a WeChat group",
        range=(100, 200_000),
    )
    per_person: int = parameter(1, "Rooms in which each participant takes part.", ge=1, le=20, assumption="one dialogue each", range=(1, 3))
    direct: Probability = parameter(
        0.0,
        "Share of what people say there that goes to one other person instead of a room of this kind.",
        assumption="the dialogue is held in rooms; sweep it",
        range=(0, 0.5),
    )
    mixing: Probability = parameter(
        0.1, "Share of memberships in rooms that mix communities.", assumption="languages keep most rooms apart", range=(0, 0.5)
    )
    contacts: Contacts | None = parameter(None, "Networks of contacts who talk one to one, beside the rooms; none if not given.")


class Replies(Part):
    """Replies as a branching process with a power-law kernel (Schneider & Rizoiu 2023)."""

    branching: float = parameter(
        0.44,
        "Mean number of replies that a visible message would prompt (n*), were everyone free.",
        ge=0,
        lt=1,
        source="Schneider & Rizoiu 2023, the milder of two published centroids",
        range=(0.3, 0.75),
    )
    offset: Annotated[Duration, Field(gt=0)] = parameter(
        "30 s", "Kernel offset c.", unit="duration", source="Schneider & Rizoiu 2023", range=("10 s", "2 min")
    )
    half_life: Annotated[Duration, Field(gt=0)] = parameter(
        "14 min",
        "Time within which half of the replies come.",
        unit="duration",
        source="Schneider & Rizoiu 2023 (14.0 min at n* 0.44, 7.5 min at 0.75); Slack: median 70 s, third quartile 280 s",
        range=("2 min", "30 min"),
    )

    @model_validator(mode="after")
    def _heavy_tail(self) -> Replies:
        if self.half_life <= self.offset:
            raise ValueError("half_life exceeds offset (the kernel's exponent gamma is ln 2 / ln(1 + half_life / offset))")
        return self


class Reading(Part):
    """How soon and how widely a message is read."""

    share: Probability = parameter(
        0.3, "Share of a room that reads a message in the end.", assumption="a minority of members reads any one message", range=(0.1, 0.8)
    )
    half_life: Annotated[Duration, Field(gt=0)] = parameter(
        "2 h",
        "Time within which half of the readers have read it.",
        unit="duration",
        assumption="chats are read within hours",
        range=("15 min", "12 h"),
    )


class Interpretation(Part):
    """Machine interpretation between languages, which silently drops what matches a rule list of its own."""

    combinations: list[Combination] = parameter([], "Combinations that make it drop a text.", max_length=100_000)
    rule_list: InputName | None = parameter(None, "The same, from a list that ships or from a file (.csv) relative to this one.")
    recall: Probability = parameter(1.0, "Share of matching texts that it drops.", assumption="every match is dropped", range=(0.8, 1))

    @model_validator(mode="after")
    def _something_to_drop(self) -> Interpretation:
        if not self.combinations and self.rule_list is None:
            raise ValueError("interpretation needs combinations or a rule_list; leave it out where nothing is dropped")
        return self


class Safeguards(Part):
    """Promises made for the dialogue, each a switch, how far they are kept and how far they are believed."""

    anonymity: bool = parameter(False, "No account data is kept with what was said.", design=True)
    no_data_sharing: bool = parameter(False, "Nothing is passed to any authority.", design=True)
    rules_waived: bool = parameter(False, "The platform's rules are not applied to the dialogue.", design=True)
    kept: Probability = parameter(1.0, "Share of messages for which the promises are kept.", assumption="promises are kept", range=(0.5, 1))
    believed: Probability = parameter(
        0.5, "Share of participants who believe the promises.", assumption="no source; sweep it", range=(0.1, 0.9)
    )


class Platform(Part):
    """One place where the discussion can be held."""

    title: str = parameter("", "The platform as tables and figures show it; its name where empty.", max_length=120)
    kind: Literal["group", "direct", "feed", "meeting", "survey"] = parameter(
        ...,
        "group: rooms of members; direct: one to one; feed: public, read also by outsiders; meeting: rooms that speak at set hours; "
        "survey: one answer per person and topic, no rooms.",
        design=True,
    )
    hours: list[Hours] = parameter([], "Hours at which meetings are held; needed for the kind meeting.", max_length=50)
    utc_offset: int = parameter(0, "Local time of `hours` minus universal time.", unit="h", ge=-12, le=14, design=True)
    domains: list[Annotated[str, Field(max_length=253, pattern=r"^[^\s/:]+$")]] = parameter(
        [], "Internet domains that it needs; a jurisdiction whose blocklist has any of them blocks it.", max_length=100
    )
    habit: Weight = parameter(
        1.0,
        "How readily people choose it among the platforms that they can reach.",
        unit="weight",
        assumption="equal habits",
        range=(0.1, 10),
    )
    habits: dict[Name, Weight] = parameter({}, "Habit by group, where it differs.", unit="weight")
    identity: Probability = parameter(
        0.5,
        "Chance that an author can be identified from what the platform keeps.",
        assumption="between real names and nothing kept",
        range=(0.05, 1),
    )
    anonymous_identity: Probability = parameter(
        0.05, "The same where anonymity is promised and kept.", assumption="network addresses and style remain", range=(0, 0.2)
    )
    shares_with: dict[Name, Probability] = parameter(
        {}, "Jurisdictions that the platform shares data with: chance that a message of heat 1 by someone under that law is passed on."
    )
    perceived_exposure: dict[Name, Probability] = parameter(
        {},
        "By jurisdiction: what people under that law take to be the chance that the author of a message of heat 1 is identified and passed "
        "on to the authority; the true chance where none is given.",
    )
    perceived_removal: dict[Name, Probability] = parameter(
        {}, "By jurisdiction of registration: what people take to be the chance that a message of heat 1 is acted on, at the start."
    )
    friction: Probability = parameter(
        0.5, "Share of occasions that circumvention loses to its trouble.", assumption="tools are slow and unreliable", range=(0.2, 0.8)
    )
    rooms: Rooms = parameter({}, "Rooms.")
    replies: Replies = parameter({}, "Replies.")
    reading: Reading = parameter({}, "Reading.")
    safeguards: Safeguards = parameter({}, "Promises made for the dialogue.")
    rules: dict[Name, Rule] = parameter({}, "Rules by name, applied in the order in which they are written.")
    desks: dict[Name, Desk] = parameter({}, "Review desks by name.")
    sanctions: Sanctions | None = parameter(None, "What happens to accounts whose messages are acted on; nothing if not given.")
    appeals: Appeals | None = parameter(None, "How authors may object; not at all if not given.")
    interpretation: Interpretation | None = parameter(
        None, "Machine interpretation, for readers and a convenor of another language; if not given, they understand all the same."
    )
    survey: Survey | None = parameter(None, "What a survey asks; for the kind survey alone, an open question if not given.")

    @model_validator(mode="after")
    def _meetings_have_hours(self) -> Platform:
        if (self.kind == "meeting") != bool(self.hours):
            raise ValueError("a meeting needs hours, and no other kind takes them")
        return self

    @model_validator(mode="after")
    def _surveys_ask(self) -> Platform:
        if self.survey is not None and self.kind != "survey":
            raise ValueError(f"survey is for the kind survey, and this is a {self.kind}")
        return self
