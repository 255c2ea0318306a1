"""Reports by readers, and by brigades."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from sim.model.counter import Indices
from sim.model.delays import waits
from sim.model.luck import Floats, Purpose, luck, poisson
from sim.model.moderation.detectors import Detector, Flags, broken, leans
from sim.model.moderation.submissions import Submissions
from sim.scenario.schema import Group, Platform, ReportRule, Topic
from sim.scenario.schema.rules import Brigade


class ReportDetector(Detector):
    """Flags a message once enough readers have reported it.

    Readers report independently, so reports come as a Poisson process whose rate follows the reading; a brigade adds a Poisson number of
    reports at one time D. The time of report n is then min(T(n), max(D, T(n - b))), with b reports of the brigade and T(m) the time of
    the readers' m-th report, a gamma variable in the process's own time.
    """

    def __init__(self, rule: ReportRule, platform: Platform, groups: dict[str, Group], topics: dict[str, Topic], salt: int) -> None:
        self._rule = rule
        self._reading = platform.reading
        self._salt = salt
        brigade = rule.brigade
        self._groups = _mask(groups, brigade.groups if brigade else None)
        self._topics = _mask(topics, brigade.topics if brigade else None)

    def hours(self, messages: Submissions, rows: Indices, uniform: Floats) -> Floats:
        """See `Detector`."""
        rule = self._rule
        rate: Floats = np.where(broken(rule, messages, rows), rule.rate, rule.false_rate)
        expected: Floats = rate * messages.audience[rows] * self._reading.share
        needed = np.full(len(rows), rule.needed)
        times = self._times(needed, expected, uniform)
        if rule.brigade is None:
            return times
        reports, arrival = self._brigade(rule.brigade, messages, rows)
        return np.minimum(times, np.maximum(arrival, self._times(np.maximum(needed - reports, 0), expected, uniform)))

    def _times(self, needed: Indices, expected: Floats, uniform: Floats) -> Floats:
        """(m,) hours to the `needed`-th report where readers make `expected` reports in the end."""
        at = np.where(needed > 0, gammaincinv(np.maximum(needed, 1), uniform), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            hours: Floats = -self._reading.half_life * np.log2(1 - at / expected)
        hours[(at > 0) & (at >= expected)] = np.inf
        hours[at == 0] = 0.0
        return hours

    def _brigade(self, brigade: Brigade, messages: Submissions, rows: Indices) -> tuple[Indices, Floats]:
        """(m,) reports that the brigade adds, and the hours at which it does."""
        key = messages.key[rows]
        meant = self._groups[messages.group[rows]] & self._topics[messages.topic[rows]] & leans(messages.stance[rows], brigade.stance)
        found = meant & (luck(Purpose.BRIGADE, key, self._salt) < brigade.share)
        reports = poisson(np.where(found, brigade.reports, 0.0), luck(Purpose.BRIGADE_REPORTS, key, self._salt))
        return reports.astype(np.int64), waits(brigade.delay, luck(Purpose.BRIGADE_DELAY, key, self._salt))


def _mask(names: dict[str, Group] | dict[str, Topic], wanted: list[str] | None) -> Flags:
    return np.array([wanted is None or name in wanted for name in names])
