"""What a topic is: its name, key, schema, partitions, retention, and who may write and read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["DAY", "HOUR", "LEDGER", "MESSAGE_LIMIT", "Topic"]

MESSAGE_LIMIT = 10 * 1024 * 1024
"""Bytes: the largest record batch that producers send, the broker takes and consumers fetch."""

DAY = 24 * 3600 * 1000
HOUR = 3600 * 1000

LEDGER = {
    "segment.ms": str(HOUR),
    "segment.bytes": str(64 * 1024 * 1024),
    "min.cleanable.dirty.ratio": "0.1",
    "max.compaction.lag.ms": str(DAY),
    "delete.retention.ms": str(7 * DAY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic. ``sharded`` means: partitioned by the connection's shard, as many partitions as the system
    has.

    ``for_ever``: records stay (a compacted topic, or compaction on unique keys), so its schema may only
    change in ways that every earlier and later version can read.
    """

    name: str
    key: str
    schema: str
    partitions: Literal["sharded"] | int
    cleanup: Literal["compact", "delete"]
    configs: Mapping[str, str] = field(default_factory=dict)
    writers: tuple[str, ...]
    readers: tuple[str, ...]

    @property
    def for_ever(self) -> bool:
        """Whether its records are never deleted by age."""
        return self.cleanup == "compact"

    def partition_count(self, shards: int) -> int:
        """Partitions of the topic in a system of ``shards`` shards."""
        return shards if self.partitions == "sharded" else self.partitions

    def all_configs(self) -> dict[str, str]:
        """What the broker should hold for the topic."""
        return {"cleanup.policy": self.cleanup, "max.message.bytes": str(MESSAGE_LIMIT), **self.configs}
