"""Records of the ledger as Kafka carries them: the kind travels in a header."""

from collections.abc import Iterable
from datetime import UTC, datetime

from aiokafka import ConsumerRecord
from chassis.ledger.ports import LogRecord

KIND = "kind"


def to_headers(record: LogRecord) -> list[tuple[str, bytes]]:
    """The record's headers and its kind, if it has one."""
    kind = [(KIND, record.kind.encode())] if record.kind else []
    return [*record.headers.items(), *kind]


def kind_of(headers: Iterable[tuple[str, bytes | None]] | None) -> str:
    """What the ledger's own records say they are; empty for an entry."""
    return _headers(headers or ()).get(KIND, b"").decode("utf-8", "replace")


def to_log_record(record: ConsumerRecord) -> LogRecord:
    """A record as read. A tombstone has an empty value; of headers that repeat the last one counts."""
    headers = _headers(record.headers)
    kind = headers.pop(KIND, b"")
    return LogRecord(
        topic=record.topic,
        partition=record.partition,
        key=bytes(record.key or b""),
        value=bytes(record.value or b""),
        kind=kind.decode("utf-8", "replace"),
        offset=record.offset,
        headers=headers,
        written_at=datetime.fromtimestamp(record.timestamp / 1000, UTC) if record.timestamp > 0 else None,
    )


def _headers(pairs: Iterable[tuple[str, bytes | None]]) -> dict[str, bytes]:
    return {name: bytes(value) for name, value in pairs if value is not None}
