"""Files of targets, in both forms, and the parameters that are fitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.calibration.parameters import parameters_of, read_parameters
from sim.calibration.target_file import read_targets
from sim.calibration.targets import NORMAL_95, Fit, Key
from sim.scenario import ScenarioError
from sim.scenario.tree import Place
from tests.scenario_files import BASE, loaded

OWN = """\
targets:
  gone:
    measure: removal_rate
    split: platform
    level: chat
    value: 0.3
    tolerance: 0.02
    source: "A & B 2012"
    source_level: recalled
    use: calibrate
  quiet:
    measure: self_censorship_rate
    world: abuse+access+moderation
    set: {voice.cost: 1}
    against: {voice.cost: 0.5}
    value: 0.1
    interval: [0.05, 0.2]
    source: "C 2013"
    use: calibrate
  heard:
    measure: heard_share
    value: 0.5
    sd: 0.01
    source: "D 2014"
    use: validate
fit:
  voice.cost: {}
  beliefs.removal_half_life: {low: 1 d, high: 30 d, log: true}
"""

FACTS = """\
- {id: eight, quantity: 'time_to_removal_cdf[8 min]', value: 5, low: null, high: null, unit: '% of deletions', source: Z, use: calibrate}
- {id: gone, quantity: removal_fraction_postpub, value: 13, low: 10, high: 20, unit: '%', source_level: recalled, use: validate}
- {id: night, quantity: 'time_to_removal_median[night]', value: 90, low: null, high: null, unit: minutes, use: calibrate}
- {id: up, quantity: trend, value: null, low: null, high: null, unit: sign, source: D, source_level: primary, use: sign}
"""


def file(folder: Path, text: str) -> Path:
    path = folder / "t.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, *arguments: str | None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_targets(file(folder, text), *arguments)
    return [line.replace(str(folder / "t.yaml"), "t.yaml") for line in caught.value.problems]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    targets = read_targets(file(tmp_path, OWN))
    gone, quiet, heard = targets.targets
    assert gone.key == Key("full", "removal_rate", "platform", "chat")
    assert (gone.value, gone.sd, gone.is_weak, gone.settings) == (0.3, 0.02 / NORMAL_95, True, ({},))
    assert quiet.sd == pytest.approx(0.15 / (2 * NORMAL_95))
    assert quiet.settings == ({"voice.cost": 1}, {"voice.cost": 0.5})
    assert quiet.key.world == "abuse+access+moderation"
    assert [target.fitted for target in (gone, quiet, heard)] == [True, True, False]
    assert targets.fit["beliefs.removal_half_life"].stated == {"low": "1 d", "high": "30 d", "log": True}


def test_which_targets_are_fitted_to_may_be_chosen(tmp_path: Path) -> None:
    path = file(tmp_path, OWN)
    assert [target.name for target in read_targets(path, "quiet").fitted] == ["quiet"]
    assert [(target.name, target.fitted) for target in read_targets(path, None, "quiet").targets] == [("gone", True), ("quiet", False)]


def test_what_is_marked_for_validation_is_not_fitted_to(tmp_path: Path) -> None:
    line = "--targets: a target that may be fitted to, and got {}, which is marked for validation"
    assert problems(tmp_path, OWN, "gone,heard") == [line.format("heard")]
    assert problems(tmp_path, FACTS, "eight,gone") == [line.format("gone")]
    only = OWN.replace("use: calibrate", "use: validate")
    assert problems(tmp_path, only) == ["t.yaml: targets: at least one with use: calibrate to fit to, and got none"]


def test_facts_as_they_are(tmp_path: Path) -> None:
    targets = read_targets(file(tmp_path, FACTS), "eight, night=time_to_removal_p50@access+moderation", "gone", 0.2)
    eight, night, gone = targets.targets
    assert (eight.key, eight.value, eight.fitted, eight.assumed) == (Key("full", "removed_within", "within", "8 min"), 0.05, True, True)
    assert eight.sd == pytest.approx(0.2 * 0.05 / NORMAL_95)
    assert (night.key, night.value) == (Key("access+moderation", "time_to_removal_p50", "total", "all"), 1.5)
    assert (gone.value, gone.fitted, gone.assumed, gone.is_weak) == (0.13, False, False, True)
    assert gone.sd == pytest.approx(0.05 / NORMAL_95)


def test_facts_that_cannot_be_are_all_named(tmp_path: Path) -> None:
    assert problems(tmp_path, FACTS) == ["--targets: ids of the facts to fit to, such as t_zhu_8,t_zhu_24h, with t.yaml"]
    assert problems(tmp_path, FACTS, "nihgt,night,night=removal_rate,eight=said2,up=removal_rate") == [
        "--targets: the id of a fact (did you mean 'night'?), and got 'nihgt'",
        "--targets: night: ID=MEASURE, or ID=MEASURE/SPLIT/LEVEL, as no measure is known to be 'time_to_removal_median[night]'",
        "--targets: night: a unit that can be turned into that of removal_rate (share), and got 'minutes'",
        "--targets: eight: MEASURE or MEASURE/SPLIT/LEVEL, and perhaps @WORLD, and got 'said2'; did you mean 'said'?",
        "--targets: up: a fact with a figure to meet, and got one of use 'sign'",
        "--targets: up: a fact with a value, and got none",
        "--targets: up: a unit that can be turned into that of removal_rate (share), and got 'sign'",
    ]


def test_the_published_list_of_facts_is_read_as_it_is() -> None:
    path = Path(__file__).parents[2] / "../shared/facts/stylised_facts.yaml"
    if not path.exists():
        pytest.skip("the list of facts is not part of this repository")
    targets = read_targets(path, "t_zhu_8,t_zhu_5_30,t_zhu_24h", "rm_kpr13_overall").targets
    assert [(target.value, target.fitted) for target in targets] == [(0.05, True), (0.3, True), (0.9, True), (0.13, False)]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("measure: removal_rate", "measure: removal_rat", "3:5: targets.gone.measure: a measure (chillsim list measures); did you mean"),
        ("    use: validate\n", "", "20:3: targets.heard.use: one of calibrate, validate is required, and got none"),
        ("tolerance: 0.02", "tolernce: 0.02", "7:5: targets.gone.tolernce: no such key; did you mean 'tolerance'?"),
        ("tolerance: 0.02", "tolerance: 0", "7:5: targets.gone.tolerance: a number above 0, and got 0"),
        ("sd: 0.01", "interval: [0.6, 0.7]", "23:5: targets.heard.interval: an interval around the value 0.5, and got 0.6 to 0.7"),
        ("interval: [0.05, 0.2]", "interval: [0.2, 0.05]", "17:5: targets.quiet.interval: the lowest number before the highest"),
        ("level: chat", "level: all", "2:3: targets.gone: level: one of the split, or all of the split total; and got 'all' of platform"),
        ("abuse+access+moderation", "hell", "11:3: targets.quiet: a world is free, full or different mechanisms of"),
        ("value: 0.3", "value: much", "6:5: targets.gone.value: a number, and got 'much'"),
        ("{low: 1 d, high: 30 d, log: true}", "{low: 1 d}", "28:3: fit.beliefs.removal_half_life: both low and high, or neither"),
        ("targets:", "tragets:", "1:1: targets: targets by name are required, and got none"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, old: str, new: str, line: str) -> None:
    found = problems(tmp_path, OWN.replace(old, new, 1))
    assert any(problem.startswith(f"t.yaml:{line}") for problem in found), found


@pytest.mark.parametrize("text", ["", "5", "targets: 5\n", "targets: {a: 5}\n", "- 5\n", "targets: {a: {measure: [1]}}\n", "a: &b [*b]\n"])
def test_any_other_file_is_refused(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text, "a")


# Parameters

MIXTURE = BASE.replace(
    "score: {detector: classifier, action: hold, desk: team}",
    "score: {detector: classifier, action: remove, delay: {mixture: [{weight: 0.2, median: 1 h, sigma: 1}, "
    "{weight: 0.6, median: 2 h, sigma: 1}, {weight: 0.2, median: 3 h, sigma: 1}]}}",
)
DELAY = "platforms.chat.rules.score.delay.mixture"


def refusals(folder: Path, *options: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parameters_of(loaded(folder, MIXTURE), read_parameters(options, {}))
    return caught.value.problems


def test_parameters_of_the_command_line(tmp_path: Path) -> None:
    fit = {"voice.cost": Fit({"low": 0.5, "high": 0.6}, Place("t.yaml"))}
    options = ["voice.cost", "beliefs.discovery", "beliefs.removal_half_life=1 d:2 d:log", f"{DELAY}.0.median=1 min:1 h"]
    cost, discovery, half_life, median = parameters_of(loaded(tmp_path, MIXTURE), read_parameters(options, fit))
    assert cost.values(0) == {"voice.cost": 0.5}, "the range of the file of targets"
    assert discovery.over.low < discovery.own < discovery.over.high, "that of the evidence"
    assert half_life.values(0.5) == {"beliefs.removal_half_life": "33.9411 h"}
    assert half_life.number(0.5) == pytest.approx(24 * 2**0.5, rel=1e-5)
    assert median.over.log, "ends that differ tenfold"
    assert median.number(0.5) == pytest.approx((1 / 60) ** 0.5, rel=1e-5)


def test_the_other_weights_of_a_mixture_share_what_one_leaves(tmp_path: Path) -> None:
    [weight] = parameters_of(loaded(tmp_path, MIXTURE), read_parameters([f"{DELAY}.0.weight=0.1:0.5"], {}))
    values = weight.values(1)
    assert values == pytest.approx({f"{DELAY}.0.weight": 0.5, f"{DELAY}.1.weight": 0.375, f"{DELAY}.2.weight": 0.125})


def test_a_star_stands_for_any_name(tmp_path: Path) -> None:
    [sigma] = parameters_of(loaded(tmp_path, MIXTURE), read_parameters([f"{DELAY}.*.sigma=0.5:1.5"], {}))
    assert sigma.values(0) == dict.fromkeys([f"{DELAY}.{n}.sigma" for n in range(3)], 0.5)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ([], "--parameters: at least one parameter to fit, here or under fit in the file of targets, and got none"),
        (["voice.csot=0:1"], "--parameters: voice.csot: no such key; did you mean 'cost'?"),
        (["horizon"], "--parameters: horizon: low and high, as its evidence states no range"),
        (["voice.cost=1:0"], "--parameters: voice.cost: a lowest value below the highest, and got 1 and 0"),
        (["voice.cost=1"], "--parameters: PATH, PATH=LOW:HIGH or PATH=LOW:HIGH:log, and got '1'"),
        (["beliefs.discovery=0:2"], "--parameters: beliefs.discovery: a number from 0 to 1, and got 2"),
        (["voice.cost", "voice.cost"], "--parameters: each path once, and got 'voice.cost' again"),
        (["*.*.csot=0:1"], "--parameters: *.*.csot: the path of a parameter, * standing for any name; nothing is there"),
    ],
)
def test_parameters_that_cannot_be(tmp_path: Path, options: list[str], line: str) -> None:
    assert any(problem.startswith(line) for problem in refusals(tmp_path, *options)), refusals(tmp_path, *options)


def test_two_parameters_do_not_set_the_same_place(tmp_path: Path) -> None:
    [line] = refusals(tmp_path, f"{DELAY}.0.weight=0.1:0.3", f"{DELAY}.1.weight=0.1:0.3")[:1]
    assert "parameters that leave each other alone, and got" in line
