"""Surveillance: whose messages an authority reads, whom it identifies, and against whom it acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.access import Flags
from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.moderation.submissions import Submissions
from sim.model.people import People
from sim.model.policy import Policy


@dataclass(frozen=True)
class Findings:
    """Positions in a batch of messages.

    Attributes:
        place: jurisdiction of the authority.
        identified: whose author it has identified.
        punished: which it will act against, `delay` hours later.
    """

    place: int
    identified: Indices
    punished: Indices
    delay: Floats


class Surveillance:
    """Authorities of all places."""

    def __init__(self, people: People, policy: Policy) -> None:
        self._people = people
        self._policy = policy
        self._salts = [name_key(name) for name in policy.scenario.jurisdictions]
        self._delays = [place.reprisal.delay for place in policy.scenario.jurisdictions.values()]
        self._watches = [bool(policy.passed_on[:, place].any()) for place in range(len(self._salts))]

    def watch(self, messages: Submissions, among: Indices, published: Flags) -> list[Findings]:
        """What each authority makes of the messages at the positions `among`: what is shared, and what it reads of the published ones."""
        findings = [self._watch_from(place, messages, among, published) for place, watches in enumerate(self._watches) if watches]
        return [finding for finding in findings if len(finding.identified)]

    def _watch_from(self, place: int, messages: Submissions, among: Indices, published: Flags) -> Findings:
        policy, salt = self._policy, self._salts[place]
        under_law = (messages.registered[among] == place) | (self._people.resident[messages.person[among]] == place)
        rows = among[under_law & (policy.sensitivity[place, messages.topic[among]] > 0)]
        key, platform, promise = messages.key[rows], messages.platform[rows], messages.kept[rows].astype(np.int8)
        heat = policy.sensitivity[place, messages.topic[rows]] * messages.criticality[rows]
        passed_on = np.where(published[rows], policy.passed_on[platform, place, promise], policy.shared[platform, place, promise])
        found = luck(Purpose.AUTHORITY_SEES, key, salt) < heat * passed_on
        found &= luck(Purpose.IDENTIFIED, key, salt) < policy.identity[platform, promise]
        distance = np.where(self._people.resident[messages.person[rows]] == place, 1.0, policy.abroad[place])
        acted = found & (luck(Purpose.REPRISAL, key, salt) < policy.hazard[place] * heat * distance)
        delay = waits(self._delays[place], luck(Purpose.REPRISAL_DELAY, key[acted], salt))
        return Findings(place, rows[found], rows[acted], delay)
