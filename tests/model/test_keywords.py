"""What a keyword list stops, when, and for whom."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.model.delays import mean_wait, waits
from sim.model.ledger import Ledger, Outcome, room_of
from sim.model.luck import Keys, child_keys, luck, name_key
from sim.model.moderation.items import item_of
from sim.model.moderation.listing import Listing, Look
from sim.model.moderation.phrasebook import Phrasebook
from sim.model.moderation.spells import Spells, rest
from sim.model.people import languages
from sim.model.rooms import DIRECT
from sim.model.voice import Manner, expressed_stance
from sim.scenario.combination import normal, occur, parse
from sim.scenario.rule_list import SCOPES, Entry
from sim.scenario.schema import Delay, KeywordRule, Scenario
from sim.scenario.schema.rules import Turnover
from tests.model.small import PLAIN, RICH, columns, differing, merged, rows_of, run, scenario

HEADER = "combination,kind,of,scope,registered_in,severity,born,died"
EVERY = {tone: ["bad news", "good news"] for tone in ("critical", "neutral", "supportive", "coded")}
"""Of every two messages one is bad."""


def keys(count: int) -> Keys:
    return child_keys(np.full(count, name_key("test"), np.uint64), np.arange(count))


def with_words(words: dict[str, Any], rows: str = "", texts: dict[str, Any] = EVERY, **changes: Any) -> Scenario:
    """A scenario with one keyword rule that blocks, its phrasebook and, where rows are given, its list."""
    book = json.dumps({"topics": {topic: {"en": texts} for topic in ("climate", "human-rights")}})
    inputs = {"book.yaml": book.encode(), **({"list.csv": f"{HEADER}\n{rows}".encode()} if rows else {})}
    rule = {"detector": "keywords", "action": "block", **({"rule_list": "list.csv"} if rows else {}), **words}
    base = merged(PLAIN, {"phrasebook": "book.yaml", "platforms": {"chat": {"rules": {"words": rule}}}})
    return Scenario.model_validate(merged(base, changes), context={"inputs": inputs})


def said(what: Scenario, ledger: Ledger, world: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of what was said in a world, and the text of each."""
    column = ledger.worlds.index(world)
    rows = np.flatnonzero(ledger.outcome[:, column] > Outcome.UNSAID)
    person, topic, manner = ledger.occasions.person[rows], ledger.occasions.topic[rows], ledger.voice[rows, column]
    stance = expressed_stance(what.voice.softening, ledger.people.stance[person, topic], manner)
    book = Phrasebook(what.phrasebook, list(what.topics), languages(what), what.inputs)
    phrase = book.phrases(ledger.occasions.key[rows], ledger.people.language[person], topic, stance, manner)
    return rows, np.array([book.texts[at] for at in phrase.tolist()])


def blocked(what: Scenario, world: str = "moderation") -> tuple[Ledger, np.ndarray, np.ndarray]:
    """The ledger, rows of bad news that were said, and whether each was blocked; good news never is."""
    ledger = run(what, (0, 1), (world,))
    rows, text = said(what, ledger, world)
    stopped = ledger.outcome[rows, ledger.worlds.index(world)] == Outcome.BLOCKED
    bad = text == "bad news"
    assert bad.sum() > 50
    assert not stopped[~bad].any()
    return ledger, rows[bad], stopped[bad]


# Lists against their definition

parts = st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=2).map("+".join).map(parse)
days = st.none() | st.integers(-2, 9).map(lambda day: date(2020, 4, 1) + timedelta(day))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    allow, born, died = draw(st.booleans()), draw(days), draw(days)
    if born and died and died <= born:
        born, died = died, None
    return Entry(
        draw(parts), allow, draw(st.none() | parts) if allow else None, draw(st.sampled_from(SCOPES)),
        draw(st.sampled_from(["", "home", "away"])), draw(st.sampled_from([1.0, 2.0, 3.0])), born, died,
    )  # fmt: skip


def naive(entries: Sequence[Entry], text: str, direct: bool, place: str, hour: float) -> float:
    """The severity by the definition."""
    today = date(2020, 4, 1) + timedelta(hours=hour)
    on = [
        entry
        for entry in entries
        if occur(entry.parts, normal(text))
        and entry.scope in ("", "direct" if direct else "group")
        and entry.registered_in in ("", place)
        and (entry.born is None or entry.born <= today)
        and (entry.died is None or today < entry.died)
    ]
    allowed = {entry.of for entry in on if entry.allow}
    return 0.0 if None in allowed else max((e.severity for e in on if not e.allow and e.parts not in allowed), default=0.0)


TEXTS = ["a", "ab", "b c", "cab", "c", "bb aa"]


