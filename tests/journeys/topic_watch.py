"""What lies in topics, followed as it comes."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from .eventually import BOUND
from .evidence import PARTITIONS
from .topic_records import DESIRED_STATE, UNREADABLE, TopicRecord, decoded


class TopicWatch:
    """Every committed record of some topics that have a partition for each shard, and of `ap.desired-state`.

    It reads in a thread and a loop of its own: the loops of tests stand still between them, which the client would
    take for a broken network.
    """

    def __init__(self, bootstrap: str, topics: Sequence[str]) -> None:
        self._bootstrap = bootstrap
        self._partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        self._records: defaultdict[str, list[TopicRecord]] = defaultdict(list)
        self._reached: dict[TopicPartition, int] = {}
        self._begun: Future[asyncio.AbstractEventLoop] = Future()
        self._over = threading.Event()
        self._consumer: AIOKafkaConsumer | None = None
        self._thread = threading.Thread(target=asyncio.run, args=(self._follow(),), name="watch of topics")

    def start(self) -> None:
        """From the first record on."""
        self._thread.start()
        self._begun.result(timeout=BOUND)

    def stop(self) -> None:
        """Returns when the thread is over."""
        self._over.set()
        self._thread.join(timeout=BOUND)

    async def caught_up(self, *, within: float = BOUND) -> None:
        """Returns once everything that is durable at this moment was seen; TimeoutError."""
        asked = asyncio.run_coroutine_threadsafe(self._ends(), self._begun.result())
        async with asyncio.timeout(within):
            ends = await asyncio.wrap_future(asked)
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

    async def _follow(self) -> None:
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        try:
            await consumer.start()
            consumer.assign([*self._partitions, TopicPartition(DESIRED_STATE, 0)])
            self._begun.set_result(asyncio.get_running_loop())
            while not self._over.is_set():
                for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                    self._records[partition.topic] += [decoded(each) for each in records if each.value]
                # Not the last record's offset: the end of a transaction is one, and no record.
                self._reached = {each: await consumer.position(each) for each in self._partitions}
        finally:
            await consumer.stop()

    async def _ends(self) -> dict[TopicPartition, int]:
        assert self._consumer is not None
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._partitions)
        return ends


Watch = TypeVar("Watch", bound=TopicWatch)


@contextmanager
def following(watch: Watch) -> Iterator[Watch]:
    """Until the context ends."""
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
