"""Generated pages are up to date, and the examples of all pages run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from sim.cli import main
from sim.measures.reference import text as measures_page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for found, body in _BLOCK.findall(page.read_text(encoding="utf-8")) if found == language]


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small_workplace(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scenarios have fewer people and days, and there is one processor, so that workers start only where a page asks for them.

    The Python example of the quickstart runs the founding case at its full size.
    """
    for name, large, small in (
        ("un75-base.yaml", r"    size: (\d+)0$", r"    size: \1"),
        ("un75-base.yaml", "horizon: 30 d", "horizon: 6 d"),
        ("calibration/removal-delays.yaml", "size: 500", "size: 100"),
    ):
        path = workplace / "scenarios" / name
        text, count = re.subn(large, small, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0}, raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    return workplace


def test_the_measures_page_is_generated() -> None:
    assert (ROOT / "docs" / "measures.md").read_text(encoding="utf-8") == measures_page()


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "sh")], ids=lambda page: page.name)
def test_commands_run(page: Path, small_workplace: Path) -> None:
    lines = [line for block in blocks(page, "sh") for line in block.splitlines() if line.startswith("chillsim ")]
    for line in lines:
        result = CliRunner().invoke(main, shlex.split(line.split("  #")[0])[1:], catch_exceptions=False)
        assert result.exit_code == 0, f"{page.name}: {line}\n{result.output}"


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_python_examples_run(page: Path, workplace: Path) -> None:
    namespace: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), namespace)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
