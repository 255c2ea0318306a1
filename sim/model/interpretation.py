"""Machine interpretation: what it leaves out, without telling anybody, for those of another language than the author's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.model.luck import Purpose, luck, name_key
from sim.model.moderation.keywords import KeywordDetector
from sim.model.moderation.submissions import Submissions
from sim.model.moderation.texts import Texts
from sim.scenario.schema import KeywordRule, Scenario
from sim.scenario.schema.platform import Interpretation as Spec


class Interpretation:
    """Machine interpretation on all platforms that have it; it reads as keyword rules do."""

    def __init__(self, scenario: Scenario, texts: Texts | None) -> None:
        """The texts may be missing where no platform interprets."""
        self._on = {
            index: (name_key("interpretation", name), _reader(scenario, name, spec.interpretation, texts))
            for index, (name, spec) in enumerate(scenario.platforms.items())
            if spec.interpretation is not None
        }

    @property
    def anywhere(self) -> bool:
        """Whether any platform interprets."""
        return bool(self._on)

    def drops(self, messages: Submissions) -> NDArray[np.bool_]:
        """Which messages it leaves out, those without text never."""
        dropped = np.zeros(len(messages), np.bool_)
        for index, (salt, reader) in self._on.items():
            rows = np.flatnonzero(messages.platform == index)
            uniform = luck(Purpose.INTERPRETATION, messages.key[rows], salt)
            dropped[rows] = reader.hours(messages, rows, uniform) < np.inf
        return dropped


def _reader(scenario: Scenario, platform: str, spec: Spec, texts: Texts | None) -> KeywordDetector:
    assert texts is not None
    rule = KeywordRule(detector="keywords", action="label", **dict(spec))
    return KeywordDetector(rule, platform, "", scenario, texts, 0)
