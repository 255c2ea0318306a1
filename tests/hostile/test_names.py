"""Names and titles that are paths, devices, formulas, markup or mathematics: refused as names, harmless as titles."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hostile.commands import QUICK, TINY, called, refused
from tests.scenario_files import write

NAMES: dict[str, str] = {
    "../../x": "../../x", "/etc/passwd": "/etc/passwd", "empty": "", "256 bytes": "a" * 256, "newline": "a\nb", "A against a": "A",
    "CON": "CON", "right-to-left override": "a\u202eb", "$\\frac$": "$\\frac$", "leading underscore": "_a", "NA": "NA", "=1+1": "=1+1",
    "<script>": "<script>", "a dot": ".", "two dots": "..", "a space": " ", "a leading space": " a", "a trailing space": "a ",
    "a NUL": "\0",
    "a tilde": "~root", "a leading hyphen": "-n", "a leading digit": "1a", "a percent sign": "%s", "a brace": "{x}", "a star": "*",
    "a back slash": "a\\b", "a slash": "a/b", "a colon": "a:b", "a bracket": "a[1]", "a zero-width space": "a\u200bb", "an accent": "é",
    "Cyrillic а": "\u0430", "a Turkish i": "\u0131", "a surrogate": "\ud800", "an emoji": "\U0001f600", "a newline at the end": "a\n",
}  # fmt: skip

PLACES = {
    "scenario": ("name: tiny", "name: {}", "name"),
    "topic": ("climate: {{}}", "{}: {{}}", "topics"),
    "jurisdiction": ("jurisdictions: {{here: {{}}}}", "jurisdictions: {{here: {{}}, {}: {{}}}}", "jurisdictions"),
    "group": ("{{people: {{size", "{{{}: {{size", "groups"),
    "platform": ("  chat: {{kind: group", "  {}: {{kind: group", "platforms"),
    "rule": ("words: {{detector", "{}: {{detector", "platforms.chat.rules"),
}


def quoted(text: str) -> str:
    """A text as YAML and JSON write it."""
    return json.dumps(text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", PLACES)
def test_what_is_no_name_is_refused_where_it_stands(where: str, name: str, tmp_path: Path) -> None:
    old, new, path = PLACES[where]
    assert old.format() in TINY
    file = write(tmp_path, TINY.replace(old.format(), new.format(quoted(NAMES[name]))))
    found = refused("check", file)
    line_of_name = next(number for number, line in enumerate(TINY.splitlines(), start=1) if old.format() in line)
    assert any(line.startswith(f"{file}:{line_of_name}:") and f": {path}" in line for line in found), found
    assert refused("run", file, *QUICK, "--out", tmp_path / "results") == found
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("device", ["con", "nul", "aux", "prn", "com1", "lpt9"])
def test_names_of_devices_are_no_names_of_folders(device: str, tmp_path: Path) -> None:
    (line,) = refused("check", write(tmp_path, TINY.replace("name: tiny", f"name: {device}")))
    assert line.endswith(f"name: a name that is no device of Windows, as the result folder carries it, and got '{device}'")


@pytest.mark.parametrize("name", NAMES)
def test_new_refuses_what_is_no_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused("new", "--", NAMES[name].replace("\ud800", "\udcff"))
    assert list(tmp_path.iterdir()) == []


ODD = ("na", "nan", "null", "inf", "true", "all", "total", "full", "free", "none", "a" * 63, "a--", "e5")
"""Names that are allowed, and that tables or worlds use for something else."""


def test_names_that_mean_something_elsewhere_are_kept_apart(tmp_path: Path) -> None:
    topics = ", ".join(f"{quoted(name)}: {{}}" for name in ODD)
    groups = ", ".join(f"{quoted(name)}: {{size: 5, registered_in: here, resides_in: here}}" for name in ODD)
    text = TINY.replace("{climate: {}}", f"{{{topics}}}").replace(
        "{people: {size: 20, registered_in: here, resides_in: here}}", f"{{{groups}}}"
    )
    assert called("run", write(tmp_path, text), *QUICK, "--out", tmp_path).exit_code == 0
    result = tmp_path / "tiny"
    for split in ("topic", "group"):
        table = called("compare", result, result, "--split", split, "--measures", "wished", "--format", "csv")
        assert table.exit_code == 0
        assert sorted(row["level"] for row in csv.DictReader(io.StringIO(table.stdout))) == sorted(ODD)


TITLES = (
    "$\\frac{1}{0}$ $x$ \\LaTeX & #1 ~ ^ _ %", "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "<script>alert(1)</script>", "NA",
    "[bold red]x[/bold red] [/]", "| a | *b* `c` _d_ [e](javascript:f) # g", '"quoted", \'twice\'', "a" * 120, "../../x", "/etc/passwd",
    "{} {0} {x} %s %d", "&amp; &#x3c;", "\u4f60\u597d \u0645\u0631\u062d\u0628\u0627", "CON", "\\n", "Ⅷ ﬁ ½", " spaces ", "_a", "'", "~",
)  # fmt: skip


@pytest.fixture(scope="module")
def titled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with a title from the list for the scenario, and for each of many topics and a group."""
    folder = tmp_path_factory.mktemp("titled")
    topics = ", ".join(f"t{at}: {{title: {quoted(title)}}}" for at, title in enumerate(TITLES))
    text = TINY.replace("{climate: {}}", f"{{{topics}}}").replace("{size: 20", f"{{size: 40, title: {quoted(TITLES[7])}")
    text = text.replace("{kind: group", f"{{kind: group, title: {quoted(TITLES[5])}") + f"title: {quoted(' '.join(TITLES[:4]))}\n"
    path = write(folder, text)
    assert called("check", path).stderr == ""
    done = called("run", path, "--jobs", 1, "--worlds", "free,full", "--out", folder)
    assert done.exit_code == 0
    assert all(line.isprintable() for line in done.stdout.splitlines())
    assert "[bold red]x[/bold red]" in done.stdout
    return folder / "tiny"


