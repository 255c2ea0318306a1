"""Files as text: bounded, of an encoding that is found out, and refused in one line where they are no text."""

from __future__ import annotations

import codecs
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from sim.importers.base import Options, UnusableFile
from sim.scenario.problems import clean, shown

ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order, after a byte order mark, which decides, and a guess at UTF-16 without one."""

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BINARY = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet (save it as CSV, or unpack it)",
    b"\x1f\x8b": "a gzip archive (unpack it)",
    b"BZh": "a bzip2 archive (unpack it)",
    b"\xfd7zXZ": "an xz archive (unpack it)",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet or document (save it as CSV)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file (save it as CSV)",
    b"\x7fELF": "a program",
}
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.05
_LOOKED_AT = 1_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """What a file holds, and in which encoding."""

    path: Path
    text: str
    encoding: str

    @property
    def name(self) -> str:
        """The file as messages show it."""
        return shown_path(self.path)


def shown_path(path: Path) -> str:
    """A path in one harmless line."""
    return clean(str(path), 500)


def read_text(path: Path, options: Options) -> Text:
    """The text of a file.

    Raises:
        UnusableFile: if it cannot be read, is too large, holds nothing, or is no text in a known encoding.
    """
    raw = read_bytes(path, options)
    name = shown_path(path)
    for mark, what in _BINARY.items():
        if raw.startswith(mark):
            raise UnusableFile(f"{name}: a text file, and got {what}")
    text, encoding = _decoded(raw, name, options.encoding)
    if not text.strip("\ufeff\0 \t\r\n"):
        raise UnusableFile(f"{name}: something to read, and got an empty file")
    start = text[:_LOOKED_AT]
    if len(_CONTROLS.findall(start)) > _MOST_CONTROLS * len(start):
        raise UnusableFile(f"{name}: a text file, and got a binary one (read as {encoding}, it is full of control characters)")
    return Text(path, text, encoding)


def read_bytes(path: Path, options: Options) -> bytes:
    """What a regular file holds.

    Raises:
        UnusableFile: if it cannot be read, or is larger than `options.most_bytes`.
    """
    name = shown_path(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnusableFile(f"{name}: a file, and got {'a folder' if path.is_dir() else 'a device or pipe'}")
        if status.st_size > options.most_bytes:
            raise UnusableFile(f"{name}: {_too_large(status.st_size, options.most_bytes)}")
        return path.read_bytes()
    except FileNotFoundError:
        raise UnusableFile(f"{name}: a file that exists, and got none of this name") from None
    except OSError as error:
        raise UnusableFile(f"{name}: a file that can be read, and got: {error.strerror}") from None


def _too_large(size: int, most: int) -> str:
    return f"at most {_megabytes(most)}, and got {_megabytes(size)}; --max-size raises the limit"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.4g} MB" if size >= 1_000_000 else f"{size:,} bytes"


def _decoded(raw: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    if encoding is not None:
        return _in(raw, name, encoding), encoding
    for mark, marked in _MARKS:
        if raw.startswith(mark):
            return _in(raw, name, marked), marked
    for candidate in (*_sixteen_bits(raw), *ENCODINGS):
        try:
            return raw.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    raise UnusableFile(f"{name}: text in UTF-8, UTF-16 or GB18030, and got another encoding; --encoding names it")


def _sixteen_bits(raw: bytes) -> tuple[str, ...]:
    """The byte order of UTF-16 without a mark: line ends show it."""
    if len(raw) % 2:
        return ()
    little, big = raw[:_LOOKED_AT:2].count(0), raw[1:_LOOKED_AT:2].count(0)
    ends = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}
    order = "utf-16-le" if big > little else "utf-16-be"
    return (order,) if ends[order] in raw[:_LOOKED_AT] and max(little, big) > 10 * min(little, big) else ()


def _in(raw: bytes, name: str, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except LookupError:
        raise UnusableFile(f"--encoding: the name of an encoding, such as utf-8, and got {shown(encoding)}") from None
    except (UnicodeError, ValueError) as error:
        at = f"byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else "a byte"
        line = f":{raw.count(bytes([10]), 0, error.start) + 1}" if isinstance(error, UnicodeDecodeError) else ""
        raise UnusableFile(f"{name}{line}: text in {encoding}, and got something else at {at}") from None
