"""Every measure: what it counts, over which denominator, and how to read it. The one place for definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Kind = Literal["count", "share", "ratio", "hours", "points", "distance", "per 1000", "number"]


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        name: as in the result tables.
        title: as in figures and comparisons.
        kind: the unit; shares lie in [0, 1], points are percentage points.
        definition: numerator and denominator in words.
        headline: whether `compare` shows it without being asked.
        loss: True where a higher value is a greater loss, False where it is a smaller one, None where it is neither.
    """

    name: str
    title: str
    kind: Kind
    definition: str
    headline: bool = False
    loss: bool | None = None

    @property
    def better(self) -> str:
        """Which values are better: those nearer 0 of a deviation, and the higher ones of what is neither a loss nor a gain."""
        if self.loss is None and self.kind == "points":
            return "nearer 0"
        return "lower" if self.loss else "higher"

    def advantage(self, first: Floats, second: Floats) -> Floats:
        """By how much the first values are better than the second ones; below 0 where they are worse."""
        if self.better == "nearer 0":
            return abs(second) - abs(first)
        return second - first if self.loss else first - second


FUNNEL = ("wished", "reachable", "arose", "said", "said_sincerely", "published", "seen", "counted")
"""The voice funnel; each step counts a subset of the one before it, so it never widens."""

