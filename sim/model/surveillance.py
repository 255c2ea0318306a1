"""Surveillance: whose messages an authority reads, whom it identifies, and against whom it acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.delays import waits
from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.moderation.submissions import Submissions
from sim.model.people import People
from sim.model.policy import Policy


@dataclass(frozen=True)
class Findings:
    """Positions in a batch of messages.

    Attributes:
        identified: whose author an authority has identified.
        punished: which will be acted against; `place` under whose law, and `delay` after how many hours.
    """

    identified: NDArray[np.int64]
    punished: NDArray[np.int64]
    place: NDArray[np.int32]
    delay: Floats


class Surveillance:
    """Authorities of all places."""

    def __init__(self, people: People, policy: Policy) -> None:
        self._people = people
        self._policy = policy
        self._salts = [name_key(name) for name in policy.scenario.jurisdictions]
        self._delays = [place.reprisal.delay for place in policy.scenario.jurisdictions.values()]
        self._watches = [bool(policy.passed_on[:, place].any()) for place in range(len(self._salts))]

    def watch(self, messages: Submissions) -> list[Findings]:
        """What each authority makes of the messages, sent or published."""
        findings = [self._watch_from(place, messages) for place, watches in enumerate(self._watches) if watches]
        return [finding for finding in findings if len(finding.identified)]

    def _watch_from(self, place: int, messages: Submissions) -> Findings:
        policy, salt = self._policy, self._salts[place]
        registered = messages.registered == place
        resident = self._people.resident[messages.person] == place
        rows = np.flatnonzero(registered | resident)
        own = messages.take(rows)
        promise = own.kept.astype(np.int64)
        passes = luck(Purpose.AUTHORITY_SEES, own.key, salt) < own.heat * policy.passed_on[own.platform, place, promise]
        known = luck(Purpose.IDENTIFIED, own.key, salt) < policy.identity[own.platform, promise]
        found = passes & known
        distance = np.where(resident[rows], 1.0, policy.abroad[place])
        acted = found & (luck(Purpose.REPRISAL, own.key, salt) < policy.hazard[place] * own.heat * distance)
        delay = waits(self._delays[place], luck(Purpose.REPRISAL_DELAY, own.key[acted], salt))
        return Findings(rows[found], rows[acted], np.full(int(acted.sum()), place, np.int32), delay)
