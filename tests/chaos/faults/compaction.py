"""Compaction while those who read are down: superseded records are gone when they come back."""

import asyncio
from pathlib import Path

from kafka.admin import ConfigResource, KafkaAdminClient

from .fault import Fault, Scene, Targets

DOWN = ("voucher-poster", "masterdata-import", "payment-poller")
TOPICS = (
    "basware.accounting-documents",
    "peoplesoft.vouchers",
    "peoplesoft.payments",
    "peoplesoft.master-data",
    "ledger.documents",
    "ap.connections",
    "ap.desired-state",
)
AT_ONCE = {
    "segment.ms": "1000",
    "min.cleanable.dirty.ratio": "0.001",
    "min.compaction.lag.ms": "0",
    "max.compaction.lag.ms": "1000",
}
WITHIN = 40.0
MUST_BE_CLEANED = ("peoplesoft.vouchers", "ledger.documents")


def forced() -> Fault:
    """The cleaner goes over ledgers and facts while their readers are down."""
    return Fault(name="compaction while consumers are down", inject=_forced)


async def _forced(scene: Scene) -> Targets:
    names = [name for service in DOWN for name in scene.chaos.services[service]]
    kafka = scene.chaos.stack.kafka
    before = await asyncio.to_thread(_cleaned, kafka.directory)
    await asyncio.to_thread(_configure, kafka.bootstrap)
    try:
        await scene.burst(2)
        await asyncio.sleep(3)
        async with scene.held(*names):
            await asyncio.gather(*map(scene.chaos.kill, names))
            async with asyncio.timeout(WITHIN):
                while not _went_over(before, await asyncio.to_thread(_cleaned, kafka.directory)):
                    await asyncio.sleep(0.5)
                    await scene.burst(1)  # a segment is closed by the record after it
    finally:
        await scene.chaos.stack.apstream("topics", "apply")
    return (", ".join(DOWN),)


def _configure(bootstrap: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.alter_configs([ConfigResource("TOPIC", topic, configs=dict(AT_ONCE)) for topic in TOPICS])
    finally:
        admin.close()


def _went_over(before: dict[str, int], after: dict[str, int]) -> bool:
    return all(after.get(topic, 0) > before.get(topic, 0) for topic in MUST_BE_CLEANED)


def _cleaned(directory: Path) -> dict[str, int]:
    """How far Kafka's cleaner has come, by its own checkpoint: offsets, summed over the partitions of a topic."""
    file = directory / "data" / "cleaner-offset-checkpoint"
    found: dict[str, int] = {}
    for line in file.read_text().splitlines()[2:] if file.exists() else ():
        topic, _, offset = line.split()
        found[topic] = found.get(topic, 0) + int(offset)
    return found
