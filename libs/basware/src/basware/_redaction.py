"""Excerpts of answers that may be shown to an operator."""

import re

_WINDOW = 4096
_SHOWN = 300
_HIDDEN = "[hidden]"

_CREDENTIALS = re.compile(
    r"""(?ix)
      ( "(?:access_token|refresh_token|client_secret|password|webhookAuthenticationToken
           |invoiceImageToken)" \s*:\s* )  " (?: [^"\\] | \\. )* "?
    """
)
_SIGNED_QUERY = re.compile(
    r"(?i)((?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|AWSAccessKeyId|sig)=)[^&\s\"'<>]+"
)
_SIGNED_XML = re.compile(
    r"(?i)(<(AWSAccessKeyId|SignatureProvided|StringToSign|StringToSignBytes|CanonicalRequest"
    r"|CanonicalRequestBytes|Token-0)>)[^<]*"
)
_BEARERS = re.compile(r"(?i)\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_JSON_WEB_TOKEN = re.compile(r"\beyJ[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){1,2}")


def excerpt(body: bytes) -> str:
    """The first 300 characters of an answer on one line, with whatever opens a door hidden."""
    text = body[:_WINDOW].decode("utf-8", "replace")
    text = _CREDENTIALS.sub(rf'\1"{_HIDDEN}"', text)
    text = _SIGNED_QUERY.sub(rf"\1{_HIDDEN}", text)
    text = _SIGNED_XML.sub(rf"\1{_HIDDEN}", text)
    text = _BEARERS.sub(rf"\1 {_HIDDEN}", text)
    text = _JSON_WEB_TOKEN.sub(_HIDDEN, text)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
