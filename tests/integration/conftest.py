import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.topic_admin import TopicAdmin
from devstack.kafka import KafkaNode


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    """One real broker for all these tests; a test that stops it starts it again."""
    directory: Path = tmp_path_factory.mktemp("kafka")
    node = KafkaNode(directory=directory, heap_mb=256)
    asyncio.run(node.start())
    yield node
    asyncio.run(node.stop())


@pytest.fixture(scope="session")
def topics(kafka: KafkaNode) -> KafkaNode:
    """The broker with the topics of the catalogue."""
    with TopicAdmin(bootstrap=kafka.bootstrap, partitions=12) as admin:
        admin.apply()
    return kafka
