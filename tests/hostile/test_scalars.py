"""Scalars that YAML, or the edge of what numbers hold, makes something else of: taken as a person means them, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import load
from tests.hostile.commands import TINY, called, refused, runs_or_is_refused
from tests.scenario_files import write

SCALARS: dict[str, str] = {
    "20,000 digits": "1" * 20_000, "20,000 digits after the point": "0." + "1" * 20_000, "1 + 1e-12": "1.000000000001",
    "smallest": "5e-324", "an empty text": "''", "a space": "' '", "a list": "[1]", "a mapping": "{a: 1}",
    "Arabic digits": "\u0661\u0662", "full-width digits": "\uff11\uff12 d", "a superscript": "\u00b2",
} | {
    text: text
    for text in (
        "NO", "1e3", "1.0e+400", ".nan", ".inf", "-0.0", "0700", "12:30:45", "2024-13-45", "1_000", "0x10", "~", "true", "1.5", "-1",
        "1e-300", "1e300", "1000000000000000001", "1e999 d", "nan d", "inf d", "1e6 d", "-3 d", "0 d", "3", "3 d", "+", "0b1", "!!float 1",
    )
}  # fmt: skip

FIELDS: dict[str, str] = {
    "a whole number": "seed: {}\n",
    "a count": "replications: {}\n",
    "a factor": "represents: {}\n",
    "a duration": "horizon: {}\n",
    "a text": "title: {}\n",
    "a list of numbers": "hour_profile: [{}]\n",
    "a moment": "timeline: [{{at: {}, reprisal_news: {{jurisdiction: here, reach: 0.5}}}}]\n",
    "a size": "groups.people.size",
    "a rate": "groups.people.messages_per_day",
    "a choice": "platforms.chat.rules.words.action",
    "a probability": "platforms.chat.rules.words.recall",
    "a name": "platforms.chat.rules.words.rule_list",
}
"""A field of each kind: the line that sets it, or its path for `--set`."""


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_scalar_is_taken_or_refused_at_its_place(field: str, scalar: str, tmp_path: Path) -> None:
    where, value = FIELDS[field], SCALARS[scalar]
    kept = "".join(line for line in TINY.splitlines(keepends=True) if line.split(":")[0] != where.split(":")[0])
    in_file = ":" in where
    path = write(tmp_path, kept + where.format(value) if in_file else TINY)
    done = called("check", path, *(() if in_file else ("--set", f"{where}={value}")))
    assert done.exit_code in (0, 2)
    place = f"{path}:{kept.count(chr(10)) + 1}:" if in_file else f"{path}:" if value == "~" else f"--set {where}="
    assert all(line.startswith(place) for line in done.stderr.splitlines()), done.stderr


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        ("timeline: [{at: 1 d, set: {voice.cost: .nan}}]\n", ["timeline.0.set.voice.cost"]),
        (
            "experiment: {design: grid, vary: {voice.cost: [0, .nan, -1]}}\n",
            ["experiment.vary.voice.cost.1", "experiment.vary.voice.cost.2"],
        ),
        ("experiment: {design: grid, vary: {groups: [{a: .nan}]}}\n", ["experiment.vary.groups.0.a"]),
        ("experiment: {design: sobol, points: 4, vary: {voice.cost: {low: .nan, high: 1}}}\n", ["experiment.vary.voice.cost.low"]),
    ],
)
def test_what_is_refused_where_anything_may_stand_is_said_once(lines: str, places: list[str], tmp_path: Path) -> None:
    assert [line.split(": ")[1] for line in refused("check", write(tmp_path, TINY + lines))] == places


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_cell_of_a_design_is_taken_or_refused_at_its_line(scalar: str, tmp_path: Path) -> None:
    cell = SCALARS[scalar].replace('"', '""')
    write(tmp_path, f'represents,horizon\n1,3 d\n"{cell}","{cell}"\n', "design.csv")
    path = write(tmp_path, f"{TINY}experiment: {{design: file, file: design.csv}}\n")
    done = called("check", path)
    assert done.exit_code in (0, 2)
    assert all(line.startswith((f"{tmp_path / 'design.csv'}:3:", f"{path}:")) for line in done.stderr.splitlines()), done.stderr


ACCEPTED: dict[str, tuple[str, str, object]] = {
    "NO": ("title", "NO", "NO"),
    "1e3": ("groups.people.messages_per_day", "1e-3", 0.001),
    "-0.0": ("groups.people.messages_per_day", "-0.0", 0.0),
    "12:30:45": ("title", "12:30:45", "12:30:45"),
    "2024-13-45": ("title", "2024-13-45", "2024-13-45"),
    "rate of 0": ("groups.people.messages_per_day", "0", 0.0),
    "rate of 1e-300": ("groups.people.messages_per_day", "1e-300", 1e-300),
    "represents of 1e-300": ("represents", "1e-300", 1e-300),
    "probability of 5e-324": ("platforms.chat.rules.words.recall", "5e-324", 5e-324),
    "hours all but one of 0": ("hour_profile", "[1e-300" + ", 0" * 23 + "]", [1e-300] + [0.0] * 23),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_taken_as_meant_runs_and_is_written_as_meant(name: str, tmp_path: Path) -> None:
    path, value, meant = ACCEPTED[name]
    assert runs_or_is_refused(write(tmp_path, TINY), "--set", f"{path}={value}")
    found: object = load(tmp_path / "results" / "tiny" / "scenario.yaml")
    for part in path.split("."):
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    assert found == meant


DESK = TINY.replace("synthetic-2020}}", "synthetic-2020}, score: {detector: classifier, action: hold, desk: team}}, desks: {team: DESK}")
REVIEWERS = "platforms.chat.desks.team.roster.0.reviewers"
REFUSED: dict[str, tuple[str, str]] = {
    "1.0e+400": ("represents=1.0e+400", "a finite number, and got '1.0e+400'"),
    ".nan": ("represents=.nan", "a finite number, and got '.nan'"),
    "0700": ("seed=0700", "a number without leading zeros (or in quotes, if a text is meant), and got '0700'"),
    "NO as a list": ("timeline=NO", "and got 'NO'"),
    "12:30:45 as a duration": ("horizon=12:30:45", "a duration above 0 d and at most 366 d, with its unit ('15 min', '3 h', '10 d')"),
    "20,000-digit integer": ("seed=" + "1" * 20_000, "64 characters"),
    "rate of 1e300": ("groups.people.messages_per_day=1e300", "a number from 0 to 1,000, and got 1e+300"),
    "probability of 1 + 1e-12": ("platforms.chat.rules.words.recall=1.000000000001", "a number from 0 to 1, and got 1.000000000001"),
    "probability of -1e-12": ("platforms.chat.rules.words.recall=-1e-12", "a number from 0 to 1, and got -1e-12"),
    "capacity of 0": (f"{REVIEWERS}=0", "a whole number from 1 to 100,000, and got 0"),
    "capacity of true": (f"{REVIEWERS}=true", "a whole number from 1 to 100,000, and got true"),
    "capacity of 1.5": (f"{REVIEWERS}=1.5", "a whole number from 1 to 100,000, and got 1.5"),
    "capacity of .nan": (f"{REVIEWERS}=.nan", "a finite number, and got '.nan'"),
    "size of 1e18": ("groups.people.size=1000000000000000000", "a whole number from 1 to 10,000,000, and got 1000000000000000000"),
    "horizon of 0": ("horizon=0 d", "a duration above 0 d and at most 366 d, with its unit ('15 min', '3 h', '10 d'), and got '0 d'"),
}


def with_desk(folder: Path, desk: str = "{roster: [{reviewers: 2}]}") -> Path:
    return write(folder, DESK.replace("DESK", desk))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_out_of_range_is_refused_with_path_rule_and_value(name: str, tmp_path: Path) -> None:
    override, rule = REFUSED[name]
    path = with_desk(tmp_path)
    for command in (("check",), ("run", "--out", tmp_path / "results")):
        (line,) = refused(*command, path, "--set", override)
        assert line.startswith(f"--set {override[:20]}")
        assert rule in line
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("weights", [(0.5, 0.499999), (0.5, 0.500001), (0.1,), (1.0, 0.0), (1.5, -0.5)])
def test_a_mixture_whose_weights_do_not_add_up_is_refused(weights: tuple[float, ...], tmp_path: Path) -> None:
    parts = ", ".join(f"{{weight: {weight}, median: 1 min, sigma: 1}}" for weight in weights)
    found = refused("check", with_desk(tmp_path, f"{{roster: [{{reviewers: 2}}], service: {{mixture: [{parts}]}}}}"))
    total = sum(weights)
    assert any("mixture" in line and (f"weights add up to 1, and got {total:.9g}" in line or ".weight: " in line) for line in found)


def test_a_mixture_of_thirds_adds_up(tmp_path: Path) -> None:
    parts = ", ".join("{weight: 0.3333333333333333, median: 1 min, sigma: 1}" for _ in range(3))
    assert runs_or_is_refused(with_desk(tmp_path, f"{{roster: [{{reviewers: 1}}], service: {{mixture: [{parts}]}}}}"))
