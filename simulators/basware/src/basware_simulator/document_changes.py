"""How a document changes: its text, its index fields and its history together."""

import hashlib
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from typing import Any

from .clock import stamp
from .decimal_json import dumps
from .records import DocumentRecord, HistoryEntry

# More than any amount has, so that none is rounded.
_DIGITS = Context(prec=400)


def changed(
    record: DocumentRecord,
    *,
    at: datetime,
    event: str,
    status: str | None = None,
    changes: dict[str, Any] | None = None,
    request_id: str | None = None,
    detail: str = "",
) -> DocumentRecord:
    """A document after something happened to it: text, index fields and history agree."""
    document = record.document() | (changes or {})
    status = status or record.status
    document |= {"processingStatus": status, "lastUpdated": stamp(at)}
    entry = HistoryEntry(at=at, event=event, status=status, request_id=request_id, detail=detail)
    return replace(
        record,
        content=dumps(document),
        status=status,
        company_code=document["companyCode"],
        mode=document.get("p2pProcessingMode", "Standard"),
        rows=len(document.get("codingRows") or ()),
        updated=at,
        history=(*record.history, entry),
    )


def digest(value: Any) -> str:
    """A fingerprint of a JSON object: neither the order of its fields nor zeros after an amount make a difference."""
    plain = {name: _plain(value[name]) for name in sorted(value)}
    return hashlib.sha256(dumps(plain).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    return _DIGITS.normalize(Decimal(value))
