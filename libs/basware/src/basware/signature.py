"""Signatures of Basware's webhooks.

The header `X-BWAPI-Signature-256` carries the HMAC-SHA256 of the raw request body, keyed with the
subscription's `webhookAuthenticationToken` as UTF-8. How the digest is written is not published, so
hexadecimal, `sha256=` hexadecimal and standard base64 are all accepted.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from enum import StrEnum

HEADER = "X-BWAPI-Signature-256"

_HEX = re.compile(r"(?:sha256=)?([0-9A-Fa-f]{64})")
_NO_DIGEST = bytes(32)


class SignatureEncoding(StrEnum):
    """How a digest is written in the header."""

    HEX = "hex"
    SHA256_HEX = "sha256=hex"
    BASE64 = "base64"


def verify(raw_body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Whether `header` signs exactly these bytes under one of the secrets; never raises.

    Every secret costs the same work whether or not an earlier one matched and whether or not the header
    can be read, so timing tells nothing. An empty secret matches nothing: anyone could sign with it.
    """
    claimed = _decode(header)
    matched = False
    for secret in secrets:
        same = hmac.compare_digest(_digest(raw_body, secret), claimed or _NO_DIGEST)
        matched |= same and secret != ""
    return matched and claimed is not None


def sign(
    raw_body: bytes, secret: str, encoding: SignatureEncoding | str = SignatureEncoding.SHA256_HEX
) -> str:
    """The header value that Basware would send for this body; for test kits and connection tests."""
    digest = _digest(raw_body, secret)
    match SignatureEncoding(encoding):
        case SignatureEncoding.HEX:
            return digest.hex()
        case SignatureEncoding.SHA256_HEX:
            return f"sha256={digest.hex()}"
        case SignatureEncoding.BASE64:
            return base64.b64encode(digest).decode("ascii")


def _digest(raw_body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode("utf-8", "surrogatepass"), raw_body, hashlib.sha256).digest()


def _decode(header: str | None) -> bytes | None:
    """The 32 bytes that the header claims, or None when it is in none of the accepted forms."""
    if header is None or len(header) > 200 or not header.isascii():
        return None
    text = header.strip(" \t")
    if found := _HEX.fullmatch(text):
        return bytes.fromhex(found[1])
    try:
        digest = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # The last character of 32 bytes in base64 has two spare bits; only one spelling is accepted.
    canonical = len(digest) == 32 and base64.b64encode(digest).decode("ascii") == text
    return digest if canonical else None
