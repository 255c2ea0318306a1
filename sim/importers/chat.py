"""Exported chats: when people write, how much, in which rooms, and how they reply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from sim.importers.activity import estimate, fragment
from sim.importers.base import Imported, Importer, Option, Options, Output, UnusableFile
from sim.importers.exports import (
    DISCORD,
    TELEGRAM,
    WHATSAPP,
    discord,
    is_whatsapp,
    kind_of,
    named_authors,
    parsed,
    telegram,
    whatsapp,
    whatsapp_times,
)
from sim.importers.files import Text, read_text
from sim.importers.messages import MESSAGE_OPTIONS, Message, make_log, trace_output
from sim.importers.names import Names
from sim.importers.report import Report
from sim.importers.trace import COLUMN_OPTIONS, ORDER_OPTION, message_table, order_in, table_messages
from sim.scenario.problems import shown

TABLE = "a table"
_MARKS_REPLIES = {TELEGRAM: True, DISCORD: True, WHATSAPP: False}
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


def read(paths: Sequence[Path], options: Options) -> Imported:
    """Reads exports, each a chat of its own or several."""
    for option in ("group", "platform"):
        if not _NAME.fullmatch(options.own[option]):
            raise UnusableFile(f"--{option}: a name of lower-case letters, digits and hyphens, and got {shown(options.own[option])}")
    report, messages, marked, formats = Report(), list[Message](), True, dict[str, int]()
    for path in paths:
        found, kind, marks = _messages(read_text(path, options), options, report)
        formats[kind] = formats.get(kind, 0) + 1
        marked = marked and marks
        messages += found
        if len(messages) > options.most_rows:
            raise UnusableFile(f"at most {options.most_rows:,} messages, and got more; --max-rows raises the limit")
    report.add("Format", ", ".join(kind if number == 1 else f"{kind}, {number} files" for kind, number in formats.items()))
    log = make_log(messages, options, report, marked)
    found_activity = estimate(log, report)
    text = fragment(found_activity, options.own["group"], options.own["platform"], options.own["base"])
    outputs = [Output("-activity.yaml", text, "extends: {file}")]
    if options.own["trace"]:
        use = f"trace: {{{{file: {{file}}, platform: {options.own['platform']}}}}}"
        outputs.append(trace_output(log, options, report, Names(options.own.get("rename") or ()), use))
    return Imported(tuple(outputs), report)


def _messages(text: Text, options: Options, report: Report) -> tuple[list[Message], str, bool]:
    """The messages of a file, its format, and whether that marks replies."""
    if is_whatsapp(text.text):
        order = order_in(whatsapp_times(text.text), options, report)
        return list(whatsapp(text, order, report)), WHATSAPP, False
    if text.text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        document = parsed(text)
        kind = kind_of(document)
        if kind is None:
            raise UnusableFile(f"{text.name}: an export of Telegram or of DiscordChatExporter, and got JSON of another kind")
        messages: Iterable[Message] = (telegram if kind == TELEGRAM else discord)(document, report)
        return _called(messages, named_authors(document, kind) if options.own["keep_names"] else {}), kind, True
    table = message_table(text, options)
    return list(table_messages(table, options, report)), TABLE, table.has("reply_to")


def _called(messages: Iterable[Message], names: dict[str, str]) -> list[Message]:
    """The messages with authors by the names that they are known by, where these tell them apart."""
    bearers, found = Counter(names.values()), list(messages)
    for message in found:
        name = names.get(message.author, message.author)
        message.author = f"{name} ({message.author})" if bearers[name] > 1 else name
    return found


IMPORTER = Importer(
    summary="Exported chats: when people write, and how they reply.",
    details="Telegram's JSON (result.json, of a chat or an account), WhatsApp's text in its many forms, DiscordChatExporter's JSON, or a "
    "table with the time and author of each message. Writes a piece of a scenario with what the chat shows: the hours of the day, messages "
    "per person and day, how unequally people write, sizes of rooms, and how many replies come how soon. With --trace, also the messages "
    "themselves, to replay. No text is stored unless asked for, and no name.",
    examples=(
        "result.json --base scenarios/un75-tencent.yaml --group mainland --platform tencent",
        "chats/*.txt --utc-offset 8 --trace --keep-text",
    ),
    read=read,
    several=True,
    options=(
        Option("group", "Group of the scenario that the authors stand for.", "people", metavar="NAME"),
        Option("platform", "Platform of the scenario that the chat stands for.", "chat", metavar="NAME"),
        Option("base", "Scenario that the piece extends, as a path from it; none if not given.", metavar="FILE"),
        Option("trace", "Write the messages too, as a trace to replay.", False),
        Option("rename", "With --trace: what a scenario calls a topic or group of a table; repeatable.", metavar="OLD=NEW", many=True),
        ORDER_OPTION,
        *COLUMN_OPTIONS,
        *MESSAGE_OPTIONS,
    ),
)
