"""Labelled scores: curves by label and group, and what a classifier does at a cut."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sim.importers import Imported, Options, UnusableFile
from sim.importers.scores import IMPORTER, auc, curve, wilson
from sim.model.ledger import Outcome
from sim.model.moderation.scores import accuracy
from sim.model.world import simulate
from sim.scenario.problems import Problem
from sim.scenario.score_curves import Curve, read_score_curves
from tests.scenario_files import BASE, loaded, problem

HATECHECK = Path(__file__).parents[2] / "../shared/data/text/hatecheck_test_suite_cases.csv"
DEFAULTS = {option.name: () if option.many else option.default for option in IMPORTER.options}


def imported(folder: Path, text: str, **own: object) -> Imported:
    (folder / "s.csv").write_text(text, encoding="utf-8")
    return IMPORTER.read((folder / "s.csv",), Options(own={**DEFAULTS, **own}))


def refused(folder: Path, text: str, **own: object) -> str:
    with pytest.raises(UnusableFile) as error:
        imported(folder, text, **own)
    (line,) = error.value.problems
    return line.replace(f"{folder}/", "")


def rates(found: Imported, cut: float, *groups: str) -> tuple[list[float], list[float]]:
    recall, false = accuracy("c.csv", cut, groups, {"c.csv": found.outputs[0].text.encode()})
    return recall.round(9).tolist(), false.round(9).tolist()


FEW = "score,label,group\n" + "".join(
    f"{score},{label},{group}\n" for group, label, scores in (
        ("us", 1, (0.9, 0.9, 0.4)), ("us", 0, (0.4, 0.1)), ("them", 1, (0.9,)), ("them", 0, (0.9, 0.2)), ("", 0, (0.1,)),
    ) for score in scores
)  # fmt: skip


def test_few_different_scores_are_kept_exactly(tmp_path: Path) -> None:
    found = imported(tmp_path, FEW, least=1)
    assert rates(found, 0.5, "all", "us", "them", "others") == ([0.75, 0.666666667, 1.0, 0.75], [0.2, 0.0, 0.5, 0.2])
    assert rates(found, 0.4, "all", "us") == ([1.0, 1.0], [0.4, 0.5])
    assert rates(found, 0.41, "us") == ([0.666666667], [0.0])
    assert rates(found, 0.0, "us") == ([1.0], [1.0])
    assert rates(found, 1.0, "us") == ([0.0], [0.0])


def test_many_scores_are_read_off_a_grid_to_within_its_step(tmp_path: Path) -> None:
    luck = np.random.default_rng(5)
    scores = {1: luck.normal(1.5, 1, 3000), 0: luck.normal(0, 1, 4000)}
    text = "score,label\n" + "".join(f"{score:.6f},{label}\n" for label, some in scores.items() for score in some)
    found = imported(tmp_path, text)
    assert len(found.outputs[0].text.splitlines()) < 300
    for cut in (-1.0, 0.3, 1.2, 2.0, 2.9):
        (recall,), (false,) = rates(found, cut, "all")
        assert recall == pytest.approx((scores[1] >= cut).mean(), abs=0.003)
        assert false == pytest.approx((scores[0] >= cut).mean(), abs=0.003)


def test_curves_hold_what_they_were_made_of() -> None:
    for scores in (np.arange(1000.0), np.repeat([1.0, 2.0], [30, 70])):
        quantile, score = (list(column) for column in zip(*curve(scores), strict=True))
        assert (quantile[0], quantile[-1]) == (0, 1)
        assert quantile == sorted(quantile)
        assert score == sorted(score)
        assert Curve(quantile, score).share_below(float(scores[30])) == pytest.approx((scores < scores[30]).mean(), abs=0.002)


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([1.0, 2.0]), np.array([0.0, 1.0])) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert auc(np.array([3.0]), np.array([1.0, 2.0])) == 1


def test_intervals_are_those_of_wilson() -> None:
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(0, 20)[0] == 0
    assert wilson(20, 20)[1] == 1


def test_groups_with_few_scores_are_left_out_with_a_reason(tmp_path: Path) -> None:
    found = imported(tmp_path, FEW, least=2)
    groups = {row["group"] for row in csv.DictReader(found.outputs[0].text.splitlines()[1:])}
    assert groups == {"all", "us"}
    (left,) = (value for heading, value in found.report.facts.items() if heading.startswith("Left out"))
    assert left == {"them": "1 rule-breaking, 2 harmless"}


def test_labels_and_groups_are_called_as_scenarios_call_them(tmp_path: Path) -> None:
    text = "p,gold,community\n0.9,Hateful,Trans people\n0.1,non_hateful,Trans people\n0.3,maybe,x\n,1,x\nnan,0,x\n"
    found = imported(tmp_path, text, least=1, rename=("Trans people=minority",))
    assert "minority,1,0,0.9" in found.outputs[0].text
    assert found.report.facts["Labels"] == {"'hateful'": "rule-breaking", "'non-hateful'": "harmless"}
    assert {reason: skip.rows for reason, skip in found.report.skipped.items()} == {"no known label": 1, "no number as score": 2}
    own = imported(tmp_path, text, least=1, breaking=("maybe",))
    assert own.report.facts["Labels"] == {"'hateful'": "harmless", "'non-hateful'": "harmless", "'maybe'": "rule-breaking"}


def test_scores_the_wrong_way_round_are_noticed(tmp_path: Path) -> None:
    assert any("wrong way round" in note for note in imported(tmp_path, "score,label\n1,0\n0,1\n").report.notes)
    assert not imported(tmp_path, "score,label\n1,1\n0,0\n").report.notes


def test_what_cannot_be_used_is_refused_in_a_line(tmp_path: Path) -> None:
    assert refused(tmp_path, "score,text\n1,a\n").endswith("--label-column names it")
    assert refused(tmp_path, "text,label\n1,a\n").endswith("--score-column names it")
    assert refused(tmp_path, "score,label\n1,1\n") == (
        "s.csv: messages of both labels, and got none that are harmless; --breaking names labels of rule-breaking messages"
    )
    assert refused(tmp_path, "score,label\n1,1\n0,0\n", cut=("much",)) == "--cut: numbers, and got 'much'"
    assert refused(tmp_path, "score,label\n1,1\n0,0\n", rename=("a=B",)).startswith("--rename: OLD=NEW")


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("all,2,0,1\n", "c.csv:2: label: 1 (rule-breaking) or 0, and got '2'"),
        ("all,1,1.5,1\n", "c.csv:2: quantile: a share from 0 to 1, and got '1.5'"),
        ("all,1,0,x\n", "c.csv:2: score: a number, and got 'x'"),
        (",1,0,1\n", "c.csv:2: group: a group, or all, and got none"),
        ("all,1,0,1\nall,1,1,0.5\n", "c.csv:3: score: no less than on the row of this group and label before, 1, and got 0.5"),
        ("all,1,0,1\nall,1,1,2\n", "c.csv:3: group: rows of the group 'all' with the label 0, and got none"),
        (
            "all,1,0,1\nall,1,1,2\nall,0,0,1\nall,0,0.5,2\n",
            "c.csv:5: quantile: quantiles from 0 to 1 for 'all' and the label 0, and got 0 to 0.5",
        ),
    ],
)
def test_curves_that_cannot_be_are_refused(rows: str, line: str) -> None:
    found: list[Problem] = []
    read_score_curves(f"group,label,quantile,score\n{rows}", "c.csv", found)
    assert str(found[0]) == line


@pytest.mark.skipif(not HATECHECK.exists(), reason="the data set is not here")
def test_a_group_whose_own_speech_is_flagged_too_often(tmp_path: Path) -> None:
    """Labels and target groups of HateCheck; the made-up scores are higher by 1 wherever women are spoken of."""
    luck = np.random.default_rng(6)
    with HATECHECK.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    scores = luck.normal(0, 1, len(rows)) + [1.5 * (r["label_gold"] == "hateful") + (r["target_ident"] == "women") for r in rows]
    text = "score,label_gold,target_ident\n" + "".join(
        f"{s},{r['label_gold']},{r['target_ident']}\n" for s, r in zip(scores, rows, strict=True)
    )
    found = imported(tmp_path, text)
    (_, _), (women, muslims) = rates(found, 1.3, "women", "muslims")
    assert women > 2 * muslims


@pytest.mark.statistical
def test_a_rule_reads_its_accuracy_off_the_scores(tmp_path: Path) -> None:
    """Half of one group's harmless messages are hidden: 4 standard errors, 1 in 16,000. Control: the other group, of which none is."""
    (tmp_path / "c.csv").write_text(imported(tmp_path, FEW, least=1).outputs[0].text, encoding="utf-8")
    group = "{size: 30, registered_in: here, resides_in: here, messages_per_day: 3}"
    text = BASE.replace("  people: {size: 100, registered_in: here, resides_in: here}", f"  us: {group}\n  them: {group}")
    scored = "detector: classifier, action: hide, scores: c.csv, cut: 0.5"
    text = text.replace("detector: keywords, action: remove, rule_list: synthetic-2020", scored)
    text = text.replace("      score: {detector: classifier, action: hold, desk: team}\n", "")
    what = loaded(tmp_path, text, ["jurisdictions.there.sensitivity={}"])
    ledger = simulate(what, (0,), ("free", "moderation"))
    hidden = ledger.outcome[:, 1] == Outcome.HIDDEN
    said, of_us = ledger.outcome[:, 1] >= Outcome.HIDDEN, ledger.people.group[ledger.occasions.person] == 0
    assert not hidden[of_us].any()
    assert hidden[~of_us & said].mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt((~of_us & said).sum()))


def test_scores_that_are_no_file_are_refused(tmp_path: Path) -> None:
    rule = BASE.replace(
        "detector: classifier, action: hold, desk: team", "detector: classifier, action: hold, desk: team, scores: {}, cut: 1"
    )
    assert problem(tmp_path, rule.replace("{}, cut", "nothing, cut")).endswith(
        "platforms.chat.rules.score.scores: a file of score curves (.csv) (known: none), and got 'nothing'"
    )
    (tmp_path / "c.csv").write_text("group,label,quantile,score\nall,1,0,x\n", encoding="utf-8")
    assert problem(tmp_path, rule.replace("{}, cut", "c.csv, cut")) == "c.csv:2: score: a number, and got 'x'"
