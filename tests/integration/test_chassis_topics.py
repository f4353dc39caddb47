"""The topic catalogue against a real cluster, on topics that nobody else uses."""

from dataclasses import replace

import pytest
from chassis.errors import NotAnswered
from chassis.topic_admin import ChangeKind, TopicAdmin
from chassis.topics import CONNECTIONS, NOTIFICATIONS, Topic
from devstack.kafka import KafkaNode

WORK = replace(NOTIFICATIONS, name="test.work")
STATE = replace(CONNECTIONS, name="test.state")


def admin(kafka: KafkaNode, *catalogue: Topic, partitions: int = 3) -> TopicAdmin:
    return TopicAdmin(bootstrap=kafka.bootstrap, partitions=partitions, catalogue=catalogue)


def kinds(kafka: KafkaNode, *catalogue: Topic, partitions: int = 3) -> list[tuple[str, ChangeKind]]:
    with admin(kafka, *catalogue, partitions=partitions) as cluster:
        return [(change.topic.name, change.kind) for change in cluster.plan()]


def test_topics_are_planned_created_corrected_and_never_shrunk(kafka: KafkaNode) -> None:
    both = (WORK, STATE)
    assert kinds(kafka, *both) == [("test.work", ChangeKind.CREATE), ("test.state", ChangeKind.CREATE)]
    with admin(kafka, *both) as cluster:
        cluster.apply()
    assert kinds(kafka, *both) == []

    longer = replace(WORK, configs={"retention.ms": str(10**10)})
    assert kinds(kafka, longer) == [("test.work", ChangeKind.CONFIGURE)]
    with admin(kafka, longer) as cluster:
        cluster.apply()
    assert kinds(kafka, longer) == []

    for losing in (replace(WORK, configs={"retention.ms": "1000"}), replace(longer, cleanup="compact")):
        assert kinds(kafka, losing) == [("test.work", ChangeKind.DIFFERS)]
        with admin(kafka, losing) as cluster:
            cluster.apply()
        assert kinds(kafka, longer) == []
    assert kinds(kafka, longer, STATE, partitions=2) == [("test.work", ChangeKind.DIFFERS)]


def test_a_cluster_that_is_not_there_is_said() -> None:
    with pytest.raises(NotAnswered, match="no Kafka at"):
        TopicAdmin(bootstrap="127.0.0.1:1", partitions=1)
