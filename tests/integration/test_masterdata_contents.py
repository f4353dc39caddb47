"""Master records are read back from a real broker by where they lie."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
from ap_domain.masterdata.record import MasterRecord
from chassis.keys import record_key
from chassis.producer import DurableProducer
from chassis.records import MASTER_RECORD
from chassis.topics import MASTER_DATA
from devstack.kafka import KafkaNode
from masterdata.kafka_contents import GAP, KafkaContents

SHARD = 9
"""No other test of this cluster publishes master data there."""
CONTENT = "0123456789"


@pytest.fixture
async def producer(topics: KafkaNode) -> AsyncIterator[DurableProducer]:
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="test") as producer:
        yield producer


@pytest.fixture
async def contents(topics: KafkaNode) -> AsyncIterator[KafkaContents]:
    async with KafkaContents(bootstrap=topics.bootstrap) as contents:
        yield contents


def a_record(code: str) -> bytes:
    return MASTER_RECORD.encode(
        MasterRecord(
            connection_id="contents", entity="accounts", external_code=code, active=True, content=CONTENT, digest="d",
            problems=(), source="", poll_id="p", poll_offset=0, read_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
    )  # fmt: skip


async def put(producer: DurableProducer, value: bytes | None) -> int:
    key = record_key("contents", "accounts", "A")
    sent = await producer.send(topic=MASTER_DATA.name, partition=SHARD, key=key, value=value)
    return sent.offset


def codes(found: Mapping[int, MasterRecord | None]) -> dict[int, str | None]:
    return {offset: record.external_code if record else None for offset, record in found.items()}


async def test_records_are_read_back_from_where_they_lie(
    producer: DurableProducer, contents: KafkaContents
) -> None:
    first = await put(producer, a_record("A"))
    tombstone = await put(producer, None)
    unreadable = await put(producer, b"no record")
    second = await put(producer, a_record("B"))
    await asyncio.gather(*(put(producer, a_record("between")) for _ in range(GAP + 100)))
    third = await put(producer, a_record("C"))
    beyond = third + 50
    wanted = [first, tombstone, unreadable, second, third, beyond]

    found = await contents.read(shard=SHARD, offsets=wanted, most_bytes=1_000_000)
    assert codes(found) == {
        first: "A",
        tombstone: None,
        unreadable: None,
        second: "B",
        third: "C",
        beyond: None,
    }

    some = await contents.read(shard=SHARD, offsets=wanted, most_bytes=2 * len(CONTENT))
    assert codes(some) == {first: "A", tombstone: None, unreadable: None, second: "B"}
    one = await contents.read(shard=SHARD, offsets=wanted, most_bytes=1)
    assert codes(one) == {first: "A"}

    at_once = await asyncio.gather(
        contents.read(shard=SHARD, offsets=[first, third], most_bytes=1_000_000),
        contents.read(shard=SHARD + 1, offsets=[0], most_bytes=1_000_000),
        contents.read(shard=SHARD, offsets=[second], most_bytes=1_000_000),
    )
    assert [codes(each) for each in at_once] == [{first: "A", third: "C"}, {0: None}, {second: "B"}]
