"""Records on their way out: checked one by one, joined without being written anew."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from basware._call import Call
from basware._fields import checked_text
from basware._json import NotJson, parse
from basware.errors import InvalidRequest
from basware.imports import MOST_IMPORT_BYTES, ImportApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The body of one import and the external codes in it."""

    body: bytes
    external_codes: frozenset[str]


async def make_batch(records: Sequence[str], call: Call, *, target: ImportApi) -> Batch:
    """One request of these records, each the JSON text of one object, byte for byte.

    `InvalidRequest` when the API would refuse it for its size or number, or when a record is no object with an
    external code, or when one code comes twice: the earlier version would expire, or the whole batch be refused.
    """
    if not 1 <= len(records) <= target.most_records:
        limit = f"1 to {target.most_records} records"
        raise call.invalid(f"{len(records)} records, allowed are {limit}", field=target.name, limit=limit)
    parts: list[bytes] = []
    codes: set[str] = set()
    for number, record in enumerate(records, start=1):
        part, code = _checked(record, call, number=number)
        if code in codes:
            raise call.invalid(
                f"{code} comes twice in one request", field="externalCode", limit="each record once"
            )
        parts.append(part)
        codes.add(code)
        # Hundreds of long records must not hold up whatever else runs in this loop.
        await asyncio.sleep(0)
    body = b"[" + b",".join(parts) + b"]"
    if len(body) > MOST_IMPORT_BYTES:
        raise call.invalid(
            f"the request has {len(body)} bytes, allowed are {MOST_IMPORT_BYTES}",
            field=target.name,
            limit=f"at most {MOST_IMPORT_BYTES} bytes",
        )
    return Batch(body=body, external_codes=frozenset(codes))


def _checked(record: str, call: Call, *, number: int) -> tuple[bytes, str]:
    try:
        part = record.encode()
        content = parse(part)
    except (UnicodeEncodeError, NotJson) as exc:
        reason = str(exc) if isinstance(exc, NotJson) else "half a character"
        raise _malformed(call, f"record {number} of the request is not JSON: {reason}") from None
    code = content.get("externalCode") if isinstance(content, dict) else None
    if not isinstance(code, str):
        raise _malformed(call, f"record {number} of the request is no object with an externalCode")
    return part, checked_text(code, call, field="externalCode", shortest=1, longest=36)


def _malformed(call: Call, message: str) -> InvalidRequest:
    return call.invalid(message, field="externalCode", limit="an object of JSON with an externalCode")
