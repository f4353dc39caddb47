"""The time at which a webhook says it was sent, where a connection names a header for it."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = re.compile(r"[0-9]{1,17}(?:\.[0-9]{1,9})?", re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,+Zz-]{5,25}", re.ASCII)
_FIRST_MILLISECONDS = 10**11
"""A number of this size is seconds in the year 5138, or milliseconds in 1973."""


def read_time(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601 (without an offset: UTC); None for anything else."""
    text = text.strip(" \t")
    try:
        if _EPOCH.fullmatch(text):
            number = float(text)
            return datetime.fromtimestamp(number / 1000 if number >= _FIRST_MILLISECONDS else number, UTC)
        if _ISO.fullmatch(text):
            instant = datetime.fromisoformat(text)
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def fault(text: str | None, *, now: datetime, tolerance: timedelta) -> str | None:
    """Why the time in a webhook's header is not accepted, or None. It may be off to either side."""
    if text is None:
        return "the time of sending is missing"
    sent = read_time(text)
    if sent is None:
        return "the time of sending cannot be read"
    off = abs(now - sent)
    return f"sent {off.total_seconds():.0f} s off our clock" if off > tolerance else None
