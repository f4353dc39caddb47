"""What is told of an answer that is not the one asked for: its kind, and what cannot be a row or a field of a record.

Errors end up in logs, topics and audits, and rows of suppliers have bank accounts in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

_START_TAG: Final = re.compile(rb"<([A-Za-z_][A-Za-z0-9_.:-]{0,99})[\s/>]")
_TITLE: Final = re.compile(rb"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_WORDS_OF_AN_ERROR: Final = (
    "message",
    "errorMessage",
    "error_message",
    "error",
    "error_description",
    "detail",
    "title",
)
_LONGEST_MESSAGE: Final = 1000


def outline(body: bytes) -> str:
    """Kind and size of `body`: the title of a web page, the root of XML, the message of an error in JSON; nothing else
    of what it holds.
    """
    text = body.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").lstrip()
    size = f"{len(body)} bytes"
    if not text:
        return ""
    if text[:1] == b"<":
        tag = _START_TAG.search(text)
        root = tag[1].decode("ascii") if tag else "no element"
        title = _TITLE.search(text) if root.lower() == "html" else None
        named = f", titled {title[1].decode('utf-8', 'replace').strip()!r}" if title else ""
        return f"{size} of XML or HTML that begin with {root}{named}"
    if text[:1] in (b"{", b"["):
        return json_error(body) or f"{size} of JSON"
    return f"{size} that are neither XML nor JSON"


def json_error(body: bytes) -> str:
    """The message of an error in JSON; empty if `body` is no such error, or is one with data.

    How PeopleSoft writes an error of a query over REST is not documented: what says so by its name is taken for the
    message, at the top or one level below.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict) or "data" in found or "rows" in found:
        return ""
    return "; ".join(dict.fromkeys(_messages(found)))[:_LONGEST_MESSAGE]


def is_message(name: str) -> bool:
    """Whether a field of an error is its message, by its name."""
    return name in _WORDS_OF_AN_ERROR


def _messages(found: Mapping[str, object]) -> Iterator[str]:
    for level in (found, *(each for each in found.values() if isinstance(each, dict))):
        for name, value in level.items():
            if is_message(name) and isinstance(value, str) and value.strip():
                yield value.strip()
