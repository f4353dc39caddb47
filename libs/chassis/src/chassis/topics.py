"""The catalogue of topics: names, keys, schemas, partitions, retention, who writes and who reads.

The broker never creates a topic by itself; `chassis.topic_admin` does, from this catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chassis.keys import record_key, shard, split_key

__all__ = [
    "AUDIT_INGRESS",
    "AUDIT_VOUCHER_POSTER",
    "CATALOGUE",
    "COMMANDS",
    "CONNECTIONS",
    "DESIRED_STATE",
    "DOCUMENTS",
    "DOCUMENT_LEDGER",
    "MAPPINGS",
    "MESSAGE_LIMIT",
    "NOTIFICATIONS",
    "UNREADABLE",
    "VOUCHERS",
    "Topic",
    "record_key",
    "shard",
    "split_key",
]

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


NOTIFICATIONS = Topic(
    name="basware.notifications",
    key="connection/task id",
    schema="Notification",
    partitions="sharded",
    cleanup="delete",
    configs={"retention.ms": str(14 * DAY)},
    writers=("ingress web", "sweep"),
    readers=("ingress documents",),
)
DOCUMENTS = Topic(
    name="basware.accounting-documents",
    key="connection/invoice id/fetch number",
    schema="AccountingDocument",
    partitions="sharded",
    cleanup="compact",
    writers=("ingress documents",),
    readers=("voucher-poster",),
)
VOUCHERS = Topic(
    name="peoplesoft.vouchers",
    key="connection/invoice id",
    schema="VoucherLedgerEntry",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("voucher-poster",),
    readers=("voucher-poster", "payment-poller", "console"),
)
DOCUMENT_LEDGER = Topic(
    name="ledger.documents",
    key="connection/invoice id",
    schema="DocumentLedgerEntry",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("ingress documents",),
    readers=("ingress documents",),
)
AUDIT_INGRESS = Topic(
    name="audit.ingress",
    key="event id",
    schema="AuditEvent",
    partitions="sharded",
    cleanup="compact",
    writers=("ingress documents",),
    readers=("console", "command line"),
)
AUDIT_VOUCHER_POSTER = Topic(
    name="audit.voucher-poster",
    key="event id",
    schema="AuditEvent",
    partitions="sharded",
    cleanup="compact",
    writers=("voucher-poster",),
    readers=("console", "command line"),
)
UNREADABLE = Topic(
    name="ap.unreadable",
    key="topic/partition/offset",
    schema="Unreadable",
    partitions="sharded",
    cleanup="delete",
    configs={"retention.ms": str(90 * DAY)},
    writers=("all services",),
    readers=("console", "command line"),
)
COMMANDS = Topic(
    name="ap.commands",
    key="connection/command id",
    schema="Command",
    partitions="sharded",
    cleanup="delete",
    configs={"retention.ms": str(30 * DAY)},
    writers=("command line", "console"),
    readers=("ingress documents", "voucher-poster"),
)
MAPPINGS = Topic(
    name="ap.mappings",
    key="connection/mapping/digest",
    schema="MappingVersion",
    partitions=1,
    cleanup="compact",
    writers=("command line", "console"),
    readers=("command line", "console"),
)
DESIRED_STATE = Topic(
    name="ap.desired-state",
    key="connection/flow",
    schema="DesiredState",
    partitions=1,
    cleanup="compact",
    configs=LEDGER,
    writers=("console", "command line", "all services"),
    readers=("all services",),
)
CONNECTIONS = Topic(
    name="ap.connections",
    key="connection id",
    schema="Connection",
    partitions=1,
    cleanup="compact",
    configs=LEDGER,
    writers=("console", "command line"),
    readers=("all services",),
)

CATALOGUE = (
    NOTIFICATIONS,
    DOCUMENTS,
    VOUCHERS,
    DOCUMENT_LEDGER,
    AUDIT_INGRESS,
    AUDIT_VOUCHER_POSTER,
    UNREADABLE,
    COMMANDS,
    MAPPINGS,
    DESIRED_STATE,
    CONNECTIONS,
)
"""Every topic, in the order of the page."""
