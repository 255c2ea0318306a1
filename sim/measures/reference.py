"""Writes docs/measures.md from the definitions: ``python -m sim.measures.reference > docs/measures.md``."""

from __future__ import annotations

from sim.measures.definitions import FUNNEL, MEASURES, Measure

_INTRODUCTION = """# Measures

*This page is generated from `sim/measures/definitions.py`.*

Everything is counted on the ledger, in which each occasion has exactly one voice and one outcome in each world:

| outcome | meaning |
| --- | --- |
| not offered | no platform takes it: every survey has been put to the author on that topic |
| unreachable | out of reach of the author (blocked, closed, lost to the trouble of circumvention), or of whoever would have prompted it |
| left | the author has left the platform that would take it, or that the conversation is on |
| barred | the author is detained, or barred by the platform |
| never arose | the message that would have prompted it was not there to be seen |
| unsaid | the author fell silent |
| blocked | stopped before publication |
| withheld | held for review, and never released (or not by the horizon) |
| hidden | published, then made visible to its author alone |
| removed | published, then taken down |
| stood | published, and there to the end, perhaps after an appeal brought it back |
| self-deleted | published, then deleted by its author for fear of reprisal; no rule took it |

*Wished* means voiced in the `free` world of the same scenario, in which no mechanism is at work. Steps of the voice funnel and
shares of what was wished are counted over these occasions. Rates of moderation, and what the convenor's picture is made of, are
counted over all messages in the world concerned, sincere or not, wished or not: reactance to censorship makes a few people speak
who would not have spoken in the free world, and no loss is set off against that. Counts are multiplied by `represents`.

*Abuse* is harm and not voice: abusive replies are no wishes, are in no step of the funnel, and in no rate of censorship, softening or
removal; they count where a measure says so, and in the work of the rules (`taken`, times to removal, the desks, sanctions and appeals).
`over_removal`, `missed_harm`, `precision` and `recall` judge rules by one standard, that abuse is harm and all else is protected,
whatever a platform's own rules are about. They are split by the author's group, `abuse_met_per_target` by the target's.

What a format does not offer is no loss: a survey takes one answer on each topic, so its scenario has fewer wishes than one with chat
rooms. Compare shares between formats, not counts; and where people's number of occasions differs, `heard_per_person` rather than
`people_heard`, which grows with every further chance to be heard.

A measure that the sample cannot support (a quantile of no removals, a share of nothing) has no row. It is never written as 0 or NaN.
The mean of a ratio such as `unsaid_per_removal` is over the replications that have a value.

Groups differ in how much they talk. In the free world already, `representation_ratio` is above 1 for talkative groups, and
`opinion_gap` and `opinion_distance` hold the luck of who talks most. `opinion_shift` does not: it compares with the free world of
the same replication, so it shows what the mechanisms do to the picture. `burden_gini` is 0 where everybody loses the same share.

`summary.csv` gives the mean over replications, the standard deviation between them, and a 95 % interval from Student's t. The
interval speaks of the randomness of the simulation under the scenario's assumptions, and of nothing else: it does not cover the
assumptions themselves.

Splits: `total`, `group`, `topic` and `day` where a measure counts occasions; `platform` for messages that a platform carried;
`group` where it counts people; `rule` for messages taken; `desk` for the load of review desks; `stance` (tenths of the scale, by their
middle) for the shares of private, said and counted stances that the figure `opinion` draws; `brief` (topic/group, or `all`) for the
brief; `within` (8 min, 30 min, 2 h, 24 h) for `removed_within`.

| file of a result | what is in it |
| --- | --- |
| `measures.parquet`, `measures.csv` | value by world, replication, measure, split and level |
| `summary.csv` | the same over replications: n, mean, sd, interval |
| `series.parquet` | counts and perceived risks by hour |
| `attribution.csv` | loss of voice by mechanism |
| `brief.csv` | by world, topic and group (`all`: all of them): share critical `private` and as `seen` by the convenor, `difference` in \
points with `sd` and interval, `messages` and `people` behind it (means), `n` replications; cells without support are absent |
| `runs.csv`, `manifest.json` | status of every run; versions, seed, times, what was asked for |
| `scenario.yaml` | the resolved scenario, which reproduces the result; the files that it names are beside it |
| `ledger.parquet` | every occasion, with `--keep-ledger` |

What surveys find is not weighted. `support_direct`, `support_list` and what is made of them are means over the topics on which
enough have answered in that replication, each topic counting the same.
"""

_READING = {True: "higher is a greater loss", False: "higher is a smaller loss", None: "neither"}


def _row(measure: Measure) -> str:
    shown = "yes" if measure.headline else ""
    return f"| `{measure.name}` | {measure.title} | {measure.definition} | {measure.kind} | {_READING[measure.loss]} | {shown} |"


def _table(names: list[str]) -> str:
    header = "| measure | title | definition | unit | reading | headline |\n| --- | --- | --- | --- | --- | --- |"
    return "\n".join([header, *(_row(MEASURES[name]) for name in names)])


def text() -> str:
    """The page, as Markdown."""
    others = [name for name in MEASURES if name not in FUNNEL]
    parts = (_INTRODUCTION, "## The voice funnel\n", _table(list(FUNNEL)), "\n## Rates, people, desks, opinion\n", _table(others))
    return "\n".join(parts) + "\n\nHeadline measures are those that `chillsim compare` shows unless `--measures` asks for others.\n"


if __name__ == "__main__":
    print(text(), end="")
