"""The access layer: platforms whose domains are on a place's blocklist."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.firewall import blocked_shares
from sim.model.ledger import Outcome
from sim.scenario.domain_blocks import DomainBlock, blocked_domains, is_blocked, read_domain_blocks
from sim.scenario.inputs import domain_blocks
from sim.scenario.problems import Problem
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, run, scenario
from tests.scenario_files import BASE, loaded, problem, problems, write


def behind(law: dict[str, Any], *domains: str, **more: Any) -> Scenario:
    """One place with this law, and one platform with these domains."""
    return scenario(PLAIN, jurisdictions={"home": law}, platforms={"chat": {"domains": list(domains)}}, **more)


def share(law: dict[str, Any], *domains: str, **more: Any) -> float:
    """Share of people who cannot reach the platform."""
    return float(blocked_shares(behind(law, *domains, **more))[0, 0])


LISTED = {"blocklist": "national-firewall-2020"}


def test_a_listed_domain_blocks_the_platform() -> None:
    assert share(LISTED, "example.org", "twitter.com") == 1.0
    assert share(LISTED, "example.org") == share(LISTED) == 0.0
    assert share({}, "twitter.com") == 0.0
    assert share({**LISTED, "blocklist_share": 0.8}, "twitter.com") == 0.8


def test_subdomains_are_meant_and_what_only_ends_alike_is_not() -> None:
    assert share(LISTED, "docs.google.com") == share(LISTED, "MEET.Google.com.") == 1.0
    assert share(LISTED, "notgoogle.com") == share(LISTED, "com") == 0.0


def test_what_blocks_says_of_a_platform_goes_before_the_list() -> None:
    assert share({**LISTED, "blocks": {"chat": 0.3}}, "twitter.com") == 0.3
    assert share({**LISTED, "blocks": {"chat": 0}}, "twitter.com") == 0.0
    assert share({**LISTED, "blocks": {"other": 0.3}}, "twitter.com") == 1.0


def test_only_what_is_limited_is_not_blocked() -> None:
    assert share(LISTED, "slack.com") == 0.0


@pytest.mark.parametrize(("day", "expected"), [("2016-12-31", 0.0), ("2017-01-01", 1.0), ("2020-03-30", 1.0)])
def test_blocks_begin_on_their_day(day: str, expected: float) -> None:
    assert share(LISTED, "whatsapp.com", date=day) == expected


def test_a_block_that_has_ended_blocks_no_more() -> None:
    block = DomainBlock("example.org", born=date(2019, 1, 1), died=date(2020, 1, 1))
    assert [block.in_force(day) for day in (date(2018, 12, 31), date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert block.in_force(None)
    assert not is_blocked("example.org", blocked_domains([DomainBlock("example.org", severity="limit")], None))


def test_people_behind_the_firewall_are_out_of_reach_and_the_list_can_be_set_in_the_timeline() -> None:
    lifted = [{"at": "5 d", "set": {"jurisdictions.home.blocklist_share": 0}}]
    ledger = run(behind(LISTED, "twitter.com", timeline=lifted, horizon="10 d"), worlds=("free", "access"))
    shut = ledger.outcome[:, ledger.worlds.index("access")] == Outcome.UNREACHABLE
    before = (ledger.occasions.time < 120) & (ledger.occasions.parent < 0)
    after = (ledger.occasions.time >= 120) & (ledger.occasions.parent < 0)
    assert shut[before].all()
    assert not shut[after].any()
    assert np.count_nonzero(before) > 50


def test_the_list_that_ships_has_no_faults_and_no_domain_twice() -> None:
    blocks = domain_blocks("national-firewall-2020", {})
    domains = [block.domain for block in blocks]
    assert len(set(domains)) == len(domains) > 30
    assert not {"signal.org", "kahoot.it", "kahoot.com", "un75.online"} & set(domains)
    spring = blocked_domains(blocks, date(2020, 3, 30))
    assert {"twitter.com", "facebook.com", "youtube.com", "google.com", "whatsapp.com", "telegram.org"} <= spring


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    write(tmp_path, "# ours\ndomain,note\nExample.org,ours\n", "ours.csv")
    text = BASE.replace("here: {}", "here: {blocklist: ours.csv}").replace("kind: group", "kind: group\n    domains: [www.example.org]")
    assert blocked_shares(loaded(tmp_path, text)).tolist() == [[1.0], [0.0]]


def test_faults_in_a_file_are_told_one_a_line(tmp_path: Path) -> None:
    rows = [
        "https://example.org",
        "*.example.org",
        "a.org,hard",
        "a.org,block,2020-02-31",
        "a.org,,2020-01-02,2020-01-01",
        ",block",
        "a..org",
    ]
    write(tmp_path, "domain,severity,born,died\n" + "\n".join(rows) + "\n", "ours.csv")
    found = problems(tmp_path, BASE.replace("here: {}", "here: {blocklist: ours.csv}"))
    rule = "a domain without protocol, path and *, such as example.org, and got"
    assert [line.split("/")[-1] if "https" not in line else line for line in found] == [
        f"ours.csv:2: domain: {rule} 'https://example.org'",
        f"ours.csv:3: domain: {rule} '*.example.org'",
        "ours.csv:4: severity: block or limit or empty, and got 'hard'; known: block, limit",
        "ours.csv:5: born: a date such as 2020-04-30, and got '2020-02-31'",
        "ours.csv:6: died: a date after 2020-01-02, and got 2020-01-01",
        "ours.csv:7: domain: a domain, and got none",
        f"ours.csv:8: domain: {rule} 'a..org'",
    ]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("national-firewall-2002", "a blocklist that ships (did you mean 'national-firewall-2020'?), and got 'national-firewall-2002'"),
        ("none.csv", "a file that exists, and got none of this name"),
        ("list.yaml", "a blocklist is a .csv file, and got another"),
    ],
)
def test_a_list_that_is_not_there_is_refused(tmp_path: Path, name: str, rule: str) -> None:
    assert f"jurisdictions.here.blocklist: {rule}" in problem(tmp_path, BASE.replace("here: {}", f"here: {{blocklist: {name}}}"))


def test_a_large_list_is_read_in_good_time() -> None:
    found: list[Problem] = []
    blocks = read_domain_blocks("domain\n" + "".join(f"site{i}.example\n" for i in range(20_000)), "x.csv", found)
    assert (len(blocks), found) == (20_000, [])
    assert is_blocked("a.b.site19999.example", blocked_domains(blocks, None))
