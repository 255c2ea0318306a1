"""What happens at a given time: one event, one key beside `at`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter


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
        1.0, "Step in perceived reprisal: the remaining safety is multiplied by exp(-weight).", ge=0, le=10,
        assumption="no source; sweep it", range=(0.3, 2),
    )


class Reach(Part):
    """A platform that becomes unreachable, or reachable again, somewhere."""

    platform: Name = parameter(..., "Platform.")
    jurisdiction: Name = parameter(..., "Where.")
    share: Probability = parameter(1.0, "Share of visits that fail (for block).")
    recruits: Probability = parameter(
        0.53, "Share of its users there whom a sudden block turns to circumvention (for block).",
        source="53 % of active Instagram users kept using it after the block of 2014 (Hobbs & Roberts 2018)", range=(0.2, 0.6),
    )


class Event(Part):
    """An event: `at`, and exactly one of the other keys."""

    at: Duration = parameter(..., "Time since the start.", unit="duration")
    label: str = parameter("", "Shown as a mark on figures over time.", max_length=60)
    set: dict[str, Any] | None = parameter(None, "Dotted path of any parameter (of platforms, jurisdictions, voice, beliefs) to its new value.", min_length=1)
    surge: Surge | None = parameter(None, "A surge.")
    announce: Announce | None = parameter(None, "An announcement.")
    reprisal_news: ReprisalNews | None = parameter(None, "News of reprisals.")
    block: Reach | None = parameter(None, "A platform is blocked somewhere.")
    unblock: Reach | None = parameter(None, "A platform becomes reachable somewhere.")
    withdraw: Name | None = parameter(None, "The convenor leaves this platform: it closes for the dialogue, and nothing more is collected there.")

    @model_validator(mode="after")
    def _exactly_one(self) -> Event:
        kinds = ("set", "surge", "announce", "reprisal_news", "block", "unblock", "withdraw")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"exactly one of {', '.join(kinds)}, and got {', '.join(given) or 'none'}")
        return self