@cache
def definitions() -> tuple[Scenario, KeywordRule, Phrasebook]:
    what = with_words({"combinations": ["a"]}, texts={"critical": TEXTS}, jurisdictions={"away": {}}, date="2020-04-01")
    rule = what.platforms["chat"].rules["words"]
    assert isinstance(rule, KeywordRule)
    return what, rule, Phrasebook(what.phrasebook, ["climate"], ["en"], what.inputs)


@settings(max_examples=150, deadline=None)
@given(st.lists(entries(), max_size=8))
def test_a_list_stops_what_its_definition_says(some: list[Entry]) -> None:
    what, rule, book = definitions()
    found = Listing([item_of(what, rule, entry) for entry in some], book, what, None, keys(1))
    cases = list(product(range(-1, len(TEXTS)), (False, True), (0, 1), (0.0, 30.0, 119.0)))
    phrase, direct, place, hour = (np.array(column) for column in zip(*cases, strict=True))
    look = Look(phrase, hour, np.zeros(len(phrase), np.int64), direct, place)
    expected = [naive(some, TEXTS[p], d, ("home", "away")[j], t) if p >= 0 else 0.0 for p, d, j, t in cases]
    assert np.where(found.allows(look), 0.0, found.severity(look)).tolist() == expected


# In a world


def test_a_rule_stops_what_it_lists_and_nothing_else() -> None:
    assert blocked(with_words({"combinations": ["news + bad"]}))[2].all()
    assert blocked(with_words({}, "bad*s,,,,,,,\n"))[2].all()
    assert blocked(with_words({}, "bad,,,,,,,\n"))[2].all()
    assert not blocked(with_words({"combinations": ["bad"], "allow": ["news"]}))[2].any()
    assert not blocked(with_words({}, "bad,,,,,,,\nn*w,allow,BAD,,,,,\n"))[2].any()
    assert blocked(with_words({}, "bad,,,,,,,\nnews,allow,other,,,,,\n"))[2].all()


@pytest.mark.statistical
def test_recall() -> None:
    """4 binomial standard errors: a false alarm in 16,000. Control: nine tenths."""
    _, rows, stopped = blocked(with_words({"combinations": ["bad"], "recall": 0.6}))
    error = np.sqrt(0.6 * 0.4 / len(rows))
    assert abs(stopped.mean() - 0.6) < 4 * error < abs(stopped.mean() - 0.9)


def test_dates_are_those_of_the_scenario() -> None:
    ledger, rows, stopped = blocked(with_words({}, "bad,,,,,,2020-04-03,2020-04-05\n", date="2020-04-01"))
    time = ledger.occasions.time[rows]
    assert np.array_equal(stopped, (time >= 48) & (time < 96))
    assert 0 < stopped.sum() < len(stopped)
    assert blocked(with_words({}, "bad,,,,,,2020-04-03,2020-04-05\n"))[2].all()


@pytest.mark.parametrize("scope", ["group", "direct"])
def test_scope_by_room(scope: str) -> None:
    what = with_words({}, f"bad,,,{scope},,,,\n", platforms={"chat": {"rooms": {"direct": 0.5}}})
    ledger, rows, stopped = blocked(what)
    occasions = ledger.occasions
    direct = ledger.rooms.kind[room_of(ledger.rooms, occasions, rows, np.zeros((len(rows), 1), int))[:, 0]] == DIRECT
    assert np.array_equal(stopped, direct == (scope == "direct"))
    assert 0 < stopped.sum() < len(stopped)


def test_scope_by_registration() -> None:
    there = {"size": 60, "registered_in": "away", "resides_in": "home", "messages_per_day": 2.0}
    what = with_words({}, "bad,,,,away,,,\n", jurisdictions={"away": {}}, groups={"guests": there})
    ledger, rows, stopped = blocked(what)
    assert np.array_equal(stopped, ledger.people.registered[ledger.occasions.person[rows]] == 1)
    assert 0 < stopped.sum() < len(stopped)


def test_a_burst_lasts_as_long_as_it_says() -> None:
    burst = {"at": "2 d", "burst": {"platform": "chat", "rule": "words", "combinations": ["bad+news"], "lasts": "30 h"}}
    ledger, rows, stopped = blocked(with_words({"combinations": ["something"]}, timeline=[burst]))
    time = ledger.occasions.time[rows]
    assert np.array_equal(stopped, (time >= 48) & (time < 78))
    for_good = {**burst, "burst": {key: value for key, value in burst["burst"].items() if key != "lasts"}}  # type: ignore[attr-defined]
    ledger, rows, stopped = blocked(with_words({"combinations": ["something"]}, timeline=[for_good]))
    assert np.array_equal(stopped, ledger.occasions.time[rows] >= 48)


