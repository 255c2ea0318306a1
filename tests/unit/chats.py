"""Made-up exports of chats, in the forms in which programs write them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

START = datetime(2020, 4, 29, 9, 0)


def telegram(messages: Iterable[dict[str, Any]], name: str = "Dialogue") -> str:
    return json.dumps({"name": name, "type": "private_supergroup", "id": 1, "messages": list(messages)}, ensure_ascii=False)


def said(number: int, hours: float, author: str, text: Any = "hello", reply_to: int | None = None) -> dict[str, Any]:
    """A message of Telegram, written in a place 8 hours ahead of universal time."""
    local = START + timedelta(hours=hours)
    unix = int((local - datetime(1970, 1, 1)).total_seconds()) - 8 * 3600
    message = {
        "id": number, "type": "message", "date": local.isoformat(), "date_unixtime": str(unix), "from": author, "from_id": f"user{author}",
        "text": text, "text_entities": [],
    }  # fmt: skip
    return message | ({"reply_to_message_id": reply_to} if reply_to else {})


def discord(messages: Iterable[dict[str, Any]], name: str = "lobby") -> str:
    document = {
        "guild": {"id": "1", "name": "G"},
        "channel": {"id": "2", "type": "GuildTextChat", "name": name},
        "messages": list(messages),
    }
    return json.dumps({**document, "messageCount": 9})


def posted(number: int, hours: float, who: str, text: str = "hello", reply_to: int | None = None, **more: Any) -> dict[str, Any]:
    """A message as DiscordChatExporter writes it, two hours ahead of universal time."""
    message: dict[str, Any] = {
        "id": str(number), "type": "Reply" if reply_to else "Default",
        "timestamp": (START + timedelta(hours=hours)).isoformat() + ".1230000+02:00", "content": text,
        "author": {"id": f"9{who}", "name": who, "nickname": who.title(), "isBot": False},
    }  # fmt: skip
    return message | ({"reference": {"messageId": str(reply_to), "channelId": "2", "guildId": "1"}} if reply_to else {}) | more


ANDROID = """\
31/12/2020, 21:15 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
31/12/2020, 21:15 - Ann created group "New: year"
31/12/2020, 21:16 - Ann: Hello: everybody
and a second line

31/12/2020, 21:17 - +44 7700 900123: <Media omitted>
31/12/2020, 21:18 - Bob: =1+1
01/01/2021, 00:01 - Bob changed the subject to "2021: at last"
01/01/2021, 00:02 - Ann: happy new year
"""
IOS = """\
[12/31/20, 9:15:07\u202fPM] New year: \u200eMessages and calls are end-to-end encrypted.
[12/31/20, 9:16:08\u202fPM] ~\u202fAnn: Hello
two lines
\u200e[12/31/20, 9:17:09\u202fPM] Bob: \u200eimage omitted
[1/1/21, 12:02:00\u202fAM] Bob: happy new year
"""
CHINESE = "2020/12/31 下午9:16 - 安: 你好\n2021/1/1 上午12:02 - 波: 新年快乐\n"


def busy(
    people: int = 40, rooms: int = 6, days: int = 10, branching: float = 0.4, seed: int = 1
) -> list[tuple[float, str, str, int | None]]:
    """Hours, author, room and number (from 1) of the message answered, in order of time."""
    luck = np.random.default_rng(seed)
    rates = np.exp(1.5 * luck.standard_normal(people))
    count = 200 * days
    hours = np.sort(24 * luck.integers(0, days, count) + np.clip(luck.normal(14, 3, count), 0, 23.99))
    messages: list[tuple[float, str, str, int | None]] = []
    for hour in hours.tolist():
        author, room = luck.choice(people, p=rates / rates.sum()), f"room{luck.integers(rooms)}"
        messages.append((hour, f"p{author}", room, None))
    for number in range(1, count + 1):
        if luck.random() < branching / (1 - branching):
            hour, _, room, _ = messages[number - 1]
            messages.append((hour + luck.exponential(0.2 / np.log(2)), f"p{luck.choice(people, p=rates / rates.sum())}", room, number))
    order = sorted(range(len(messages)), key=lambda at: messages[at][0])
    place = {old + 1: new + 1 for new, old in enumerate(order)}
    found = [messages[at] for at in order]
    return [(hour, author, room, place[reply] if reply else None) for hour, author, room, reply in found]
