"""`chillsim check`"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sim.cli import main
from sim.experiment.forecast import forecast
from sim.scenario import load, parameters
from tests.scenario_files import BASE, write


def check(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)], catch_exceptions=False)


def test_it_tells_what_a_scenario_holds(tmp_path: Path) -> None:
    result = check(
        write(
            tmp_path,
            BASE + 'title: "Two [bold]words[/bold]"\nevidence: {groups.people.fear: {source: "a [red]book[/red]", range: [0, 2]}}\n',
        )
    )
    assert result.exit_code == 0
    assert result.stderr == ""
    assert "base: Two [bold]words[/bold]\n" in result.stdout
    assert "100 people, 1 group, 2 topics, 2 jurisdictions, 1 platform, 2 rules, 1 desk, 6 worlds, 20 replications" in result.stdout
    assert "occasions in 10 d" in result.stdout
    (row,) = [line for line in result.stdout.splitlines() if line.startswith("groups.people.fear ")]
    assert [cell.strip() for cell in row.split("│")] == ["groups.people.fear", "1", "0 to 2", "a [red]book[/red]"]
    assert [result.stdout.index(heading) for heading in ("Sources:", "Assumptions:", "None stated:")] == sorted(
        result.stdout.index(heading) for heading in ("Sources:", "Assumptions:", "None stated:")
    )


def test_what_is_alike_shares_a_row(tmp_path: Path) -> None:
    text = BASE.replace("platforms:", "  a: {like: people, fear: 2}\n  b: {like: people, fear: 3, benefit: 2}\nplatforms:", 1)
    stdout = check(write(tmp_path, text + "evidence: {groups.*.fear: {source: book}}\n")).stdout
    rows = {line.split("│")[0].strip(): line.split("│")[1].strip() for line in stdout.splitlines() if "│" in line}
    assert rows["groups.*.fear"] == "1 to 3"
    assert rows["groups.*.benefit (2 of 3)"] == "1 utility"
    assert rows["groups.b.benefit"] == "2 utility"


def test_json(tmp_path: Path) -> None:
    path = write(tmp_path, BASE)
    (data,) = json.loads(check(path, "--format", "json").stdout)
    scenario = load(path)
    assert data["file"] == str(path)
    assert (data["people"], data["rules"], data["worlds"], data["horizon"]) == (100, 2, 6, "10 d")
    assert data["occasions"] == round(forecast(scenario).occasions)
    assert len(data["parameters"]) == len(parameters(scenario))
    fear = next(parameter for parameter in data["parameters"] if parameter["path"] == "groups.people.fear")
    assert fear == {
        "path": "groups.people.fear", "field": "groups.*.fear", "value": 1.0, "unit": "", "basis": "assumption", "where": "default",
        "text": "the unit of fear; experts and organisers may differ", "range": [0.5, 2],
    }  # fmt: skip


def test_what_has_no_effect_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, BASE.replace("here: {}", "here: {blocks: {caht: 1}}"))
    result, text = check(path), "blocks nothing here, since it is no platform of this scenario (did you mean 'chat'?)"
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"  note: jurisdictions.here.blocks.caht: {text}\n" in result.stdout
    (data,) = json.loads(check(path, "--format", "json").stdout)
    assert data["notes"] == [{"path": "jurisdictions.here.blocks.caht", "text": text}]
    assert "note:" not in check(write(tmp_path, BASE)).stdout


def test_problems_go_to_stderr_one_a_line(tmp_path: Path) -> None:
    bad, good = write(tmp_path, BASE + "horizno: 1 d\nseed: x\n", "bad.yaml"), write(tmp_path, BASE, "good.yaml")
    result = check(bad, good, tmp_path / "none.yaml")
    assert result.exit_code == 2
    assert "100 people" in result.stdout
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "horizno",
        "seed",
        "a file that exists, and got none of this name",
    ]


def test_set(tmp_path: Path) -> None:
    path = write(tmp_path, BASE)
    assert "7 people" in check(path, "--set", "groups.people.size=7").stdout
    result = check(path, "--set", "groups.people.size=0", "--set", "sed=1")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2


@pytest.mark.parametrize("name", ["un75-tencent", "crackdown"])
def test_shipped_scenarios(name: str) -> None:
    result = check(Path(__file__).parents[2] / "scenarios" / f"{name}.yaml")
    assert result.exit_code == 0
    assert "None stated" not in result.stdout


def test_output_in_an_encoding_that_lacks_characters(tmp_path: Path) -> None:
    path = write(tmp_path, BASE + "title: 北京\n")
    for form, title in (("table", "base: ??\n"), ("json", json.dumps("北京"))):
        command = [sys.executable, "-m", "sim", "check", str(path), "--format", form]
        done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "latin-1"}, capture_output=True, check=True)
        assert title.encode() in done.stdout
