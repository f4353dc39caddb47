"""What stands on the streams' ports may rely on the same things in memory and on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, NoReturn, Protocol

import aiohttp
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from ap_domain.desired_state import DesiredState, FlowState
from chassis.errors import TopicMissing
from chassis.ledger.kafka_reader import Watermarks
from chassis.producer import DurableProducer
from chassis.records import DESIRED_STATE, UNREADABLE
from chassis.settings import ServiceSettings
from chassis.streams.kafka_changelog import recover
from chassis.streams.ports import Shards, StreamSurroundings, TableView
from chassis.streams.running import running
from chassis.streams.testing import MemoryStreams
from chassis.topic_scan import Scanned, scan
from devstack.kafka import KafkaNode
from pydantic import SecretStr

from tests.integration.stream_cluster import KEYS, PARTITIONS, make_topics
from tests.integration.stream_process import Highest

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALL = frozenset(range(PARTITIONS))
SECONDS = 90.0
_keys = (b"key/%d" % number for number in count(1))


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
        self._streams = MemoryStreams.of(service.over(service.table, _idle))
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


async def _idle(_: StreamSurroundings) -> None:
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


@pytest.fixture(scope="module", params=["in memory", "on Kafka"])
def node(request: pytest.FixtureRequest) -> KafkaNode | None:
    """A broker, or None: not needed. The broker's fixture runs a loop of its own, so it is asked for outside of one."""
    return request.getfixturevalue("topics") if request.param == "on Kafka" else None


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def harness(node: KafkaNode | None) -> AsyncIterator[Harness]:
    if node is None:
        yield InMemory(Highest(name="contract"))
        return
    async with on_kafka(node, "contract") as harness:
        yield harness


@pytest.fixture
def key() -> bytes:
    return next(_keys)


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


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


def held(harness: Harness, key: bytes, *, shard: int = 5) -> int | None:
    found = harness.view.get(harness.service.table, shard, key)
    return found.version if found is not None else None


async def test_what_is_fed_is_held_and_a_tombstone_forgets_it(harness: Harness, key: bytes) -> None:
    await feed(harness, key, encoded(1))
    await until(lambda: held(harness, key) == 1)
    await feed(harness, key, encoded(3))
    await feed(harness, key, encoded(2))
    await until(lambda: held(harness, key) == 3)
    assert held(harness, key, shard=6) is None
    await feed(harness, key, None)
    await until(lambda: held(harness, key) is None)


async def test_two_topics_lead_to_one_table(harness: Harness, key: bytes) -> None:
    await feed(harness, key, encoded(2))
    await feed(harness, key, encoded(5), second=True)
    await until(lambda: held(harness, key) == 5)
    assert list(harness.view.keys(harness.service.table, 5, key)) == [key]
    assert list(harness.view.items(harness.service.table, 5, key)) == [(key, state(5))]


async def test_a_listener_hears_of_a_put_when_the_view_has_it(harness: Harness, key: bytes) -> None:
    heard: list[tuple[int, int | None]] = []

    def listen(_table: Any, shard: int, changed: bytes) -> None:
        if changed == key:
            heard.append((shard, held(harness, key)))

    harness.shards.on_change(listen)
    await feed(harness, key, encoded(1))
    await feed(harness, key, encoded(2))
    await feed(harness, key, None)
    await until(lambda: len(heard) == 3)
    assert heard == [(5, 1), (5, 2), (5, None)]


async def test_what_cannot_be_decoded_is_set_aside_and_does_not_stop_what_follows(
    harness: Harness, key: bytes
) -> None:
    offset = await feed(harness, key, b"rubbish")
    await feed(harness, key, encoded(1))
    await until(lambda: held(harness, key) == 1)
    place = (harness.service.first.name, offset, b"rubbish")
    async with asyncio.timeout(SECONDS):
        while place not in await harness.set_aside():
            await asyncio.sleep(0.1)


async def test_the_tables_are_the_same_after_everything_was_given_up_and_owned_again(
    harness: Harness, key: bytes
) -> None:
    for number in range(30):
        await feed(harness, key + b"/%d" % number, encoded(number + 1), shard=number % PARTITIONS)
    await feed(harness, key + b"/0", None, shard=0)
    table = harness.service.table
    await until(
        lambda: held(harness, key + b"/29", shard=5) == 30 and held(harness, key + b"/0", shard=0) is None
    )
    before = {shard: dict(harness.view.items(table, shard)) for shard in ALL}
    await harness.restart()
    assert harness.shards.owned() == ALL
    assert {shard: dict(harness.view.items(table, shard)) for shard in ALL} == before


async def test_ready_is_said_when_all_is_owned_and_the_metrics_tell_of_it(topics: KafkaNode) -> None:
    async with on_kafka(topics, "contract-metrics") as harness, aiohttp.ClientSession() as client:
        await feed(harness, b"k", encoded(1))
        await until(lambda: held(harness, b"k") == 1)
        address = f"http://127.0.0.1:{harness.admin_port}"
        async with client.get(f"{address}/readyz") as answer:
            assert (await answer.json())["shards"] == "ok"  # other tests' connections cannot be opened here
        async with client.get(f"{address}/metrics") as answer:
            told = await answer.text()
    assert f"apstream_stream_shards_owned {PARTITIONS}.0" in told
    assert 'apstream_stream_table_keys{table="contract-metrics-changelog"} 1.0' in told
    assert 'apstream_stream_records_taken_total{topic="contract-metrics-first"} 1.0' in told


async def test_a_topic_that_is_missing_is_named_at_the_start(topics: KafkaNode) -> None:
    service = Highest(name="contract-missing")
    with pytest.raises(TopicMissing, match="contract-missing-changelog does not exist: run `apstream topics"):
        async with running(service.over(service.table, _idle), settings(topics.bootstrap)):
            pass


async def test_a_recovery_of_empty_changelogs_ends_at_once(topics: KafkaNode) -> None:
    applied: list[Any] = []
    async with Watermarks(bootstrap=topics.bootstrap) as watermarks:
        read = await recover(
            [TopicPartition("masterdata.polls", 0)],
            bootstrap=topics.bootstrap,
            watermarks=watermarks,
            apply=lambda *each: applied.append(each),
        )
    assert (read, applied) == (0, [])
