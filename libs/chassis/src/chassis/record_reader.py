"""Reads one record by where it lies: large payloads are written once, ledgers only point to them."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from chassis.errors import NotAnswered
from chassis.topics import MESSAGE_LIMIT

__all__ = ["RecordReader"]

READ_AHEAD_BYTES = 256 * 1024
"""What comes along with a record at most."""

Place = tuple[str, int, int]


class RecordReader:
    """A groupless read_committed consumer with a cache bounded by bytes; reads go one after the other.

    What Kafka gives along with a record is kept as well: a backlog is asked for in the order in which it lies, and a
    read costs several round trips. Use as an async context manager.
    """

    def __init__(self, *, bootstrap: str, cache_bytes: int = 64 * 1024 * 1024, timeout: float = 10.0) -> None:
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._cache_bytes = cache_bytes
        self._cached: OrderedDict[Place, bytes] = OrderedDict()
        self._held = 0
        self._turn = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None

    async def read(self, topic: str, partition: int, offset: int) -> bytes | None:
        """The record's value, or None when no committed record lies there (any more): compacted, erased,
        aborted.

        Raises NotAnswered when Kafka does not answer within the bound.
        """
        place = (topic, partition, offset)
        if (value := self._from_cache(place)) is not None:
            return value
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                # Whoever had the turn before may have read it along with its own.
                value = self._from_cache(place)
                if value is None:
                    value = await self._fetch(TopicPartition(topic, partition), offset)
        except TimeoutError as error:
            raise NotAnswered(
                f"{topic}/{partition}@{offset}: not read in {self._timeout} s; try again"
            ) from error
        except KafkaError as error:
            raise NotAnswered(f"{topic}/{partition}@{offset}: {error}; try again") from error
        if value is not None:
            self.put(topic, partition, offset, value)
        return value

    def put(self, topic: str, partition: int, offset: int, value: bytes) -> None:
        """Remembers a value that was just read or written, so that it need not be read."""
        place = (topic, partition, offset)
        self._held += len(value) - len(self._cached.pop(place, b""))
        self._cached[place] = value
        while self._held > self._cache_bytes:
            _, oldest = self._cached.popitem(last=False)
            self._held -= len(oldest)

    async def close(self) -> None:
        """Ends the consumer."""
        if self._consumer is not None:
            await self._consumer.stop()
            self._consumer = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _from_cache(self, place: Place) -> bytes | None:
        if place in self._cached:
            self._cached.move_to_end(place)
            return self._cached[place]
        return None

    async def _fetch(self, partition: TopicPartition, offset: int) -> bytes | None:
        consumer = await self._started()
        consumer.assign([partition])
        first = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        if not first <= offset < end:
            return None
        consumer.seek(partition, offset)
        try:
            while await consumer.position(partition) <= offset:
                batches = await consumer.getmany(partition, timeout_ms=500)
                if records := batches.get(partition, []):
                    return self._keep(partition, records, wanted=offset)
            return None
        finally:
            consumer.pause(partition)

    def _keep(
        self, partition: TopicPartition, records: Iterable[ConsumerRecord], *, wanted: int
    ) -> bytes | None:
        """The wanted one among them, if it is there."""
        found = None
        for record in records:
            if record.value is not None:
                value = bytes(record.value)
                self.put(partition.topic, partition.partition, record.offset, value)
                found = value if record.offset == wanted else found
        return found

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                # A record larger than this still comes whole; the limit keeps what is read past it moderate.
                max_partition_fetch_bytes=min(READ_AHEAD_BYTES, MESSAGE_LIMIT),
            )
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer
