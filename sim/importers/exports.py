"""Exported chats as messages: Telegram's JSON, DiscordChatExporter's JSON, and WhatsApp's text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sim.importers.base import UnusableFile
from sim.importers.files import Text
from sim.importers.messages import Message
from sim.importers.moments import Moment, read_moment
from sim.importers.report import Report
from sim.scenario.problems import clean

TELEGRAM, DISCORD, WHATSAPP = "Telegram (JSON)", "DiscordChatExporter (JSON)", "WhatsApp (text)"

_INVISIBLE = "\u200e\u200f\u202a\u202c\ufeff"
_STAMP = re.compile(
    rf"[{_INVISIBLE}]*(\[)?(?P<time>\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},?\s{{1,3}}(?:(?:上午|下午|凌晨|早上|中午|晚上)\s?)?\d{{1,2}}[:.]\d{{2}}"
    rf"(?:[:.]\d{{2}})?(?:\s?[ap]\.?\s?m\.?)?)(?(1)\]|\s{{1,3}}[-–])\s(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AUTHOR = re.compile(rf"(?P<author>[^:\n]{{1,100}}?): ?(?P<text>[{_INVISIBLE}]*.*)", re.DOTALL)
_MEDIA = re.compile(r"^<.*>$|\b(omitted|omitid[oa]|weggelassen|omis|absente?|omess[oi]|ocultad[oa])\b|忽略|已略去|省略", re.IGNORECASE)
_QUOTES = re.compile('["“”«»„]')
_STAMPS_WITHIN = 100

Object = dict[str, Any]


def is_whatsapp(text: str) -> bool:
    """Whether any of the first lines begins as messages of WhatsApp do."""
    return any(_STAMP.match(line) for line in text[:20_000].splitlines()[:_STAMPS_WITHIN])


def whatsapp_times(text: str) -> list[str]:
    """The times of all messages, as they are written."""
    return [match["time"] for line in text.split("\n") if (match := _STAMP.match(line))]


def whatsapp(text: Text, order: str, report: Report) -> Iterator[Message]:
    """Messages of a text that WhatsApp exported; what the app itself says is skipped."""
    room = text.path.stem
    for line, stamp, rest in _entries(text.text):
        moment, said = read_moment(stamp, order), _AUTHOR.fullmatch(rest)
        if moment is None:
            report.skip("no time that can be read", line)
        elif said is None or _QUOTES.search(said["author"]) or _is_notice(said["text"]):
            report.skip("what the app itself says", line)
        elif not (author := said["author"].strip(f"~{_INVISIBLE} \u202f\xa0")):
            report.skip("no author", line)
        else:
            yield Message(moment, author, room, text=_without_media(said["text"]))


def _entries(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, time and the rest of each message; lines without a time belong to the message before."""
    line, stamp, rest = 0, "", [""]
    for number, content in enumerate(text.split("\n"), 1):
        if match := _STAMP.match(content.rstrip("\r")):
            if stamp:
                yield line, stamp, "\n".join(rest)
            line, stamp, rest = number, match["time"], [match["rest"]]
        else:
            rest.append(content.rstrip("\r"))
    if stamp:
        yield line, stamp, "\n".join(rest)


def _is_notice(text: str) -> bool:
    """Whether a text that begins with an invisible mark, as what the app writes does, is no media of its author."""
    return text.startswith("\u200e") and not _MEDIA.search(text[:1000].strip(_INVISIBLE))


def _without_media(text: str) -> str:
    plain = text.strip(f"{_INVISIBLE} \n")
    return "" if len(plain) < 100 and _MEDIA.search(plain) else plain


