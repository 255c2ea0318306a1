"""A ledger of ten occasions written down by hand, whose measures can be reckoned on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.measures.table import Measurer, Piece
from sim.model.ledger import Ledger, Mark, Outcome
from sim.model.occasions import Occasions
from sim.model.people import People
from sim.model.rooms import Rooms
from sim.model.voice import Manner
from sim.scenario.schema import Scenario
from tests.model.small import scenario

WORLDS = ("free", "full", "abuse+access+moderation+surveillance")
BASE: dict[str, Any] = {
    "name": "handmade",
    "horizon": "48 h",
    "topics": {"first": {}, "second": {}},
    "jurisdictions": {"home": {}},
    "groups": {
        "a": {"size": 2, "registered_in": "home", "resides_in": "home", "interests": {"first": 3.0, "second": 1.0}},
        "b": {"size": 2, "registered_in": "home", "resides_in": "home"},
    },
    "platforms": {
        "chat": {
            "kind": "group",
            "reading": {"share": 0.5, "half_life": "2 h"},
            "rules": {
                "stop": {"detector": "sample", "share": 0.1, "action": "block"},
                "late": {"detector": "sample", "share": 0.1, "action": "remove"},
                "shadow": {"detector": "sample", "share": 0.1, "action": "hide"},
            },
        },
        "poll": {"kind": "survey"},
    },
    "convenor": {"collects": ["chat", "poll"]},
    "voice": {"softening": 0.6},
}
STANCES = np.array([[-0.9, 0.1], [-0.3, 0.5], [0.3, -0.7], [0.7, 0.9]])
"""Persons 0 and 1 are of group a, 2 and 3 of group b."""

SAID, SOFT, CODED, SILENT = Manner.SINCERE, Manner.SOFTENED, Manner.CODED, Manner.SILENT
SEEN, COUNTED = Mark.SEEN, Mark.SEEN | Mark.COUNTED


@dataclass(frozen=True)
class Fate:
    """What became of an occasion in one world."""

    outcome: Outcome
    voice: Manner = SILENT
    marks: int = 0
    rule: int = -1
    venue: int = 0
    gone: float = np.inf
    back: float = np.inf


FREE, SOFTLY_FREE = Fate(Outcome.STOOD, SAID, COUNTED), Fate(Outcome.STOOD, SOFT, COUNTED)
OPEN = Fate(Outcome.STOOD, SAID, COUNTED)

ROWS: list[tuple[float, int, int, int, tuple[Fate, Fate, Fate]]] = [
    (1.0, 0, 0, -1, (FREE, Fate(Outcome.REMOVED, SAID, SEEN | Mark.IDENTIFIED, rule=1, gone=4.0), OPEN)),
    (2.0, 1, 0, 0, (FREE, Fate(Outcome.STOOD, SAID, COUNTED), OPEN)),
    (3.0, 2, 1, -1, (FREE, Fate(Outcome.STOOD, SOFT, COUNTED | Mark.CIRCUMVENTED, venue=1), Fate(Outcome.REMOVED, SAID, 0, 1, gone=9.0))),
    (5.0, 3, 1, 2, (FREE, Fate(Outcome.UNSAID), OPEN)),
    (10.0, 0, 0, -1, (FREE, Fate(Outcome.BLOCKED, SAID, Mark.IDENTIFIED, rule=0), Fate(Outcome.BLOCKED, SAID, 0, 0))),
    (20.0, 1, 1, -1, (FREE, Fate(Outcome.UNREACHABLE, venue=-2), Fate(Outcome.UNREACHABLE, venue=-2))),
    (26.0, 2, 0, -1, (SOFTLY_FREE, Fate(Outcome.HIDDEN, CODED, 0, 2, gone=27.0), Fate(Outcome.HIDDEN, SAID, 0, 2, gone=27.0))),
    (30.0, 3, 0, 6, (FREE, Fate(Outcome.NEVER_AROSE), OPEN)),
    (31.0, 3, 1, -1, (Fate(Outcome.UNSAID), Fate(Outcome.STOOD, SAID, COUNTED), OPEN)),
    (40.0, 0, 1, -1, (FREE, Fate(Outcome.BARRED), Fate(Outcome.BARRED))),
]
"""Hour, person, topic, parent, and fates in `WORLDS`. Wished: all but the last but one. In full, person 0 is punished twice."""

PUNISHED = [(0, 1, 12.0), (0, 1, 35.0), (2, 2, 13.0)]


def handmade(rows: list[tuple[float, int, int, int, tuple[Fate, ...]]] | None = None, **changes: Any) -> tuple[Scenario, Ledger]:
    """The scenario and the ledger; other rows may be given."""
    what, rows = scenario(BASE, **changes), ROWS if rows is None else rows
    time, person, topic, parent = (np.array(column) for column in list(zip(*rows, strict=True))[:4])
    fates = [row[4] for row in rows]
    shown = np.array(
        [[hour if fate.outcome > Outcome.WITHHELD else np.inf for fate in fate_s] for hour, fate_s in zip(time, fates, strict=True)]
    )

    def column(name: str, kind: Any) -> np.ndarray:
        return np.array([[getattr(fate, name) for fate in fate_s] for fate_s in fates]).astype(kind)

    ledger = Ledger(
        people=people_by_hand(),
        rooms=rooms_by_hand(),
        occasions=occasions_by_hand(time, person.astype(np.int32), topic.astype(np.int8), parent.astype(np.int32)),
        worlds=WORLDS,
        horizon=48.0,
        voice=column("voice", np.uint8),
        outcome=column("outcome", np.uint8),
        venue=column("venue", np.int8),
        rule=column("rule", np.int16),
        marks=column("marks", np.uint16),
        shown=shown,
        gone=column("gone", np.float64),
        back=column("back", np.float64),
        softening=np.full(shown.shape, what.voice.softening),
        audience=np.full(shown.shape, 3, np.int32),
        afraid=(1,),
        removal_risk=np.linspace(0, 0.9, len(rows), dtype=np.float32)[:, None],
        reprisal_risk=np.zeros((len(rows), 1), np.float32),
        punished=list(PUNISHED),
    )
    return what, ledger


def people_by_hand() -> People:
    """Four persons of whom the measures need only group and stances."""
    nothing = np.zeros(4)
    place = np.zeros(4, np.int32)
    traits = ("rate", "benefit", "fear", "conformity", "reactance", "code_fluency", "circumvention", "circumvention_luck")
    return People(
        key=np.arange(4, dtype=np.uint64),
        replication=place,
        replication_key=np.zeros(1, np.uint64),
        group=np.array([0, 0, 1, 1], np.int32),
        registered=place,
        resident=place,
        community=place,
        language=place,
        stance=STANCES,
        topic_cdf=np.array([[0.75, 1.0], [0.5, 1.0]]),
        hostile=np.zeros(4, np.bool_),
        targeted=np.zeros(4, np.bool_),
        **dict.fromkeys(traits, nothing),
    )


def rooms_by_hand() -> Rooms:
    """One room of four."""
    return Rooms(
        of_person=np.ones((2, 1, 4), np.int32),
        beside=np.zeros(2),
        size=np.array([0, 4], np.int32),
        platform=np.array([-1, 0], np.int32),
        kind=np.array([4, 0], np.int8),
        start=np.array([0, 0, 4]),
        member=np.arange(4, dtype=np.int32),
        activity=np.arange(1, 5),
    )


def occasions_by_hand(time: np.ndarray, person: np.ndarray, topic: np.ndarray, parent: np.ndarray) -> Occasions:
    """Occasions in one room on the first platform."""
    count = len(time)
    zero, small = np.zeros(count, np.int32), np.zeros(count, np.int8)
    return Occasions(
        key=np.arange(count, dtype=np.uint64),
        time=time,
        person=person,
        topic=topic,
        home=small,
        room=zero + 1,
        seat=small,
        parent=parent,
        root=zero,
    )


def measures(world: str = "full", **changes: Any) -> list[Piece]:
    """All measures of a world of the ledger."""
    what, ledger = handmade(**changes)
    return Measurer(what, ledger).measure(world)
