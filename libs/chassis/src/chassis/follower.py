"""Follows a small compacted topic that every process reads whole: connections, desired state."""

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import NotAnswered, TopicMissing
from chassis.topics import MESSAGE_LIMIT, Topic

__all__ = ["CompactedFollower", "ConsumerRecord"]


class CompactedFollower:
    """Hands every record of a topic to ``apply``, from the first one on, in order per partition, without end.

    ``ready`` is set once everything that lay in the topic at the start has been applied. `apply` runs on
    the event loop, must not block, and its exceptions end `run`. The topics it is meant for are not written
    in transactions, so the end a read_committed consumer sees is their end.
    """

    def __init__(
        self,
        *,
        bootstrap: str,
        topic: Topic,
        apply: Callable[[ConsumerRecord], None],
        load_timeout: float = 60.0,
    ) -> None:
        if topic.partitions == "sharded":
            raise ValueError(f"{topic.name} is sharded: it is not followed whole")
        self.ready = asyncio.Event()
        self._bootstrap = bootstrap
        self._topic = topic
        self._partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
        self._apply = apply
        self._load_timeout = load_timeout

    async def run(self) -> None:
        """Follows until cancelled. Raises NotAnswered or TopicMissing when the first load fails."""
        await self._read(follow=True)

    async def load(self) -> None:
        """Applies what is there and returns: for commands that need one look."""
        await self._read(follow=False)

    async def _read(self, *, follow: bool) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=MESSAGE_LIMIT,
            fetch_max_wait_ms=500,
        )
        try:
            try:
                async with asyncio.timeout(self._load_timeout):
                    await consumer.start()
                    await self._load(consumer)
            except TimeoutError as error:
                late = f"{self._topic.name}: not read to its end in {self._load_timeout} s"
                raise NotAnswered(late) from error
            except KafkaError as error:
                raise NotAnswered(f"{self._topic.name}: no Kafka at {self._bootstrap}: {error}") from error
            self.ready.set()
            while follow:
                await self._apply_some(consumer)
        finally:
            await consumer.stop()

    async def _load(self, consumer: AIOKafkaConsumer) -> None:
        if self._topic.name not in await consumer.topics():
            raise TopicMissing(f"{self._topic.name} does not exist: run `apstream topics apply`")
        consumer.assign(self._partitions)
        ends = await consumer.end_offsets(self._partitions)
        for partition in self._partitions:
            while await consumer.position(partition) < ends[partition]:
                await self._apply_some(consumer)

    async def _apply_some(self, consumer: AIOKafkaConsumer) -> None:
        batches = await consumer.getmany(timeout_ms=1000, max_records=500)
        for records in batches.values():
            for record in records:
                self._apply(record)
