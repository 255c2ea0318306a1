"""Texts of a trace, in place of those of a phrasebook."""

from __future__ import annotations

import numpy as np

from sim.model.arrays import Ints
from sim.model.counter import Indices
from sim.model.luck import Floats, Keys
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.people import People
from sim.model.trace import replay
from sim.model.voice import Manners
from sim.scenario.inputs import traffic
from sim.scenario.schema import Scenario


class TraceTexts(Phrasebook):
    """What was written, word for word, on each occasion of a trace.

    Attributes:
        texts: the different texts, in the order of their phrase index; empty where the trace gives none.
    """

    def __init__(self, scenario: Scenario, people: People) -> None:
        assert scenario.trace is not None
        self.texts = list(traffic(scenario.trace.file, scenario.inputs).texts)
        self.coded = np.zeros(len(self.texts) + 1, np.bool_)
        self._found = {}
        trace = replay(scenario, people)
        order = np.argsort(trace.key)
        self._key, self._text = trace.key[order], trace.text[order]

    def phrases(self, key: Keys, language: Indices, topic: Indices, stance: Floats, manner: Manners) -> Ints:
        """See `Phrasebook`; the text of an occasion is the same in whatever manner it is said."""
        text: Ints = self._text[np.searchsorted(self._key, key)]
        return text
