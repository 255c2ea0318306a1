"""What messages tell about when people write, how much, where and in answer to whom, as a piece of a scenario."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from sim.importers.messages import Log
from sim.importers.report import Report, Value

FEWEST_MESSAGES = 240
FEWEST_DAYS = 3
FEWEST_AUTHORS = 20
FEWEST_ROOMS = 5
FEWEST_REPLIES = 30
MOST_ACTIVE = 0.1
"""Share of the authors whose share of all messages is told."""
OFFSET = 30 / 3600
"""Hours: the offset of the kernel of replies that a platform has if it does not say."""


@dataclass
class Activity:
    """What can be estimated, by the path of the parameter, without the names of group and platform.

    Attributes:
        top: parameters of the whole scenario.
        group, platform: parameters of the group of authors and of the platform.
        basis: what the estimates rest on.
    """

    basis: str
    top: dict[str, Value] = field(default_factory=dict)
    group: dict[str, Value] = field(default_factory=dict)
    platform: dict[str, dict[str, Value]] = field(default_factory=dict)


def estimate(log: Log, report: Report) -> Activity:
    """Estimates what it can; what it cannot is said in the report, and why."""
    authors, rooms = len({m.author for m in log.messages}), len({m.room for m in log.messages})
    days = max((log.time[-1] - log.time[0]) / 24, 1.0)
    report.add("Messages", {"messages": len(log.messages), "people who wrote": authors, "rooms": rooms, "days": round(days, 1)})
    found = Activity(f"an exported chat: {len(log.messages):,} messages by {authors:,} people in {rooms:,} rooms over {days:,.0f} days")
    missing: dict[str, Value] = {}
    _hours(log, days, found, missing, report)
    _amounts(log, authors, days, found, missing, report)
    _rooms(log, rooms, found, missing, report)
    _replies(log, found, missing, report)
    if missing:
        report.add("Left out, as the file does not show it", missing)
    return found


def _hours(log: Log, days: float, found: Activity, missing: dict[str, Value], report: Report) -> None:
    if not log.dated:
        missing["hour_profile"] = "times are hours since some start"
        return
    if len(log.messages) < FEWEST_MESSAGES or days < FEWEST_DAYS:
        missing["hour_profile"] = f"needs {FEWEST_MESSAGES} messages over {FEWEST_DAYS} days"
        return
    counts = Counter(log.local_hour(at) for at in range(len(log.messages)))
    shares = [round(100 * counts[hour] / max(counts.values()), 1) for hour in range(24)]
    found.top["hour_profile"] = list(shares)
    report.add("Local time", f"{log.offset:+g} h from universal time")
    report.add("Relative activity by hour of the local day", " ".join(f"{value:g}" for value in shares))


def _amounts(log: Log, authors: int, days: float, found: Activity, missing: dict[str, Value], report: Report) -> None:
    answers = sum(parent >= 0 for parent in log.parent)
    daily = len(log.messages) / authors / days
    spontaneous = daily * (1 - answers / len(log.messages))
    facts: dict[str, Value] = {"messages per person and day": round(daily, 4)}
    if days < 1.5:
        missing["messages_per_day"] = "needs more than a day"
    elif answers:
        found.group["messages_per_day"] = round(spontaneous, 4)
        facts["of them not in answer to another"] = round(spontaneous, 4)
    else:
        missing["messages_per_day"] = f"replies are not marked; it is {daily:.3g} x (1 - replies.branching)"
    share = top_share(Counter(message.author for message in log.messages))
    if authors < FEWEST_AUTHORS:
        missing["activity_sigma"] = f"needs {FEWEST_AUTHORS} people"
    else:
        facts["written by the most active tenth"] = f"{share:.1%}"
        found.group["activity_sigma"] = round(min(max(sigma_of(share), 0.0), 3.0), 2)
    report.add("Amounts", facts)


def top_share(counts: Counter[str]) -> float:
    """Share of all messages that the most active tenth of the authors wrote."""
    most = sorted(counts.values(), reverse=True)[: max(1, round(MOST_ACTIVE * len(counts)))]
    return sum(most) / counts.total()


def sigma_of(share: float) -> float:
    """Standard deviation of the logarithm of lognormal rates whose most active tenth has that share."""
    from scipy.special import ndtri

    return float(ndtri(1 - MOST_ACTIVE) + ndtri(min(share, 1 - 1e-9)))


def _rooms(log: Log, rooms: int, found: Activity, missing: dict[str, Value], report: Report) -> None:
    members: dict[str, set[str]] = {}
    for message in log.messages:
        members.setdefault(message.room, set()).add(message.author)
    sizes = sorted(len(people) for people in members.values())
    median = _median([float(size) for size in sizes])
    report.add("People who wrote, by room", {"median": median, "least": sizes[0], "most": sizes[-1]})
    estimates: dict[str, Value] = {"median_size": max(median, 2.0)}
    if rooms >= FEWEST_ROOMS:
        logs = [math.log(size) for size in sizes]
        mean = sum(logs) / rooms
        estimates["size_sigma"] = round(min(math.sqrt(sum((x - mean) ** 2 for x in logs) / (rooms - 1)), 3.0), 2)
    else:
        missing["rooms.size_sigma"] = f"needs {FEWEST_ROOMS} rooms"
    if rooms > 1:
        per_person = sum(sizes) / len({message.author for message in log.messages})
        estimates["per_person"] = min(max(round(per_person), 1), 20)
    found.platform["rooms"] = estimates
    report.note("Rooms count who wrote in them: who only reads is not in an export, so that rooms are larger than they seem here.")


def _replies(log: Log, found: Activity, missing: dict[str, Value], report: Report) -> None:
    delays = sorted(log.time[at] - log.time[parent] for at, parent in enumerate(log.parent) if parent >= 0)
    if len(delays) < FEWEST_REPLIES:
        why = f"needs {FEWEST_REPLIES} replies that are marked as such" if log.marked else "the format does not mark replies"
        missing["replies.branching"] = missing["replies.half_life"] = why
        return
    quartiles = [delays[int(share * (len(delays) - 1))] for share in (0.25, 0.5, 0.75)]
    branching = len(delays) / len(log.messages)
    report.add(
        "Replies",
        {
            "per message": round(branching, 4),
            "delay, quartiles": " / ".join(f"{60 * delay:,.3g} min" for delay in quartiles),
            "to messages that are not in the file": log.orphans,
        },
    )
    report.note("Answers that people did not mark as such count as messages of their own: replies per message are at least this many.")
    estimates: dict[str, Value] = {"branching": round(branching, 3)}
    if quartiles[1] > 0:
        estimates["half_life"] = _duration(quartiles[1])
        if quartiles[1] <= 1.5 * OFFSET:
            estimates["offset"] = _duration(quartiles[1] / 4)
    else:
        missing["replies.half_life"] = "half of the replies have the time of what they answer"
    found.platform["replies"] = estimates


def _duration(hours: float) -> str:
    return f"{max(round(3600 * hours, 1), 0.1):g} s" if hours < 1 else f"{round(60 * hours, 1):g} min"


def _median(values: list[float]) -> float:
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2


def fragment(found: Activity, group: str, platform: str, base: str | None) -> str:
    """A piece of a scenario in YAML, with evidence."""
    import yaml

    evidence = {path: {"source": found.basis} for path in _paths(found, group, platform)}
    data: dict[str, object] = {"extends": base} if base else {}
    data |= found.top
    if found.group:
        data["groups"] = {group: found.group}
    data["platforms"] = {platform: found.platform}
    data["evidence"] = evidence
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=140, default_flow_style=None)


def _paths(found: Activity, group: str, platform: str) -> list[str]:
    return [
        *found.top,
        *(f"groups.{group}.{name}" for name in found.group),
        *(f"platforms.{platform}.{part}.{name}" for part, values in found.platform.items() for name in values),
    ]