def test_severity_counts_towards_sanctions() -> None:
    """An account is banned at 6 points: by one message where the list says 3 and the rule 2, by two where the list says less."""

    def most_windows(severity: str) -> int:
        ladder = {"ladder": [{"points": 6, "action": "ban"}]}
        ledger, rows, stopped = blocked(
            with_words({"severity": 2.0}, f"bad,,,,,{severity},,\nbad+news,,,,,1.5,,\n", platforms={"chat": {"sanctions": ladder}})
        )
        assert stopped.all()
        windows = {(p, int(t)) for p, t in zip(ledger.occasions.person[rows], ledger.occasions.time[rows], strict=True)}
        return max(Counter(person for person, _ in windows).values())

    assert most_windows("3") == 1
    assert most_windows("2") == 2


# Turnover

LIFETIME = {
    "mixture": [{"weight": 0.54, "median": "7 d", "sigma": 0.38}, {"weight": 0.46, "median": "54 d", "sigma": 0.77}]
}  # fmt: skip
"""As fitted to the lifetimes measured on WeChat; docs/rule-lists.md gives it."""
MEASURED = {(0, 7): (0.934, 286), (7, 14): (0.548, 250), (14, 30): (0.406, 453), (45, 60): (0.244, 455), (60, 120): (0.123, 1544)}
"""Share of combinations that were still blocked, and their number, by days since they were found (WeChat, October 2019 to April 2020)."""


def turnover(lifetime: dict[str, Any] = LIFETIME, listed: float = 0.25) -> Turnover:
    return Turnover.model_validate({"lifetime": lifetime, "listed": listed})


@cache
def many_spells(kind: str = "fitted") -> Spells:
    lifetime = LIFETIME if kind == "fitted" else {"exponential": f"{mean_wait(turnover().lifetime) / 24:.4f} d"}
    return Spells(turnover(lifetime), keys(20_000)[:, None], 366 * 24.0)


def still_listed(spells: Spells, ages: tuple[int, int]) -> float:
    """Share of combinations put on the list in the first 200 days whose spell goes on at ages spread evenly, in days."""
    starts, ends = (spells.switches[~spells.at_start[:, 0], 0, k] for k in (0, 1))
    young = starts < 200 * 24
    length = (ends - starts)[young] / 24
    return float(np.clip((length - ages[0]) / (ages[1] - ages[0]), 0, 1).mean())


@pytest.mark.statistical
def test_lifetimes_are_those_measured() -> None:
    """Within 4 standard errors of the measured shares: a false alarm in 3,000. Control: exponential lifetimes of the same mean."""
    off = {
        kind: [
            abs(still_listed(many_spells(kind), ages) - share) / np.sqrt(share * (1 - share) / n) for ages, (share, n) in MEASURED.items()
        ]
        for kind in ("fitted", "exponential")
    }
    assert max(off["fitted"]) < 4 < max(off["exponential"])


@pytest.mark.statistical
def test_the_share_that_is_listed_is_the_same_at_any_time() -> None:
    """At five times within 4 standard errors: a false alarm in 3,000. Control: a list that begins with full lifetimes."""
    spells, every = many_spells(), np.arange(20_000)
    error = np.sqrt(0.25 * 0.75 / len(every))
    for hour in (0.0, 24.0 * 4, 24.0 * 12, 24.0 * 60, 24.0 * 360):
        assert abs(spells.listed(every, np.zeros_like(every), np.full(len(every), hour)).mean() - 0.25) < 4 * error
    begun_anew = 0.25 * (waits(turnover().lifetime, luck(0, keys(20_000))) > 24 * 4).mean()
    residual = 0.25 * (rest(turnover().lifetime, luck(0, keys(20_000)), luck(1, keys(20_000))) > 24 * 4).mean()
    assert begun_anew - residual > 4 * error


@pytest.mark.statistical
@pytest.mark.parametrize(
    "lifetime",
    [{"fixed": "5 d"}, {"exponential": "5 d"}, {"lognormal": {"median": "5 d", "sigma": 0.6}}, LIFETIME],
    ids=lambda kind: next(iter(kind)),
)
def test_what_is_left_of_lifetimes_under_way(lifetime: dict[str, Any]) -> None:
    """Against the equilibrium distribution of renewal theory, Kolmogorov-Smirnov at 1e-4. Control: whole lifetimes."""
    delay = Delay.model_validate(lifetime)
    grid = (np.arange(200_000) + 0.5) / 200_000
    whole = np.sort(waits(delay, grid))

    def equilibrium(x: np.ndarray) -> np.ndarray:
        below = np.cumsum(np.diff(whole, prepend=0.0) * (1 - grid)) / mean_wait(delay)
        return np.interp(x, [0.0, *whole], [0.0, *below])

    left = rest(delay, luck(0, keys(5000)), luck(1, keys(5000)))
    assert stats.kstest(left, equilibrium).pvalue > 1e-4
    if delay.exponential is None:
        assert stats.kstest(waits(delay, luck(0, keys(5000))), equilibrium).pvalue < 1e-4