_MEASURES = (
    Measure("wished", "wished to say", "count", "occasions voiced in the free world"),
    Measure(
        "reachable",
        "could reach a platform",
        "count",
        "of the wished: those whose author could reach the platform, had not left it, and was neither detained nor barred from it",
    ),
    Measure("arose", "was prompted", "count", "of the reachable: those whose prompting message, if any, was there to be seen"),
    Measure("said", "said something", "count", "of those that arose: voiced, in whatever manner"),
    Measure("said_sincerely", "said sincerely", "count", "of the said: neither softened nor coded"),
    Measure("published", "published", "count", "of the sincerely said: neither blocked nor withheld"),
    Measure(
        "seen",
        "seen by someone",
        "count",
        "of the published: read by another person while it could be seen, or counted by the convenor",
    ),
    Measure(
        "counted",
        "counted by the convenor",
        "count",
        "of the seen: collected by the convenor before any removal or hiding (in a meeting: noted as it was said), in words that it got",
    ),
    Measure(
        "offered_share",
        "offered a place",
        "share",
        "occasions, other than replies, that some platform takes in the free world: no survey answered before, no meeting over / all; "
        "the same in every world",
        loss=False,
    ),
    Measure("heard_share", "share of voice heard", "share", "seen / wished", headline=True, loss=False),
    Measure("counted_share", "share of voice counted", "share", "counted / wished", headline=True, loss=False),
    Measure(
        "access_loss_share",
        "lost for want of access",
        "share",
        "wished, but out of reach: of the author, or of the author of what would have prompted it / wished",
        headline=True,
        loss=True,
    ),
    Measure(
        "barred_share",
        "lost to detention and sanctions",
        "share",
        "wished by people who are detained, or barred by the platform, at that time / wished",
        loss=True,
    ),
    Measure(
        "left_share",
        "lost to leaving",
        "share",
        "wished by people who have left the platform that would take it, or that the conversation is on / wished; where people may leave",
        loss=True,
    ),
    Measure(
        "heard_per_person",
        "share of each person's voice heard",
        "share",
        "mean, over people with a wish, of their wishes sincerely said and counted / their wishes",
        headline=True,
        loss=False,
    ),
    Measure(
        "people_heard",
        "people heard",
        "share",
        "people with at least one sincere message counted / people with at least one wish; grows with the occasions that people have",
        loss=False,
    ),
    Measure(
        "removal_rate",
        "removed after publication",
        "share",
        "removed, and not reinstated / published in any manner",
        headline=True,
        loss=True,
    ),
    Measure(
        "prior_restraint_rate", "stopped before publication", "share", "blocked or never released / submitted", headline=True, loss=True
    ),
    Measure("hidden_rate", "hidden", "share", "hidden from all but the author / published in any manner", loss=True),
    Measure(
        "self_deleted_rate",
        "deleted by their authors",
        "share",
        "deleted by the author for fear, before any rule took it / published in any manner",
        loss=True,
    ),
    Measure("labelled_rate", "labelled", "share", "labelled / published in any manner; where a platform labels"),
    Measure(
        "dropped_by_interpretation",
        "dropped by interpretation",
        "share",
        "published, but left out by machine interpretation / published in any manner on platforms with interpretation",
        loss=True,
    ),
    Measure(
        "self_censorship_rate",
        "self-censorship",
        "share",
        "wished, with access and prompted, yet silent / wished, with access and prompted",
        headline=True,
        loss=True,
    ),
    Measure("softening_rate", "softened", "share", "softened / said in any manner", headline=True, loss=True),
    Measure("coding_rate", "coded", "share", "coded / said in any manner", loss=True),
    Measure(
        "chilling_effect",
        "chilling effect",
        "share",
        "1 - sincere messages said / those said with fear off, and with the reprisals and sanctions that follow then (docs/model.md, 7.7)",
        headline=True,
        loss=True,
    ),
    Measure(
        "recovery_half_life",
        "recovery half-life",
        "hours",
        "after the first news of reprisals, by day: from the day on which the share of sincere speech that fear leaves is lowest to the "
        "first of two days in a row on which half of what it has lost since before the news is regained; missing where the loss is within "
        "noise or it never recovers, so that a mean is over the n replications in which it does",
        loss=True,
    ),
    Measure(
        "unsaid_per_removal",
        "unsaid per message removed",
        "ratio",
        "wished, silent here but voiced with fear off / messages blocked, withheld, hidden or removed",
        headline=True,
        loss=True,
    ),
    Measure(
        "conversation_lost",
        "replies that never arose",
        "share",
        "wished replies whose prompting message was not there to be seen / wished replies within reach",
        headline=True,
        loss=True,
    ),
    Measure(
        "taken", "messages taken by a rule", "count", "messages blocked, withheld, hidden or removed, by the rule that did it (split rule)"
    ),
    Measure("time_to_removal_p10", "time to removal, 10 %", "hours", "quantile over removed messages; from 20 removals up"),
    Measure("time_to_removal_p50", "time to removal, median", "hours", "quantile over removed messages; from 20 removals up"),
    Measure("time_to_removal_p90", "time to removal, 90 %", "hours", "quantile over removed messages; from 20 removals up"),
    Measure(
        "removed_within",
        "removed within a time",
        "share",
        "removed messages that went within a time of their publication / removed messages; times to which published figures refer "
        "(split within); from 20 removals up",
    ),
    Measure(
        "views_before_removal", "views before removal", "number", "mean readers of a removed message before it went; from 20 removals up"
    ),
    Measure("reviewer_utilisation", "reviewers' utilisation", "share", "reviewing time / time on duty", loss=None),
    Measure(
        "review_wait_p50",
        "wait for review, median",
        "hours",
        "from arrival at the desk to the start of the review; from 20 reviews up (split desk)",
    ),
    Measure("review_wait_p95", "wait for review, 95 %", "hours", "the same; from 100 reviews up"),
    Measure("backlog_mean", "desk backlog", "number", "mean number of cases waiting, over time"),
    Measure("reviews_expired", "cases never reviewed", "share", "cases that expired / cases that arrived"),
    Measure(
        "warned_per_1000",
        "people warned",
        "per 1000",
        "people warned at least once by a platform / people; where there is a ladder",
        loss=True,
    ),
    Measure("muted_per_1000", "people muted", "per 1000", "people muted at least once / people; where there is a ladder", loss=True),
    Measure(
        "suspended_per_1000", "people suspended", "per 1000", "people suspended at least once / people; where there is a ladder", loss=True
    ),
    Measure("banned_per_1000", "people banned", "per 1000", "people banned / people; where there is a ladder", loss=True),
    Measure(
        "appeal_rate",
        "actions appealed",
        "share",
        "appeals / actions that their authors were told of, where they may appeal; from 20 such actions up",
    ),
    Measure("reversal_rate", "appeals that succeeded", "share", "reversals / appeals decided or expired; from 20 up"),
    Measure(
        "reinstated_share",
        "messages reinstated",
        "share",
        "messages that came back after an appeal / messages blocked, withheld, hidden or removed at some time, where authors may appeal; "
        "from 20 up",
        loss=False,
    ),
    Measure(
        "identified_per_1000",
        "people identified",
        "per 1000",
        "people whom an authority identified as the author of a message / people",
        headline=True,
        loss=True,
    ),
    Measure("reprisals_per_1000", "people punished", "per 1000", "people acted against / people", headline=True, loss=True),
    Measure(
        "opinion_shift",
        "shift of the picture",
        "points",
        "critical share (stance below 0) of what the convenor counted - that of what it counts in the free world",
        headline=True,
    ),
    Measure(
        "opinion_gap",
        "opinion gap",
        "points",
        "critical share (stance below 0) of what the convenor counted - that of private stances, weighted by interest in the topic",
        headline=True,
        loss=None,
    ),
    Measure(
        "opinion_distance",
        "opinion distance",
        "distance",
        "Wasserstein-1 distance between private and counted stances, in 40 bins from -1 to 1",
        headline=True,
        loss=True,
    ),
    Measure(
        "representation_ratio",
        "representation",
        "ratio",
        "a group's share of what is counted, as weighted / its share of the people meant to be heard (split group)",
    ),
    Measure(
        "unheard_share",
        "in groups that are not in the picture",
        "share",
        "people in groups of which nothing is counted that shows a stance / people meant to be heard; weighting cannot make up for it",
        loss=True,
    ),
    Measure(
        "nonresponse_rate",
        "item non-response",
        "share",
        "questions put by surveys and left unanswered, for whatever reason / questions put; where there are surveys",
        loss=True,
    ),
    Measure(
        "support_private",
        "support, privately",
        "share",
        "people with a stance above 0 / people meant to be heard, mean over topics; like those below, where surveys ask closed questions",
    ),
    Measure(
        "support_direct",
        "support, asked directly",
        "share",
        "direct answers counted that report support / direct answers counted, as weighted; from 30 up on a topic, mean over topics",
    ),
    Measure(
        "support_list",
        "support, by list experiment",
        "share",
        "mean count of the longer list - that of the shorter, as weighted; from 50 answers to each up on a topic, mean over those topics; "
        "may lie outside 0 and 1",
    ),
    Measure("list_se", "standard error of the list", "points", "of support_list in one replication, from the variances of the two lists"),
    Measure(
        "falsification_gap",
        "preference falsification",
        "points",
        "support_direct - support_list, on topics that have both",
        loss=True,
    ),
    Measure(
        "list_bias",
        "bias of the list experiment",
        "points",
        "support_list - support_private, on topics that have it: floor and ceiling effects, and who answers at all",
    ),
    Measure(
        "brief_private",
        "critical, privately",
        "share",
        "the brief (split brief, levels TOPIC/GROUP): critical share of private stances of the people meant to be heard, by interest",
    ),
    Measure(
        "brief_seen",
        "critical, as leaders are told",
        "share",
        "critical share of what the convenor counted, as weighted; the brief has cells from 20 messages of 10 participants up",
    ),
    Measure("brief_difference", "told - thought", "points", "brief_seen - brief_private"),
    Measure("brief_messages", "messages behind it", "count", "messages counted"),
    Measure("brief_people", "people behind it", "count", "people with a message counted"),
    Measure(
        "burden_gini",
        "inequality of lost voice",
        "share",
        "Gini coefficient, over people with at least one wish, of the share of their wishes that nobody saw as meant",
        loss=None,
    ),
    Measure(
        "exit_rate",
        "people who left a platform",
        "share",
        "people who left a platform for good / people; where people may leave",
        loss=True,
    ),
    Measure(
        "abuse_exposure",
        "abuse among what is seen",
        "share",
        "expected views of abusive messages / of all published messages; where there is abuse",
        loss=True,
    ),
    Measure(
        "abuse_met_per_target",
        "abuse met per target",
        "number",
        "abusive messages that targets read in answer to their own, before they went / targets; where there is abuse",
        loss=True,
    ),
    Measure(
        "over_removal",
        "protected speech taken",
        "share",
        "messages other than abuse that were blocked, withheld, hidden or removed / said; where there are rules",
        loss=True,
    ),
    Measure("missed_harm", "abuse never taken", "share", "abusive messages that no rule took / abusive messages said", loss=True),
    Measure("precision", "abuse among what is taken", "share", "abusive messages taken / messages taken; where there is abuse", loss=False),
    Measure("recall", "abuse taken", "share", "abusive messages taken / abusive messages said", loss=False),
    Measure("circumvention_share", "circumvention", "share", "people who said something over a block / people"),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _MEASURES}
"""Measures by name, in the order in which tables list them."""

HEADLINE = tuple(measure.name for measure in _MEASURES if measure.headline)
"""What a comparison shows unless it is asked for more."""

MECHANISMS = ("abuse", "access", "moderation", "surveillance", "fear")
"""The order in which the ladder switches mechanisms on."""

LADDER = ("free", "abuse", "abuse+access", "abuse+access+moderation", "abuse+access+moderation+surveillance", "full")
"""The worlds of the ladder; each adds the next mechanism to the one before it."""
