"""The real thing: Kafka keeps its address and what it acknowledged through stop and kill."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from devstack.errors import NotReady
from devstack.kafka import KafkaNode
from kafka.admin import KafkaAdminClient, NewTopic

TOPIC = "kept"


@pytest.fixture
async def node(run_dir: Path) -> AsyncIterator[KafkaNode]:
    made = KafkaNode(directory=run_dir, heap_mb=256, short_lived=True)
    yield made
    await made.stop()


async def test_a_node_keeps_its_address_and_records_through_kill_and_restart(node: KafkaNode) -> None:
    await node.start()
    address = node.bootstrap
    await asyncio.to_thread(_make_topic, address)
    await _produce(address, b"before the kill")

    await node.kill()
    assert not node.process.running
    await node.restart()
    assert node.bootstrap == address
    assert await _consume(address, 1) == [b"before the kill"]
    await node.stop()
    await node.stop()
    assert not node.process.running


async def test_a_node_that_cannot_start_says_why(node: KafkaNode, run_dir: Path) -> None:
    run_dir.mkdir(parents=True)
    (run_dir / "server.properties").write_text("process.roles=nonsense\n")
    with pytest.raises(NotReady, match="nonsense"):
        await node.start(within=20)


def _make_topic(address: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    try:
        admin.create_topics([NewTopic(name=TOPIC, num_partitions=1, replication_factor=1)])
    finally:
        admin.close()


async def _produce(address: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True)
    await producer.start()
    try:
        await asyncio.wait_for(producer.send_and_wait(TOPIC, value), timeout=20)
    finally:
        await producer.stop()


async def _consume(address: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest")
    partition = TopicPartition(TOPIC, 0)
    await consumer.start()
    try:
        consumer.assign([partition])
        values: list[bytes] = []
        async with asyncio.timeout(20):
            while len(values) < count:
                batches = await consumer.getmany(partition, timeout_ms=200)
                values += [record.value for record in batches.get(partition, [])]
        return values
    finally:
        await consumer.stop()
