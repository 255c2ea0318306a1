"""Tables that may be larger than memory: written, and read, some rows at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

ROWS = 100_000
"""Rows that are written and read at a time. A row group of a file has as many, so that the file is the same byte for byte however the rows
came in."""

ONE_PIECE = 500_000
"""Rows up to which a table lies in memory in one piece."""

Columns = dict[str, type[pl.DataType]]


def put(name: str, blocks: Iterable[pl.DataFrame], columns: Columns, folder: Path | None) -> dict[str, pl.DataFrame]:
    """Puts a table that comes in blocks into a folder, no more than one block in memory; without a folder, gives it, by its name."""
    if folder is None:
        parts = [pl.DataFrame(schema=columns), *blocks]
        return {name: pl.concat(parts, rechunk=sum(part.height for part in parts) <= ONE_PIECE)}
    with TemporaryDirectory(dir=folder) as beside:
        files = []
        for number, block in enumerate(blocks):
            files.append(Path(beside, f"{number}.parquet"))
            block.write_parquet(files[-1])
        rows = pl.scan_parquet(files, glob=False) if files else pl.LazyFrame(schema=columns)
        write_parquet(rows, file_of(name, folder))
    return {}


def scan(name: str, in_memory: Mapping[str, pl.DataFrame], folder: Path | None) -> pl.LazyFrame:
    """A table in memory, or in a folder, unread."""
    if name in in_memory or folder is None:
        return in_memory[name].lazy()
    return pl.scan_parquet(file_of(name, folder), glob=False)


def file_of(name: str, folder: Path) -> Path:
    """The file of a table."""
    return folder / f"{name}.parquet"


def write_parquet(rows: pl.LazyFrame, path: Path) -> None:
    """Writes a table."""
    rows.sink_parquet(path, row_group_size=ROWS)


def pieces(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """A table, some rows at a time; one piece without rows if it has none."""
    height = rows.select(pl.len()).collect().item()
    return (rows.slice(start, ROWS).collect() for start in range(0, max(height, 1), ROWS))
