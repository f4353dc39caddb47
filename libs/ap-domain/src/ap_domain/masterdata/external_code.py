"""Basware's key of a record, made of PeopleSoft's: readable, at most 36 characters, the same for ever."""

import hashlib
from collections.abc import Sequence

from ap_domain.masterdata.whole_text import tellable

__all__ = ["LONGEST", "external_code", "scope_of"]

LONGEST = 36
"""P2P OpenAPI 26.06: externalCode."""

_JOIN, _DIGEST = "_", "~"
_DIGITS = 10


def external_code(parts: Sequence[str], *, prefix: str = "") -> str:
    """`SHARE_0000430022`; `prefix` tells several PeopleSoft systems of one Basware tenant apart.

    Different parts have different codes: where the plain form is too long, an underscore in a part makes it ambiguous,
    or half a character in it could be told to nobody, it ends in a digest of the parts (a tilde and ten digits, 40
    bits).
    """
    plain = prefix + _JOIN.join(parts)
    told = tellable(plain)
    ambiguous = any(_JOIN in part for part in parts[:-1]) or _DIGEST in plain or told != plain
    if len(plain) <= LONGEST and not ambiguous:
        return plain
    digest = hashlib.sha256("\x00".join((prefix, *parts)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{told[: LONGEST - _DIGITS - 1]}{_DIGEST}{digest[:_DIGITS]}"


def scope_of(code: str, scopes: Sequence[str], *, prefix: str = "") -> str | None:
    """Which of the scopes (SetIDs, business units) the record of this code is of; None: of none of them, or its scope
    is so long that the code does not show it.
    """
    found = [scope for scope in scopes if code.startswith(f"{prefix}{scope}{_JOIN}")]
    return max(found, key=len, default=None)
