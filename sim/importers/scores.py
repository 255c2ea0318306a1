"""Labelled scores of a classifier: their distribution by label and group, for rules that act from a score on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.importers.base import Imported, Importer, Option, Options, Output, UnusableFile
from sim.importers.files import read_text
from sim.importers.names import Names, shortened
from sim.importers.report import Report, Value
from sim.importers.tables import Table, find_table
from sim.importers.writing import table_text
from sim.scenario.problems import shown
from sim.scenario.score_curves import COLUMNS, EVERYBODY

if TYPE_CHECKING:
    from sim.model.luck import Floats

ALIASES = {
    "score": (
        "score", "scores", "probability", "prob", "proba", "prediction score", "predicted probability", "toxicity score", "confidence", "p",
        "pred", "prediction", "toxicity",
    ),
    "label": (
        "label", "labels", "gold", "label gold", "gold label", "truth", "true label", "class", "y", "y true", "is toxic", "toxic",
        "hateful", "annotation",
    ),
    "group": ("group", "target group", "target ident", "identity", "identity group", "community", "target"),
}  # fmt: skip
"""Columns that are known, by what they mean; the first that is there counts."""

BREAKING = {
    "1", "1.0", "true", "t", "yes", "y", "positive", "pos", "hateful", "hate", "toxic", "offensive", "abusive", "abuse", "harmful", "spam",
    "violation", "violating", "unsafe", "remove", "removed", "bad",
}  # fmt: skip
HARMLESS = {
    "0", "0.0", "false", "f", "no", "n", "negative", "neg", "non-hateful", "not-hateful", "nothate", "not-hate", "non-hate", "non-toxic",
    "not-toxic", "nontoxic", "neutral", "normal", "clean", "benign", "none", "ok", "ham", "safe", "good", "inoffensive", "not-offensive",
    "non-offensive", "keep", "kept", "acceptable",
}  # fmt: skip
"""Labels that are known, in lower case with hyphens."""

SHARES = (0.01, 0.05, 0.1)
"""Cuts are shown at which these shares of all harmless messages are flagged."""
_MOST_STEPS = 60
_GRID = 100
_Z = 1.959964
_BETWEEN = re.compile(r"[\s_-]+")


@dataclass
class _Scores:
    """Scores by group and label."""

    found: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def add(self, group: str, label: int, score: float) -> None:
        self.found.setdefault((group, label), []).append(score)

    def count(self, group: str, label: int) -> int:
        return len(self.found.get((group, label), ()))

    def of(self, group: str, label: int) -> Floats:
        """In ascending order."""
        import numpy as np

        return np.sort(np.array(self.found[group, label]))


def read(paths: Sequence[Path], options: Options) -> Imported:
    """Reads one table of scores."""
    text = read_text(paths[0], options)
    chosen = {meaning: options.own.get(f"{meaning}_column") for meaning in ALIASES}
    table = find_table(text, ALIASES, "score", options, chosen, plain=False, option="--score-column")
    if not table.has("label"):
        raise UnusableFile(f"{text.name}:1: a column of labels beside that of scores, and got none; --label-column names it")
    report = Report()
    report.add("Columns", dict(table.described()))
    names = Names(options.own.get("rename") or (), reserved=(EVERYBODY,))
    scores = _Rows(options, names, report).read(table)
    for label in (1, 0):
        if not scores.count(EVERYBODY, label):
            known = "--breaking names labels of rule-breaking messages"
            raise UnusableFile(f"{text.name}: messages of both labels, and got none that are {_called(label)}; {known}")
    groups = _groups(scores, max(1, options.own["least"]), report)
    _describe(scores, groups, options.own.get("cut") or (), report)
    curves = [
        (group, str(label), f"{q:.10g}", f"{s:.10g}") for group in groups for label in (1, 0) for q, s in curve(scores.of(group, label))
    ]
    use = "scores: {file}, with a cut, in a rule whose detector is classifier"
    title = f"Scores of {scores.count(EVERYBODY, 0) + scores.count(EVERYBODY, 1):,} messages"
    return Imported((Output("-scores.csv", table_text(COLUMNS, curves, title), use),), report)


class _Rows:
    """Reads rows, and says which are skipped."""

    def __init__(self, options: Options, names: Names, report: Report) -> None:
        self._breaking = {_plain(name) for name in options.own.get("breaking") or ()}
        self._names = names
        self._report = report
        self._labels: dict[str, int] = {}

    def read(self, table: Table) -> _Scores:
        scores, rows = _Scores(), 0
        for line, row in table.rows(self._report):
            rows += 1
            score = self._score(line, row["score"])
            label = None if score is None else self._label(line, row["label"])
            if score is None or label is None:
                continue
            scores.add(EVERYBODY, label, score)
            if table.has("group") and row["group"]:
                scores.add(self._names.of(row["group"]), label, score)
        self._report.add("Rows", {"read": rows, "with a score and a label": sum(scores.count(EVERYBODY, label) for label in (0, 1))})
        self._report.add("Labels", shortened({shown(name): _called(label) for name, label in self._labels.items()}))
        if self._names.changed():
            self._report.add("Groups as scenarios call them", self._names.changed())
        return scores

    def _score(self, line: int, cell: str) -> float | None:
        try:
            score = float(cell)
        except ValueError:
            score = math.nan
        if math.isfinite(score):
            return score
        self._report.skip("no number as score", line)
        return None

    def _label(self, line: int, cell: str) -> int | None:
        name = _plain(cell)
        label = 1 if name in self._breaking else 0 if self._breaking and name else _known(name)
        if label is None:
            self._report.skip("no known label" if name else "no label", line, shown(cell) if name else None)
        else:
            self._labels.setdefault(name, label)
        return label


def _known(name: str) -> int | None:
    return 1 if name in BREAKING else 0 if name in HARMLESS else None


def _plain(name: str) -> str:
    return _BETWEEN.sub("-", name.strip().casefold())


def _called(label: int) -> str:
    return "rule-breaking" if label else "harmless"


def _groups(scores: _Scores, least: int, report: Report) -> list[str]:
    """All, then the groups with enough scores of both labels; the others are named in the report."""
    named = sorted({group for group, _ in scores.found} - {EVERYBODY})
    few = {group: min(scores.count(group, label) for label in (0, 1)) for group in named}
    left_out: dict[str, Value] = {
        group: f"{scores.count(group, 1):,} rule-breaking, {scores.count(group, 0):,} harmless" for group in named if few[group] < least
    }
    if left_out:
        report.add(
            f"Left out: groups with fewer than {least:,} scores of either label (--least), which are treated as all are",
            shortened(left_out),
        )
    return [EVERYBODY, *(group for group in named if few[group] >= least)]


def curve(ordered: Floats) -> list[tuple[float, float]]:
    """Quantiles and scores: both ends of every step where there are few different scores, else a grid that is finer towards the ends."""
    import numpy as np

    values, first = np.unique(ordered, return_index=True)
    if len(values) <= _MOST_STEPS:
        below, until = first / len(ordered), np.append(first[1:], len(ordered)) / len(ordered)
        return [(q, s) for low, high, s in zip(below.tolist(), until.tolist(), values.tolist(), strict=True) for q in (low, high)]
    tails = [0.5**k / _GRID for k in range(1, 8) if 0.5**k / _GRID * len(ordered) >= 1]
    grid = np.unique(np.round([*np.linspace(0, 1, _GRID + 1), *tails, *(1 - tail for tail in tails)], 9))
    return list(zip(grid.tolist(), np.quantile(ordered, grid).tolist(), strict=True))


def _describe(scores: _Scores, groups: Sequence[str], given: Iterable[str], report: Report) -> None:
    import numpy as np

    harmless = scores.of(EVERYBODY, 0)
    cuts = _numbers(given) or sorted({float(np.quantile(harmless, 1 - share, method="higher")) for share in SHARES})
    counts: dict[str, Value] = {}
    for group in groups:
        breaking, others = scores.of(group, 1), scores.of(group, 0)
        counts[group] = f"{len(breaking):,} rule-breaking, {len(others):,} harmless, AUC {auc(breaking, others):.3f}"
    report.add("Scores", shortened(counts))
    for cut in cuts:
        rates: dict[str, Value] = {}
        for group in groups:
            recall, false = (_rate(scores.of(group, label), cut) for label in (1, 0))
            rates[group] = f"recall {recall}, false positives {false}"
        report.add(f"Flagged from a score of {cut:.4g}, with 95 % intervals", shortened(rates))
    if auc(scores.of(EVERYBODY, 1), harmless) < 0.5:
        report.note("Rule-breaking messages score lower than others: are the labels or the scores the wrong way round?")


def _numbers(given: Iterable[str]) -> list[float]:
    try:
        return sorted(float(text) for text in given)
    except ValueError:
        raise UnusableFile(f"--cut: numbers, and got {shown(', '.join(given))}") from None


def auc(breaking: Floats, others: Floats) -> float:
    """Chance that a rule-breaking message scores higher than another, ties counted half (both in ascending order)."""
    import numpy as np

    below = np.searchsorted(others, breaking, "left") + np.searchsorted(others, breaking, "right")
    return float(below.mean() / (2 * len(others)))


def _rate(ordered: Floats, cut: float) -> str:
    import numpy as np

    n = len(ordered)
    low, high = wilson(n - int(np.searchsorted(ordered, cut)), n)
    return f"{(n - int(np.searchsorted(ordered, cut))) / n:.1%} [{low:.1%}, {high:.1%}]"


def wilson(hits: int, n: int) -> tuple[float, float]:
    """A 95 % interval of a share (Wilson 1927)."""
    share, z2 = hits / n, _Z**2 / n
    middle, half = (share + z2 / 2) / (1 + z2), _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n)) / (1 + z2)
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)


def _columns() -> tuple[Option, ...]:
    what: Mapping[str, str] = {"score": "scores (higher: worse)", "label": "labels", "group": "groups"}
    return tuple(
        Option(f"{name}_column", f"Column of the {text}; found by its name if not given.", metavar="NAME") for name, text in what.items()
    )


IMPORTER = Importer(
    summary="Labelled scores of a classifier, by group.",
    details="A table with a column of scores and one of labels (1 or 0, true or false, hateful or non-hateful, toxic or not), and perhaps "
    "one of groups, whose own speech a classifier may flag too often. Writes how scores are distributed by label and group; a rule with "
    "the detector `classifier` reads recall and false positive rate from that at its `cut`. A group of a scenario that is not in the file "
    "is treated as all are.",
    examples=("scored.csv", "scored.csv --label-column gold --breaking hateful --group-column target --rename 'trans people=minority'"),
    read=read,
    options=(
        *_columns(),
        Option("breaking", "A label of rule-breaking messages; all others are harmless then; repeatable.", metavar="LABEL", many=True),
        Option("rename", "What a scenario calls a group of the file; several may become one; repeatable.", metavar="OLD=NEW", many=True),
        Option("least", "Groups with fewer scores of either label are left out.", 50, metavar="N"),
        Option("cut", "A score at which to report rates; repeatable.", metavar="SCORE", many=True),
    ),
)
