"""Reading a partition whole, and the two ends of it: what is stable, and what is there at all."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from chassis.ledger.kafka_records import to_log_record
from chassis.ledger.ports import LogRecord, Unknown
from chassis.topics import MESSAGE_LIMIT

BOUND_SECONDS = 60.0
REQUEST_MS = 15_000


class Watermarks:
    """The ends of partitions, asked of two consumers without a group: one sees the last stable offset.

    aiokafka answers `end_offsets` by isolation level: read_committed gives the last stable offset,
    read_uncommitted the high watermark. Use as an async context manager. Raises Unknown.
    """

    def __init__(self, *, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._committed: AIOKafkaConsumer | None = None
        self._uncommitted: AIOKafkaConsumer | None = None

    async def stable(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The last stable offset of each: below it every transaction has ended."""
        return await self._ends(self._committed, partitions)

    async def high(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The high watermark of each: the offset after the last record or marker, ended or not."""
        return await self._ends(self._uncommitted, partitions)

    async def dangling(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """Those whose last stable offset is below the high watermark, with that offset."""
        stable, high = await self.stable(partitions), await self.high(partitions)
        return {each: stable[each] for each in partitions if stable[each] < high[each]}

    async def __aenter__(self) -> Self:
        self._committed = groupless_consumer(self._bootstrap, isolation_level="read_committed")
        self._uncommitted = groupless_consumer(self._bootstrap, isolation_level="read_uncommitted")
        try:
            async with asked("the brokers", bound=BOUND_SECONDS):
                await self._committed.start()
                await self._uncommitted.start()
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _ends(
        self, consumer: AIOKafkaConsumer | None, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        if consumer is None:
            raise RuntimeError("watermarks are asked inside `async with`")
        async with asked(f"the ends of {len(partitions)} partitions", bound=BOUND_SECONDS):
            ends = await consumer.end_offsets(list(partitions))
        return {each: int(ends[each]) for each in partitions}

    async def _close(self) -> None:
        for consumer in (self._committed, self._uncommitted):
            if consumer is not None:
                await consumer.stop()
        self._committed = self._uncommitted = None


class KafkaReader:
    """LogReader. Each `read` opens a consumer of its own, because several partitions load side by side."""

    def __init__(self, *, bootstrap: str, watermarks: Watermarks, bound: float = BOUND_SECONDS) -> None:
        self._bootstrap = bootstrap
        self._watermarks = watermarks
        self._bound = bound

    async def high_watermark(self, topic: str, partition: int) -> int:
        """As the port says."""
        wanted = TopicPartition(topic, partition)
        return (await self._watermarks.high([wanted]))[wanted]

    async def last_stable_offset(self, topic: str, partition: int) -> int:
        """As the port says."""
        wanted = TopicPartition(topic, partition)
        return (await self._watermarks.stable([wanted]))[wanted]

    async def read(
        self, topic: str, partition: int, *, until: int, start: int | None = None
    ) -> AsyncIterator[LogRecord]:
        """As the port says: ends once the position, markers and gaps included, has reached `until`. Records beyond may
        come along. Where `start` was deleted by time, it begins with what is left.

        Raises Unknown when that takes longer than the bound without any progress.
        """
        wanted = TopicPartition(topic, partition)
        consumer = groupless_consumer(self._bootstrap, isolation_level="read_committed")
        try:
            async with asked(f"{topic}/{partition}", bound=self._bound):
                await consumer.start()
                consumer.assign([wanted])
                if start is None:
                    await consumer.seek_to_beginning(wanted)
                else:
                    consumer.seek(wanted, start)
                position = await consumer.position(wanted)
            while position < until:
                async with asked(f"{topic}/{partition} from {position} to {until}", bound=self._bound):
                    records, position = await _some(consumer, wanted, beyond=position)
                for record in records:
                    yield record
        finally:
            await consumer.stop()


async def _some(
    consumer: AIOKafkaConsumer, wanted: TopicPartition, *, beyond: int
) -> tuple[list[LogRecord], int]:
    """The next records and the position after them; waits until the position has moved."""
    while True:
        batches = await consumer.getmany(wanted, timeout_ms=200)
        records = [to_log_record(record) for record in batches.get(wanted, [])]
        position = int(await consumer.position(wanted))
        if records or position > beyond:
            return records, position


def groupless_consumer(bootstrap: str, *, isolation_level: str) -> AIOKafkaConsumer:
    """A consumer that belongs to no group and commits nothing; not started."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation_level,
        request_timeout_ms=REQUEST_MS,
        max_partition_fetch_bytes=MESSAGE_LIMIT,
    )


@asynccontextmanager
async def asked(what: str, *, bound: float) -> AsyncIterator[None]:
    """Raises Unknown when Kafka fails or does not answer within `bound` seconds."""
    try:
        async with asyncio.timeout(bound):
            yield
    except (KafkaError, OSError) as failed:  # a time-out is an OSError
        raise Unknown(f"{what} could not be read: {failed!r}") from failed
