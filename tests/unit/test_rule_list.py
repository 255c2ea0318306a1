"""Reading rule lists and phrasebooks: what they say, and one line for each thing to mend."""

from __future__ import annotations

from datetime import date

import pytest

from sim.scenario.combination import parse
from sim.scenario.phrasebook import read_phrasebook
from sim.scenario.presets import shipped, text
from sim.scenario.problems import Problem
from sim.scenario.rule_list import MOST_ROWS, Entry, read_rule_list


def entries(text: str) -> list[Entry]:
    found: list[Problem] = []
    read = read_rule_list(text, "l.csv", found)
    assert not found
    return read


def faults(text: str) -> list[str]:
    found: list[Problem] = []
    read_rule_list(text, "l.csv", found)
    return [str(problem) for problem in found]


@pytest.mark.parametrize("name", shipped("rule-lists"))
def test_shipped_lists_have_no_fault(name: str) -> None:
    assert len(entries(text("rule-lists", name))) > 50


def test_every_column_is_read() -> None:
    (entry, allow) = entries(
        "# title: a list\n# by nobody\ntheme,combination,kind,of,scope,registered_in,severity,born,died\n"
        'any,"a,b+c",,,direct,china,2.5,2020-01-02,2020-03-04\n\n,d,allow,c+"a",,,,,\n'
    )
    assert entry == Entry(parse("c+a,b"), False, None, "direct", "china", 2.5, date(2020, 1, 2), date(2020, 3, 4))
    assert allow == Entry(parse("d"), allow=True, of=parse('"a"+c'))
    assert entry.dated
    assert not allow.dated


def test_a_list_may_have_combinations_alone() -> None:
    assert entries("combination\na+b\n  \n#c\n") == [Entry(parse("a+b")), Entry(parse("#c"))]


def test_lines_may_end_as_on_any_system() -> None:
    assert entries("combination,scope\r\na,group\r\n") == [Entry(parse("a"), scope="group")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["l.csv:1: combination: a column that is required, and got none"]),
        ("combination,scop\na,b\n", ["l.csv:1: no such column; did you mean 'scope'?, and got 'scop'"]),
        ("combination,combination\na,b\n", ["l.csv:1: combination: a column is given once, and got it again"]),
        ("# c\ncombination\na,b\n", ["l.csv:3: a row of at most 1 columns, and got 2"]),
        ('combination\n"a\n', ["l.csv:2: a table in CSV, and got: unexpected end of data"]),
        (
            'combination,kind,scope\n"a\nb",blok,\nc,,grup\n',
            [
                "l.csv:2: kind: block or allow or empty, and got 'blok'; did you mean 'block'?",
                "l.csv:4: scope: group or direct or empty, and got 'grup'; did you mean 'group'?",
            ],
        ),
        (
            "combination,of,born,died,severity\n,,,,\n+,,,,\nslur\\,,,,\na,b,,,\na,,2020-1-1,2020-02-30,0\na,,2020-01-02,2020-01-02,nan\n",
            [
                "l.csv:3: combination: a combination looks for something beside + and *, and got '+…' (1 characters)",
                "l.csv:4: combination: a backslash stands before +, * or a backslash, and got 's…' (5 characters)",
                "l.csv:5: of: empty, except where kind is allow, and got a combination",
                "l.csv:6: severity: a number above 0 and at most 1,000, and got '0'",
                "l.csv:6: born: a date such as 2020-04-30, and got '2020-1-1'",
                "l.csv:6: died: a date such as 2020-04-30, and got '2020-02-30'",
                "l.csv:7: severity: a number above 0 and at most 1,000, and got 'nan'",
                "l.csv:7: died: a date after 2020-01-02, and got 2020-01-02",
            ],
        ),
        ("combination\n" + "a" * 501 + "\n", ["l.csv:2: combination: a combination of at most 500 characters, and got 501"]),
        ("combination\n" + "a\n" * (MOST_ROWS + 1), [f"l.csv:{MOST_ROWS + 2}: at most 200,000 rows, and got more"]),
        ("combination,theme\n,x\n", ["l.csv:2: combination: a combination, and got none"]),
    ],
)
def test_faults(text: str, lines: list[str]) -> None:
    assert faults(text) == lines


def test_no_more_faults_are_sought_than_can_be_listed() -> None:
    assert 100 < len(faults("combination,kind\n" + "a,b\n" * 100_000)) < 110


BOOK = "topics:\n  climate:\n    en:\n"


def book_faults(text: str) -> list[str]:
    found: list[Problem] = []
    read_phrasebook(text, "b.yaml", found)
    return [str(problem) for problem in found]


def test_a_phrasebook() -> None:
    found: list[Problem] = []
    read = read_phrasebook(f"title: x\n{BOOK}      critical: [a, {{text: b, weight: 2}}]\n      coded: []\n", "b.yaml", found)
    assert read == {"climate": {"en": {"critical": [("a", 1.0), ("b", 2.0)], "coded": []}}}
    assert not found


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("title: x\n", ["b.yaml:1:1: topics: texts by topic, language and tone are required, and got none"]),
        ("topics: [a]\n", ["b.yaml:1:1: topics: a mapping of topics, and got a list of 1"]),
        ("topic: {}\ntopics: {}\n", ["b.yaml:1:1: topic: no such key; did you mean 'topics'?"]),
        (BOOK + "      angry: [a]\n", ["b.yaml:4:7: topics.climate.en.angry: no such key; known: critical, neutral, supportive, coded"]),
        (BOOK + "      coded: a\n", ["b.yaml:4:7: topics.climate.en.coded: a list of texts, and got 'a'"]),
        (
            BOOK + "      coded:\n        - 7\n        - {text: a, weight: 0}\n        - {txt: a}\n        - ''\n",
            [
                "b.yaml:5:11: topics.climate.en.coded.0: a text of 1 to 2,000 characters, and got 7",
                "b.yaml:6:21: topics.climate.en.coded.1.weight: a number above 0 and at most 1,000,000, and got 0",
                "b.yaml:7:12: topics.climate.en.coded.2.txt: no such key; did you mean 'text'?",
                "b.yaml:7:11: topics.climate.en.coded.2: a text of 1 to 2,000 characters, and got a mapping with the keys txt",
                "b.yaml:8:11: topics.climate.en.coded.3: a text of 1 to 2,000 characters, and got ''",
            ],
        ),
        ("topics: {a: &b {}}\n", ["b.yaml:1:13: topics.a: no anchors and aliases (use extends or like), and got '&b'"]),
        ("topics: {climate: \"\\ud800\"}\n", ["b.yaml:1:10: topics.climate: a text without control characters, and got '\\ud800'"]),
    ],
)  # fmt: skip
def test_faults_of_a_phrasebook(text: str, lines: list[str]) -> None:
    assert book_faults(text) == lines
