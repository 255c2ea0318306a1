"""Places to write to that are read-only, links, files or full: refused in a line, and nothing that was finished is lost."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hostile.commands import QUICK, TINY, called, refused, spawned
from tests.scenario_files import write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="uses POSIX files")

TABLES = ("measures.parquet", "series.parquet", "measures.csv", "summary.csv", "attribution.csv", "brief.csv", "scenario.yaml")
"""What is the same byte for byte."""


def mounted(place: Path, *options: str) -> Iterator[Path]:
    """A file system of its own at a place, for as long as it is needed."""
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, *options, place], capture_output=True, check=False).returncode:
        pytest.skip("cannot mount here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    yield from mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=2m", "tmpfs")


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A file system that takes nothing."""
    yield from mounted(tmp_path / "frozen", "-t", "tmpfs", "-o", "ro", "tmpfs")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A file outside of the place that is tried."""
    return write(tmp_path, TINY)


def test_a_read_only_file_system_is_refused(read_only: Path, scenario: Path, tmp_path: Path) -> None:
    assert called("run", scenario, *QUICK, "--out", tmp_path / "well").exit_code == 0
    well = tmp_path / "well" / "tiny"
    for arguments in (
        ("run", scenario, *QUICK, "--out", read_only),
        ("plot", well, "--figure", "funnel", "--out", read_only / "figures"),
        ("compare", well, well, "--out", read_only / "table.csv"),
        ("schema", "--out", read_only / "schema.json"),
        ("new", "another", "--out", read_only / "another.yaml"),
        ("import", "combinations", write(tmp_path, "keyword\nword\n", "words.csv"), "--out", read_only / "list.csv"),
    ):
        (line,) = refused(*arguments, status=1 if arguments[0] == "run" else 2)
        assert line.startswith(str(read_only))
        assert "Read-only file system" in line


def without_rights() -> None:
    """Root may write everywhere; nobody may not."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def test_a_folder_without_rights_is_refused(scenario: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents:
        if not folder.stat().st_mode & 0o001:
            pytest.skip(f"nobody but its owner may enter {folder}")
    (tmp_path / "closed").mkdir(mode=0o555)
    done = spawned("run", scenario, *QUICK, "--out", tmp_path / "closed", preexec_fn=without_rights, env={"HOME": "/nowhere"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{tmp_path}/closed")
    assert "Permission denied" in done.stderr
    assert len(done.stderr.splitlines()) == 1


PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a file": (lambda place: place.write_text("thesis"), "exists; --force replaces it, --out writes elsewhere"),
    "a link to a file": (lambda place: place.symlink_to("../s.yaml"), "exists; --force replaces it, --out writes elsewhere"),
    "a link to a folder": (lambda place: place.symlink_to(".."), "exists; --force replaces it, --out writes elsewhere"),
    "a dangling link": (lambda place: place.symlink_to("nowhere"), "exists; --force replaces it, --out writes elsewhere"),
    "a link to itself": (lambda place: place.symlink_to(place.name), "exists; --force replaces it, --out writes elsewhere"),
    "a pipe": (os.mkfifo, "exists; --force replaces it, --out writes elsewhere"),
    "a folder of other things": (
        lambda place: (place / "thesis").mkdir(parents=True),
        "exists; --force replaces it, --out writes elsewhere",
    ),
}


@pytest.mark.parametrize("ending", ["", ".partial"])
@pytest.mark.parametrize("name", PLACES)
def test_what_is_in_the_way_stays(name: str, ending: str, scenario: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    place = out / f"tiny{ending}"
    PLACES[name][0](place)
    before = (place.is_symlink(), place.is_file(), place.is_dir())
    for options in ((), ("--force",), ("--resume",)):
        done = called("run", scenario, *QUICK, "--out", out, *options)
        assert done.exit_code == 2, done.output
        (line,) = done.stderr.splitlines()
        assert line.startswith(str(place))
    assert (place.is_symlink(), place.is_file(), place.is_dir()) == before
    assert scenario.read_text(encoding="utf-8") == TINY


@pytest.mark.parametrize("name", ["a file", "a link to a file", "a dangling link", "a link to itself", "a pipe"])
def test_a_folder_of_results_that_is_none_is_refused(name: str, scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    PLACES[name][0](tmp_path / "in" / "out")
    for deeper in ("", "deeper/still"):
        (line,) = refused("run", scenario, *QUICK, "--out", tmp_path / "in" / "out" / deeper)
        assert line == f"{tmp_path / 'in' / 'out' / deeper}: cannot hold results, as {tmp_path / 'in' / 'out'} is not a folder"


def test_a_link_to_a_folder_of_results_is_followed(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert called("run", scenario, *QUICK, "--out", tmp_path / "link").exit_code == 0
    assert (tmp_path / "real" / "tiny" / "manifest.json").is_file()


@pytest.mark.parametrize("out", ["", " ", "\n", "a\nb", "-", "~", "x" * 300, "\u202egpj.exe", "CON", "=1+1", "\x1b[2J", "a[1]*?"])
def test_odd_names_of_folders(out: str, scenario: Path, tmp_path: Path) -> None:
    done = called("run", scenario, *QUICK, "--out", tmp_path / out)
    assert done.exit_code == (1 if len(out) > 255 else 0)
    assert done.exit_code == 0 or "File name too long" in done.stderr
    if done.exit_code == 0:
        assert called("compare", *[tmp_path / out / "tiny"] * 2).exit_code == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of an undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    assert called("run", write(folder, TINY), *MANY, "--out", folder).exit_code == 0
    return folder / "tiny"


def same_tables(place: Path, whole: Path) -> bool:
    return all((place / name).read_bytes() == (whole / name).read_bytes() for name in TABLES)


MANY = ("--jobs", 1, "--worlds", "free,full", "--quiet", "-n", 40)


def filled(place: Path) -> Path:
    """Takes all room but 100 kB of a place."""
    filler = place / "filler"
    room = shutil.disk_usage(place).free - 100_000
    filler.write_bytes(b"x" * room)
    return filler


def test_a_full_disk_loses_nothing_that_was_finished(small: Path, scenario: Path, whole: Path) -> None:
    filler = filled(small)
    (line,) = refused("run", scenario, *MANY, "--out", small, status=1)
    assert line.startswith(str(small))
    assert line.endswith("cannot be written: No space left on device; what had finished is kept, and --resume continues from there")
    kept = (small / "tiny.partial" / "journal" / "finished.jsonl").read_bytes()
    assert kept.count(b"\n") > 0
    assert not (small / "tiny").exists()
    (again,) = refused("run", scenario, *MANY, "--out", small, "--resume", status=1)
    assert again.startswith(str(small))
    assert (small / "tiny.partial" / "journal" / "finished.jsonl").read_bytes().startswith(kept)
    filler.unlink()
    assert called("run", scenario, *MANY, "--out", small, "--resume").exit_code == 0
    assert same_tables(small / "tiny", whole)


def only_small_files() -> None:
    """Files of at most 20 kB, as if the disk were full; the signal that goes with it is ignored, as Python does."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_files_that_may_not_grow_lose_nothing_that_was_finished(scenario: Path, whole: Path, tmp_path: Path) -> None:
    done = spawned("run", scenario, *MANY, "--out", tmp_path / "results", preexec_fn=only_small_files)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.endswith("; what had finished is kept, and --resume continues from there\n")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "results" / "tiny").exists()
    assert called("run", scenario, *MANY, "--out", tmp_path / "results", "--resume").exit_code == 0
    assert same_tables(tmp_path / "results" / "tiny", whole)
