"""Small tables of every shipped scenario: `make reference` writes them to results/reference/, and a test reruns and diffs them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

import sim

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))
REFERENCE = ROOT / "results" / "reference"
REPLICATIONS = 2
SHARE_OF_PEOPLE = 1 / 8
WINDOW = "1 h"


def small(path: Path) -> sim.Scenario:
    """A shipped scenario with an eighth of its people and a window of an hour."""
    whole = sim.load(path)
    sizes = [f"groups.{name}.size={max(1, round(group.size * SHARE_OF_PEOPLE))}" for name, group in whole.groups.items()]
    return sim.load(path, [*sizes, f"window={WINDOW}"])


def tables(path: Path) -> dict[str, pl.DataFrame]:
    """The reference tables of a scenario, by file name: totals of all worlds and groups of the full one, and the attribution."""
    result = sim.run(small(path), replications=REPLICATIONS, jobs=1)
    kept = (pl.col("split") == "total") | ((pl.col("world") == "full") & pl.col("split").is_in(["group", "rule"]))
    return {"summary.csv": result.summary.filter(kept), "attribution.csv": result.attribution}


def main() -> None:
    """Write the tables of every shipped scenario."""
    for path in SCENARIOS:
        folder = REFERENCE / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables(path).items():
            table.write_csv(folder / name, float_precision=9)
        print(f"results/reference/{path.stem}")


if __name__ == "__main__":
    main()
