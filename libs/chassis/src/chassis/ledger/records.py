"""The ledger's own records beside the entries: who owns a partition, how far its inputs were decided.

They have fixed keys, so that compaction keeps the latest, and a `kind` header by which every reader skips them.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ap_domain.unreadable import UnreadableRecord
from chassis.ledger.events import Arrived, Undecodable
from chassis.ledger.ports import LogRecord, Wire
from chassis.ledger.words import words

B = TypeVar("B")

OWNER = "owner"
POSITION = "position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The topics of one ledger service; all have the same number of partitions."""

    service: str
    ledger: str
    audit: str
    unreadable: str
    facts: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Every topic the partition's producer writes; each gets the owner record."""
        return (self.ledger, self.audit, self.unreadable, *self.facts)


def owner_records(layout: Layout, partition: int, *, instance: str, now: datetime) -> list[LogRecord]:
    """One owner record for every partition this producer writes, the ledger's first."""
    value = json.dumps({"service": layout.service, "instance": instance, "at": now.isoformat()}).encode()
    key = b"\x00owner/" + layout.service.encode()
    return [LogRecord(topic=t, partition=partition, key=key, value=value, kind=OWNER) for t in layout.written]


def position_record(layout: Layout, topic: str, partition: int, offset: int) -> LogRecord:
    """The next offset of `topic` to be decided."""
    return LogRecord(
        topic=layout.ledger,
        partition=partition,
        key=b"\x00position/" + topic.encode(),
        value=json.dumps({"topic": topic, "offset": offset}).encode(),
        kind=POSITION,
    )


def read_position(record: LogRecord) -> tuple[str, int]:
    """The topic and the next offset of a position record."""
    position = json.loads(record.value)
    return str(position["topic"]), int(position["offset"])


def without_bytes(event: Arrived | Undecodable, reason: str) -> Undecodable:
    """Where the input stood and why it could not be taken in, small enough to be written."""
    record = event.record if isinstance(event, Arrived) else event.raw
    place = LogRecord(
        topic=record.topic, partition=record.partition, offset=record.offset, key=b"", value=b""
    )
    return Undecodable(raw=place, reason=words(reason))


def unreadable_record(
    layout: Layout, event: Undecodable, partition: int, *, wire: Wire[B], now: datetime
) -> LogRecord:
    """The bytes set aside, with where they stood and why they cannot be read."""
    raw = event.raw
    payload = UnreadableRecord(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        reason=event.reason,
        at=now,
        service=layout.service,
    )
    return LogRecord(
        topic=layout.unreadable,
        partition=partition,
        key=f"{raw.topic}/{raw.partition}/{raw.offset}".encode(),
        value=wire.payload(layout.unreadable, payload),
    )
