"""Stream services as real processes on a real broker: killed, asked to stop, frozen, several, and without a broker.

Whatever happens, every record is taken in, the table is the model afterwards, and no offset is past the work.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import combinations, count
from pathlib import Path

import pytest
from chassis.producer import DurableProducer
from devstack.kafka import KafkaNode

from tests.integration.stream_cluster import MUST_NOT_GO_ON, SECONDS, Cluster, make_topics, overlaps
from tests.integration.stream_process import Highest

FREEZE_SECONDS = 9.0
"""Longer than the group waits for a member (6 s)."""
_numbers = count(1)


@pytest.fixture
async def cluster(topics: KafkaNode, tmp_path: Path) -> AsyncIterator[Cluster]:
    service = Highest(name=f"chaos-{next(_numbers)}")
    await asyncio.to_thread(make_topics, topics, service)
    async with DurableProducer(bootstrap=topics.bootstrap, client_id="chaos") as producer:
        cluster = Cluster(node=topics, directory=tmp_path, service=service, producer=producer)
        yield cluster
        for replica in cluster.replicas:
            replica.child.kill()
            replica.child.wait()


@asynccontextmanager
async def feeding(cluster: Cluster) -> AsyncIterator[None]:
    done = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(cluster.feed_until(done))
        try:
            yield
        finally:
            done.set()


async def test_replicas_join_stop_and_die_and_every_shard_has_one_owner_with_the_same_table(
    cluster: Cluster,
) -> None:
    async with feeding(cluster):
        first, second = cluster.start(), cluster.start()
        await cluster.owned_by(first, second)
        assert await second.end(signal.SIGKILL) == -signal.SIGKILL
        third = cluster.start()
        await cluster.owned_by(first, third)
        assert await cluster.behind_the_offsets() == []
        assert await first.end(signal.SIGTERM) == 0
        assert "not stopped in good order" not in first.log(), "the others would wait for its session to end"
        await cluster.owned_by(third)
        assert await third.end(signal.SIGKILL) == -signal.SIGKILL
        assert await cluster.behind_the_offsets() == []
        last = cluster.start()
        await cluster.owned_by(last)
    await cluster.whole(last)
    for one, other in combinations(cluster.replicas, 2):
        assert overlaps(one, other) == []
    assert await last.end() == 0
    assert await cluster.behind_the_offsets() == []


async def test_one_that_wakes_after_its_shards_went_to_another_owns_nothing_and_ends(
    cluster: Cluster,
) -> None:
    async with feeding(cluster):
        frozen = cluster.start()
        await cluster.owned_by(frozen)
        other = cluster.start()
        await cluster.owned_by(frozen, other)
        frozen.send(signal.SIGSTOP)
        froze_at = time.monotonic()
        await cluster.owned_by(other)
        await asyncio.sleep(max(0.0, froze_at + FREEZE_SECONDS - time.monotonic()))
        frozen.send(signal.SIGCONT)
        woke_at = time.monotonic()
        assert await frozen.end(signal.SIGCONT) == MUST_NOT_GO_ON
        ended_at = time.monotonic()
    assert "stood still" in frozen.log()
    late = [line for line in frozen.seen() if line["at"] > woke_at and line["owned"]]
    assert late == [], "it held itself for an owner after it woke"
    await cluster.whole(other)
    assert overlaps(frozen, other, leave_out=(froze_at, ended_at)) == []
    assert await other.end() == 0
    assert await cluster.behind_the_offsets() == []


async def test_a_broker_that_goes_and_comes_back_changes_nothing(cluster: Cluster) -> None:
    """A replica may last, or end when it cannot know what became of a transaction: at once, or after its return."""
    replica = cluster.start()
    await cluster.owned_by(replica)
    async with cluster.supervised():
        async with feeding(cluster):
            await cluster.feed(200)
            await cluster.node.stop()
            await asyncio.sleep(2)
            await cluster.node.start(within=SECONDS)
            await cluster.feed(30)
        await cluster.owned_by(replica)
        await cluster.whole(replica)
    assert await replica.end() == 0
    assert await cluster.behind_the_offsets() == []
