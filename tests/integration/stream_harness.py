"""One stream service at work, in memory or on Kafka, and what it is fed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn, Protocol

from ap_domain.desired_state import DesiredState, FlowState
from chassis.producer import DurableProducer
from chassis.records import DESIRED_STATE, UNREADABLE
from chassis.settings import ServiceSettings
from chassis.streams.ports import Shards, StreamSurroundings, TableView
from chassis.streams.running import running
from chassis.streams.testing import MemoryStreams
from chassis.topic_scan import Scanned, scan
from devstack.kafka import KafkaNode
from pydantic import SecretStr

from tests.integration.stream_cluster import ALL, KEYS, PARTITIONS, SECONDS, make_topics
from tests.integration.stream_process import Highest


class Harness(Protocol):
    """One service at work, and the producer of what it follows."""

    service: Highest

    @property
    def shards(self) -> Shards: ...
    @property
    def view(self) -> TableView: ...
    @property
    def producer(self) -> DurableProducer: ...

    async def restart(self) -> None:
        """Everything is given up and owned again."""
        ...

    async def set_aside(self) -> list[tuple[str, int, bytes | None]]:
        """Topic, offset and bytes of what could not be decoded."""
        ...


class InMemory:
    def __init__(self, service: Highest) -> None:
        self.service = service
        self._streams = MemoryStreams.of(service.over(service.table, idle))
        self._own()

    @property
    def shards(self) -> Shards:
        return self._streams

    @property
    def view(self) -> TableView:
        return self._streams.view

    @property
    def producer(self) -> DurableProducer:
        return self._streams.producer

    async def restart(self) -> None:
        for shard in ALL:
            self._streams.revoke(shard)
        self._own()

    async def set_aside(self) -> list[tuple[str, int, bytes | None]]:
        return [
            (each.incoming.topic, each.incoming.offset, each.incoming.value)
            for each in self._streams.set_aside
        ]

    def _own(self) -> None:
        for shard in ALL:
            self._streams.own(shard, again=3)


class OnKafka:
    def __init__(self, service: Highest, bootstrap: str) -> None:
        self.service = service
        self.deaths: list[str] = []
        self.admin_port = 0
        self._bootstrap = bootstrap
        self._surroundings: StreamSurroundings | None = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def surroundings(self) -> StreamSurroundings:
        assert self._surroundings is not None
        return self._surroundings

    @property
    def shards(self) -> Shards:
        return self.surroundings.shards

    @property
    def view(self) -> TableView:
        return self.surroundings.view

    @property
    def producer(self) -> DurableProducer:
        return self.surroundings.producer

    async def start(self) -> None:
        self._stop.clear()
        self._surroundings = None
        self._task = asyncio.create_task(self._run())
        async with asyncio.timeout(SECONDS):
            while not self._owns_all():
                assert not self._task.done(), self._task.exception()
                await asyncio.sleep(0.02)

    def _owns_all(self) -> bool:
        return self._surroundings is not None and self._surroundings.shards.owned() == ALL

    async def stop(self) -> None:
        assert self._task is not None
        self._stop.set()
        await self._task
        assert self.deaths == []

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def set_aside(self) -> list[tuple[str, int, bytes | None]]:
        found: list[tuple[str, int, bytes | None]] = []

        def take(record: Scanned) -> None:
            unreadable = UNREADABLE.decode(record.value or b"")
            if unreadable.service == self.service.name:
                found.append((unreadable.topic, unreadable.offset, unreadable.value))

        await scan(
            bootstrap=self._bootstrap, topics=["ap.unreadable"], partition=None, take=take, within=SECONDS
        )
        return found

    async def _run(self) -> None:
        service = self.service.over(self.service.table, self._alongside)
        async with running(service, settings(self._bootstrap), die=self._die) as at_work:
            self.admin_port = at_work.admin_port
            await self._stop.wait()

    async def _alongside(self, surroundings: StreamSurroundings) -> None:
        self._surroundings = surroundings
        await asyncio.Event().wait()

    def _die(self, reason: str) -> NoReturn:
        self.deaths.append(reason)
        raise SystemError(reason)


async def idle(_: StreamSurroundings) -> None:
    await asyncio.Event().wait()


def settings(bootstrap: str, **more: Any) -> ServiceSettings:
    return ServiceSettings(kafka_bootstrap=bootstrap, partitions=PARTITIONS, keys=SecretStr(KEYS), **more)


@asynccontextmanager
async def on_kafka(node: KafkaNode, name: str) -> AsyncIterator[OnKafka]:
    service = Highest(name=name)
    await asyncio.to_thread(make_topics, node, service)
    harness = OnKafka(service, node.bootstrap)
    await harness.start()
    try:
        yield harness
    finally:
        await harness.stop()


def state(version: int) -> DesiredState:
    return DESIRED_STATE.decode(encoded(version))


def encoded(version: int) -> bytes:
    made = DesiredState(
        connection_id="c",
        flow="f",
        state=FlowState.RUNNING,
        version=version,
        connection_version=1,
        reason="r",
        actor="a",
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    return DESIRED_STATE.encode(made)


async def feed(
    harness: Harness, key: bytes, value: bytes | None, *, shard: int = 5, second: bool = False
) -> int:
    topic = harness.service.second if second else harness.service.first
    return (await harness.producer.send(topic=topic.name, partition=shard, key=key, value=value)).offset


def held(harness: Harness, key: bytes, *, shard: int = 5) -> int | None:
    found = harness.view.get(harness.service.table, shard, key)
    return found.version if found is not None else None
