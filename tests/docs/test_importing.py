"""The reports on the page about importing are what the commands print about the files on it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^```text (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n\$ (.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("line", "printed"), _CONSOLE.findall(PAGE), ids=lambda text: text.split("\n")[0])
def test_reports_are_as_printed(line: str, printed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in _FILE.findall(PAGE):
        Path(name).write_text(content, encoding="utf-8")
    result = CliRunner().invoke(main, shlex.split(line)[1:], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output == printed


def test_the_page_shows_the_kinds_of_lists() -> None:
    shown = [line.split()[2] for line, _ in _CONSOLE.findall(PAGE)]
    assert {"combinations", "wildcards", "allow-combinations", "snapshots", "domain-blocks"} <= set(shown)
