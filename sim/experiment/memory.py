"""Memory: sizes as people write them, what the machine has left, and a limit on a process."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

try:
    import resource
except ImportError:  # as on Windows
    resource = None  # type: ignore[assignment]

UNITS = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
LEAST = 300 * 10**6
"""The lowest limit on a process: what its libraries alone ask for, and a little."""

_ROOT = Path("/sys/fs/cgroup")
_FILES = (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes"))
"""Limit and use of a control group, in its two versions."""


def parse_size(text: str) -> int:
    """Bytes of a size such as `2 GB` or `500 MB`.

    Raises:
        ValueError: if it is none, with the rule.
    """
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([a-z]{2,3})", text.strip(), re.ASCII | re.IGNORECASE)
    unit = {name.lower(): size for name, size in UNITS.items()}.get(match[2].lower()) if match else None
    if match is None or unit is None or not (size := int(float(match[1]) * unit)):
        raise ValueError(f"a size above 0 with its unit ({', '.join(UNITS)}) such as 2 GB, and got {text[:40]!r}")
    return size


def format_size(size: float) -> str:
    """Bytes in megabytes or gigabytes, two digits of them."""
    value, unit = (size / 1e6, "MB") if size < 995e6 else (size / 1e9, "GB")
    return f"{value:.2g} {unit}" if value < 100 else f"{float(f'{value:.2g}'):,.0f} {unit}"


def available_memory() -> int | None:
    """Bytes that this process and those that it starts can still have, by the machine and by its control groups; None if unknown."""
    left = [*_of_machine(), *_of_groups()]
    return min(left) if left else None


def limit_process(size: int) -> None:
    """Lets this process ask for no more memory, so that a MemoryError comes of it instead; nothing where the system has no such limit."""
    if resource is not None:
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (size if most == resource.RLIM_INFINITY else min(size, most), most))


def limit_of_process() -> int | None:
    """What `limit_process` set; None if nothing is."""
    if resource is None:
        return None
    size, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return None if size == resource.RLIM_INFINITY else size


def _of_machine() -> Iterator[int]:
    if fields := _table(Path("/proc/meminfo")):
        yield fields.get("MemAvailable:", fields.get("MemFree:", 0)) * 1024
    elif hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _of_groups() -> Iterator[int]:
    """What is left to each control group over this process, as far as they can be seen."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for _, controllers, name in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        root = _ROOT if not controllers else _ROOT / controllers
        own = root / name.strip("/")
        for folder in (own, *own.parents):
            if folder == _ROOT.parent:
                break
            yield from _left(folder)


def _left(folder: Path) -> Iterator[int]:
    """What is left to a control group; what it holds of files for the case that they are read again can be had."""
    for limit, use in _FILES:
        try:
            most, used = int((folder / limit).read_text()), int((folder / use).read_text())
        except (OSError, ValueError):
            continue
        yield max(most - used + _table(folder / "memory.stat").get("inactive_file", 0), 0)


def _table(path: Path) -> dict[str, int]:
    """Names and numbers of a file, a pair to a line; empty if it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return {parts[0]: int(parts[1]) for parts in map(str.split, lines) if len(parts) > 1 and parts[1].isdecimal()}
