"""The port Contents: records read back from `peoplesoft.master-data` by where they lie, run after run."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from ap_domain.masterdata.record import MasterRecord
from chassis import topics
from chassis.errors import NotAnswered, Undecodable
from chassis.records import MASTER_RECORD

__all__ = ["KafkaContents"]

TOPIC = topics.MASTER_DATA.name
GAP = 500
"""Records between two wanted ones that are read past rather than jumped over."""
FETCH_BYTES = 1024 * 1024

log = structlog.get_logger("masterdata.contents")


class KafkaContents:
    """Contents. A groupless read_committed consumer; the runs of several reads take turns. Use as a context manager."""

    def __init__(self, *, bootstrap: str, timeout: float = 30.0) -> None:
        """`timeout`, in seconds, is for a read's own work; waiting for the runs of others does not count."""
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        """As the port says. It also ends early when its time is over, with what was reached by then."""
        if not offsets:
            return {}
        reading = _Reading(partition=TopicPartition(TOPIC, shard), most_bytes=most_bytes)
        left = self._timeout
        try:
            for run in _runs(offsets):
                async with self._turn:
                    began = monotonic()
                    async with asyncio.timeout(left):
                        await self._read(reading, run)
                    left -= monotonic() - began
                if reading.full:
                    break
        except TimeoutError as error:
            if reading.reached < offsets[0]:
                raise NotAnswered(f"{TOPIC}/{shard}: not read in {self._timeout:g} s; try again") from error
        except KafkaError as error:
            raise NotAnswered(f"{TOPIC}/{shard}: {error}; try again") from error
        return {each: reading.found.get(each) for each in offsets if each <= reading.reached}

    async def _read(self, reading: "_Reading", run: Sequence[int]) -> None:
        consumer, partition = await self._started(), reading.partition
        consumer.assign([partition])
        try:
            if reading.bounds is None:
                first = (await consumer.beginning_offsets([partition]))[partition]
                reading.bounds = range(first, (await consumer.end_offsets([partition]))[partition])
            wanted = {offset for offset in run if offset in reading.bounds}
            if wanted:
                consumer.seek(partition, min(wanted))
            while wanted and not reading.full and await consumer.position(partition) <= max(wanted):
                batches = await consumer.getmany(partition, timeout_ms=500, max_records=500)
                reading.take(batches.get(partition, []), wanted)
                if not reading.full:
                    # What lies before the position was read, or is not there.
                    reading.reached = max(reading.reached, await consumer.position(partition) - 1)
            if not reading.full:
                reading.reached = max(reading.reached, run[-1])
        finally:
            consumer.pause(partition)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._consumer is not None:
            await self._consumer.stop()

    async def _started(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                # A record larger than this still comes whole; a small limit keeps what is read past it small.
                max_partition_fetch_bytes=FETCH_BYTES,
            )
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What one read has found so far; every wanted offset up to `reached` is answered. `bounds`: what lies there."""

    partition: TopicPartition
    most_bytes: int
    bounds: range | None = None
    found: dict[int, MasterRecord | None] = field(default_factory=dict)
    size: int = 0
    reached: int = -1

    @property
    def full(self) -> bool:
        """Whether as many bytes are found as may be."""
        return self.size >= self.most_bytes

    def take(self, records: "Sequence[ConsumerRecord[bytes, bytes]]", wanted: Collection[int]) -> None:
        """Keeps what is wanted of the records, as far as it may."""
        for record in records:
            if record.offset in wanted and record.value is not None:
                content = _decoded(bytes(record.value), record.offset)
                self.found[record.offset] = content
                self.size += len(content.content.encode()) if content else 0
                if self.full:
                    self.reached = record.offset
                    return


def _runs(offsets: Sequence[int]) -> list[list[int]]:
    """Ascending offsets in groups without large gaps."""
    runs: list[list[int]] = []
    for offset in offsets:
        if runs and offset - runs[-1][-1] <= GAP:
            runs[-1].append(offset)
        else:
            runs.append([offset])
    return runs


def _decoded(value: bytes, offset: int) -> MasterRecord | None:
    try:
        return MASTER_RECORD.decode(value)
    except Undecodable as corrupt:
        log.warning("a record cannot be decoded", topic=TOPIC, offset=offset, said=str(corrupt))
        return None
