"""Producer, reader and followers on a real broker."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from ap_domain.audit import AuditEvent
from ap_domain.desired_state import FlowState
from chassis.audit_reader import read_audit
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.errors import NotAnswered, NotDurable, TopicMissing
from chassis.follower import CompactedFollower, ConsumerRecord
from chassis.producer import DurableProducer
from chassis.record_reader import RecordReader
from chassis.records import AUDIT_EVENT
from chassis.topic_admin import TopicAdmin
from chassis.topics import AUDIT_INGRESS, CONNECTIONS, DESIRED_STATE, DOCUMENTS, NOTIFICATIONS, Topic
from devstack.kafka import KafkaNode

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FOLLOWED = replace(DESIRED_STATE, name="test.followed")


@pytest.fixture
async def producer(topics: KafkaNode) -> AsyncIterator[DurableProducer]:
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="test") as producer:
        yield producer


@pytest.fixture
async def reader(topics: KafkaNode) -> AsyncIterator[RecordReader]:
    async with RecordReader(bootstrap=topics.bootstrap, cache_bytes=0) as reader:
        yield reader


async def test_records_are_read_back_by_where_they_lie_in_any_order(
    producer: DurableProducer, reader: RecordReader
) -> None:
    sends = [
        producer.send(topic=DOCUMENTS.name, partition=n % 3, key=b"k%d" % n, value=b"v%d" % n)
        for n in range(30)
    ]
    places = await asyncio.gather(*sends)
    for n in (29, 0, 7, 7, 28, 3):
        place = places[n]
        assert await reader.read(DOCUMENTS.name, place.partition, place.offset) == b"v%d" % n
    assert [place.partition for place in places] == [n % 3 for n in range(30)]


class CountingReader(RecordReader):
    """Counts how often Kafka is asked."""

    asked = 0

    async def _fetch(self, partition: TopicPartition, offset: int) -> bytes | None:
        self.asked += 1
        return await super()._fetch(partition, offset)


async def test_a_backlog_is_not_read_record_by_record(topics: KafkaNode, producer: DurableProducer) -> None:
    sends = [
        producer.send(topic=DOCUMENTS.name, partition=5, key=b"b%d" % n, value=b"%d" % n + bytes(1000))
        for n in range(100)
    ]
    places = await asyncio.gather(*sends)
    async with CountingReader(bootstrap=topics.bootstrap) as reader:
        values = await asyncio.gather(*(reader.read(DOCUMENTS.name, 5, each.offset) for each in places))
        assert values == [b"%d" % n + bytes(1000) for n in range(100)]
        assert reader.asked < 10


async def test_a_record_near_the_limit_passes_whole(producer: DurableProducer, reader: RecordReader) -> None:
    value = bytes(10 * 1024 * 1024 - 5000)
    place = await producer.send(topic=DOCUMENTS.name, partition=3, key=b"large", value=value)
    assert await reader.read(DOCUMENTS.name, 3, place.offset) == value


async def test_what_was_aborted_erased_or_never_written_is_none(
    topics: KafkaNode, producer: DurableProducer, reader: RecordReader
) -> None:
    transactional = AIOKafkaProducer(bootstrap_servers=topics.bootstrap, transactional_id="test")
    await transactional.start()
    try:
        await transactional.begin_transaction()
        aborted = await transactional.send_and_wait(DOCUMENTS.name, b"aborted", key=b"a", partition=4)
        await transactional.abort_transaction()
        assert await reader.read(DOCUMENTS.name, 4, aborted.offset) is None
        await transactional.begin_transaction()
        committed = await transactional.send_and_wait(DOCUMENTS.name, b"committed", key=b"a", partition=4)
        await transactional.commit_transaction()
    finally:
        await transactional.stop()
    tombstone = await producer.send(topic=DOCUMENTS.name, partition=4, key=b"a", value=None)
    assert await reader.read(DOCUMENTS.name, 4, committed.offset) == b"committed"
    for offset in (aborted.offset, committed.offset + 1, tombstone.offset, tombstone.offset + 1, 10**9):
        assert await reader.read(DOCUMENTS.name, 4, offset) is None


async def test_a_follower_is_ready_with_what_was_there_and_hears_what_follows(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    heard: list[bytes | None] = []
    last = asyncio.Event()

    def hear(record: ConsumerRecord) -> None:
        if record.key == b"follower":
            heard.append(record.value)
            if record.value == b"3":
                last.set()

    with TopicAdmin(bootstrap=topics.bootstrap, partitions=12, catalogue=(FOLLOWED,)) as admin:
        admin.apply()
    for n in range(3):
        await producer.send(topic=FOLLOWED.name, partition=0, key=b"follower", value=b"%d" % n)
    follower = CompactedFollower(bootstrap=topics.bootstrap, topic=FOLLOWED, apply=hear)
    following = asyncio.create_task(follower.run())
    await asyncio.wait_for(follower.ready.wait(), 20)
    assert heard == [b"0", b"1", b"2"]
    await producer.send(topic=FOLLOWED.name, partition=0, key=b"follower", value=b"3")
    await asyncio.wait_for(last.wait(), 20)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_a_topic_that_was_not_created_is_said(topics: KafkaNode) -> None:
    missing = Topic(
        name="not.there", key="", schema="", partitions=1, cleanup="compact", writers=(), readers=()
    )
    with pytest.raises(TopicMissing, match="apstream topics apply"):
        await CompactedFollower(bootstrap=topics.bootstrap, topic=missing, apply=lambda _: None).load()


async def test_a_stop_reaches_every_service_and_ends_with_the_next_version_of_the_connection(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    versions = {"stopped-flow": 1}
    ours, theirs = (
        DesiredStates(bootstrap=topics.bootstrap, connection_version=versions.get) for _ in range(2)
    )
    async with asyncio.TaskGroup() as tasks:
        following = [tasks.create_task(states.run()) for states in (ours, theirs)]
        await asyncio.wait_for(asyncio.gather(ours.loaded(), theirs.loaded()), 20)
        stopped = asyncio.Event()
        theirs.on_change(lambda *_: stopped.set())
        await DesiredStateWriter(producer=producer, states=ours).write(
            connection_id="stopped-flow",
            flow="post",
            state=FlowState.STOPPED,
            connection_version=1,
            reason="password refused",
            actor="voucher-poster",
            at=NOW,
        )
        assert ours.state("stopped-flow", "post") is FlowState.STOPPED
        await asyncio.wait_for(stopped.wait(), 20)
        assert theirs.state("stopped-flow", "post") is FlowState.STOPPED
        versions["stopped-flow"] = 2
        assert theirs.state("stopped-flow", "post") is FlowState.RUNNING
        for task in following:
            task.cancel()


async def test_audit_events_are_read_back_in_order_without_repeats(
    topics: KafkaNode, producer: DurableProducer
) -> None:
    def event(event_id: str, second: int) -> bytes:
        at = NOW.replace(second=second)
        made = AuditEvent(
            event_id=event_id, connection_id="audited", record="audited/1", service="s", at=at, action=f"a{second}",
            attempt=1, actor="me", sequence=second,
        )  # fmt: skip
        return AUDIT_EVENT.encode(made)

    async def write(partition: int, key: bytes, value: bytes, kind: bytes | None = None) -> None:
        headers = [("kind", kind)] if kind else None
        await producer.send(
            topic=AUDIT_INGRESS.name, partition=partition, key=key, value=value, headers=headers
        )

    await write(1, b"e2", event("e2", 2))
    await write(0, b"e1", event("e1", 1))
    await write(0, b"e1", event("e1", 1))
    await write(0, b"owner", b"{}", kind=b"owner")
    events = await read_audit(bootstrap=topics.bootstrap, connection_id="audited")
    assert [event.action for event in events] == ["a1", "a2"]
    assert await read_audit(bootstrap=topics.bootstrap, record="other") == []


async def test_while_the_broker_is_away_sends_are_refused_and_afterwards_go_on(topics: KafkaNode) -> None:
    async with (
        DurableProducer(bootstrap=topics.bootstrap, client_id="outage", timeout=2) as producer,
        RecordReader(bootstrap=topics.bootstrap, timeout=2) as reader,
    ):
        place = await producer.send(topic=NOTIFICATIONS.name, partition=0, key=b"k", value=b"before")
        assert await reader.read(NOTIFICATIONS.name, 0, place.offset) == b"before"
        await topics.stop()
        try:
            async with asyncio.timeout(60):
                with pytest.raises(NotDurable):
                    await producer.send(topic=NOTIFICATIONS.name, partition=0, key=b"k", value=b"lost")
                with pytest.raises(NotAnswered):
                    await reader.read(NOTIFICATIONS.name, 0, place.offset + 1)
        finally:
            await topics.start(within=180)
        async with asyncio.timeout(90):
            while True:
                try:
                    place = await producer.send(
                        topic=NOTIFICATIONS.name, partition=0, key=b"k", value=b"after"
                    )
                    break
                except NotDurable:
                    continue
            while True:
                try:
                    assert await reader.read(NOTIFICATIONS.name, 0, place.offset) == b"after"
                    break
                except NotAnswered:
                    continue


def test_the_topics_followed_whole_have_a_fixed_number_of_partitions() -> None:
    with pytest.raises(ValueError, match="sharded"):
        CompactedFollower(bootstrap="127.0.0.1:1", topic=NOTIFICATIONS, apply=lambda _: None)
    CompactedFollower(bootstrap="127.0.0.1:1", topic=CONNECTIONS, apply=lambda _: None)
