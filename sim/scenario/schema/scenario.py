"""The whole scenario file."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.scenario.schema.abuse import Abuse, Exit
from sim.scenario.schema.base import Date, Duration, Name, OneOf, Part, Probability, parameter
from sim.scenario.schema.beliefs import Beliefs
from sim.scenario.schema.experiment import Experiment
from sim.scenario.schema.jurisdiction import Jurisdiction
from sim.scenario.schema.people import Group, Topic
from sim.scenario.schema.platform import Platform
from sim.scenario.schema.rules import InputName
from sim.scenario.schema.timeline import Event
from sim.scenario.schema.voice import Voice
from sim.scenario.units import parse_duration


class Convenor(Part):
    """Who collects the discussion."""

    collects: list[Name] = parameter(..., "Platforms that it collects from.", min_length=1)
    start: Duration = parameter("0 d", "When collection begins.", unit="duration", design=True)
    every: Annotated[Duration, Field(gt=0)] = parameter(
        "1 d",
        "Time between two collections: what is gone by then is not counted.",
        unit="duration",
        assumption="daily",
        range=("1 h", "7 d"),
    )
    comprehends_coded: Probability = parameter(
        0.3,
        "Share of coded messages that it understands.",
        assumption="no source; insiders understand nearly all (Hiruncharoenvate 2015)",
        range=(0, 0.9),
    )
    until: Duration | None = parameter(None, "When collection ends; at the horizon if not given.", unit="duration", design=True)
    hears: Annotated[list[Name], Field(min_length=1)] | None = parameter(
        None, "Groups whom it means to hear; everybody if not given.", design=True
    )
    weights: Literal["none", "groups"] = parameter(
        "none",
        "groups: what it counts is weighted so that groups have the shares of the people whom it means to hear (post-stratification).",
        design=True,
    )
    loses: Probability = parameter(
        0.0,
        "Share of reports on conversations, that is of conversations outside surveys, that never reach it.",
        assumption="every report arrives",
        range=(0, 0.5),
    )
    languages: list[str] | None = parameter(
        None, "Languages that it reads itself; for others it relies on a platform's interpretation. All if not given.", design=True
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Convenor:
        if self.until is not None and self.until <= self.start:
            raise ValueError("until is later than start")
        return self


class Trace(Part):
    """A file of real traffic that takes the place of drawn occasions."""

    file: InputName = parameter(..., "File (.csv, as `chillsim import trace` or `import chat --trace` writes it) relative to this one.")
    platform: Name = parameter(..., "Platform on which it was written: its rooms are those of the file.")


class Evidence(OneOf):
    """Where a value comes from: a published source, or an assumption."""

    alternatives: ClassVar[tuple[str, ...]] = ("source", "assumption")

    source: str | None = parameter(None, "A published source.", max_length=500)
    assumption: str | None = parameter(None, "Why this value, where no source settles it.", max_length=500)
    range: list[Any] | None = parameter(
        None, "Lowest and highest plausible value, written as the parameter is.", min_length=2, max_length=2
    )

    @model_validator(mode="after")
    def _range_ascends(self) -> Evidence:
        if self.range is not None:
            low, high = (_comparable(end) for end in self.range)
            if low[0] != high[0] or not low[1] <= high[1]:
                raise ValueError(f"range: the lowest and the highest value, in the same form, and got {self.range[0]} and {self.range[1]}")
        return self


def _comparable(end: object) -> tuple[str, float]:
    """The form of one end of a range (switch, number or duration) and its amount."""
    if isinstance(end, bool):
        return "switch", float(end)
    if isinstance(end, int | float):
        return "number", float(end)
    try:
        return "duration", parse_duration(end)
    except ValueError:
        raise ValueError("range: two numbers, two durations with units, or false and true") from None


class Scenario(Part):
    """A frozen, complete scenario: everything that a run depends on."""

    name: Name = parameter(..., "Name; the result folder carries it.")
    title: str = parameter("", "Title, shown on tables and figures; the name where empty.", max_length=200)
    description: str = parameter("", "What the scenario is about.", max_length=5000)
    seed: int = parameter(75, "Seed. Scenarios that share it share people, occasions and luck.", ge=0, lt=2**63, design=True)
    horizon: Annotated[Duration, Field(gt=0, le=24 * 366)] = parameter(
        "30 d", "Measured time, from hour 0 on.", unit="duration", design=True
    )
    warm_up: Annotated[Duration, Field(le=24 * 366)] = parameter(
        "0 d",
        "Time for which the discussion runs before hour 0, so that beliefs and queues leave their start; nothing of it is measured.",
        unit="duration",
        assumption="people come without a past on the platforms: beliefs start at their priors",
    )
    window: Annotated[Duration, Field(ge=1 / 60, le=24)] = parameter(
        "15 min",
        "Conversation is handled in windows of this length; shorter is more exact and slower.",
        unit="duration",
        assumption="numerical accuracy only: see docs/model.md",
        range=("5 min", "30 min"),
    )
    replications: int = parameter(20, "Independent repetitions; with a precision, the most of them.", ge=1, le=1_000_000, design=True)
    first_replication: int = parameter(
        0, "Number of the first repetition; each is the same whatever others are run.", ge=0, le=10**9, design=True
    )
    precision: dict[str, Annotated[float, Field(gt=0, le=1e12)]] = parameter(
        {},
        "Repetitions stop once the 95 % interval of each of these measures, in total and in the fullest world, is no wider than ± this, in "
        "the measure's unit (shares from 0 to 1): see docs/experiments.md.",
        max_length=100,
        design=True,
    )
    represents: float = parameter(1.0, "People that one participant stands for; counts and desks scale with it.", gt=0, le=1e9, design=True)
    hour_profile: list[Annotated[float, Field(ge=0, le=1e6)]] = parameter(
        [20, 12, 8, 5, 4, 6, 12, 25, 45, 60, 68, 70, 65, 66, 72, 74, 72, 70, 66, 64, 66, 64, 52, 34],
        "Relative activity in each hour of the local day.",
        min_length=24,
        max_length=24,
        assumption="shape of measured chats: a night trough and a working-day plateau",
        range=(0, 100),
    )
    importance_sigma: float = parameter(
        0.8,
        "Standard deviation of the logarithm of an occasion's importance (mean 1).",
        ge=0,
        le=3,
        assumption="most remarks matter little",
        range=(0.4, 1.2),
    )
    topics: dict[Name, Topic] = parameter(..., "Topics by name.", min_length=1, max_length=100)
    jurisdictions: dict[Name, Jurisdiction] = parameter(..., "Places by name.", min_length=1, max_length=100)
    groups: dict[Name, Group] = parameter(..., "Groups of participants by name.", min_length=1, max_length=200)
    platforms: dict[Name, Platform] = parameter(..., "Platforms by name.", min_length=1, max_length=50)
    convenor: Convenor = parameter(..., "Who collects the discussion.")
    phrasebook: InputName = parameter(
        "un75",
        "Phrasebook from which message texts are drawn, for rules that read text: one that ships, or a file (.yaml) relative to this one.",
    )
    date: Date | None = parameter(
        None, "Calendar date of day 0, for rule lists and blocklists whose entries have dates; without it, all their entries are in force."
    )
    trace: Trace | None = parameter(None, "Real traffic instead of drawn occasions.")
    voice: Voice = parameter({"model": "logit"}, "How people decide whether and how to speak.")
    beliefs: Beliefs = parameter({}, "How people learn what is risky.")
    abuse: Abuse = parameter({}, "Abuse between participants, where some are hostile and some are targets.")
    exit: Exit | None = parameter(None, "What drives people from a platform; nobody leaves if not given.")
    timeline: list[Event] = parameter([], "Events, in any order.", max_length=1000)
    evidence: dict[str, Evidence] = parameter({}, "Evidence by dotted path of the parameter; * stands for any one name.")
    experiment: Experiment | None = parameter(None, "A designed experiment instead of one run: see docs/experiments.md.")
    _inputs: dict[str, bytes] = PrivateAttr(default_factory=dict)

    @property
    def begins(self) -> float:
        """Hour at which simulated time begins: 0, from which on measures count, or earlier where there is a warm-up."""
        return 0.0 - self.warm_up

    @property
    def inputs(self) -> dict[str, bytes]:
        """What the files hold that it names beside what ships, by the names that it has for them once it is loaded."""
        return self._inputs

    @model_validator(mode="after")
    def _holds_inputs(self, info: ValidationInfo) -> Self:
        """Takes up the files that whoever loads it has read."""
        self._inputs.update((info.context or {}).get("inputs", {}))
        return self

    @model_validator(mode="after")
    def _names_resolve(self, info: ValidationInfo) -> Self:
        """Refuses dangling names, unless the caller looks for them himself (to name their places) and says so in the context."""
        from sim.scenario.crosscheck import clashes

        problems = [] if (info.context or {}).get("clashes") == "later" else clashes(self)
        if problems:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [
                    InitErrorDetails(type=PydanticCustomError("clash", "{rule}", {"rule": rule}), loc=path, input=value)
                    for path, rule, value in problems
                ],
            )
        return self
