"""Answers that a client must survive, made from good ones."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from lxml import etree

from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.faults import FaultKind, FaultOrder, RowFaultKind
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
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
_BILLION = f'<!DOCTYPE lolz [<!ENTITY e0 "aaaaaaaaaa">{_ENTITIES}]>\n'.encode()
_EXTERNAL = b'<!DOCTYPE x [<!ENTITY e9 SYSTEM "file:///etc/hostname">]>\n'
_SERVER_ERROR = b"<html><body><h1>Error 500--Internal Server Error</h1></body></html>"
_UNAVAILABLE = b"<html><head><title>503 Service Unavailable</title></head><body>WebLogic Bridge</body></html>"
_BRIDGE_ERROR = (
    b"<html><body><p>Failure of server APACHE bridge: no backend server available</p></body></html>"
)
_NOT_SOAP = b'<?xml version="1.0"?><IBResponse type="success"><StatusCode>0</StatusCode></IBResponse>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer.

    `dropped` closes the connection without one, `reset` with a TCP reset; `cut` sends so many bytes of the body
    the headers promise and then closes. With `pace` the body comes in pieces of so many bytes, so many seconds apart.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = XML
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    reset: bool = False
    cut: int | None = None
    pace: tuple[int, float] | None = None


DROPPED = Answer(dropped=True)
RESET = Answer(dropped=True, reset=True)


def spoil(order: FaultOrder, good: Answer) -> Answer:
    """The answer that is sent in place of the good one (which may be empty if nothing was processed)."""
    params = order.params
    html = partial(Answer, content_type=HTML)
    retry = {} if params.retry_after is None else {"Retry-After": params.retry_after}
    message = Message(type="Error", set=params.set, number=params.number, text=params.text)
    kept = len(good.body) * 2 // 3 if params.bytes is None else params.bytes
    answers: dict[FaultKind | RowFaultKind, Callable[[], Answer]] = {
        "status": lambda: Answer(
            status=params.status,
            body=params.body.encode(),
            content_type=params.content_type,
            headers=params.headers,
        ),
        "throttled": lambda: html(status=429, body=params.body.encode(), headers=retry),
        "refuse_503": lambda: html(status=503, body=_UNAVAILABLE, headers=params.headers),
        "http_500_after_commit": lambda: html(status=500, body=_SERVER_ERROR),
        "html_login": lambda: html(body=_SIGN_IN),
        "html_error": lambda: html(status=params.status, body=_BRIDGE_ERROR),
        "ib_fault": lambda: Answer(status=params.status, body=broker_fault(message)),
        "empty": Answer,
        "not_soap": lambda: Answer(body=_NOT_SOAP),
        "commit_then_drop": lambda: DROPPED,
        "drop_before": lambda: DROPPED,
        "commit_then_reset": lambda: RESET,
        "reset_before": lambda: RESET,
        "truncated": lambda: replace(good, body=good.body[:kept]),
        "cut_off": lambda: replace(good, cut=kept),
        "oversized": lambda: replace(good, body=good.body + b" " * (params.bytes or DEFAULT_OVERSIZE)),
        "trickle": lambda: replace(good, pace=(params.bytes or 256, params.seconds)),
        "without": lambda: replace(good, body=_without(good.body, params.elements)),
        "doctype": lambda: Answer(body=_BOMB + _after_declaration(good.body)),
        "entity_bomb": lambda: Answer(body=_with_entity(_BILLION, good.body)),
        "external_entity": lambda: Answer(body=_with_entity(_EXTERNAL, good.body)),
    }
    return answers[order.kind]() if order.kind in answers else good


def _without(body: bytes, names: tuple[str, ...]) -> bytes:
    if not body:
        return body
    root = etree.fromstring(body)
    for each in list(root.iter("*")):
        parent = each.getparent()
        if parent is not None and etree.QName(each).localname in names:
            parent.remove(each)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _after_declaration(body: bytes) -> bytes:
    return body.split(b"?>", 1)[-1].lstrip()


def _with_entity(doctype: bytes, body: bytes) -> bytes:
    """The answer with a document type, and its first value replaced by a reference to the type's entity."""
    return doctype + re.sub(rb">[^<>]*</", b">&e9;</", _after_declaration(body), count=1)
