"""Where the numbers of a scenario come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import parameters
from sim.scenario.evidence import Parameter
from tests.scenario_files import BASE, loaded, problem


def found(folder: Path, added: str = "", sets: tuple[str, ...] = ()) -> dict[str, Parameter]:
    return {".".join(map(str, parameter.path)): parameter for parameter in parameters(loaded(folder, BASE + added, sets))}


def test_every_number_and_switch_is_listed(tmp_path: Path) -> None:
    paths = set(found(tmp_path))
    assert {
        "seed", "hour_profile", "jurisdictions.there.sensitivity.rights", "jurisdictions.there.reprisal.delay.lognormal.median",
        "groups.people.stance.median", "platforms.chat.safeguards.anonymity", "platforms.chat.rules.words.action",
        "platforms.chat.desks.team.roster.0.reviewers", "voice.cost", "beliefs.discovery", "convenor.every",
    } <= paths  # fmt: skip
    assert not any(path.startswith(("evidence", "name", "title")) or path.endswith("title") for path in paths)


def test_a_default_left_as_it_is_carries_the_schemas_evidence(tmp_path: Path) -> None:
    parameter = found(tmp_path, sets=("groups.people.conformity=0.2",))["groups.people.conformity"]
    assert (parameter.basis, parameter.where, parameter.range, parameter.unit) == ("source", "default", (0, 0.5), "utility")


def test_a_changed_value_does_not(tmp_path: Path) -> None:
    assert found(tmp_path, sets=("groups.people.conformity=0.3",))["groups.people.conformity"].basis == "none stated"
    assert found(tmp_path)["jurisdictions.there.reprisal.delay.lognormal.median"].basis == "none stated"


def test_a_default_part_speaks_for_what_is_in_it(tmp_path: Path) -> None:
    parameters = found(tmp_path)
    median, sigma = (parameters[f"jurisdictions.here.reprisal.delay.lognormal.{key}"] for key in ("median", "sigma"))
    assert (median.basis, median.range, median.value) == ("assumption", ("1 d", "14 d"), "4 d")
    assert (sigma.basis, sigma.range) == ("assumption", None)


def test_design_needs_none(tmp_path: Path) -> None:
    assert {found(tmp_path)[path].basis for path in ("seed", "horizon", "groups.people.size", "platforms.chat.kind")} == {"design"}


def test_the_most_specific_evidence_wins(tmp_path: Path) -> None:
    added = (
        "evidence:\n  groups: {source: whole}\n  groups.*.fear: {source: star}\n  groups.people.fear: {assumption: name, range: [1, 2]}\n"
        "  groups.*: {source: entry}\n"
    )
    parameters = found(tmp_path, added)
    assert (parameters["groups.people.fear"].text, parameters["groups.people.fear"].range) == ("name", (1, 2))
    assert (parameters["groups.people.benefit"].text, parameters["groups.people.benefit"].where) == ("entry", "scenario")


def test_a_range_of_a_part_is_not_one_of_all_in_it(tmp_path: Path) -> None:
    parameters = found(tmp_path, "evidence: {platforms.chat.rules: {source: a, range: [0.5, 0.9]}}\n")
    assert parameters["platforms.chat.rules.score.recall"].range == (0.5, 0.9)
    assert parameters["platforms.chat.rules.score.false_positive_rate"].range is None
    assert parameters["platforms.chat.rules.score.action"].range is None


def test_fields_name_parameters_of_the_format(tmp_path: Path) -> None:
    fields = {path: ".".join(map(str, parameter.field)) for path, parameter in found(tmp_path).items()}
    assert fields["platforms.chat.rules.words.recall"] == "platforms.*.rules.*.recall"
    assert fields["platforms.chat.desks.team.roster.0.reviewers"] == "platforms.*.desks.*.roster.*.reviewers"


def test_values_set_by_the_timeline_are_listed(tmp_path: Path) -> None:
    added = "timeline: [{at: 1 d, set: {voice.cost: 0.4, beliefs.climate_half_life: 2 d}}]\nevidence: {timeline.*.set: {source: a}}\n"
    parameters = found(tmp_path, added)
    assert parameters["timeline.0.set.voice.cost"].basis == "source"
    assert parameters["timeline.0.set.beliefs.climate_half_life"].value == "2 d"


@pytest.mark.parametrize("path", ["groups.*.size", "*.*.size", "platforms", "timeline.0", "hour_profile", "hour_profile.3", "voice.*"])
def test_paths_that_lead_somewhere(tmp_path: Path, path: str) -> None:
    loaded(tmp_path, BASE + f'timeline: [{{at: 1 d, withdraw: chat}}]\nevidence: {{"{path}": {{source: a}}}}\n')


@pytest.mark.parametrize("path", ["groups.x", "groups.*.x", "*.*.*.x", "x", "groups.people.size.x", "timeline.0", "groups..size", ""])
def test_paths_that_lead_nowhere_are_refused(tmp_path: Path, path: str) -> None:
    assert "the path of a parameter of this scenario; " in problem(tmp_path, BASE + f'evidence: {{"{path}": {{source: a}}}}\n')
