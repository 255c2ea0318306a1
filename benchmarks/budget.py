"""What `chillsim check` predicts against what comes: shipped scenarios, and random variations of them. Run on an idle machine.

python benchmarks/budget.py [SHIPPED.yaml ...]
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sim
from sim.experiment.budget import Size, budget_of
from sim.measures.definitions import LADDER
from sim.scenario.schema import Scenario

ROOT = Path(__file__).parents[1]
REPLICATIONS = 2
VARIATIONS = 20
SEEDS = (75, 2020)
"""Of the variations: constants were fitted to the first ones; the others showed faults that were mended since."""
LARGEST = 3e6
"""Occasions times worlds of a replication from which a variation is drawn again."""

Case = tuple[Path, list[str]]


def shipped() -> Iterator[Case]:
    """The shipped scenarios as they are."""
    yield from ((path, []) for path in sorted((ROOT / "scenarios").glob("*.yaml")))


def variations(draw: random.Random) -> Iterator[Case]:
    """Other sizes, horizons, windows, replies, abuse, contacts and surges."""
    paths = [path for path, _ in shipped()]
    found = 0
    while found < VARIATIONS:
        path = draw.choice(paths)
        overrides = list(_overrides(sim.load(path), draw))
        if budget_of([sim.load(path, overrides)], Size(LADDER, 1), 1).occasions * len(LADDER) < LARGEST:
            found += 1
            yield path, overrides


def _overrides(base: Scenario, draw: random.Random) -> Iterator[str]:
    factor = draw.choice([200, 1000, 5000, 20_000, 100_000]) / sum(group.size for group in base.groups.values())
    topic, hostile = next(iter(base.topics)), draw.random() < 0.5
    yield from ("evidence={}", "experiment=null", f"horizon={draw.choice(['6 h', '2 d', '14 d', '30 d', '120 d'])}")
    yield f"window={draw.choice(['1 min', '5 min', '15 min', '1 h', '24 h'])}"
    surge = f"[{{at: 1 h, surge: {{topic: {topic}, factor: {draw.choice([0, 3, 20])}, lasts: 1 d}}}}]"
    yield f"timeline={draw.choice(['[]', surge])}"
    for name, group in base.groups.items():
        yield f"groups.{name}.size={max(2, round(group.size * factor))}"
        if hostile:
            yield from (f"groups.{name}.{trait}={draw.choice([0, 0.05, 0.2, 0.5])}" for trait in ("hostile", "targeted"))
    for name, platform in base.platforms.items():
        yield f"platforms.{name}.replies.branching={draw.choice([0, 0.3, 0.5, 0.8, 0.95])}"
        if platform.kind in ("group", "feed") and base.trace is None and draw.random() < 0.3:
            yield f"platforms.{name}.rooms.contacts={{degree: {draw.choice([4, 20])}}}"


def measured(path: Path, overrides: list[str]) -> dict[str, Any]:
    """What a run comes to, in a process of its own."""
    command = [sys.executable, __file__, "--measure", str(path), *overrides]
    return dict(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def measure(path: Path, overrides: list[str]) -> None:
    """Run, and print what it came to."""
    import simpy

    from sim.model.world import World

    counts = {"occasions": 0, "events": 0}
    step, run = simpy.Environment.step, World.run

    def counted_step(env: simpy.Environment) -> None:
        counts["events"] += 1
        step(env)

    def counted_run(world: World) -> None:
        counts["occasions"] += len(world.occasions)
        run(world)

    for where, name, counted in ((simpy.Environment, "step", counted_step), (World, "run", counted_run)):
        setattr(where, name, counted)
    scenario = sim.load(path, ["experiment=null", *overrides])
    started = time.process_time()
    result = sim.run(scenario, replications=REPLICATIONS, jobs=1)
    seconds = time.process_time() - started
    assert result.count("failed") == 0, result.runs
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"occasions": counts["occasions"] / REPLICATIONS, "events": counts["events"], "seconds": seconds, "memory": memory}))


def main() -> None:
    """Print what was predicted, what came, and their ratios."""
    chosen = [(Path(name), list[str]()) for name in sys.argv[1:]] or [
        *shipped(),
        *(case for seed in SEEDS for case in variations(random.Random(seed))),
    ]
    ratios: dict[str, list[float]] = {}
    print("case  people  horizon h  window h | predicted and ratio to what came: occasions, events, seconds, memory MB")
    for path, overrides in chosen:
        scenario = sim.load(path, ["experiment=null", *overrides])
        budget = budget_of([scenario], Size(LADDER, REPLICATIONS), 1)
        came = measured(path, overrides)
        predicted = {"occasions": budget.occasions, "events": budget.events, "seconds": budget.seconds, "memory": budget.worker}
        for name, value in predicted.items():
            ratios.setdefault(name, []).append(value / came[name])
        scales = {"memory": 1e-6}
        cells = "  ".join(f"{value * scales.get(name, 1):10,.1f} {value / came[name]:5.2f}" for name, value in predicted.items())
        people = sum(group.size for group in scenario.groups.values())
        print(f"{path.stem:24s} {people:7d} {scenario.horizon:5.0f} {scenario.window:5.2f} | {cells}", flush=True)
    for name, values in ratios.items():
        within = sum(0.5 <= value <= 2 for value in values)
        print(f"{name}: {within} of {len(values)} within a factor of two; median ratio {statistics.median(values):.2f}, "
              f"from {min(values):.2f} to {max(values):.2f}")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
