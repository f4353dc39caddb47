"""What stands on the streams' ports may rely on the same things in memory and on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from chassis.errors import TopicMissing
from chassis.ledger.kafka_reader import Watermarks
from chassis.streams.kafka_changelog import recover
from chassis.streams.running import running
from devstack.kafka import KafkaNode

from tests.integration.stream_cluster import ALL, PARTITIONS, SECONDS
from tests.integration.stream_harness import (
    Harness,
    InMemory,
    encoded,
    feed,
    held,
    idle,
    on_kafka,
    settings,
    state,
)
from tests.integration.stream_process import Highest

pytestmark = pytest.mark.asyncio(loop_scope="module")
_keys = (b"key/%d" % number for number in count(1))


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


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.02)


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
        async with running(service.over(service.table, idle), settings(topics.bootstrap)):
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
