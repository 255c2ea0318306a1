"""A scenario with another number of people."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli import main
from sim.scenario import ScenarioError, presets
from sim.scenario.scaling import of_people
from sim.scenario.schema import Evidence

FLAGSHIP = Path(__file__).parents[2] / "scenarios" / "un75-tencent.yaml"


def people(scenario: sim.Scenario) -> int:
    return sum(group.size for group in scenario.groups.values())


def test_groups_keep_their_proportions_and_stand_for_as_many() -> None:
    whole = sim.load(FLAGSHIP)
    few = of_people(whole, 400)
    assert people(few) == pytest.approx(400, abs=len(whole.groups))
    assert few.groups["citizens-mainland"].size == round(whole.groups["citizens-mainland"].size * 400 / people(whole))
    assert few.represents * people(few) == pytest.approx(whole.represents * people(whole))
    assert few.evidence == whole.evidence
    rest = {"groups", "represents"}
    assert few.model_dump(exclude=rest) == whole.model_dump(exclude=rest)


def test_ranges_of_what_is_scaled_are_left_out() -> None:
    """They speak of the sizes before, to which an analysis would take the groups back."""
    own = {"groups.*.size": {"assumption": "a guess", "range": [1000, 9000]}, "voice.cost": {"assumption": "a guess", "range": [0, 1]}}
    whole = sim.load(FLAGSHIP)
    evidence = {path: Evidence.model_validate(stated) for path, stated in own.items()}
    few = of_people(whole.model_copy(update={"evidence": evidence}), 400)
    assert {path: (stated.assumption, stated.range) for path, stated in few.evidence.items()} == {
        "groups.*.size": ("a guess", None),
        "voice.cost": ("a guess", [0, 1]),
    }


def test_no_group_is_lost() -> None:
    assert {group.size for group in of_people(sim.load(FLAGSHIP), 1).groups.values()} == {1}


def test_more_than_can_be_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"groups\.residents\.size: .*100000000"):
        of_people(sim.load(FLAGSHIP.parent / "calibration" / "removal-delays.yaml"), 10**8)


def test_counts_of_fewer_people_stand_for_those_of_all() -> None:
    """A quarter of the people: what they wished to say is that of all within a tenth; without `represents` it would be a quarter of it."""
    whole = sim.load(FLAGSHIP, ["window=1d"])
    wished = [
        sim.run(scenario, replications=2, jobs=1, worlds="free").summary.filter(measure="wished", split="total")["mean"].item()
        for scenario in (whole, of_people(whole, 1000))
    ]
    assert wished[1] == pytest.approx(wished[0], rel=0.1)


def test_sensitivity_of_few_people(tmp_path: Path) -> None:
    runner = CliRunner()
    (tmp_path / "small.yaml").write_text(presets.text("scenarios", "minimal").replace("name: minimal", "name: small"), encoding="utf-8")
    options = ["--parameters", "voice.cost", "--trajectories", "2", "-n", "1", "--jobs", "1", "--quiet", "--people", "12"]
    done = runner.invoke(main, ["sensitivity", str(tmp_path / "small.yaml"), *options, "--set", "horizon=6h", "--out", str(tmp_path)])
    assert (done.exit_code, done.output) == (0, "")
    assert people(sim.load(tmp_path / "small-morris" / "scenario.yaml")) == 12
