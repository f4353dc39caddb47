"""The catalogue of topics: names, keys, schemas, partitions, retention, who writes and who reads.

The broker never creates a topic by itself; `chassis.topic_admin` does, from this catalogue.
"""

from chassis.changelog_topics import (
    PAYMENT_POLL_ORDERS_CHANGELOG,
    PAYMENT_POLL_RESULTS_CHANGELOG,
    PICTURES_CHANGELOG,
    POLL_ORDERS_CHANGELOG,
    POLL_RESULTS_CHANGELOG,
    PUBLISHED_CHANGELOG,
    STANDINGS_CHANGELOG,
    WATCHED_CHANGELOG,
)
from chassis.keys import record_key, shard, split_key
from chassis.topic import DAY, LEDGER, MESSAGE_LIMIT, Topic

__all__ = [
    "AUDIT_INGRESS",
    "AUDIT_MASTERDATA",
    "AUDIT_PAYMENTS",
    "AUDIT_VOUCHER_POSTER",
    "CATALOGUE",
    "COMMANDS",
    "CONNECTIONS",
    "DESIRED_STATE",
    "DOCUMENTS",
    "DOCUMENT_LEDGER",
    "MAPPINGS",
    "MASTERDATA_IMPORTS",
    "MASTERDATA_POLLS",
    "MASTERDATA_POLL_RESULTS",
    "MASTER_DATA",
    "MESSAGE_LIMIT",
    "NOTIFICATIONS",
    "PAYMENTS",
    "PAYMENT_POLLS",
    "PAYMENT_POLL_ORDERS_CHANGELOG",
    "PAYMENT_POLL_RESULTS",
    "PAYMENT_POLL_RESULTS_CHANGELOG",
    "PICTURES_CHANGELOG",
    "POLL_ORDERS_CHANGELOG",
    "POLL_RESULTS_CHANGELOG",
    "PUBLISHED_CHANGELOG",
    "RECONCILIATIONS",
    "STANDINGS_CHANGELOG",
    "UNREADABLE",
    "VOUCHERS",
    "WATCHED_CHANGELOG",
    "Topic",
    "record_key",
    "shard",
    "split_key",
]

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
    readers=("ingress documents", "voucher-poster", "masterdata poll", "masterdata import", "payment-poller"),
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

MASTERDATA_POLLS = Topic(
    name="masterdata.polls",
    key="connection/entity; the end of an order: connection/entity/action/command id, without value",
    schema="PollDue",
    partitions="sharded",
    cleanup="delete",
    configs={"retention.ms": str(7 * DAY)},
    writers=("masterdata poll",),
    readers=("masterdata poll",),
)
MASTERDATA_POLL_RESULTS = Topic(
    name="masterdata.poll-results",
    key="connection/entity/kind of poll",
    schema="PollResult",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata poll",),
    readers=("masterdata poll", "console", "command line"),
)
MASTER_DATA = Topic(
    name="peoplesoft.master-data",
    key="connection/entity/external code",
    schema="MasterRecord",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata poll",),
    readers=("masterdata poll", "masterdata import", "console", "command line"),
)
MASTERDATA_IMPORTS = Topic(
    name="masterdata.imports",
    key="connection/entity/external code",
    schema="ImportState",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata import",),
    readers=("masterdata import", "console", "command line"),
)
AUDIT_MASTERDATA = Topic(
    name="audit.masterdata",
    key="event id",
    schema="AuditEvent",
    partitions="sharded",
    cleanup="compact",
    writers=("masterdata poll", "masterdata import"),
    readers=("console", "command line"),
)

PAYMENT_POLLS = Topic(
    name="payments.polls",
    key="connection/subject; the end of an order: connection/subject/action/command id, without value",
    schema="PollDue",
    partitions="sharded",
    cleanup="delete",
    configs={"retention.ms": str(7 * DAY)},
    writers=("payment-poller",),
    readers=("payment-poller",),
)
PAYMENT_POLL_RESULTS = Topic(
    name="payments.poll-results",
    key="connection/subject/kind of poll",
    schema="PollResult",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller", "console", "command line"),
)
PAYMENTS = Topic(
    name="peoplesoft.payments",
    key="connection/business unit/voucher",
    schema="PaymentPicture",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller", "voucher-poster", "console", "command line"),
)
RECONCILIATIONS = Topic(
    name="ap.reconciliations",
    key="connection",
    schema="Reconciliation",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller", "console", "command line"),
)
AUDIT_PAYMENTS = Topic(
    name="audit.payment-poller",
    key="event id",
    schema="AuditEvent",
    partitions="sharded",
    cleanup="compact",
    writers=("payment-poller",),
    readers=("console", "command line"),
)

CATALOGUE = (
    NOTIFICATIONS,
    DOCUMENTS,
    VOUCHERS,
    DOCUMENT_LEDGER,
    AUDIT_INGRESS,
    MASTERDATA_POLLS,
    MASTERDATA_POLL_RESULTS,
    MASTER_DATA,
    MASTERDATA_IMPORTS,
    PUBLISHED_CHANGELOG,
    POLL_RESULTS_CHANGELOG,
    POLL_ORDERS_CHANGELOG,
    STANDINGS_CHANGELOG,
    PAYMENTS,
    PAYMENT_POLLS,
    PAYMENT_POLL_RESULTS,
    WATCHED_CHANGELOG,
    PICTURES_CHANGELOG,
    PAYMENT_POLL_RESULTS_CHANGELOG,
    PAYMENT_POLL_ORDERS_CHANGELOG,
    RECONCILIATIONS,
    AUDIT_VOUCHER_POSTER,
    AUDIT_MASTERDATA,
    AUDIT_PAYMENTS,
    UNREADABLE,
    COMMANDS,
    MAPPINGS,
    DESIRED_STATE,
    CONNECTIONS,
)
"""Every topic, in the order of the page."""
