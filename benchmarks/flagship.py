"""Wall time and memory of the flagship run: 20 replications, five worlds. Run on an idle machine (Linux).

python benchmarks/flagship.py [JOBS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def resident(pid: int) -> int:
    """Kilobytes that a process holds, 0 once it has gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def main() -> None:
    """Print the seconds, and the most that parent and workers held together."""
    jobs = sys.argv[1] if len(sys.argv) > 1 else "2"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "sim",
            "run",
            str(ROOT / "scenarios" / "un75-tencent.yaml"),
            "--quiet",
            "--jobs",
            jobs,
            "--out",
            folder,
        ]
        started, peak = time.perf_counter(), 0
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, resident(process.pid) + sum(resident(child) for child in children(process.pid)))
            time.sleep(0.1)
    print(f"jobs {jobs}: {time.perf_counter() - started:.1f} s, peak {peak / 1000:.0f} MB")


if __name__ == "__main__":
    main()
