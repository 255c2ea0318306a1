"""Surveillance: whose messages an authority reads, whom it identifies, and against whom it acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.access import Flags
from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.luck import Floats, Purpose, luck, name_key
from sim.model.moderation.submissions import Submissions
from sim.model.people import People
from sim.model.policy import Policy
from sim.model.rooms import DIRECT


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
        self._under_law = [(people.registered == place) | (people.resident == place) for place in range(len(self._salts))]
        self._watches = [bool(policy.passed_on[:, place].any()) for place in range(len(self._salts))]

    def watch(self, messages: Submissions, among: Indices, published: Flags) -> list[Findings]:
        """What each authority makes of the messages at the positions `among`: what is shared, and what it reads of those in public."""
        findings = [self._watch_from(place, messages, among, published) for place, watches in enumerate(self._watches) if watches]
        return [finding for finding in findings if len(finding.identified)]

    def _watch_from(self, place: int, messages: Submissions, among: Indices, published: Flags) -> Findings:
        policy, salt = self._policy, self._salts[place]
        found = self._read(place, messages, among, published)
        identity = policy.identity[messages.platform[found], _promise(messages, found)]
        found = found[luck(Purpose.IDENTIFIED, messages.key[found], salt) < identity]
        heat = policy.sensitivity[place, messages.topic[found]] * messages.criticality[found]
        distance = np.where(self._people.resident[messages.person[found]] == place, 1.0, policy.abroad[place])
        acted = found[luck(Purpose.REPRISAL, messages.key[found], salt) < policy.hazard[place] * heat * distance]
        return Findings(place, found, acted, waits(self._delays[place], luck(Purpose.REPRISAL_DELAY, messages.key[acted], salt)))

    def _read(self, place: int, messages: Submissions, among: Indices, published: Flags) -> Indices:
        """Positions of the messages that reach the authority."""
        policy, sensitivity = self._policy, self._policy.sensitivity[place]
        rows = among[self._under_law[place][messages.person[among]]]
        rows = rows[sensitivity[messages.topic[rows]] > 0]
        platform, promise = messages.platform[rows], _promise(messages, rows)
        public = published[rows] & (messages.kind[rows] != DIRECT)
        passed_on = np.where(public, policy.passed_on[platform, place, promise], policy.shared[platform, place, promise])
        heat = sensitivity[messages.topic[rows]] * messages.criticality[rows]
        read: Indices = rows[luck(Purpose.AUTHORITY_SEES, messages.key[rows], self._salts[place]) < heat * passed_on]
        return read


def _promise(messages: Submissions, rows: Indices) -> NDArray[np.int8]:
    return messages.kept[rows].astype(np.int8)
