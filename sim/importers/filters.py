"""Lines of AutoProxy filters, hosts files and plain lists, as far as they block whole domains."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.importers.rules import Unfit

LONGEST_DOMAIN = 253
LONGEST_LINE = 2_000

_HEADER = re.compile(r"\[[^\]]*\]")
_HOSTS = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)")
_COMMENT = re.compile(r"\s+#.*")
_SCHEME = re.compile(r"(?:https?|\*|ftp|wss?):?//", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_ADDRESS = re.compile(r"[0-9.]+|\[?[0-9a-f]*:[0-9a-f:.]+\]?")


@dataclass(frozen=True, slots=True)
class Filter:
    """A domain with its subdomains, and whether it is excepted instead of blocked."""

    domain: str
    excepted: bool = False


def read_filter(line: str) -> Filter:
    """What a line blocks.

    Raises:
        Unfit: if it is no filter, or one that does not cover a whole domain; the message is the reason.
    """
    text = line.strip()
    if not text:
        raise Unfit("empty")
    if text.startswith(("!", "#")) or _HEADER.fullmatch(text):
        raise Unfit("comment")
    if len(text) > LONGEST_LINE:
        raise Unfit(f"more than {LONGEST_LINE:,} characters")
    excepted = text.startswith("@@")
    text = text.removeprefix("@@")
    _refuse_narrow(text)
    hosts = _HOSTS.fullmatch(_COMMENT.sub("", text))
    return Filter(domain_of(hosts[1] if hosts else _host(_COMMENT.sub("", text))), excepted)


def _refuse_narrow(text: str) -> None:
    if len(text) > 1 and text.startswith("/") and text.endswith("/"):
        raise Unfit("regular expression")
    if "##" in text or "#@#" in text:
        raise Unfit("filter on parts of a page")
    if "$" in text:
        raise Unfit("filter with conditions ($)")


def _host(text: str) -> str:
    host = _SCHEME.sub("", text.lstrip("|"), count=1).removeprefix("*").lstrip(".").rstrip("/^|*")
    if "/" in host or "?" in host:
        raise Unfit("part of a site (a path)")
    if re.search(r":\d+$", host) and host.count(":") == 1:
        raise Unfit("part of a site (a port)")
    return host


def domain_of(text: str) -> str:
    """A domain in lower case and in ASCII.

    Raises:
        Unfit: if it is none.
    """
    name = text.strip().rstrip(".").lower()
    if "*" in name:
        raise Unfit("* within a name")
    if len(name) <= LONGEST_DOMAIN and not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            raise Unfit("no domain") from None
    if _ADDRESS.fullmatch(name):
        raise Unfit("address instead of a name")
    labels = name.split(".")
    if len(name) > LONGEST_DOMAIN or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise Unfit("no domain")
    return name
