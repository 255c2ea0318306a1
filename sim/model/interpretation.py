"""Machine interpretation: what it leaves out, without telling anybody, for those of another language than the author's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.counter import Indices
from sim.model.luck import Keys, Purpose, luck, name_key
from sim.model.moderation.items import entries_of
from sim.model.moderation.phrasebook import Phrasebook
from sim.scenario.schema import Scenario
from sim.scenario.schema.platform import Interpretation as Spec

Flags = NDArray[np.bool_]


class Interpretation:
    """Machine interpretation on all platforms that have it."""

    def __init__(self, scenario: Scenario, phrasebook: Phrasebook | None) -> None:
        """The phrasebook may be missing where no platform interprets."""
        self._on = {
            index: (spec.interpretation.recall, name_key("interpretation", name), _matching(scenario, spec.interpretation, phrasebook))
            for index, (name, spec) in enumerate(scenario.platforms.items())
            if spec.interpretation is not None
        }

    @property
    def anywhere(self) -> bool:
        """Whether any platform interprets."""
        return bool(self._on)

    def drops(self, platform: Indices, phrase: Indices, key: Keys) -> Flags:
        """Which of some messages it leaves out, those without text never; arrays of one length."""
        dropped = np.zeros(len(platform), np.bool_)
        for index, (recall, salt, matching) in self._on.items():
            rows = np.flatnonzero((platform == index) & matching[phrase])
            dropped[rows] = luck(Purpose.INTERPRETATION, key[rows], salt) < recall
        return dropped


def _matching(scenario: Scenario, spec: Spec, phrasebook: Phrasebook | None) -> Flags:
    assert phrasebook is not None
    return phrasebook.matches(entries_of(scenario, spec.combinations, (), spec.rule_list))
