"""The port Contents: records read back from `peoplesoft.master-data` by where they lie, run after run."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
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
    """Contents. A groupless read_committed consumer; reads go one after the other. Use as a context manager."""

    def __init__(self, *, bootstrap: str, timeout: float = 30.0) -> None:
        self._bootstrap = bootstrap
        self._timeout = timeout
        self._turn = asyncio.Lock()
        self._consumer: AIOKafkaConsumer | None = None

    async def read(
        self, *, shard: int, offsets: Sequence[int], most_bytes: int
    ) -> Mapping[int, MasterRecord | None]:
        """As the port says."""
        if not offsets:
            return {}
        try:
            async with asyncio.timeout(self._timeout), self._turn:
                return await self._read(TopicPartition(TOPIC, shard), offsets, most_bytes)
        except TimeoutError as error:
            raise NotAnswered(f"{TOPIC}/{shard}: not read in {self._timeout:g} s; try again") from error
        except KafkaError as error:
            raise NotAnswered(f"{TOPIC}/{shard}: {error}; try again") from error

    async def _read(
        self, partition: TopicPartition, offsets: Sequence[int], most_bytes: int
    ) -> dict[int, MasterRecord | None]:
        consumer = await self._started()
        consumer.assign([partition])
        first = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        found: dict[int, MasterRecord | None] = {}
        size = 0
        try:
            for run in _runs([offset for offset in offsets if first <= offset < end]):
                consumer.seek(partition, run[0])
                wanted, last = set(run), run[-1]
                while await consumer.position(partition) <= last and size < most_bytes:
                    batches = await consumer.getmany(partition, timeout_ms=500, max_records=500)
                    for record in batches.get(partition, []):
                        if record.offset in wanted and record.value is not None:
                            content = _decoded(bytes(record.value), record.offset)
                            found[record.offset] = content
                            size += len(content.content.encode()) if content else 0
                            if size >= most_bytes:
                                break
                if size >= most_bytes:
                    reached = max(found)
                    return {each: found.get(each) for each in offsets if each <= reached}
            return {offset: found.get(offset) for offset in offsets}
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
