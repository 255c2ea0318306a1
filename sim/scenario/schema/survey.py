"""What a survey asks, and who is thought to ask it."""

from __future__ import annotations

from typing import Literal

from sim.scenario.schema.base import Part, Probability, parameter


class Survey(Part):
    """The question that a survey puts on each topic, how it is answered, and who is thought to have commissioned it.

    The item on a topic is a statement of support for the official line: it is true of a person whose private stance is above 0.
    """

    instrument: Literal["open", "direct", "list"] = parameter(
        "open",
        "open: in the respondent's own words; direct: whether the statement is true of the respondent; list: how many statements of a list "
        "are, which for one half of the respondents holds this one too.",
        design=True,
    )
    asked_directly: Probability = parameter(
        1 / 3, "Of the respondents to a list survey, the share who are asked directly instead, for comparison.", design=True
    )
    list_items: list[Probability] = parameter(
        [0.3, 0.5, 0.5, 0.7],
        "The other statements of a list: the share of people of whom each is true.",
        min_length=1,
        max_length=10,
        assumption="four everyday items of middling prevalence, so that few have none or all; independent of one another",
        range=(0.1, 0.9),
    )
    floor_shading: Probability = parameter(
        1.0,
        "Of those whose count of 0 would give away that they do not support, and who would answer a direct question falsely: share who "
        "count one more.",
        assumption="they see as well as the analyst that a count of 0 leaves no doubt (floor effect)",
        range=(0, 1),
    )
    ceiling_shading: Probability = parameter(
        0.0,
        "Of those of whom every statement of the longer list is true: share who count one less (artificial deflation).",
        assumption="nobody; placebo lists in Russia show deflation that explains away much of a gap of 10 to 20 points (Frye et al. 2023)",
        range=(0, 0.5),
    )
    nonresponse: Probability = parameter(
        0.0,
        "Share of questions that people pass over whatever they are about, beside those on which they choose silence.",
        assumption="nobody; silence has reasons of its own in the voice model, and item non-response is not higher in most autocracies "
        "(Shen & Truex 2021)",
        range=(0, 0.1),
    )
    sponsor: Literal["un", "government", "firm"] | None = parameter(
        None, "Who is thought to have commissioned the survey; nobody in particular if not given.", design=True
    )
    government_exposure: float = parameter(
        1.5,
        "Factor on the perceived exposure where the government is thought to be the sponsor.",
        ge=0,
        le=100,
        assumption="sign: more support is reported to a government, in autocracies only (Tannenberg 2022; 4 to 5 points, recalled)",
        range=(1, 3),
    )
    firm_exposure: float = parameter(
        1.2,
        "The same where a firm of the place is.",
        ge=0,
        le=100,
        assumption="between the government and nobody; no source",
        range=(1, 2),
    )
    un_exposure: float = parameter(
        1.0,
        "The same where the United Nations are.",
        ge=0,
        le=100,
        assumption="as where nobody in particular is; no source",
        range=(0.5, 1.2),
    )

    @property
    def sponsored(self) -> float:
        """Factor on the exposure that respondents perceive."""
        return 1.0 if self.sponsor is None else float(getattr(self, f"{self.sponsor}_exposure"))
