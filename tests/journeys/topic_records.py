"""What lies in the topics, committed records only, read with nothing of ours but the published schemas."""

import asyncio
import io
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import apstream_schemas
import fastavro
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from .eventually import BOUND

NOTIFICATIONS = "basware.notifications"
DOCUMENTS = "basware.accounting-documents"
FETCHES = "ledger.documents"
INVOICES = "peoplesoft.vouchers"
PICTURES = "peoplesoft.payments"
AUDIT_INGRESS = "audit.ingress"
AUDIT_POSTER = "audit.voucher-poster"
UNREADABLE = "ap.unreadable"
DESIRED_STATE = "ap.desired-state"
COMMANDS = "ap.commands"
ALL = (
    NOTIFICATIONS,
    DOCUMENTS,
    FETCHES,
    INVOICES,
    PICTURES,
    AUDIT_INGRESS,
    AUDIT_POSTER,
    UNREADABLE,
    DESIRED_STATE,
)
LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRecord:
    """One committed record; `kind` names a ledger's own record (owner, position), whose value is JSON."""

    topic: str
    partition: int
    offset: int
    key: str
    value: Mapping[str, Any] = field(repr=False)
    kind: str = ""


async def read_topics(
    bootstrap: str, topics: Sequence[str] = ALL, *, within: float = BOUND
) -> dict[str, list[TopicRecord]]:
    """Every record of the topics up to the high watermark of this moment, in order of partition and offset.

    What was committed once stays as it is, so each call reads on from where the one before it ended.
    A transaction that stays open, or committed records that never get their markers, end in TimeoutError.
    """
    async with _consumer(bootstrap, "read_uncommitted") as whole:
        partitions = [each for topic in topics for each in await _partitions(bootstrap, topic)]
        # Assigned, because the client asks for the leaders of what it does not hold only after a back-off.
        whole.assign(partitions)
        whole.pause(*partitions)
        ends = {each: end for each, end in (await whole.end_offsets(partitions)).items() if end > 0}
    seen = {each: _SEEN.get((bootstrap, each), _Seen()) for each in ends}
    unread = {each: end for each, end in ends.items() if end > seen[each].position}
    if unread:
        async with _consumer(bootstrap) as committed:
            seen |= await _read_on(committed, unread, seen, within=within)
    for partition, known in seen.items():
        if known.position > _SEEN.get((bootstrap, partition), _Seen()).position:
            _SEEN[bootstrap, partition] = known
    found: dict[str, list[TopicRecord]] = {topic: [] for topic in topics}
    for partition in sorted(seen):
        found[partition.topic] += seen[partition].records
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The records of a partition below a position."""

    position: int = 0
    records: tuple[TopicRecord, ...] = ()


_SEEN: dict[tuple[str, TopicPartition], _Seen] = {}


async def _read_on(
    committed: AIOKafkaConsumer,
    unread: Mapping[TopicPartition, int],
    seen: Mapping[TopicPartition, _Seen],
    *,
    within: float,
) -> dict[TopicPartition, _Seen]:
    """What was seen, and what came since."""
    committed.assign(list(unread))
    for partition in unread:
        committed.seek(partition, seen[partition].position)
    batches: defaultdict[TopicPartition, list[ConsumerRecord]] = defaultdict(list)
    async with asyncio.timeout(within):
        while left := [each for each, end in unread.items() if await committed.position(each) < end]:
            for partition, records in (await committed.getmany(*left, timeout_ms=200)).items():
                batches[partition] += records
    return {
        partition: _Seen(
            position=await committed.position(partition),
            records=(
                *seen[partition].records,
                *(decoded(each) for each in batches[partition] if each.value is not None),
            ),
        )
        for partition in unread
    }


def _consumer(bootstrap: str, isolation: str = "read_committed") -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation,
        max_partition_fetch_bytes=LARGEST,
        fetch_max_wait_ms=20,
    )


async def _partitions(bootstrap: str, topic: str) -> list[TopicPartition]:
    if (bootstrap, topic) not in _PARTITIONS:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            (described,) = await admin.describe_topics([topic])
        finally:
            await admin.close()
        found = [TopicPartition(topic, each["partition"]) for each in described["partitions"]]
        _PARTITIONS[bootstrap, topic] = found
    return _PARTITIONS[bootstrap, topic]


_PARTITIONS: dict[tuple[str, str], list[TopicPartition]] = {}


def decoded(record: ConsumerRecord) -> TopicRecord:
    """A record as it was read; its value decoded by the schema it names."""
    kind = dict(record.headers).get("kind", b"").decode()
    return TopicRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key.decode(),
        value=json.loads(record.value) if kind else _avro(record.value),
        kind=kind,
    )


def _avro(data: bytes) -> Mapping[str, Any]:
    """Avro single-object encoding: C3 01, the schema's CRC-64-AVRO, the body."""
    assert data[:2] == b"\xc3\x01", f"not in single-object encoding: {data[:10].hex()}"
    value = fastavro.schemaless_reader(io.BytesIO(data[10:]), _SCHEMAS[data[2:10]], None)
    assert isinstance(value, dict)
    return value


def _schemas() -> dict[bytes, Any]:
    parsed = [parse_schema(json.loads(text)) for text in apstream_schemas.current().values()]
    return {
        bytes.fromhex(fingerprint(to_parsing_canonical_form(each), "CRC-64-AVRO")): each for each in parsed
    }


_SCHEMAS = _schemas()
