"""`chillsim schema`"""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from sim.cli import main
from sim.scenario.schema import Scenario


def schema(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(main, ["schema", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return dict(json.loads(result.stdout)) if not arguments else {}


def test_it_carries_units_evidence_and_patterns() -> None:
    data = json.loads(json.dumps(schema()))
    horizon = data["properties"]["horizon"]
    assert re.search(horizon["pattern"], "30 d")
    assert not re.search(horizon["pattern"], "30")
    group = data["$defs"]["Group"]["properties"]
    assert group["messages_per_day"]["unit"] == "1/day"
    assert group["messages_per_day"]["evidence"]["range"] == [0.1, 2]
    assert all("description" in field for part in data["$defs"].values() for field in part["properties"].values())


def test_it_knows_extends_like_and_preset() -> None:
    data = json.loads(json.dumps(schema()))
    assert "extends" in data["properties"]
    assert all("like" in data["$defs"][name]["properties"] for name in ("Group", "Platform"))
    assert "like" not in data["$defs"]["Topic"]["properties"]
    assert "wechat-group-2020" in data["$defs"]["Platform"]["properties"]["preset"]["enum"]
    assert "china-2020" in data["$defs"]["Jurisdiction"]["properties"]["preset"]["enum"]
    assert "preset" not in data["$defs"]["Group"]["properties"]
    assert set(data["then"]["required"]) == {name for name, field in Scenario.model_fields.items() if field.is_required()}
    assert "required" not in data


def test_it_writes_a_file(tmp_path: Path) -> None:
    schema("--out", str(tmp_path / "s.json"))
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == schema()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["schema", "--out", str(tmp_path / "none" / "s.json")])
    assert result.exit_code == 2
    assert result.stderr.endswith("cannot be written: No such file or directory\n")
