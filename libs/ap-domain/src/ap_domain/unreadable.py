"""A record that nobody could decode, set aside with its bytes and the reason."""

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["UnreadableRecord"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRecord:
    """Where the record stood (``topic``, ``partition``, ``offset``), its bytes, and which service could not read it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = field(default=None, repr=False)
    value: bytes | None = field(default=None, repr=False)
    reason: str
    at: datetime
    service: str