@pytest.mark.parametrize("form", ["table", "csv", "markdown", "json"])
@pytest.mark.parametrize("split", ["total", "topic", "group"])
def test_titles_are_printed_as_they_are_and_do_nothing(form: str, split: str, titled: Path) -> None:
    done = called("compare", titled, titled, "--split", split, "--measures", "wished,seen", "--format", form)
    assert done.exit_code == 0
    assert all(line.isprintable() for line in done.stdout.splitlines())
    if form == "json":
        json.loads(done.stdout)
    elif form == "csv":
        assert not any(cell.startswith(("=", "@", "+", "\t")) for row in csv.reader(io.StringIO(done.stdout)) for cell in row)
    elif form == "markdown":
        assert "<script>" not in done.stdout.replace("\\<", "")
        assert all(line.replace("\\|", "").count("|") == 8 for line in done.stdout.splitlines() if line.startswith("|"))


def test_titles_on_figures_are_no_mathematics_and_no_markup(titled: Path, tmp_path: Path) -> None:
    done = called("plot", titled, titled, "--format", "svg", "--out", tmp_path, seconds=30)
    assert done.exit_code == 0
    drawn = sorted(tmp_path.glob("*.svg"))
    assert len(drawn) > 3
    for path in drawn:
        tree = ElementTree.parse(path)
        assert not any(element.tag.lower().endswith("script") for element in tree.iter())


@pytest.mark.parametrize("title", ["a\u202eb", "a\x1bb", "a\u2028b", "a\ud800b", "a\x07b", "a\u0000b", "a\ufeffb"])
def test_titles_that_turn_or_end_a_line_are_refused(title: str, tmp_path: Path) -> None:
    (line,) = refused("check", write(tmp_path, f"{TINY}title: {quoted(title)}\n"))
    assert "a text without control characters, and got" in line


@pytest.mark.parametrize(
    "file", ["a\nb.yaml", "\x1b[2J.yaml", "\u202elmay.yaml", "=1+1.yaml", "-x.yaml", "a[1]*.yaml", "<b>.yaml", "x" * 250 + ".yaml"]
)
def test_scenario_files_of_odd_names_run_and_are_refused_legibly(file: str, tmp_path: Path) -> None:
    assert called("run", write(tmp_path, TINY, file), *QUICK, "--out", tmp_path).exit_code == 0
    (line,) = refused("check", "--", write(tmp_path, f"{TINY}seed: x\n", file))
    assert line.isprintable()


def test_two_results_that_differ_in_case_only_are_not_written(tmp_path: Path) -> None:
    write(tmp_path, TINY.replace("name: tiny", "name: A"), "A.yaml")
    write(tmp_path, TINY.replace("name: tiny", "name: a"), "b.yaml")
    found = refused("run", tmp_path / "A.yaml", tmp_path / "b.yaml", *QUICK, "--out", tmp_path / "results")
    assert any("A.yaml:1:" in line and "name: " in line for line in found)
    assert not (tmp_path / "results").exists()
