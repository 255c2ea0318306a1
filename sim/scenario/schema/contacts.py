"""Contacts: who talks to whom one to one, as a network."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from sim.scenario.schema.base import Part, Probability, parameter
from sim.scenario.schema.rules import InputName


class Contacts(Part):
    """A network in which every two contacts share a chat of the two, beside the platform's rooms."""

    graph: Literal["random", "small-world", "scale-free", "communities", "file"] = parameter(
        "small-world",
        "random: every two people alike (Erdős & Rényi, G(n, p)); small-world: a ring, some links rewired (Watts & Strogatz); "
        "scale-free: newcomers prefer who has many contacts (Barabási & Albert); communities: mostly within them (stochastic block model); "
        "file: from an edge list.",
        design=True,
    )
    degree: float = parameter(
        8.0,
        "Mean number of contacts with whom somebody discusses; not of a file.",
        unit="people",
        gt=0,
        le=1000,
        assumption="between the two to three of a discussion network (McPherson et al. 2006) and a sympathy group of 15",
        range=(2, 15),
    )
    rewiring: Probability = parameter(
        0.1,
        "With small-world: share of links whose far end is anybody.",
        source="Watts & Strogatz 1998: short paths and high clustering between about 0.01 and 0.1; recalled",
        range=(0.01, 0.3),
    )
    mixing: Probability = parameter(
        0.1, "With communities: share of links between them.", assumption="languages keep most people apart", range=(0, 0.5)
    )
    share: Probability = parameter(
        0.5,
        "Share of what people say there that goes to one of their contacts, all alike, instead of a room; none on a trace's platform.",
        assumption="no source; sweep it",
        range=(0, 1),
    )
    retold: Probability = parameter(
        0.0,
        "Share of their other contacts to whom those who hear of a reprisal from the contact concerned tell it on.",
        assumption="news of a reprisal ends with those who know the person; sweep it",
        range=(0, 0.5),
    )
    file: InputName | None = parameter(
        None,
        "Edge list (.csv with the columns author and other) relative to this file; each names a participant: `group:number`, from 1, or an "
        "author of the trace.",
    )

    @model_validator(mode="after")
    def _fits_the_graph(self) -> Contacts:
        if (self.graph == "file") != (self.file is not None):
            raise ValueError("contacts have a file with the graph file, and with no other")
        if self.graph == "scale-free" and self.degree < 2:
            raise ValueError("scale-free contacts have a degree of at least 2, as each newcomer knows somebody")
        return self
