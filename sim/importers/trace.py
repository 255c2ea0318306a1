"""Messages in a table, to be replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from sim.importers.base import Imported, Importer, Option, Options
from sim.importers.dates import DAY_FIRST, ORDERS
from sim.importers.files import Text, read_text
from sim.importers.messages import MESSAGE_OPTIONS, Message, make_log, trace_output
from sim.importers.moments import is_ambiguous, read_moment, written_order
from sim.importers.names import Names
from sim.importers.report import Report
from sim.importers.tables import Table, find_table
from sim.scenario.problems import shown

ALIASES = {
    "time": (
        "time", "timestamp", "date", "datetime", "created at", "created utc", "created", "sent at", "sent", "ts", "day", "时间", "日期",
    ),
    "author": (
        "author", "user", "username", "user name", "from", "sender", "author id", "user id", "screen name", "name", "nick", "who",
        "participant", "作者", "用户",
    ),
    "room": ("room", "channel", "chat", "group chat", "thread", "conversation", "channel id", "chat id", "room id", "subreddit", "server"),
    "id": ("id", "message id", "msg id", "tweet id", "post id"),
    "reply_to": (
        "reply to", "parent", "parent id", "in reply to", "in reply to id", "in reply to status id", "reply to id", "reply to message id",
        "replied to",
    ),
    "topic": ("topic", "theme", "category"),
    "group": ("group", "community"),
    "stance": ("stance",),
    "text": ("text", "message", "content", "body", "contents", "comment", "tweet", "内容"),
}  # fmt: skip
"""Columns that are known, by what they mean; the first that is there counts."""

_LOOKED_AT = 20_000

COLUMN_OPTIONS = tuple(
    Option(f"{meaning}_column", f"Column of {meaning.replace('_', ' ')}; found by its name if not given.", metavar="NAME")
    for meaning in ALIASES
)
ORDER_OPTION = Option("date_order", "Which comes first in dates such as 7/1/2016; found out, or day-first, if not given.", choices=ORDERS)


def read(paths: Sequence[Path], options: Options) -> Imported:
    """Reads one table of messages."""
    report, text = Report(), read_text(paths[0], options)
    table = message_table(text, options)
    report.add("Columns", dict(table.described()))
    log = make_log(table_messages(table, options, report), options, report, marked=table.has("reply_to"))
    if log.orphans:
        report.add("Replies to what is not in the file, or later, or in another room, kept as messages of their own", log.orphans)
    renamed = Names(options.own.get("rename") or ())
    output = trace_output(log, options, report, renamed, "trace: {{file: {file}, platform: NAME}}")
    if renamed.changed():
        report.add("Topics and groups as scenarios call them", renamed.changed())
    return Imported((output,), report)


def message_table(text: Text, options: Options) -> Table:
    """The table of messages in a text.

    Raises:
        UnusableFile: if there is none with times and authors.
    """
    chosen: Mapping[str, str | None] = {meaning: options.own.get(f"{meaning}_column") for meaning in ALIASES}
    for required in ("author", "time"):
        table = find_table(text, ALIASES, required, options, chosen, plain=False, option=f"--{required}-column")
    return table


def table_messages(table: Table, options: Options, report: Report) -> Iterator[Message]:
    """Messages of a table; rows without a time or an author are skipped in the report."""
    order = order_in([row["time"] for _, row in islice(table.rows(Report()), _LOOKED_AT)], options, report)
    groups: dict[str, str] = {}
    read = 0
    for line, row in table.rows(report):
        read += 1
        moment = read_moment(row["time"], order)
        if moment is None:
            report.skip("no time that can be read", line, shown(row["time"]) if row["time"] else None)
        elif not row["author"]:
            report.skip("no author", line)
        else:
            row.setdefault("id", str(read))
            _mend(row, groups, line, report)
            yield Message(moment=moment, **{name: cell for name, cell in row.items() if name != "time"})
    report.add("Rows", read)


def _mend(row: dict[str, str], groups: dict[str, str], line: int, report: Report) -> None:
    """Takes out of a row what a trace could not have."""
    if row.get("group") and groups.setdefault(row["author"], row["group"]) != row["group"]:
        report.skip("another group than the author had before (the message is kept, in the first)", line)
        row["group"] = ""
    if row.get("stance") and not _is_stance(row["stance"]):
        report.skip("no stance from -1 to 1 (the message is kept, without one)", line)
        row["stance"] = ""


def _is_stance(cell: str) -> bool:
    try:
        return -1 <= float(cell) <= 1
    except ValueError:
        return False


def order_in(times: Sequence[str], options: Options, report: Report) -> str:
    """Whether the day or the month comes first in some times."""
    order: str | None = options.own.get("date_order") or written_order(times)
    if order is None and any(map(is_ambiguous, times)):
        report.note("Dates such as 7/1/2016 are read with the day first, as nothing shows which comes first; --date-order decides it.")
    return order or DAY_FIRST


IMPORTER = Importer(
    summary="Messages that were really sent, to replay.",
    details="A table with the time and the author of each message, and perhaps its room, topic, text, the author's group, the stance it "
    "shows, its id, and the id (or else the number, from 1) of the message that it answers. Writes the trace that a scenario replays "
    "instead of drawing occasions. Times may be ISO dates, seconds or milliseconds of the Unix clock, hours, or dates such as 30/4/2020 "
    "17:05. Names are replaced by a1, a2 and r1, r2, and texts left out, unless asked for.",
    examples=("messages.csv", "messages.tsv --author-column nick --keep-text --rename 'Human rights=human-rights' --out talk.csv"),
    read=read,
    options=(
        *COLUMN_OPTIONS,
        Option("rename", "What a scenario calls a topic or group of the file; repeatable.", metavar="OLD=NEW", many=True),
        ORDER_OPTION,
        *MESSAGE_OPTIONS,
    ),
)
