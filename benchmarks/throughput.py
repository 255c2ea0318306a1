"""Occasions a second on one core: by population, and for one world without a desk. Medians; run on an idle machine.

python benchmarks/throughput.py
"""

from __future__ import annotations

import resource
import statistics
import time
from pathlib import Path

import sim
from sim.model.world import World
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[1]
FLAGSHIP = ROOT / "scenarios" / "un75-tencent.yaml"
REPEATS = 3


def scaled(people: int) -> Scenario:
    """The flagship with that many people, no desk, and no rule that needs one."""
    whole = sim.load(FLAGSHIP)
    total = sum(group.size for group in whole.groups.values())
    sizes = [f"groups.{name}.size={max(1, round(group.size * people / total))}" for name, group in whole.groups.items()]
    # A classifier that holds needs reviewers; one that blocks does the same work in the window without them.
    rules = ["platforms.tencent-dialogue.rules.review-queue.action=block", "platforms.tencent-dialogue.rules.review-queue.desk=null"]
    return sim.load(FLAGSHIP, [*sizes, *rules])


def measure(scenario: Scenario, replications: int, worlds: tuple[str, ...]) -> tuple[float, float, int]:
    """Median seconds to draw and to simulate, and occasions times worlds."""
    draws, runs, rows = [], [], 0
    for _ in range(REPEATS):
        started = time.perf_counter()
        world = World(scenario, range(replications), worlds)
        drawn = time.perf_counter()
        world.run()
        draws.append(drawn - started)
        runs.append(time.perf_counter() - drawn)
        rows = len(world.occasions) * len(worlds)
    return statistics.median(draws), statistics.median(runs), rows


def main() -> None:
    """Print the table of README.md."""
    print("people  replications  world  occasions  draw s  simulate s  simulate M/s  all M/s  µs per occasion")
    for people, replications, worlds in (
        (1_000, 1, ("full",)),
        (10_000, 1, ("full",)),
        (100_000, 1, ("full",)),
        (100_000, 1, ("free",)),
        (4_000, 20, ("full",)),
        (100_000, 4, ("full",)),
    ):
        draw, run, rows = measure(scaled(people), replications, worlds)
        cells = f"{draw:6.2f} {run:6.2f} {rows / run / 1e6:6.2f} {rows / (draw + run) / 1e6:6.2f} {(draw + run) / rows * 1e6:6.2f}"
        print(f"{people:7d} {replications:3d} {worlds[0]} {rows:9d} {cells}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
