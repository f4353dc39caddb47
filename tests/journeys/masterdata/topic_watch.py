"""What lies in the topics of master data, followed as it comes."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.journeys.evidence import PARTITIONS
from tests.journeys.topic_records import TopicRecord, decoded

POLLS = "masterdata.polls"
RESULTS = "masterdata.poll-results"
RECORDS = "peoplesoft.master-data"
IMPORTS = "masterdata.imports"
AUDIT = "audit.masterdata"
DESIRED_STATE = "ap.desired-state"
UNREADABLE = "ap.unreadable"
SHARDED = (POLLS, RESULTS, RECORDS, IMPORTS, AUDIT, UNREADABLE)
SHUT = ("confirmed", "refused")
"""The words on a record after which nothing is sent any more."""

Value = Mapping[str, Any]


class TopicWatch:
    """Every committed record, by topic, in the order of its partition."""

    def __init__(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        self._consumer = consumer
        self._partitions = partitions
        self._records: defaultdict[str, list[TopicRecord]] = defaultdict(list)
        self._reached: dict[TopicPartition, int] = {}

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            for partition, records in (await self._consumer.getmany(timeout_ms=200)).items():
                self._records[partition.topic] += [decoded(each) for each in records if each.value]
                self._reached[partition] = records[-1].offset + 1

    async def caught_up(self, *, within: float = 20.0) -> None:
        """Returns once everything that is durable at this moment was seen; TimeoutError."""
        ends = await self._consumer.end_offsets(self._partitions)
        async with asyncio.timeout(within):
            while any(self._reached.get(each, 0) < end for each, end in ends.items()):
                await asyncio.sleep(0.05)

    def of(self, topic: str, connection_id: str, **wanted: Any) -> list[TopicRecord]:
        """The records of a connection whose values have these fields."""
        return [
            each
            for each in self._records[topic]
            if each.value.get("connection_id") == connection_id
            and all(each.value.get(name) == value for name, value in wanted.items())
        ]

    def latest(self, topic: str, connection_id: str) -> dict[str, TopicRecord]:
        """The last record of each key."""
        return {each.key: each for each in self.of(topic, connection_id)}

    def unreadable(self) -> list[str]:
        """What no service could read, whosever it is."""
        return [each.key for each in self._records[UNREADABLE]]

    def unsettled(self, connection_id: str) -> list[str]:
        """Records of which Basware must still be told, or whose word on them is awaited."""
        told = self.latest(IMPORTS, connection_id)
        return [
            f"{key}: {told[key].value['step'] if key in told else 'nothing was told'}"
            for key, record in self.latest(RECORDS, connection_id).items()
            if key not in told
            or told[key].value["digest"] != record.value["digest"]
            or told[key].value["step"] not in SHUT
        ]


@asynccontextmanager
async def watching(bootstrap: str) -> AsyncIterator[TopicWatch]:
    """From the first record on, until the context ends."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    sharded = [TopicPartition(topic, number) for topic in SHARDED for number in range(PARTITIONS)]
    partitions = [*sharded, TopicPartition(DESIRED_STATE, 0)]
    await consumer.start()
    try:
        consumer.assign(partitions)
        watch = TopicWatch(consumer, sharded)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(watch.follow(), name="watch of topics")
            try:
                yield watch
            finally:
                following.cancel()
    finally:
        await consumer.stop()
