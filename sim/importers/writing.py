"""Where outputs go, and how they get there: whole, or not at all."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.importers.base import Output, UnusableFile
from sim.importers.files import shown_path


def table_text(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> str:
    """A table in the CSV that scenarios read; `title` becomes a comment before the header."""
    text = io.StringIO()
    if title:
        text.write(f"# title: {' '.join(title.split())}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def places(outputs: Sequence[Output], source: Path, out: Path | None) -> list[Path]:
    """Where each output goes: the first to `out`, others beside it; into the working directory, named after the source, if it is None.

    Raises:
        UnusableFile: if `out` does not end as the first output does.
    """
    if out is None:
        stem = source.resolve().name if source.is_dir() else source.stem
        return [Path(f"{stem}{output.ending}") for output in outputs]
    ending = Path(f"a{outputs[0].ending}").suffix
    if out.suffix != ending:
        raise UnusableFile(f"--out: a name that ends in {ending}, and got {shown_path(out)}")
    return [out, *(out.with_name(f"{out.stem}{output.ending}") for output in outputs[1:])]


def write(texts: Mapping[Path, str], force: bool) -> None:
    """Writes files so that each is there wholly or not at all.

    Raises:
        UnusableFile: if one is there already, unless `force`, or cannot be written.
    """
    there = [path for path in texts if path.is_dir() or (path.exists() and not force)]
    if there:
        raise UnusableFile(*(f"{shown_path(path)}: a new file (--force writes over it), and got one that is there" for path in there))
    for path, text in texts.items():
        _write(path, text)


def _write(path: Path, text: str) -> None:
    try:
        descriptor, part = tempfile.mkstemp(prefix=f".{path.name[:50]}.", dir=path.parent)
        try:
            with open(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(part, 0o666 & ~_umask())
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        raise UnusableFile(f"{shown_path(path)}: cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
