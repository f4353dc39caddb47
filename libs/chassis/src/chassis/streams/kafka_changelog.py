"""Recovery of tables: the committed records of changelog partitions, from the first to where they end now."""

from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.ledger.kafka_reader import Watermarks, asked, groupless_consumer
from chassis.ledger.kafka_records import KIND

__all__ = ["recover"]

BOUND_SECONDS = 60.0
POLL_MS = 500
POLL_RECORDS = 5000

Apply = Callable[[str, int, bytes, bytes | None], None]
"""Called with changelog, partition, key and encoded value (None: forgotten), in order per partition."""


async def recover(
    partitions: Sequence[TopicPartition],
    *,
    bootstrap: str,
    watermarks: Watermarks,
    apply: Apply,
    bound: float = BOUND_SECONDS,
) -> int:
    """Hands every committed record below the high watermarks to ``apply``; how many they were.

    Up to the high watermark, not the last stable offset: what was acknowledged is read even where a broker crash left
    it without its marker for a while. The owner's marks (they carry a kind) are passed over. One consumer reads all.

    Raises Unknown when nothing comes for ``bound`` seconds.
    """
    if not partitions:
        return 0
    ends = await watermarks.high(partitions)
    left = {partition for partition in partitions if ends[partition] > 0}
    consumer = groupless_consumer(bootstrap, isolation_level="read_committed")
    count = 0
    try:
        async with asked("the changelogs", bound=bound):
            await consumer.start()
            consumer.assign(list(partitions))
            await consumer.seek_to_beginning(*partitions)
        while left:
            async with asked(f"the changelogs {_shown(left)} to their ends", bound=bound):
                count += await _apply_some(consumer, left, apply)
                left = {each for each in left if await consumer.position(each) < ends[each]}
    finally:
        await consumer.stop()
    return count


async def _apply_some(consumer: AIOKafkaConsumer, left: set[TopicPartition], apply: Apply) -> int:
    """Waits until records have come, or a position has moved over markers and gaps."""
    before = {each: await consumer.position(each) for each in left}
    while True:
        batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
        for partition, records in batches.items():
            for record in records:
                if not any(name == KIND for name, _ in record.headers):
                    apply(
                        partition.topic, partition.partition, bytes(record.key or b""), record.value or None
                    )
        if batches:
            return sum(map(len, batches.values()))
        if any([await consumer.position(each) > before[each] for each in left]):
            return 0


def _shown(partitions: set[TopicPartition]) -> str:
    return ", ".join(sorted(f"{each.topic}/{each.partition}" for each in partitions))
