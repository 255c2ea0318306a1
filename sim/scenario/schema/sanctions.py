"""What happens to accounts whose messages are acted on, and how authors may object."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.base import Duration, Name, Part, Probability, parameter
from sim.scenario.schema.delay import Delay

Sanction = Literal["warn", "mute", "suspend", "ban"]


class Step(Part):
    """One step of the ladder."""

    points: Annotated[float, Field(gt=0, le=1e6)] = parameter(..., "Points in the window from which the step is taken.")
    action: Sanction = parameter(
        ...,
        "warn: the author is told; mute: cannot post for a while; suspend: can neither post nor read; ban: suspended for good.",
    )
    lasts: Annotated[Duration, Field(gt=0)] | None = parameter(None, "For how long; for mute and suspend.", unit="duration")

    @model_validator(mode="after")
    def _lasts_where_it_ends(self) -> Step:
        if (self.lasts is not None) != (self.action in ("mute", "suspend")):
            raise ValueError("mute and suspend need lasts; warn and ban take none")
        return self


class Sanctions(Part):
    """A ladder of sanctions on points in a rolling window; each action on a message adds the severity of its rule."""

    window: Annotated[Duration, Field(gt=0)] = parameter(
        "90 d",
        "Points older than this no longer count.",
        unit="duration",
        assumption="strikes expire after 90 days",
        range=("7 d", "365 d"),
    )
    ladder: list[Step] = parameter(..., "Steps, by rising points; a step is taken when the points reach it.", min_length=1, max_length=20)

    @model_validator(mode="after")
    def _points_rise(self) -> Sanctions:
        points = [step.points for step in self.ladder]
        if points != sorted(set(points)):
            raise ValueError("the points of the steps rise")
        return self


class Appeals(Part):
    """Objections by authors who know that their message was acted on."""

    desk: Name = parameter(..., "Desk that decides; it must not be shared with rules if it is to be independent of their queue.")
    propensity: Probability = parameter(
        0.02, "Chance that an author appeals against an action that the rules called for.", assumption="few appeal", range=(0.001, 0.2)
    )
    propensity_if_wrong: Probability = parameter(
        0.1, "Chance that an author appeals against an action that was an error.", assumption="the wronged appeal more", range=(0.01, 0.5)
    )
    delay: Delay = parameter(
        {"lognormal": {"median": "6 h", "sigma": 1.2}},
        "Time from the action to the appeal.",
        assumption="most appeals come within a day",
        range=("10 min", "3 d"),
    )
    reversal: Probability = parameter(
        0.1,
        "Chance that an appeal against an action that the rules called for succeeds.",
        assumption="some rulings are lenient",
        range=(0, 0.3),
    )
    reversal_if_wrong: Probability = parameter(
        0.7,
        "Chance that an appeal against an error succeeds.",
        assumption="reviewers err as in first reviews, and defer to them",
        range=(0.4, 0.95),
    )
    reinstates: bool = parameter(True, "Whether a message comes back after a reversal.", design=True)
