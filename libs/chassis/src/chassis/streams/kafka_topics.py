"""Every topic a stream service touches exists and has one partition a shard, or it does not start."""

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient

from chassis.errors import NotAnswered, TopicMissing
from chassis.ledger.kafka_reader import asked
from chassis.ledger.ports import Unknown

__all__ = ["check_topics"]

BOUND_SECONDS = 60.0


async def check_topics(topics: Iterable[str], *, bootstrap: str, partitions: int) -> None:
    """Raises TopicMissing with what to do, NotAnswered without Kafka."""
    wanted = sorted(set(topics))
    try:
        async with asked("the topics", bound=BOUND_SECONDS):
            existing = await _partitions(wanted, bootstrap)
    except Unknown as unknown:
        raise NotAnswered(f"no answer from Kafka at {bootstrap}: {unknown}") from unknown
    for topic in wanted:
        found = existing.get(topic, 0)
        if found == 0:
            raise TopicMissing(f"{topic} does not exist: run `apstream topics apply`")
        if found != partitions:
            raise TopicMissing(
                f"{topic} has {found} partitions, wanted {partitions}: "
                "APSTREAM_PARTITIONS must be what the topics were made with"
            )


async def _partitions(topics: list[str], bootstrap: str) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        described = await admin.describe_topics(topics)
    finally:
        await admin.close()
    return {each["topic"]: len(each["partitions"]) for each in described}
