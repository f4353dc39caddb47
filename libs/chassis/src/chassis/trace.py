"""W3C trace context: one trace per webhook, carried through Kafka headers and outgoing calls."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

__all__ = ["HEADER", "TraceContext"]

HEADER = "traceparent"

FORMAT = re.compile(r"^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceContext:
    """``trace_id`` 32 and ``span_id`` 16 lower-case hex digits (W3C Trace Context, level 1)."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @classmethod
    def start(cls) -> Self:
        """The beginning of a trace."""
        return cls(trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8))

    @classmethod
    def parse(cls, traceparent: str) -> Self | None:
        """None for anything malformed: a broken header starts a trace of its own, it never refuses work."""
        found = FORMAT.match(traceparent.strip())
        if found is None:
            return None
        version, trace_id, span_id, flags, rest = found.groups()
        if version == "ff" or not int(trace_id, 16) or not int(span_id, 16) or (version == "00" and rest):
            return None
        return cls(trace_id=trace_id, span_id=span_id, sampled=bool(int(flags, 16) & 1))

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes | None]]) -> Self | None:
        """The context of a Kafka record, or None."""
        for name, value in headers:
            if name == HEADER and value is not None:
                return cls.parse(value.decode("ascii", "replace"))
        return None

    def child(self) -> Self:
        """The same trace, one step further."""
        return type(self)(trace_id=self.trace_id, span_id=secrets.token_hex(8), sampled=self.sampled)

    @property
    def traceparent(self) -> str:
        """The header's value."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def to_headers(self) -> list[tuple[str, bytes]]:
        """For a Kafka record."""
        return [(HEADER, self.traceparent.encode("ascii"))]
