"""`chillsim list`"""

from __future__ import annotations

import json

from click.testing import CliRunner

from sim.cli import main
from sim.commands.list import KINDS
from sim.figures import FIGURES
from sim.measures.definitions import MEASURES

SHIPPED = ("starter", "un75", "synthetic-2020", "logit", "weibo-2020", "china-2020", "national-firewall-2020")


def listed(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["list", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_everything_is_listed() -> None:
    text = listed()
    assert all(heading in text for heading, _ in KINDS.values())
    assert all(
        f"\n  {name} " in text for name in [*MEASURES, *FIGURES, "starter", "un75", "synthetic-2020", "logit", "weibo-2020", "china-2020"]
    )


def test_one_kind() -> None:
    assert listed("figures").splitlines()[0] == "Figures"
    assert "removal_rate" not in listed("figures")


def test_platforms_say_which_year_they_describe() -> None:
    assert "\n  weibo-2020 " in listed("platforms")
    assert all(line.endswith(", 2020") for line in listed("platforms", "jurisdictions").splitlines() if line.startswith("  "))


def test_json() -> None:
    data = json.loads(listed("--format", "json"))
    assert list(data) == list(KINDS)
    assert all(data.values())
    assert data["measures"]["removal_rate"].endswith(MEASURES["removal_rate"].definition)
