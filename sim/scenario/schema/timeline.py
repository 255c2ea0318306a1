"""What happens at a given time: one event, one key beside `at`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sim.scenario.schema.base import Duration, Name, OneOf, Part, Probability, parameter
from sim.scenario.schema.rules import Combination


class Surge(Part):
    """More, or less, to say on a topic for a while."""

    topic: Name = parameter(..., "Topic.")
    factor: float = parameter(..., "Factor on the rate of spontaneous occasions.", ge=0, le=1000)
    lasts: Annotated[Duration, Field(gt=0)] = parameter(..., "Duration of the surge.", unit="duration")
    groups: list[Name] | None = parameter(None, "Groups concerned; all if not given.")


class Announce(Part):
    """A statement that moves what people believe."""

    platform: Name = parameter(..., "Platform that the statement is about.")
    belief: Literal["removal", "reprisal"] = parameter(..., "Which perceived risk it moves.")
    value: Probability = parameter(..., "The risk that those who believe it now perceive.")
    believed: Probability = parameter(..., "Share of those concerned who believe it.")
    groups: list[Name] | None = parameter(None, "Groups concerned; all if not given.")


class ReprisalNews(Part):
    """News of people punished for what they said."""

    jurisdiction: Name = parameter(..., "Those registered or living there are concerned.")
    reach: Probability = parameter(..., "Share of them whom the news reaches.")
    weight: float = parameter(
        1.0,
        "Step in perceived reprisal: the remaining safety is multiplied by exp(-weight x the chance to be found out, as people see it).",
        ge=0,
        le=10,
        assumption="no source; sweep it",
        range=(0.3, 2),
    )


class Reach(Part):
    """A platform that becomes unreachable, or reachable again, somewhere."""

    platform: Name = parameter(..., "Platform.")
    jurisdiction: Name = parameter(..., "Where.")
    share: Probability = parameter(
        1.0, "Share of people there who can no longer reach it (for block).", assumption="a block is complete", range=(0.5, 1)
    )
    recruits: Probability = parameter(
        0.53,
        "Share of its users there whom a sudden block turns to circumvention (for block).",
        source="53 % of active Instagram users kept using it after the block of 2014 (Hobbs & Roberts 2018)",
        range=(0.2, 0.6),
    )


class Burst(Part):
    """Combinations that a keyword rule takes up because of what happens, for a while."""

    platform: Name = parameter(..., "Platform.")
    rule: Name = parameter(..., "Its keyword rule.")
    combinations: list[Combination] = parameter(..., "Combinations, written as in the rule.", min_length=1, max_length=10_000)
    lasts: Annotated[Duration, Field(gt=0)] | None = parameter(None, "For how long; for good if not given.", unit="duration")


class Outage(Part):
    """A review desk at which nobody works for a while."""

    platform: Name = parameter(..., "Platform.")
    desk: Name = parameter(..., "Its desk.")
    lasts: Annotated[Duration, Field(gt=0)] = parameter(..., "Duration of the outage.", unit="duration")


class Event(OneOf):
    """An event: `at`, perhaps a `label`, and exactly one of the other keys."""

    alternatives: ClassVar[tuple[str, ...]] = (
        "set",
        "surge",
        "announce",
        "reprisal_news",
        "block",
        "unblock",
        "withdraw",
        "burst",
        "outage",
    )

    at: Duration = parameter(..., "Time from hour 0, after the warm-up if there is one, within the horizon.", unit="duration", design=True)
    label: str = parameter("", "Shown as a mark on figures over time.", max_length=60)
    set: dict[str, Any] | None = parameter(
        None, "New values by dotted path, of parameters of platforms, jurisdictions, voice and beliefs.", min_length=1
    )
    surge: Surge | None = parameter(None, "A surge.")
    announce: Announce | None = parameter(None, "An announcement.")
    reprisal_news: ReprisalNews | None = parameter(None, "News of reprisals.")
    block: Reach | None = parameter(None, "A platform is blocked somewhere.")
    unblock: Reach | None = parameter(None, "A platform becomes reachable somewhere.")
    withdraw: Name | None = parameter(
        None, "The convenor leaves this platform: it closes for the dialogue, and nothing more is collected there."
    )
    burst: Burst | None = parameter(None, "A keyword list takes up combinations.")
    outage: Outage | None = parameter(None, "A review desk is not staffed.")
