"""Calling `chillsim` with what is broken, or meant to harm: it ends by itself, in time, and says nothing that harms a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from sim.cli import main

SECONDS = 5.0
LONGEST = 1_500
"""Characters of a line that refuses something; paths of tests are long."""

TINY = """\
name: tiny
horizon: 2 d
replications: 2
topics: {climate: {}}
jurisdictions: {here: {}}
groups: {people: {size: 20, registered_in: here, resides_in: here}}
platforms:
  chat: {kind: group, rules: {words: {detector: keywords, action: remove, rule_list: synthetic-2020}}}
convenor: {collects: [chat]}
"""
"""A scenario that runs in no time; tests add lines at its end, or replace some."""

QUICK = ("--jobs", 1, "--worlds", "full", "--quiet")
"""Options of a run that is over at once and says nothing."""


def called(*arguments: object, seconds: float = SECONDS) -> Result:
    """What a command came to, in this process; an exception is none of the ways in which it may end."""
    start = time.process_time()
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert time.process_time() - start < seconds
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    check_said(done.stderr)
    return done


def refused(*arguments: object, status: int = 2, seconds: float = SECONDS) -> list[str]:
    """The lines in which a command refuses, having printed nothing else."""
    done = called(*arguments, seconds=seconds)
    assert done.exit_code == status, done.output
    assert done.stdout == ""
    assert done.stderr
    return done.stderr.splitlines()


def runs_or_is_refused(path: Path, *options: object, seconds: float = SECONDS) -> bool:
    """Whether a scenario passes `check`; if so it also runs, in a folder beside it."""
    checked = called("check", path, *options, seconds=seconds)
    if checked.exit_code == 2:
        assert checked.stderr
        return False
    assert (checked.exit_code, checked.stderr) == (0, "")
    done = called("run", path, *QUICK, "--force", "--out", path.parent / "results", *options, seconds=seconds)
    assert (done.exit_code, done.output) == (0, "")
    return True


def spawned(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """What a command came to, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sim", *map(str, arguments)],
        env=os.environ | options.pop("env", {}),
        text=True,
        timeout=60,
        check=False,
        **({"capture_output": True} if "stdout" not in options else {"stderr": subprocess.PIPE}),
        **options,
    )


def check_said(stderr: str, most: int = 150) -> None:
    """Messages are a bounded number of printable lines, and no traceback."""
    lines = stderr.splitlines()
    assert len(lines) < most
    assert "Traceback" not in stderr
    assert all(line.isprintable() and len(line) < LONGEST for line in lines), stderr
