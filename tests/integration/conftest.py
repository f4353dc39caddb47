import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.topic_admin import TopicAdmin
from devstack.kafka import KafkaNode

HERE = Path(__file__).parent
HANGS = 600
"""Seconds after which a test is taken for hung; what it waits for has shorter bounds of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A busy machine is slow, the broker's start first of all."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.timeout(HANGS))


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaNode]:
    """One real broker for all these tests; a test that stops it starts it again."""
    directory: Path = tmp_path_factory.mktemp("kafka")
    node = KafkaNode(directory=directory, heap_mb=256, short_lived=True)
    asyncio.run(node.start(within=180))
    yield node
    asyncio.run(node.stop())


@pytest.fixture(scope="session")
def topics(kafka: KafkaNode) -> KafkaNode:
    """The broker with the topics of the catalogue."""
    with TopicAdmin(bootstrap=kafka.bootstrap, partitions=12) as admin:
        admin.apply()
    return kafka
