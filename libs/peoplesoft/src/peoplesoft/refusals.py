"""What an answer means that is not what was asked for: proxies, sign-on pages, web servers, cut lines."""

from __future__ import annotations

import re

from peoplesoft.call import Answer, Call
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NotAuthorised,
    PeopleSoftError,
    ProtocolError,
    RetryLater,
)
from peoplesoft.outline import json_error, outline
from peoplesoft.safe_xml import doctype_of

_HTML = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<html[\s>]", re.DOTALL | re.IGNORECASE)
_SIGN_ON = re.compile(
    rb"type\s*=\s*[\"']?password|sign[\s-]?(?:on|in)\b|log[\s-]?(?:on|in)\b|invalid user|session has expired",
    re.IGNORECASE,
)
_WRONG_ADDRESS = frozenset({404, 405, 407, 410, 411, 413, 414, 415})
_LOOKED_AT = 65_536


def refusal(
    answer: Answer, call: Call, *, why_no_soap: str, damaged: bool = False, form: str = "SOAP"
) -> PeopleSoftError:
    """The error for an answer that is no SOAP envelope, or not of the `form` asked for; the rows are in
    `peoplesoft.errors`.

    `damaged`: it begins like that form and is not well-formed, as a cut answer is.
    """
    status, body = answer.status, answer.body[:_LOOKED_AT]
    said = _told(body, call, damaged=damaged)
    if 200 <= status < 300:
        return _success_without_soap(answer, call, why_no_soap=why_no_soap, damaged=damaged, form=form)
    refused = call.gives_rows and json_error(body)
    what = f"HTTP {status}" if refused else f"HTTP {status} without a {form} answer"
    if 300 <= status < 400:
        return call.unclear(
            CredentialsRefused, f"HTTP {status}: redirected, probably to a sign-on page", said=said
        )
    if b"Envelope" in body:
        # A SOAP answer that broke off: its status is no proof of anything.
        return call.unclear(RetryLater, f"HTTP {status} with a damaged SOAP answer: {why_no_soap}", said=said)
    if status == 401:
        return call.error(CredentialsRefused, what, said=said)
    if status == 403:
        return call.error(NotAuthorised, what, said=said)
    if status in _WRONG_ADDRESS:
        return call.error(ConfigurationError, what, said=said)
    if status == 429:
        return call.error(RetryLater, what, said=said, retry_after=answer.retry_after)
    transient = status >= 500 or status in {408, 429}
    return call.unclear(
        RetryLater if transient else ProtocolError, what, said=said, retry_after=answer.retry_after
    )


def _success_without_soap(
    answer: Answer, call: Call, *, why_no_soap: str, damaged: bool, form: str
) -> PeopleSoftError:
    body = answer.body[:_LOOKED_AT]
    said = _told(body, call, damaged=damaged)
    if not body.strip():
        return call.unclear(RetryLater, f"HTTP {answer.status} with an empty answer")
    if is_html(body):
        if _SIGN_ON.search(body):
            return call.unclear(CredentialsRefused, "a sign-on page came instead of an answer", said=said)
        return call.unclear(RetryLater, "an HTML page came instead of an answer", said=said)
    if damaged and doctype_of(body) is None:
        return call.unclear(RetryLater, f"the answer is cut or damaged: {why_no_soap}", said=said)
    return call.unclear(ProtocolError, f"the answer is not {form}: {why_no_soap}", said=said)


def _told(body: bytes, call: Call, *, damaged: bool) -> str | bytes:
    """What of an answer is told: of one that may hold rows, or a record, its outline only."""
    return outline(body) if call.gives_rows or damaged or b"Envelope" in body else body


def is_html(body: bytes) -> bool:
    """Whether `body` is a web page, by its DOCTYPE or its root element."""
    return doctype_of(body) == "html" or _HTML.match(body.lstrip(b"\xef\xbb\xbf")) is not None
