"""Lists that researchers have found on platforms, where they are at hand: they stop exactly what contains their combinations."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.model.ledger import Outcome
from sim.model.moderation.items import items_of
from sim.model.moderation.listing import Listing, Look
from sim.model.moderation.phrasebook import Phrasebook
from sim.scenario import load
from sim.scenario.combination import normal
from sim.scenario.presets import text
from sim.scenario.schema import KeywordRule, Scenario
from tests.model.small import run
from tests.model.test_keywords import said

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the published lists are not at hand (../shared/data)")


def lines(name: str) -> list[str]:
    return [line.strip() for line in (DATA / name).read_text(encoding="utf-8-sig").splitlines() if line.strip()]


def table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def wechat() -> tuple[str, ...]:
    """Combinations found blocked on WeChat between October 2019 and April 2020."""
    return tuple(dict.fromkeys(row["keyword"] for row in table("wechat/wechat_keywords_2019-10_2020-04.csv")))


@cache
def statements() -> tuple[str, ...]:
    """The Chinese statements of the shipped phrasebook."""
    book = yaml.safe_load(text("phrasebooks", "un75"))["topics"].values()
    entries = [entry for languages in book for texts in languages["zh"].values() for entry in texts]
    return tuple(entry if isinstance(entry, str) else entry["text"] for entry in entries)


@cache
def posts() -> tuple[str, ...]:
    """Chinese posts that nobody wrote with any of the lists in mind, and the shipped statements."""
    return (*statements(), *(row["TEXT"] for row in table("text/coldataset_test.csv") if row["TEXT"].strip()))


def parts_of(combination: str) -> list[str]:
    return [normal(part).strip() for part in combination.split("+")]


def contain(combinations: Iterable[str], texts: Sequence[str]) -> dict[int, set[str]]:
    """The combinations that each text contains, looked for one by one."""
    folded = [normal(text) for text in texts]
    found: dict[int, set[str]] = {}
    for combination in combinations:
        first, *others = parts_of(combination)
        for at in [at for at, post in enumerate(folded) if first in post]:
            if all(part in folded[at] for part in others):
                found.setdefault(at, set()).add(combination)
    return found


def made(combinations: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """Texts that contain the parts of combinations the other way round, each once whole and once without its last part."""
    chosen = [combination.split("+") for combination in combinations]
    return [f"今天{'，'.join(some)}{extra}。" for parts in chosen for some in (parts[::-1], parts[:-1]) for extra in ("", *more)]


def pointed_at(folder: Path, rows: Sequence[Sequence[str]], texts: Sequence[str]) -> Scenario:
    """A scenario whose people say these texts, on a platform with a list of these rows (combination, kind, of)."""
    with (folder / "list.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("combination", "kind", "of"), *rows])
    tones = {tone: [*texts] for tone in ("critical", "neutral", "supportive")}
    (folder / "book.yaml").write_text(json.dumps({"topics": {"climate": {"zh": tones}}}, ensure_ascii=False), encoding="utf-8")
    rule = {"detector": "keywords", "action": "block", "rule_list": "list.csv"}
    group = {"size": 60, "registered_in": "here", "resides_in": "here", "language": "zh", "messages_per_day": 6.0, "code_fluency": 0.0}
    document = {
        "name": "real", "horizon": "5 d", "window": "1 h", "phrasebook": "book.yaml", "topics": {"climate": {}},
        "jurisdictions": {"here": {}}, "groups": {"people": group}, "platforms": {"chat": {"kind": "group", "rules": {"words": rule}}},
        "convenor": {"collects": ["chat"]},
    }  # fmt: skip
    (folder / "s.yaml").write_text(json.dumps(document), encoding="utf-8")
    return load(folder / "s.yaml")


def stopped(folder: Path, rows: Sequence[Sequence[str]], texts: Sequence[str]) -> list[bool]:
    """Which of many texts a list of these rows stops."""
    what = pointed_at(folder, rows, texts[:1])
    rule = what.platforms["chat"].rules["words"]
    assert isinstance(rule, KeywordRule)
    many = {"many": json.dumps({"topics": {"climate": {"zh": {"critical": [*texts]}}}}, ensure_ascii=False).encode()}
    items = items_of(what, "chat", "words", rule)
    listing = Listing(items, Phrasebook("many", ["climate"], ["zh"], many), what, None, np.zeros(1, np.uint64))
    every, none = np.arange(len(texts)), np.zeros(len(texts), np.int64)
    look = Look(every, none.astype(float), none, none > 0, none)
    found: list[bool] = ((listing.severity(look) > 0) & ~listing.allows(look)).tolist()
    return found


def test_wechat_list_stops_the_posts_that_contain_its_combinations_and_no_other(tmp_path: Path) -> None:
    texts = [*posts(), *made(wechat()[::100])]
    found = contain(wechat(), texts)
    assert stopped(tmp_path, [(combination,) for combination in wechat()], texts) == [at in found for at in range(len(texts))]
    assert len(wechat()) == 5077
    assert 20 < sum(at < len(posts()) for at in found) < 50
    assert len(found) > 70


@pytest.mark.parametrize(
    ("name", "fewest"), [("wechat", 3), ("qqmail/qqmail_censored.txt", 3), ("tencent-translate/translator_tencent.txt", 2)]
)
def test_of_the_shipped_statements_each_list_stops_those_that_contain_its_combinations(name: str, fewest: int, tmp_path: Path) -> None:
    listed = wechat() if name == "wechat" else lines(name)
    found = contain(listed, statements())
    assert stopped(tmp_path, [(combination,) for combination in listed], statements()) == [at in found for at in range(len(statements()))]
    assert len(found) >= fewest


def test_people_on_a_platform_with_the_wechat_list(tmp_path: Path) -> None:
    """Of what is said, exactly what contains a combination is blocked."""
    texts = [*posts()[:60], *made(wechat()[::200])]
    found = contain(wechat(), texts)
    what = pointed_at(tmp_path, [(combination,) for combination in wechat()], texts)
    ledger = run(what, (0,), ("moderation",))
    rows, words = said(what, ledger, "moderation")
    blocked = ledger.outcome[rows, ledger.worlds.index("moderation")] == Outcome.BLOCKED
    assert np.array_equal(blocked, np.isin(words, [texts[at] for at in found]))
    assert 20 < blocked.sum() < len(blocked) - 20


def test_qqmail_extenuating_combinations_switch_off_what_they_extenuate_and_nothing_else(tmp_path: Path) -> None:
    censored = lines("qqmail/qqmail_censored.txt")
    pairs = [
        (row["Extenuating combination"], of.strip())
        for row in table("qqmail/qqmail_extenuating.csv")
        for of in list(row.values())[2].split(",")
    ]
    allowing = list(dict.fromkeys(combination for combination, _ in pairs))
    texts = [*posts()[::50], *made(censored[::4], [f"，{combination.replace('+', '、')}" for combination in allowing[::12]])]
    blocking, extenuating = contain(censored, texts), contain(allowing, texts)
    order = {combination: frozenset(parts_of(combination)) for combination in (*censored, *(of for _, of in pairs))}
    off = {(combination, order[of]) for combination, of in pairs}
    expected = [
        any(not any((a, order[b]) in off for a in extenuating.get(at, ())) for b in blocking.get(at, ())) for at in range(len(texts))
    ]
    rows = [*((combination, "block", "") for combination in censored), *((combination, "allow", of) for combination, of in pairs)]
    assert stopped(tmp_path, rows, texts) == expected
    assert 20 < sum(expected) < len(blocking) - 20
    assert len(pairs) == 2237


def test_tencent_translation_list_stops_what_contains_its_combinations_and_no_other(tmp_path: Path) -> None:
    listed = lines("tencent-translate/translator_tencent.txt")
    texts = [*posts()[::10], *made(listed[::20])]
    found = contain(listed, texts)
    assert stopped(tmp_path, [(combination,) for combination in listed], texts) == [at in found for at in range(len(texts))]
    assert len(listed) == 2452
    assert len(found) > 100


def test_the_wechat_list_over_labelled_posts() -> None:
    """The figures that docs/rule-lists.md gives: a list against a corpus that it was not made for."""
    labelled = table("text/coldataset_test.csv")
    found = contain(wechat(), [row["TEXT"] for row in labelled])
    counts = {
        label: (sum(labelled[at]["label"] == label for at in found), sum(row["label"] == label for row in labelled)) for label in "01"
    }
    assert counts == {"0": (22, 3216), "1": (10, 2107)}
    assert len(set().union(*found.values())) == 1
