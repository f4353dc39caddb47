"""What lies in the topics of master data, followed as it comes."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
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
PARTITIONS_OF_WORK = [TopicPartition(topic, number) for topic in SHARDED for number in range(PARTITIONS)]
BOUND = 30.0
SHUT = ("confirmed", "refused")
"""The words on a record after which nothing is sent any more."""

Value = Mapping[str, Any]


class TopicWatch:
    """Every committed record, by topic, in the order of its partition.

    It reads in a thread and a loop of its own: the loops of tests stand still between them, which the client would
    take for a broken network.
    """

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
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

    async def caught_up(self, *, within: float = 20.0) -> None:
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
            consumer.assign([*PARTITIONS_OF_WORK, TopicPartition(DESIRED_STATE, 0)])
            self._begun.set_result(asyncio.get_running_loop())
            while not self._over.is_set():
                for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                    self._records[partition.topic] += [decoded(each) for each in records if each.value]
                    self._reached[partition] = records[-1].offset + 1
        finally:
            await consumer.stop()

    async def _ends(self) -> dict[TopicPartition, int]:
        assert self._consumer is not None
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(PARTITIONS_OF_WORK)
        return ends


@contextmanager
def watching(bootstrap: str) -> Iterator[TopicWatch]:
    """Until the context ends."""
    watch = TopicWatch(bootstrap)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