def parsed(text: Text) -> Any:
    """A JSON document.

    Raises:
        UnusableFile: if it is none.
    """
    try:
        return json.loads(text.text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        cut = "; is it cut off?" if error.pos >= len(text.text.rstrip()) - 1 or error.msg.startswith("Unterminated") else ""
        raise UnusableFile(f"{text.name}:{error.lineno}:{error.colno}: JSON that can be read, and got: {error.msg}{cut}") from None
    except RecursionError:
        raise UnusableFile(f"{text.name}: JSON that can be read, and got one that is nested too deeply") from None
    except ValueError as error:
        raise UnusableFile(f"{text.name}: JSON that can be read, and got: {clean(str(error), 100)}") from None


def kind_of(document: Any) -> str | None:
    """Which program exported a JSON document; None if none that is known."""
    if not isinstance(document, dict):
        return None
    if isinstance(document.get("channel"), dict) and isinstance(document.get("messages"), list):
        return DISCORD
    return TELEGRAM if _telegram_chats(document) else None


def telegram(document: Object, report: Report) -> Iterator[Message]:
    """Messages of a chat, or of all chats of an account, that Telegram exported."""
    chats = _telegram_chats(document)
    names = Counter(_text_of(chat.get("name")) for chat in chats)
    for number, chat in enumerate(chats, 1):
        room = _room(chat, number)
        if names[room] > 1:
            room = f"{room} {number}"
        for place, found in _objects(chat["messages"], report):
            author = _text_of(found.get("from_id")) or _text_of(found.get("from"))
            moment = _telegram_moment(found)
            if found.get("type") != "message":
                report.skip("what the app itself says", place)
            elif moment is None or not author:
                report.skip("no time that can be read" if moment is None else "no author (a deleted account)", place)
            else:
                answers = _text_of(found.get("reply_to_message_id"))
                yield Message(moment, author, room, _text_of(found.get("id")), answers, _telegram_text(found.get("text")))


def discord(document: Object, report: Report) -> Iterator[Message]:
    """Messages of a channel that DiscordChatExporter exported; those of bots are skipped."""
    room = _room(document["channel"], 1)
    for place, found in _objects(document["messages"], report):
        author = found.get("author") if isinstance(found.get("author"), dict) else {}
        assert isinstance(author, dict)
        reference = found.get("reference") if isinstance(found.get("reference"), dict) else {}
        assert isinstance(reference, dict)
        moment = read_moment(_text_of(found.get("timestamp")))
        name = _text_of(author.get("id")) or _text_of(author.get("name"))
        if found.get("type") not in ("Default", "Reply", "0", "19", 0, 19):
            report.skip("what the app itself says", place)
        elif author.get("isBot") is True:
            report.skip("written by a bot", place)
        elif moment is None or not name:
            report.skip("no time that can be read" if moment is None else "no author", place)
        else:
            answers = _text_of(reference.get("messageId"))
            yield Message(moment, name, room, _text_of(found.get("id")), answers, _text_of(found.get("content")))


def named_authors(document: Object, kind: str) -> dict[str, str]:
    """What authors are called, by the name that their messages have here."""
    names: dict[str, str] = {}
    if kind == TELEGRAM:
        found: Iterable[Object] = (m for chat in _telegram_chats(document) for m in chat["messages"] if isinstance(m, dict))
        pairs = ((_text_of(m.get("from_id")), _text_of(m.get("from"))) for m in found)
    else:
        authors = (m["author"] for m in document["messages"] if isinstance(m, dict) and isinstance(m.get("author"), dict))
        pairs = ((_text_of(a.get("id")), _text_of(a.get("nickname") or a.get("name"))) for a in authors)
    for key, name in pairs:
        if key and name:
            names.setdefault(key, name)
    return names


def _telegram_chats(document: Object) -> Sequence[Object]:
    chats = document.get("chats")
    listed = chats.get("list") if isinstance(chats, dict) else [document]
    return (
        [chat for chat in listed or [] if isinstance(chat, dict) and isinstance(chat.get("messages"), list)]
        if isinstance(listed, list)
        else []
    )


def _objects(messages: Sequence[Any], report: Report) -> Iterator[tuple[str, Object]]:
    for number, found in enumerate(messages, 1):
        if isinstance(found, dict):
            yield f"message {number}", found
        else:
            report.skip("no message at all", f"message {number}")


def _room(chat: Object, number: int) -> str:
    return _text_of(chat.get("name")) or _text_of(chat.get("id")) or f"chat {number}"


def _telegram_moment(found: Object) -> Moment | None:
    """Telegram gives local time, and the Unix clock beside it, from which the offset follows."""
    local, unix = read_moment(_text_of(found.get("date"))), read_moment(_text_of(found.get("date_unixtime")))
    if local is None or unix is None or local.offset is not None or not unix.dated:
        return local or unix
    offset = round((local.wall - unix.wall) * 4) / 4
    return Moment(local.wall, offset) if -12 <= offset <= 14 else local


def _telegram_text(text: Any) -> str:
    """A text, or a list of texts and of marked-up ones."""
    if isinstance(text, list):
        return "".join(part if isinstance(part, str) else _text_of(part.get("text")) if isinstance(part, dict) else "" for part in text)
    return _text_of(text)


def _text_of(value: Any) -> str:
    """A name, a text or a number as text; nothing for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
