"""The fields of what is sent to Basware: checked against the published limits, and written exactly."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal

from basware._call import Call

# Basware declares its amounts as doubles: those keep every number of 15 digits, and not every one of 16.
_MOST_DIGITS = 15


def checked_text(value: str, call: Call, *, field: str, longest: int, shortest: int = 0) -> str:
    """`value` itself if it keeps the field's limits, else `InvalidRequest`.

    Control characters and half characters cannot be stored or sent.
    """
    limit = f"{shortest} to {longest} characters"
    if any(0xD800 <= ord(c) <= 0xDFFF or (c < " " and c not in "\t\r\n") for c in value):
        raise call.invalid(
            f"{field} holds a character that cannot be sent", field=field, limit="printable text"
        )
    if not shortest <= len(value) <= longest:
        raise call.invalid(
            f"{field} has {len(value)} characters, allowed are {limit}", field=field, limit=limit
        )
    if shortest and not value.strip():
        raise call.invalid(f"{field} is blank", field=field, limit=limit)
    return value


def instant(value: datetime, call: Call, *, field: str) -> str:
    """An instant as Basware writes them, in UTC with milliseconds; naive times are refused."""
    limit = "an instant with time zone"
    if value.tzinfo is None:
        raise call.invalid(f"{field} has no time zone", field=field, limit=limit)
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        raise call.invalid(f"{field} has no equivalent in UTC", field=field, limit=limit) from None
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def midnight(day: date, call: Call, *, field: str) -> str:
    """A day as the instant at which it begins in UTC: so are the days in Basware's own documents."""
    return instant(datetime.combine(day, time.min, UTC), call, field=field)


def amount(value: Decimal, call: Call, *, field: str) -> Decimal:
    """An amount as it is sent: equal to `value`, without zeros at its end, so equal amounts make equal requests.

    `InvalidRequest` for one that is no number, or whose digits a double would not keep; nothing is ever rounded.
    """
    limit = f"a number of at most {_MOST_DIGITS} digits"
    if not value.is_finite():
        raise call.invalid(f"{field} is {value}, which is no number", field=field, limit=limit)
    if value.is_zero():
        return Decimal(0)
    digits = value.as_tuple().digits
    significant = len(str.rstrip("".join(map(str, digits)), "0"))
    last_place = value.adjusted() - significant + 1
    if max(value.adjusted(), 0) - min(last_place, 0) >= _MOST_DIGITS:
        raise call.invalid(f"{field} has more digits than Basware keeps", field=field, limit=limit)
    plain = format(value, "f")
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)


def encoded(body: Mapping[str, str | bool | Decimal]) -> bytes:
    """A JSON object whose amounts are plain digits, never through a float."""
    members = (
        f"{json.dumps(name)}:"
        + (format(value, "f") if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False))
        for name, value in body.items()
    )
    return f"{{{','.join(members)}}}".encode()
