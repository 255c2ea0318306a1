"""What people learn, and how long they remember it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.base import Duration, Part, Probability, parameter
from sim.scenario.schema.delay import Delay


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
        "Step in perceived reprisal, as the weight of news, when a member of one's room, or a contact, is acted against.",
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
        "Noticed actions for which it counts, with critics on the same topic, that a member of one's room, or a contact, is acted against.",
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
