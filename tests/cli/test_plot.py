"""chillsim plot"""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.figures import FIGURES, SHOWS
from tests.cli.conftest import Call

OF_RESULTS = [name for name in FIGURES if name not in SHOWS]
OWN = [name for name in OF_RESULTS if name != "compare"]


def test_figures_of_one_result_go_into_it(call: Call, results: tuple[str, str]) -> None:
    done = call("plot", results[0])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"results/a/figures/{name}.png" for name in OWN]
    assert all(Path(path).read_bytes().startswith(b"\x89PNG") for path in done.stdout.splitlines())


def test_figures_of_several_results_go_beside_them(call: Call, results: tuple[str, str], tmp_path: Path) -> None:
    done = call("plot", *results)
    assert done.stdout.splitlines() == [str(tmp_path / "results" / "figures" / f"{name}.png") for name in OF_RESULTS]


@pytest.mark.parametrize(("form", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_figure_format_and_folder_can_be_chosen(call: Call, results: tuple[str, str], form: str, start: bytes) -> None:
    call("plot", *results, "--figure", "funnel", "--figure", "compare", "--format", form, "--out", "here")
    assert sorted(path.name for path in Path("here").iterdir()) == [f"compare.{form}", f"funnel.{form}"]
    assert all(path.read_bytes().startswith(start) for path in Path("here").iterdir())


def test_figures_that_do_not_apply_are_left_out_unless_asked_for(call: Call) -> None:
    call("run", "a.yaml", "--worlds", "full", "--jobs", 1, "--quiet")
    done = call("plot", "results/a")
    assert done.exit_code == 0
    assert done.stderr.startswith("attribution left out: a: attribution needs")
    asked = call("plot", "results/a", "--figure", "attribution")
    assert (asked.exit_code, asked.stdout) == (2, "")


def test_what_cannot_be_plotted_is_refused_in_one_line(call: Call, results: tuple[str, str]) -> None:
    Path("file").touch()
    for arguments, message in (
        (["results/none"], "results/none: no such folder"),
        (["results/a", "--figure", "funel"], "no figure 'funel'; did you mean 'funnel'?"),
        (["results/a", "--out", "file/x"], "file/x: cannot be written to"),
    ):
        done = call("plot", *arguments)
        assert done.exit_code == 2
        assert done.stderr.startswith(message)
        assert len(done.stderr.splitlines()) == 1
