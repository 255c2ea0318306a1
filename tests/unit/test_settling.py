"""MSER-5 on series whose beginning is known, and what a result says of its warm-up."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from rich.console import Console

import sim
from sim.experiment.settling import COLUMNS, settling, unsteady
from sim.measures.mser import mser5
from sim.model.luck import Floats
from sim.overview import overview
from sim.result import Result
from sim.scenario.schema import Scenario
from tests.model.small import PLAIN, scenario

STEADY = scenario(PLAIN, horizon="30 d")


def test_a_worked_example() -> None:
    """Batch means 10, 4, then 1 and 3 in turn, twelve in all: squared standard errors 0.48, 0.11, 0.10 and 0.11 for d = 0, 1, 2 and 3."""
    means = np.array([10.0, 4.0, *([1.0, 3.0] * 5)])
    spread = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    assert mser5((means[:, None] + spread).ravel()) == 10


def test_nothing_is_dropped_from_a_constant_nor_more_than_a_half_of_a_slope() -> None:
    assert mser5(np.ones(100)) == 0
    assert mser5(np.arange(103.0)) == 50


def test_the_rest_of_the_last_batch_plays_no_part_and_short_series_tell_nothing() -> None:
    series = np.concatenate([np.full(10, 5.0), np.zeros(42)])
    assert mser5(series) == mser5(np.concatenate([series[:50], [99.0, 99.0]])) == 10
    assert mser5(np.zeros(49)) is None


def autoregressive(rng: np.random.Generator, replications: int, length: int, bias: float) -> Floats:
    """AR(1) with coefficient 0.8, stationary but for a start that is `bias` above it and dies away as 0.9^t."""
    noise = rng.normal(size=(replications, length + 100))
    series = np.zeros_like(noise)
    for t in range(1, noise.shape[1]):
        series[:, t] = 0.8 * series[:, t - 1] + noise[:, t]
    found: Floats = series[:, 100:] + bias * 0.9 ** np.arange(length)
    return found


@pytest.mark.statistical
def test_initial_bias_of_an_autoregressive_series_is_dropped() -> None:
    """Bias 15 dies away to a tenth in 22 steps; stationary sd 1.7, so that of 20 replications is 0.37. The control has no bias.

    Of 200 trials each; with the bias, MSER-5 drops 15 to 50 of 200 in nearly all; without, nothing in more than half of them (the true
    share is about 0.6, standard error 0.035, so that 0.45 is passed by mistake less than once in 10,000).
    """
    rng = np.random.default_rng(5)
    biased, steady = (np.array([mser5(autoregressive(rng, 20, 200, bias).mean(axis=0)) for _ in range(200)]) for bias in (15.0, 0.0))
    assert ((biased >= 15) & (biased <= 60)).mean() > 0.85
    assert (steady == 0).mean() > 0.45
    assert np.median(biased) > 15 > np.median(steady)


def as_series(values: Floats) -> pl.DataFrame:
    """(replications, bins) shares unsaid of 1000 wishes, as a series of the full world."""
    replications, bins = values.shape
    rows = []
    for measure in ("wished", "said", "unsaid", "never_arose", "out_of_reach", "stopped", "removed"):
        counts = {"wished": np.full_like(values, 1000.0), "unsaid": 1000 * values}.get(measure, np.zeros_like(values))
        rows += [("full", r, 6.0 * b, measure, float(counts[r, b])) for r in range(replications) for b in range(bins)]
    return pl.DataFrame(rows, ["world", "replication", "hour", "measure", "value"], orient="row")


def verdict(values: Floats) -> tuple[str, float | None]:
    found = settling(as_series(values).lazy(), STEADY, "full")
    assert found["quantity"].to_list() == ["self_censorship"]
    return found["verdict"][0], found["dropped"][0]


@pytest.mark.statistical
def test_what_is_steady_is_seldom_taken_to_be_unsteady_and_what_is_not_is_seen() -> None:
    """A course of the day throughout. Of 100 steady trials about 2 are called unsteady; more than 8 by mistake once in 3,000."""
    rng = np.random.default_rng(9)
    day = np.tile([0.0, 0.1, 0.05, 0.02], 30)
    steady = [verdict(0.3 + day + 0.02 * autoregressive(rng, 10, 120, 0.0))[0] for _ in range(100)]
    moving = [verdict(0.3 + day + 0.02 * autoregressive(rng, 10, 120, 8.0))[0] for _ in range(20)]
    assert steady.count("not settled") <= 8
    assert moving.count("not settled") >= 18


def test_too_short_a_time_or_one_replication_tells_nothing() -> None:
    steps = np.r_[np.full(20, 0.9), np.full(100, 0.2)]
    noise = np.array([[-0.01], [0.0], [0.01]])
    assert verdict(steps + noise) == ("not settled", 120.0)
    assert verdict((steps + noise)[:1]) == ("cannot tell", 120.0)
    short = settling(as_series(np.full((3, 52), 0.5)).lazy(), scenario(PLAIN, horizon="13 d"), "full")
    assert short["verdict"].to_list() == ["cannot tell"]
    assert dict(settling(as_series(np.full((3, 3), 0.5)).lazy(), scenario(PLAIN, horizon="18 h"), "full").schema) == COLUMNS


DATED = {"detector": "sample", "share": 1.0, "action": "hide", "start": "1 d"}
WORDS = {"detector": "keywords", "combinations": ["a"], "action": "hide"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"timeline": [{"at": "2 d", "withdraw": "chat"}]}, "the events of its timeline"),
        ({"platforms": {"chat": {"rules": {"a": DATED}}}}, "rules with a start or an end"),
        ({"platforms": {"chat": {"rules": {"a": WORDS}}}}, None),
        ({"platforms": {"chat": {"rules": {"a": WORDS}}}, "date": "2020-03-30"}, "rule lists with dates"),
    ],
)
def test_what_keeps_a_scenario_from_settling(changes: dict[str, object], reason: str | None) -> None:
    assert unsteady(scenario(PLAIN, **changes)) == reason


def removing(warm_up: str, horizon: str = "30 d") -> Scenario:
    """Removals that nobody expects, of which people learn over a few days."""
    rule = {"detector": "sample", "share": 0.9, "action": "remove", "notice": "public"}
    chat = {"rules": {"all": rule}, "perceived_removal": {"home": 0.02}}
    beliefs = {"removal_half_life": "20 d"}
    return scenario(PLAIN, horizon=horizon, window="6 h", platforms={"chat": chat}, beliefs=beliefs, warm_up=warm_up)


def said_of(result: Result) -> str:
    """What a terminal shows of the warm-up."""
    console = Console(file=io.StringIO(), width=400)
    for part in list(overview(result))[:3]:
        console.print(part)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return next((line.strip() for line in str(text).splitlines() if "arm-up" in line), "")


def test_a_real_scenario_without_a_warm_up_and_with_one() -> None:
    cold, warm = (sim.run(removing(length), replications=10, jobs=1, worlds="full") for length in ("0 d", "60 d"))
    first = cold.settling.row(by_predicate=pl.col("quantity") == "perceived_removal", named=True)
    assert (first["verdict"], first["hours"]) == ("not settled", 720.0)
    assert first["first"] < first["rest"]
    assert "A warm-up is needed: MSER-5 would drop the first" in said_of(cold)
    assert set(warm.settling["verdict"]) == {"settled"}
    assert said_of(warm).startswith("Warm-up of 60 d suffices: ")


def test_where_it_cannot_be_told_a_result_says_so_if_there_is_a_warm_up() -> None:
    news = [{"at": "1 d", "reprisal_news": {"jurisdiction": "home", "reach": 0.5}}]
    moving = [sim.run(scenario(PLAIN, warm_up=length, timeline=news), replications=1, jobs=1, worlds="full") for length in ("1 d", "0 d")]
    assert "cannot be told from this run, as the events of its timeline" in said_of(moving[0])
    assert not said_of(moving[1])
    short = sim.run(scenario(PLAIN, warm_up="1 d"), replications=1, jobs=1, worlds="full")
    assert said_of(short) == "Warm-up of 1 d: whether it suffices takes 14 d and two replications to tell"
