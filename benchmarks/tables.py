"""Memory and wall time of many small runs: does what a run holds grow with their number? Run on an idle machine (Linux).

python benchmarks/tables.py [RUNS ...]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flagship import children, resident

SCENARIO = """\
name: tiny
horizon: 1 d
topics: {weather: {}}
jurisdictions: {here: {}}
groups: {people: {size: 10, registered_in: here, resides_in: here, messages_per_day: 1}}
platforms: {chat: {kind: group}}
convenor: {collects: [chat]}
"""
WORLDS = "free,full"


def measure(runs: int) -> tuple[float, int, int]:
    """Seconds, and the most kilobytes that the parent held, and that all processes held together."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tiny.yaml")
        path.write_text(SCENARIO, encoding="utf-8")
        options = ("-n", str(runs // 2), "--worlds", WORLDS, "--jobs", "2", "--out", folder)
        started, parent, together = time.perf_counter(), 0, 0
        process = subprocess.Popen([sys.executable, "-m", "sim", "run", str(path), *options], stdout=subprocess.DEVNULL)
        while process.poll() is None:
            own = resident(process.pid)
            parent, together = max(parent, own), max(together, own + sum(resident(child) for child in children(process.pid)))
            time.sleep(0.05)
    if process.returncode:
        sys.exit(process.returncode)
    return time.perf_counter() - started, parent, together


def main() -> None:
    """Print the table of README.md."""
    print("runs  seconds  parent MB  together MB")
    for runs in [int(number) for number in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        seconds, parent, together = measure(runs)
        print(f"{runs:7,d} {seconds:8.1f} {parent / 1000:8.0f} {together / 1000:8.0f}", flush=True)


if __name__ == "__main__":
    main()
