"""Messages, whatever they were exported from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sim.importers.base import Option, Options, Output, UnusableFile
from sim.importers.moments import Moment, clock
from sim.importers.names import Names
from sim.importers.report import Report, Value
from sim.importers.writing import table_text

LONGEST_NAME, LONGEST_TEXT = 200, 9_000
WEEK = 168.0
MONDAY = 96.0
FURTHEST = 24 * 3650.0
"""Hours from the beginning of 1970 to the first Monday."""
FORMULA = ("=", "+", "-", "@")

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")

MESSAGE_OPTIONS = (
    Option("utc_offset", "Hours by which the clocks of the file are ahead of universal time; as the file says, else 0.", metavar="HOURS"),
    Option("keep_text", "Store what was written, for rules that read texts.", False),
    Option("keep_names", "Store names of authors and rooms instead of a1, a2, r1, r2.", False),
)
"""Options of all kinds that read messages."""


@dataclass(slots=True)
class Message:
    """One message.

    Attributes:
        moment: when it was written.
        author, room: names, or ids that are as good.
        id, reply_to: of the message and of the one that it answers, by their own names; empty where there is none.
        text, topic, group, stance: empty where there is none.
    """

    moment: Moment
    author: str
    room: str = ""
    id: str = ""
    reply_to: str = ""
    text: str = ""
    topic: str = ""
    group: str = ""
    stance: str = ""


@dataclass
class Log:
    """Messages in order of time, with what is known about all of them.

    Attributes:
        offset: hours by which local time is ahead of universal time.
        time: (N,) hours since the beginning of 1970, universal time.
        parent: (N,) position of the message that each answers, which is earlier and in the same room; -1 for none.
        marked: whether the format marks replies.
        orphans: messages that say that they answer one that is not there.
        dated: whether times are dates, not hours since some start.
    """

    messages: list[Message]
    offset: float = 0.0
    marked: bool = True
    time: list[float] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    orphans: int = 0
    dated: bool = True

    def local_hour(self, at: int) -> int:
        """Hour of the local day of a message."""
        return int((self.time[at] + self.offset) % 24)


def make_log(messages: Iterable[Message], options: Options, report: Report, marked: bool) -> Log:
    """A log of messages in any order.

    Raises:
        UnusableFile: if there are none, or more than `options.most_rows`.
    """
    found = list(messages)
    if not found:
        raise UnusableFile(
            "no message is left of what was read" + "".join(f"; {reason}: {skip.rows:,}" for reason, skip in report.skipped.items())
        )
    dated = {message.moment.dated for message in found}
    if len(dated) > 1:
        raise UnusableFile("times that are all dates, or all hours since some start, and got both")
    given = offset_of(options)
    said = Counter(message.moment.offset for message in found)
    offset = given if given is not None else next((ahead for ahead, _ in said.most_common(1) if ahead is not None), 0.0)
    if dated == {True} and given is None and (None in said or said == {0.0: len(found)}):
        report.note(
            "Times are taken as universal time, and hours of the day with them; --utc-offset says how far local clocks are ahead of it."
        )
    found = _within_reach(found, report)
    time = [m.moment.wall - (offset if m.moment.offset is None else m.moment.offset) for m in found]
    order = sorted(range(len(found)), key=time.__getitem__)
    log = Log([found[at] for at in order], offset, marked, [time[at] for at in order], dated=True in dated)
    _link(log)
    return log


def _within_reach(found: list[Message], report: Report) -> list[Message]:
    """The messages without those that come so long after the first that no scenario could last until then."""
    first = min(message.moment.wall for message in found)
    kept = [message for message in found if message.moment.wall - first < FURTHEST]
    for message in found if len(kept) < len(found) else ():
        if message.moment.wall - first >= FURTHEST:
            report.skip("more than ten years after the first message", clock(message.moment.wall) if message.moment.dated else "an hour")
    return kept


def offset_of(options: Options) -> float | None:
    """The offset that was asked for.

    Raises:
        UnusableFile: if it is no number of hours.
    """
    given = options.own.get("utc_offset")
    if given is None:
        return None
    try:
        hours = float(given)
    except ValueError:
        hours = 99.0
    if not -12 <= hours <= 14:
        raise UnusableFile(f"--utc-offset: hours from -12 to 14, and got {given!r}")
    return hours


def _link(log: Log) -> None:
    """Finds what each message answers."""
    seen: dict[tuple[str, str], int] = {}
    for at, message in enumerate(log.messages):
        parent = seen.get((message.room, message.reply_to), -1) if message.reply_to else -1
        log.parent.append(parent)
        log.orphans += bool(message.reply_to) and parent < 0
        if message.id:
            seen.setdefault((message.room, message.id), at)


def cleaned(text: object, longest: int) -> str:
    """A text without control characters and characters that cannot be written, shortened; lines are kept."""
    return _CONTROL.sub("", str(text)[: 2 * longest].replace("\r\n", "\n").replace("\r", "\n"))[:longest].strip()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def trace_output(log: Log, options: Options, report: Report, renamed: Names, use: str) -> Output:
    """The log as a trace."""
    zero = (log.time[0] - MONDAY) // WEEK * WEEK + MONDAY if log.dated else 0.0
    report.add("Trace", _about(log, zero))
    columns = _columns(log, options, zero, renamed)
    if "text" not in columns and any(message.text for message in log.messages):
        report.note("Texts were left out of the trace; --keep-text keeps them, and keyword rules see them then.")
    if "topic" not in columns:
        report.note("The trace gives no topics: in a run, each message has that of what it answers, or one that interests its author.")
    return Output("-trace.csv", table_text(list(columns), zip(*columns.values(), strict=True)), use)


def _about(log: Log, zero: float) -> dict[str, Value]:
    last = log.time[-1] - zero
    return {
        "hour 0": f"{clock(zero)}, universal time" if log.dated else "that of the file",
        "first message": f"hour {log.time[0] - zero:,.2f}",
        "last message": f"hour {last:,.2f}: a horizon of {int(last // 24) + 1} d takes all of them up",
    }


def _columns(log: Log, options: Options, zero: float, renamed: Names) -> dict[str, Sequence[str]]:
    """Columns of a trace that say anything."""
    author, room = (_Short(letter, bool(options.own.get("keep_names"))) for letter in ("a", "r"))
    messages = log.messages
    columns: dict[str, Sequence[str]] = {
        "time": [f"{time - zero:.4f}" for time in log.time],
        "author": [author.of(message.author) for message in messages],
        "room": [room.of(message.room) for message in messages],
        "reply_to": [str(parent + 1) if parent >= 0 else "" for parent in log.parent],
        "topic": [renamed.of(message.topic) if message.topic else "" for message in messages],
        "group": [renamed.of(message.group) if message.group else "" for message in messages],
        "stance": [message.stance for message in messages],
        "text": [harmless(cleaned(message.text, LONGEST_TEXT)) if options.own.get("keep_text") else "" for message in messages],
    }
    return {name: cells for name, cells in columns.items() if name in ("time", "author", "room") or any(cells)}


class _Short:
    """Names as a trace has them: a1, a2 and so on, or what they are."""

    def __init__(self, letter: str, keep: bool) -> None:
        self._letter, self._keep = letter, keep
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, name: str) -> str:
        """The same for the same."""
        if name not in self._names:
            self._names[name] = self._new(name)
        return self._names[name]

    def _new(self, name: str) -> str:
        if not name:
            return ""
        number = len(self._names) + 1
        kept = harmless(" ".join(cleaned(name, LONGEST_NAME).split())) if self._keep else ""
        new = kept if kept and kept not in self._taken else f"{kept} {self._letter}{number}".strip()
        self._taken.add(new)
        return new