def test_a_rule_follows_the_spells_of_its_combinations() -> None:
    """Exact: the same in all worlds, for every rule with that list, and only for combinations without dates."""
    words = {"turnover": {"lifetime": {"lognormal": {"median": "1 d", "sigma": 0.5}}, "listed": 0.5}}
    what = with_words({"combinations": ["bad"], **words})
    rule = what.platforms["chat"].rules["words"]
    assert isinstance(rule, KeywordRule)
    assert rule.turnover is not None
    for world in ("moderation", "full"):
        ledger, rows, stopped = blocked(what, world)
        key = child_keys(ledger.people.replication_key[None, :], np.array([[name_key(repr(parse("bad")))]], np.uint64))
        replication = ledger.people.replication[ledger.occasions.person[rows]]
        spells = Spells(rule.turnover, key, what.horizon)
        assert np.array_equal(stopped, spells.listed(np.zeros_like(rows), replication, ledger.occasions.time[rows]))
        assert 0.1 < stopped.mean() < 0.9
    assert blocked(with_words(words, "bad,,,,,,2020-01-01,\n"))[2].all()


# Coded variants

LEARNED = {"combinations": ["none"], "learning": {"lag": {"fixed": "2 d"}, "share": 1.0}}
CODED = {tone: ["good news"] for tone in ("critical", "neutral", "supportive")} | {"coded": ["bad news", "bad news"]}


def test_a_variant_passes_until_some_time_after_its_first_use() -> None:
    """Exact, by text, topic and replication; what differs in one use only, the first that was said, differs in nothing else."""
    what = with_words(LEARNED, texts=CODED, voice={"coded_cost": 0.0, "softened_cost": 5.0}, beliefs={"removal_prior": 0.5})
    ledger, rows, stopped = blocked(what, "full")
    book = Phrasebook(what.phrasebook, list(what.topics), languages(what), what.inputs)
    occasions = ledger.occasions
    stance = np.zeros(len(rows))
    topic, coded = occasions.topic[rows], np.full(len(rows), Manner.CODED)
    phrase = book.phrases(occasions.key[rows], np.zeros(len(rows), int), topic, stance, coded)
    group = phrase * 2 + ledger.people.replication[occasions.person[rows]]
    first = {g: occasions.time[rows][group == g].min() for g in np.unique(group)}
    assert len(first) == 8
    assert np.array_equal(stopped, [t >= first[g] + 48.0 for g, t in zip(group, occasions.time[rows], strict=True)])
    assert 0 < stopped.sum() < len(stopped)
    assert not blocked(
        with_words({"combinations": ["none"]}, texts=CODED, voice={"coded_cost": 0.0}, beliefs={"removal_prior": 0.5}), "full"
    )[2].any()


def test_some_variants_are_never_learned_and_allowed_ones_pass() -> None:
    never = merged(LEARNED, {"learning": {"share": 0.0}})
    allowed = merged(LEARNED, {"allow": ["news"]})
    for words in (never, allowed):
        assert not blocked(with_words(words, texts=CODED, voice={"coded_cost": 0.0}, beliefs={"removal_prior": 0.5}), "full")[2].any()


# Stacking

TURNING = {
    "turnover": {"lifetime": {"exponential": "2 d"}, "listed": 0.6},
    "learning": {"lag": {"exponential": "1 d"}, "share": 0.8},
    "rule_list": "synthetic-2020",
}
BURST = {"at": "4 d", "burst": {"platform": "chat", "rule": "words", "combinations": ["the"], "lasts": "2 d"}}


def test_replications_and_worlds_do_not_mind_company() -> None:
    what = scenario(
        RICH, platforms={"chat": {"rules": {"words": TURNING}}}, timeline=[*RICH["timeline"], BURST], groups={"abroad": {"language": "zh"}}
    )
    together, alone = run(what, (0, 1)), run(what, (1,), ("full",))
    apart = columns(together, "full", rows_of(together, 1)), columns(alone, "full", rows_of(alone, 0))
    assert not differing(*apart)
    plain = run(scenario(RICH, timeline=[*RICH["timeline"], BURST], groups={"abroad": {"language": "zh"}}), (1,), ("full",))
    assert "outcome" in differing(apart[1], columns(plain, "full", rows_of(plain, 0)))
