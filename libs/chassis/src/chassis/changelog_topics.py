"""The changelogs of the stream services' tables: written and read by their one service, and by nobody else."""

from chassis.topic import LEDGER, Topic

__all__ = [
    "PAYMENT_POLL_ORDERS_CHANGELOG",
    "PAYMENT_POLL_RESULTS_CHANGELOG",
    "PICTURES_CHANGELOG",
    "POLL_ORDERS_CHANGELOG",
    "POLL_RESULTS_CHANGELOG",
    "PUBLISHED_CHANGELOG",
    "STANDINGS_CHANGELOG",
    "WATCHED_CHANGELOG",
]

PUBLISHED_CHANGELOG = Topic(
    name="masterdata-poll-published-changelog",
    key="connection/entity/external code",
    schema="PublishedRecord",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata poll",),
    readers=("masterdata poll",),
)
POLL_RESULTS_CHANGELOG = Topic(
    name="masterdata-poll-results-changelog",
    key="connection/entity/kind of poll",
    schema="PollResult",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata poll",),
    readers=("masterdata poll",),
)
POLL_ORDERS_CHANGELOG = Topic(
    name="masterdata-poll-orders-changelog",
    key="connection/entity/action/command id",
    schema="Command",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata poll",),
    readers=("masterdata poll",),
)
STANDINGS_CHANGELOG = Topic(
    name="masterdata-import-standings-changelog",
    key="connection/entity/external code",
    schema="ImportStanding",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("masterdata import",),
    readers=("masterdata import",),
)
WATCHED_CHANGELOG = Topic(
    name="payment-poller-watched-changelog",
    key="connection/invoice id",
    schema="WatchedVoucher",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller",),
)
PICTURES_CHANGELOG = Topic(
    name="payment-poller-pictures-changelog",
    key="connection/business unit/voucher",
    schema="PublishedPicture",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller",),
)
PAYMENT_POLL_RESULTS_CHANGELOG = Topic(
    name="payment-poller-results-changelog",
    key="connection/subject/kind of poll",
    schema="PollResult",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller",),
)
PAYMENT_POLL_ORDERS_CHANGELOG = Topic(
    name="payment-poller-orders-changelog",
    key="connection/subject/action/command id",
    schema="Command",
    partitions="sharded",
    cleanup="compact",
    configs=LEDGER,
    writers=("payment-poller",),
    readers=("payment-poller",),
)
