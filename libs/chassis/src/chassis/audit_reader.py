"""Reads audit events back, for people: one pass over the audit topics, bounded in time and number."""

import asyncio
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from ap_domain.audit import AuditEvent

from chassis.errors import NotAnswered
from chassis.records import AUDIT_EVENT
from chassis.topics import CATALOGUE, MESSAGE_LIMIT

__all__ = ["read_audit"]

AUDIT_TOPICS = tuple(topic.name for topic in CATALOGUE if topic.schema == "AuditEvent")

MOST_EVENTS = 100_000


async def read_audit(
    *, bootstrap: str, connection_id: str | None = None, record: str | None = None, within: float = 60.0
) -> list[AuditEvent]:
    """The committed events of all services in order of time, repeats taken out; the latest 100,000 at most.

    ``record`` is a part of the record's key. Raises NotAnswered after ``within`` seconds, and UnknownSchema
    or Undecodable for an event this version cannot read.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=MESSAGE_LIMIT,
    )
    events: dict[str, AuditEvent] = {}
    try:
        async with asyncio.timeout(within):
            await consumer.start()
            async for event in _events(consumer):
                if connection_id in {None, event.connection_id} and (record or "") in event.record:
                    events[event.event_id] = event
                    if len(events) > MOST_EVENTS:
                        del events[next(iter(events))]
    except TimeoutError as error:
        raise NotAnswered(f"the audit topics were not read in {within} s") from error
    except KafkaError as error:
        raise NotAnswered(f"no Kafka at {bootstrap}: {error}") from error
    finally:
        await consumer.stop()
    return sorted(events.values(), key=lambda event: (event.at, event.record, event.sequence))


async def _events(consumer: AIOKafkaConsumer) -> AsyncIterator[AuditEvent]:
    topics = [topic for topic in AUDIT_TOPICS if topic in await consumer.topics()]
    if not topics:
        return
    consumer.subscribe(topics)
    while {partition.topic for partition in consumer.assignment()} != set(topics):
        await consumer.getmany(timeout_ms=50, max_records=1)
    partitions = sorted(consumer.assignment())
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    for partition in partitions:
        while await consumer.position(partition) < ends[partition]:
            for message in (await consumer.getmany(partition, timeout_ms=500, max_records=1000)).get(
                partition, ()
            ):
                # Records of the ledger's own (who owns a partition) carry a kind and are no events.
                if message.value is not None and not any(name == "kind" for name, _ in message.headers):
                    yield AUDIT_EVENT.decode(message.value)
