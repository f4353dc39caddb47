"""Reading from a place in the middle, on real Kafka: how an input that was missed is read again."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from chassis.ledger.kafka_log import KafkaLog
from chassis.ledger.kafka_reader import KafkaReader, Watermarks
from chassis.ledger.ports import LogRecord
from chassis.ledger.transaction import commit
from devstack.kafka import KafkaNode

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOUND = 90.0
"""Seconds; of whatever should come at once."""
_numbers = count(1)


class Place:
    """A partition with five records, a commit marker after each, as inputs of a ledger lie in it."""

    def __init__(self, node: KafkaNode, watermarks: Watermarks) -> None:
        self._node = node
        self._reader = KafkaReader(bootstrap=node.bootstrap, watermarks=watermarks, bound=BOUND)
        self.topic = f"reads-{next(_numbers)}"

    async def fill(self) -> list[int]:
        """The offsets of the five."""
        admin = await self._admin()
        try:
            await admin.create_topics([NewTopic(self.topic, num_partitions=1, replication_factor=1)])
        finally:
            await admin.close()
        log = KafkaLog(bootstrap=self._node.bootstrap, transactional_id=self.topic, start_seconds=BOUND)
        await log.initialise()
        offsets: list[int] = []
        for number in range(5):
            record = LogRecord(topic=self.topic, partition=0, key=b"key", value=b"%d" % number)
            offsets += await commit(log, [record], bound=BOUND)
        await log.close()
        return offsets

    async def delete_before(self, offset: int) -> None:
        """What retention does."""
        admin = await self._admin()
        try:
            before = {TopicPartition(self.topic, 0): RecordsToDelete(offset)}
            await admin.delete_records(before)
        finally:
            await admin.close()

    async def read(self, start: int, until: int) -> list[LogRecord]:
        return [record async for record in self._reader.read(self.topic, 0, start=start, until=until)]

    async def _admin(self) -> AIOKafkaAdminClient:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._node.bootstrap)
        await admin.start()
        return admin


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def watermarks(kafka: KafkaNode) -> AsyncIterator[Watermarks]:
    async with Watermarks(bootstrap=kafka.bootstrap) as watermarks:
        yield watermarks


@pytest.fixture
def place(kafka: KafkaNode, watermarks: Watermarks) -> Place:
    return Place(kafka, watermarks)


async def test_a_read_begins_where_it_is_told(place: Place) -> None:
    offsets = await place.fill()
    found = await place.read(offsets[2], offsets[2] + 1)
    assert (found[0].offset, found[0].value) == (offsets[2], b"2")


async def test_a_read_says_when_each_record_was_written(place: Place) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    offsets = await place.fill()
    for record in await place.read(offsets[0], offsets[-1] + 1):
        assert record.written_at is not None
        assert before < record.written_at < datetime.now(UTC) + timedelta(seconds=1)


async def test_a_read_from_what_retention_took_begins_with_what_is_left(place: Place) -> None:
    offsets = await place.fill()
    await place.delete_before(offsets[3])
    found = await place.read(offsets[1], offsets[1] + 1)
    assert [record.offset for record in found if record.offset < offsets[3]] == []
