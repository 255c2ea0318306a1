"""Keyword combinations over texts: processor seconds to prepare a list, and to match it. Medians.

python benchmarks/matching.py
"""

from __future__ import annotations

import random
import statistics
import time

from sim.model.moderation.matching import Matcher
from sim.scenario.combination import normal, occur, parse

RULES, TEXTS = 10_000, 10_000
REPEATS = 3
SAMPLE = 200
"""Texts that are also matched one by one."""

Case = tuple[list[str], list[str]]


def chinese(draw: random.Random) -> Case:
    """Combinations in the sizes measured on WeChat, of words of one to four characters, over texts of some 60 characters."""
    signs = [chr(0x4E00 + number) for number in range(600)]
    words = ["".join(draw.choices(signs, k=draw.choice([1, 2, 2, 2, 3, 4]))) for _ in range(3000)]
    sizes = draw.choices([1, 2, 3, 4, 5, 6], [85, 874, 794, 3448, 126, 7], k=RULES)
    return ["+".join(draw.choices(words, k=size)) for size in sizes], ["".join(draw.choices(words, k=26)) for _ in range(TEXTS)]


def dense(draw: random.Random) -> Case:
    """Pairs of few words, all of them frequent."""
    words = [f"{number:03d}" for number in range(200)]
    return ["+".join(draw.choices(words, k=2)) for _ in range(RULES)], [" ".join(draw.choices(words, k=10)) for _ in range(TEXTS)]


def wild(draw: random.Random) -> Case:
    """As `chinese`, every part with a wildcard."""
    rules, texts = chinese(draw)
    return ["+".join(f"{part[:1]}*{part[1:]}" for part in rule.split("+")) for rule in rules], texts


def measure(rules: list[str], texts: list[str]) -> tuple[float, float, int]:
    """Median seconds to prepare and to match, and pairs found."""
    prepared, matched, pairs = [], [], 0
    for _ in range(REPEATS):
        started = time.process_time()
        matcher = Matcher([parse(rule) for rule in rules])
        ready = time.process_time()
        pairs = len(matcher.pairs(texts)[0])
        prepared.append(ready - started)
        matched.append(time.process_time() - ready)
    return statistics.median(prepared), statistics.median(matched), pairs


def one_by_one(rules: list[str], texts: list[str]) -> float:
    """Seconds for every rule over every text, from those for some texts."""
    parsed = [parse(rule) for rule in rules]
    started = time.process_time()
    for text in map(normal, texts[:SAMPLE]):
        for parts in parsed:
            occur(parts, text)
    return (time.process_time() - started) * len(texts) / SAMPLE


def main() -> None:
    """Print the table of README.md."""
    print("case  pairs found  prepare s  match s  one by one s")
    for case in (chinese, wild, dense):
        rules, texts = case(random.Random(1))
        prepare, match, pairs = measure(rules, texts)
        print(f"{case.__name__:8s} {pairs:9d} {prepare:6.2f} {match:6.2f} {one_by_one(rules, texts):7.1f}", flush=True)


if __name__ == "__main__":
    main()
