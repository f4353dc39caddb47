"""A shard, all shards of a process, and Faust's own parts of it, in memory."""

from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from chassis.ledger.kafka_reader import Watermarks
from chassis.streams.app import StreamApp
from chassis.streams.app_consumer import ShardConsumer
from chassis.streams.app_pulse import Pulse
from chassis.streams.app_shard import Shard
from chassis.streams.app_shards import OwnShards
from chassis.streams.app_tables import HeldTables
from chassis.streams.ports import Following, StreamService

from .faust_member import Ends, Thread, die, nothing_to_recover
from .one_shard import FIRST, SECOND, TABLE, Clock, MakeShard, MemoryLog, take


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tables() -> HeldTables:
    return HeldTables([TABLE], visible=lambda _: True)


@pytest.fixture
def make_shard(log: MemoryLog, clock: Clock, tables: HeldTables) -> MakeShard:
    def make(*, take: Any = take, changed: Any = lambda *_: None) -> Shard:
        return Shard(
            number=3,
            service="s",
            instance="i",
            followings={each.name: Following(topic=each, take=take) for each in (FIRST, SECOND)},
            tables=tables,
            changelogs=[TABLE.name],
            log=log,
            stable=log.stable,
            clock=clock,
            changed=changed,
        )

    return make


@pytest.fixture
def shards(log: MemoryLog, clock: Clock) -> OwnShards:
    followings = tuple(Following(topic=each, take=take) for each in (FIRST, SECOND))
    service = StreamService(name="s", tables=(TABLE,), followings=followings, alongside=cast("Any", None))
    return OwnShards(
        service=service,
        instance="i",
        make_log=lambda _: log,
        recover=nothing_to_recover,
        watermarks=cast("Watermarks", Ends()),
        clock=clock,
        pulse=Pulse(bound=6, monotonic=clock.monotonic),
        die=die,
    )


@pytest.fixture
async def app(shards: OwnShards) -> AsyncIterator[StreamApp]:
    app = StreamApp(name="s", client_id="s-i", bootstrap="127.0.0.1:9", shards=shards, die=die)
    yield app
    await shards.close()


@pytest.fixture
async def consumer(app: StreamApp) -> ShardConsumer:
    consumer = cast("ShardConsumer", app.consumer)
    consumer._thread.thread_loop.close()
    consumer._thread = cast("Any", Thread())
    app.consumer_generation_id = 1
    return consumer
