"""Answers that a client must survive, made from good ones."""

from dataclasses import dataclass, field

from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.faults import FaultOrder
from peoplesoft_simulator.soap import broker_fault

XML = "text/xml"
HTML = "text/html"
DEFAULT_OVERSIZE = 24 * 1024 * 1024
_SIGN_IN = b"""<!DOCTYPE html>
<html lang="en"><head><title>Oracle PeopleSoft Sign-in</title></head>
<body><form name="login" method="post" action="?cmd=login&amp;languageCd=ENG">
<input type="text" name="userid" id="userid"/><input type="password" name="pwd" id="pwd"/>
<p>Your session has expired or you are not authorized to view this page.</p></form></body></html>
"""
_BOMB = b"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
"""
_SERVER_ERROR = b"<html><body><h1>Error 500--Internal Server Error</h1></body></html>"
_UNAVAILABLE = b"<html><head><title>503 Service Unavailable</title></head><body>WebLogic Bridge</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; `dropped` means the connection is closed without one."""

    status: int = 200
    body: bytes = b""
    content_type: str = XML
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False


DROPPED = Answer(dropped=True)


def spoil(order: FaultOrder, good: Answer) -> Answer:
    """The answer that is sent in place of the good one (which may be empty if nothing was processed)."""
    params = order.params
    spoiled = {
        "commit_then_drop": DROPPED,
        "drop_before": DROPPED,
        "http_500_after_commit": Answer(status=500, body=_SERVER_ERROR, content_type=HTML),
        "refuse_503": Answer(status=503, body=_UNAVAILABLE, content_type=HTML, headers=params.headers),
        "html_login": Answer(body=_SIGN_IN, content_type=HTML),
        "empty": Answer(),
    }
    match order.kind:
        case "status":
            body, kind = params.body.encode(), params.content_type
            return Answer(status=params.status, body=body, content_type=kind, headers=params.headers)
        case "ib_fault":
            message = Message(type="Error", set=params.set, number=params.number, text=params.text)
            return Answer(status=params.status, body=broker_fault(message))
        case "truncated":
            kept = params.bytes if params.bytes is not None else len(good.body) * 2 // 3
            return Answer(body=good.body[:kept])
        case "oversized":
            return Answer(body=good.body + b" " * (params.bytes or DEFAULT_OVERSIZE))
        case "doctype":
            return Answer(body=_BOMB + good.body.split(b"?>", 1)[-1].lstrip())
        case kind:
            return spoiled.get(kind, good)
