"""Figures: that they can be read, and that files are the same whenever they are made."""

from __future__ import annotations

import warnings
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import sim
from sim.figures import FIGURES, SHOWS, FigureError, draw, save
from sim.figures.style import wrapped
from tests import synthetic
from tests.unit.conftest import Make

OF_RESULTS = [name for name in FIGURES if name not in SHOWS]
LONG = "Tencent with anonymity, no data sharing and the platform's rules waived for the dialogue: every safeguard that was discussed"
EVENTS = [
    {"at": f"{day} d", "label": label, "surge": {"topic": "climate", "factor": 2, "lasts": "1 d"}}
    for day, label in [
        (0, "a"),
        (1, "a long label of an event that says much, really far too much"),
        (1.2, "b"),
        (29, "at the very end of it"),
    ]
]
TITLES = ("Short", LONG, "对话由腾讯在中国主持" * 4, "With $x_1$ and $5", "E", LONG.upper())


@cache
def hard_to_place(index: int) -> sim.Result:
    """A result whose title and events are, made once for all figures."""
    what = synthetic.scenario(f"option-{index}", title=TITLES[index], timeline=EVENTS, horizon="30 d")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.experiment.task.run_task", partial(synthetic.run_task, harshness=0.4 * index))
        return sim.run(what, jobs=1)


@pytest.fixture(params=[1, 3, 6])
def results(request: pytest.FixtureRequest) -> list[sim.Result]:
    """So many results."""
    return [hard_to_place(index) for index in range(request.param)]


def drawn(name: str, results: list[sim.Result]) -> Figure:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*missing from font")
        return draw(name, results)


def ticks_out_of_sight(figure: Figure) -> set[int]:
    """Tick labels that matplotlib keeps but does not show."""
    return {
        id(label)
        for at in figure.axes
        for axis in (at.xaxis, at.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not label.get_visible() or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }


def shown(figure: Figure) -> list[tuple[str, Any]]:
    """Texts that are shown, with the space that they take, in pixels."""
    figure.draw_without_rendering()
    hidden = ticks_out_of_sight(figure)
    found = [text for text in figure.findobj(Text) if id(text) not in hidden and isinstance(text, Text)]
    return [(text.get_text(), text.get_window_extent()) for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("name", OF_RESULTS)
@pytest.mark.filterwarnings("ignore:.*missing from font")
def test_no_text_overlaps_another_or_leaves_the_figure(name: str, results: list[sim.Result]) -> None:
    if name == "compare" and len(results) == 1:
        pytest.skip("needs two")
    figure = drawn(name, results)
    boxes = shown(figure)
    assert len(boxes) > 5
    for (one, box), (other, another) in combinations(boxes, 2):
        width = min(box.x1, another.x1) - max(box.x0, another.x0)
        height = min(box.y1, another.y1) - max(box.y0, another.y0)
        assert width < 2 or height < 2, f"{one!r} overlaps {other!r}"
    edge = figure.bbox
    for text, box in boxes:
        assert box.x0 >= edge.x0 - 1, text
        assert box.x1 <= edge.x1 + 1, text
        assert box.y0 >= edge.y0 - 1, text
        assert box.y1 <= edge.y1 + 1, text


@pytest.mark.parametrize("name", OF_RESULTS)
def test_titles_are_never_mathematics(name: str, make: Make) -> None:
    results = [make(name, changes={"title": r"costs $5, or $\frac{1}{0}$ and {}_^ \$"}) for name in ("a", "b")]
    figure = draw(name, results)
    assert not any(text.get_parse_math() for text in figure.findobj(Text) if isinstance(text, Text))
    figure.draw_without_rendering()


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_files_are_the_same_whenever_they_are_made(make: Make, tmp_path: Path, form: str) -> None:
    results = [make("a"), make("b", harshness=0.5)]
    for name in ("series", "compare"):
        first, second = (tmp_path / f"{name}-{n}.{form}" for n in (1, 2))
        for path in (first, second):
            save(draw(name, results), path, name, results)
        assert first.read_bytes() == second.read_bytes(), name


def test_files_say_what_they_were_made_from(make: Make, tmp_path: Path) -> None:
    result = make()
    for form in ("png", "svg", "pdf"):
        path = tmp_path / f"funnel.{form}"
        save(draw("funnel", [result]), path, "funnel", [result])
        assert b"funnel" in path.read_bytes()
    from PIL import Image

    about = Image.open(tmp_path / "funnel.png").info
    assert about["Description"] == f"un75-tencent: 4 replications, seed 75; chillsim {result.manifest['versions']['chillsim']}."
    assert "Software" not in about


def test_the_users_own_settings_have_no_say_and_stay_as_they_were(make: Make, tmp_path: Path) -> None:
    result = make()
    save(draw("funnel", [result]), tmp_path / "plain.png", "funnel", [result])
    with mpl.rc_context({"font.size": 31, "axes.facecolor": "red", "text.parse_math": True}):
        save(draw("funnel", [result]), tmp_path / "other.png", "funnel", [result])
        assert mpl.rcParams["font.size"] == 31
    assert (tmp_path / "plain.png").read_bytes() == (tmp_path / "other.png").read_bytes()


def test_a_result_draws_its_own_figures(make: Make) -> None:
    assert isinstance(make().plot("opinion"), Figure)


def test_one_replication_draws_too(make: Make) -> None:
    results = [make("a", replications=1)]
    for name in ("funnel", "attribution", "series", "opinion"):
        assert draw(name, results)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("funel", {}, "no figure 'funel'; did you mean 'funnel'?"),
        ("compare", {}, "compare: needs two results or more"),
        ("attribution", {"worlds": "free,full"}, "attribution needs all worlds of the ladder"),
    ],
)
def test_what_cannot_be_drawn_is_refused(make: Make, name: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(FigureError) as caught:
        draw(name, [make(**options)])
    assert message in str(caught.value)


def test_figures_of_nothing_are_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    result = make()
    empty = replace(result, in_memory={name: table.clear() for name, table in result.in_memory.items()}, summary=result.summary.clear())
    empty = replace(empty, attribution=result.attribution.clear())
    for name in ("funnel", "attribution", "series", "opinion"):
        with pytest.raises(FigureError):
            draw(name, [empty])
    with pytest.raises((FigureError, sim.ResultError)):
        draw("compare", [empty, empty])


def test_text_wraps_by_the_width_of_its_characters() -> None:
    assert wrapped("a b c", 5) == "a b c"
    latin, chinese = wrapped("word " * 40, 3), wrapped("字" * 100, 3)
    assert max(map(len, latin.splitlines())) > max(map(len, chinese.splitlines()))
    assert "".join(chinese.split()) == "字" * 100
    assert wrapped("word " * 40, 3, lines=2).endswith("…")
    assert len(wrapped("word " * 40, 3, lines=2).splitlines()) == 2
